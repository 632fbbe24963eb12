//! The trigger: our entries in the notification document of bucket A
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html>).
//!
//! # Expected flow
//! When all else is settled: read the document, replace our entries in it, write it. `down` removes them before
//! anything else.
//!
//! # Guarantees
//! - Entries of others stay as the bytes that came.
//! - An entry of others that S3 would refuse beside ours is found before writing.
//!
//! # Assumptions
//! - Our entries are told by their ids, and those of a stack with a longer name by their function.
//!
//! # Caveats
//! - S3 has no conditional write of this document: what others write between our read and our write is lost.
//! - S3 validates the targets of all entries, so a broken one of others can keep ours from being written.

mod document;
mod overlap;
mod words;

pub use overlap::{Clash, Foreign, MOST_ENTRIES, clash};
pub use words::{key_lines, suffix_words};

use aws_sdk_s3::operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput;
use aws_sdk_s3::types::LambdaFunctionConfiguration;
use serde_json::json;

use super::{Action, Address, Context, Line, Need, ResourceChange, Shown};
use crate::aws::{Aws, AwsCall, AwsError, Deadline, until};
use crate::config::BucketRole;
use crate::stack::{Stack, is_trigger_of, trigger_id_prefix};

/// One of our entries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// ARN of the function it starts.
    pub function: String,
    /// Events it is for.
    pub events: Vec<String>,
    /// Prefix of keys.
    pub prefix: String,
    /// Suffix of keys.
    pub suffix: String,
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}*{} on {}", self.prefix, self.suffix, self.events.join(" "))?;
        if let Some(function) = self.function.rsplit(':').next() {
            write!(f, " starts {function}")?;
        }
        Ok(())
    }
}

/// The notification document of bucket A as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// Our entries, sorted.
    pub ours: Vec<Entry>,
    /// What others have put there.
    pub foreign: Vec<overlap::Foreign>,
}

/// A change of our entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Our entries as they are.
    pub from: Vec<Entry>,
    /// As they should be.
    pub to: Vec<Entry>,
    /// How many entries of others stay untouched.
    pub foreign: usize,
}

/// The entries that the configuration asks for, one per suffix, sorted.
#[must_use]
pub fn wanted(stack: &Stack) -> Vec<Entry> {
    let trigger = &stack.config.trigger;
    let mut events = vec!["s3:ObjectCreated:*".to_owned()];
    if trigger.mirror_deletes {
        events.push("s3:ObjectRemoved:*".to_owned());
    }
    let mut entries: Vec<Entry> = trigger
        .suffixes
        .iter()
        .map(|suffix| Entry {
            id: format!("{}{}", trigger_id_prefix(&stack.names.stack), suffix.trim_start_matches('.')),
            function: stack.names.function_arn(),
            events: events.clone(),
            prefix: trigger.prefix.clone(),
            suffix: suffix.clone(),
        })
        .collect();
    entries.sort();
    entries
}

/// Reads the notification document. No bucket: no entries.
///
/// # Errors
/// When the call fails.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Observed, AwsError> {
    match read(aws, stack).await {
        Err(error) if error.is_not_found() => Ok(Observed::default()),
        other => Ok(split(stack, &other?)),
    }
}

/// What is to be done.
#[must_use]
pub fn diff(stack: &Stack, observed: &Observed) -> Vec<Change> {
    let to = wanted(stack);
    if observed.ours == to {
        return Vec::new();
    }
    vec![Change { from: observed.ours.clone(), to, foreign: observed.foreign.len() }]
}

async fn read(aws: &Aws, stack: &Stack) -> Result<GetBucketNotificationConfigurationOutput, AwsError> {
    aws.s3
        .get_bucket_notification_configuration()
        .bucket(stack.names.bucket(BucketRole::Source))
        .expected_bucket_owner(&aws.account)
        .send()
        .await
        .aws("GetBucketNotificationConfiguration")
}

fn is_ours(stack: &Stack, entry: &LambdaFunctionConfiguration) -> bool {
    is_trigger_of(&stack.names.stack, entry.id().unwrap_or_default(), entry.lambda_function_arn())
}

fn split(stack: &Stack, output: &GetBucketNotificationConfigurationOutput) -> Observed {
    let (ours, foreign): (Vec<_>, Vec<_>) =
        output.lambda_function_configurations().iter().partition(|entry| is_ours(stack, entry));
    let mut ours: Vec<Entry> = ours
        .into_iter()
        .map(|entry| {
            let (prefix, suffix) = overlap::filter(entry.filter());
            // A set: their order means nothing.
            let mut events: Vec<String> =
                entry.events().iter().map(|event| event.as_str().to_owned()).collect();
            events.sort();
            Entry {
                id: entry.id().unwrap_or_default().to_owned(),
                function: entry.lambda_function_arn().to_owned(),
                events,
                prefix,
                suffix,
            }
        })
        .collect();
    ours.sort();
    let mut others: Vec<overlap::Foreign> = foreign
        .into_iter()
        .map(|entry| {
            overlap::Foreign::new(
                "function",
                entry.id(),
                entry.lambda_function_arn(),
                entry.events(),
                entry.filter(),
            )
        })
        .collect();
    others.extend(output.queue_configurations().iter().map(|entry| {
        overlap::Foreign::new("queue", entry.id(), entry.queue_arn(), entry.events(), entry.filter())
    }));
    others.extend(output.topic_configurations().iter().map(|entry| {
        overlap::Foreign::new("topic", entry.id(), entry.topic_arn(), entry.events(), entry.filter())
    }));
    Observed { ours, foreign: others }
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        // People read what differs, programs have it all.
        let told = words::differing_lines(&self.from, &self.to);
        let shown = |entries: &[Entry], others: &[Entry], lines: Option<&Vec<String>>| {
            let differing: Vec<Entry> =
                entries.iter().filter(|entry| !others.contains(entry)).cloned().collect();
            let words =
                lines.map_or_else(|| words::entry_lines(&differing).join("\n"), |lines| lines.join("\n"));
            if entries.is_empty() { None } else { Shown::value(words, json!(entries)) }
        };
        let from = shown(&self.from, &self.to, told.as_ref().map(|(before, _)| before));
        let to = shown(&self.to, &self.from, told.as_ref().map(|(_, after)| after));
        let mut line = Line::set("entries", from, to);
        if line.from.is_some() && line.to.is_some() {
            line.action = Action::Update;
        }
        match self.foreign {
            0 => line,
            1 => line.note("1 entry of others: untouched"),
            more => line.note(format!("{more} entries of others: untouched")),
        }
    }

    fn rank(&self) -> u8 {
        0
    }

    fn needs(&self) -> Vec<Need> {
        if self.to.is_empty() {
            return Vec::new();
        }
        // The first event may come at once, so everything it needs must be there.
        vec![
            Need::Settled(Address::Bucket(BucketRole::Source)),
            Need::Settled(Address::Bucket(BucketRole::Destination)),
            Need::Settled(Address::LogGroup),
            Need::Settled(Address::Role),
            Need::Settled(Address::Function),
            Need::Settled(Address::Permission),
        ]
    }

    fn narrows(&self) -> bool {
        self.to.is_empty()
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let stack = context.stack;
        let written = until(
            Deadline::PROPAGATION,
            context.on_wait,
            |error| {
                if error.is_destination_not_validated() {
                    Some(if self.foreign == 0 {
                        "S3 cannot validate yet that it may start the function"
                    } else {
                        "S3 cannot validate yet that it may start the function, or the targets of others"
                    })
                } else if error.is_no_such_bucket() && !self.to.is_empty() {
                    Some("S3 does not show the new bucket everywhere yet")
                } else {
                    error.is_conflict().then_some("another change of the bucket is under way")
                }
            },
            async || {
                let bucket = stack.names.bucket(BucketRole::Source);
                document::replace_ours(context.aws, bucket, &stack.names.stack, &self.to).await
            },
        )
        .await;
        match written {
            Err(error) if error.is_no_such_bucket() && self.to.is_empty() => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
