//! Alarms on the function's metrics, when `[alarms]` asks for them: on those of Lambda
//! (<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>), and on one of those that its log lines
//! carry ([`contract::metrics`]).
//!
//! # Expected flow
//! One call creates an alarm with its tags or overwrites all its settings. Without `[alarms]` they are deleted.
//!
//! # Guarantees
//! - Only alarms with our names and our tag are deleted.
//!
//! # Assumptions
//! - S3 invokes the function asynchronously, and it has no dead-letter queue: so a failed event is tried again, then
//!   dropped or told a destination, and `DeadLetterErrors` is never emitted.
//!
//! # Caveats
//! - The tagging service, which finds former alarms, is some time behind.

mod observe;
mod settings;

pub use observe::{former, observe};
pub use settings::Settings;

use aws_sdk_cloudwatch::types::Statistic;
use contract::metrics::{self, Metric};

use super::{Context, Line, Need, ResourceChange, idempotent, tags};
use crate::aws::{AwsCall, AwsError, Deadline, until};
use crate::config::AlarmsConfig;
use crate::stack::{Stack, Tags};

const BUSY: &str = "another change of the alarm is under way";

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Invocations that failed, retries included.
    Errors,
    /// Invocations that had to wait, since too many ran at once.
    Throttles,
    /// Events that Lambda gave up on: uploads without a clean copy.
    DroppedEvents,
    /// Pictures that cannot be cleaned. To Lambda each is a success.
    Rejected,
    /// The slowest invocation: what runs into its timeout has no clean copy.
    NearTimeout,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Errors, Self::Throttles, Self::DroppedEvents, Self::Rejected, Self::NearTimeout];

    /// The end of the alarm's name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Throttles => "throttles",
            Self::DroppedEvents => "dropped-events",
            Self::Rejected => "rejected",
            Self::NearTimeout => "near-timeout",
        }
    }

    /// Who counts it.
    #[must_use]
    pub fn namespace(self) -> &'static str {
        match self {
            Self::Errors | Self::Throttles | Self::DroppedEvents | Self::NearTimeout => "AWS/Lambda",
            Self::Rejected => metrics::NAMESPACE,
        }
    }

    /// The name of the metric.
    #[must_use]
    pub fn metric(self) -> &'static str {
        match self {
            Self::Errors => "Errors",
            Self::Throttles => "Throttles",
            Self::DroppedEvents => "AsyncEventsDropped",
            Self::Rejected => Metric::Rejected.name(),
            Self::NearTimeout => "Duration",
        }
    }

    /// What it means, for whoever is told.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Errors => "Pictures could not be cleaned (provisioner)",
            Self::Throttles => "Uploads wait, because too many are cleaned at once (provisioner)",
            Self::DroppedEvents => {
                "Uploads have no clean copy and will not get one by themselves (provisioner)"
            }
            Self::Rejected => "Pictures were refused and are not published (provisioner)",
            Self::NearTimeout => "Cleaning a picture takes almost as long as it may (provisioner)",
        }
    }

    /// What of the metric is compared.
    fn statistic(self) -> Statistic {
        match self {
            Self::NearTimeout => Statistic::Maximum,
            Self::Errors | Self::Throttles | Self::DroppedEvents | Self::Rejected => Statistic::Sum,
        }
    }

    /// In the metric's unit.
    fn threshold(self, stack: &Stack, config: &AlarmsConfig) -> f64 {
        f64::from(match self {
            Self::Errors => config.errors,
            Self::Throttles => config.throttles,
            Self::DroppedEvents => config.dropped,
            Self::Rejected => config.rejected,
            // Percent of seconds, in milliseconds.
            Self::NearTimeout => config.near_timeout * stack.config.function.timeout * 10,
        })
    }
}

/// An alarm as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Its settings.
    pub settings: Settings,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Its tags.
    pub tags: Tags,
}

/// A change of an alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The alarm's name.
    pub alarm: String,
    /// What of it changes.
    pub aspect: Aspect,
}

/// What of an alarm changes: all of it, or one aspect.
#[derive(Debug, Clone, PartialEq)]
pub enum Aspect {
    /// Create it, with its tags.
    Create {
        /// Its settings.
        settings: Box<Settings>,
        /// All tags.
        tags: Tags,
    },
    /// Write the settings.
    SetSettings {
        /// As they are.
        from: Box<Settings>,
        /// As they should be.
        to: Box<Settings>,
    },
    /// Set tags.
    SetTags {
        /// As they are.
        from: Tags,
        /// Those to set.
        to: Tags,
    },
    /// Delete it.
    Delete,
}

/// What is to be done with one of the alarms that the configuration asks for.
#[must_use]
pub fn diff(stack: &Stack, config: &AlarmsConfig, kind: Kind, observed: Option<&Observed>) -> Vec<Change> {
    let settings = Box::new(Settings::wanted(stack, config, kind));
    let mut changes = Vec::new();
    match observed {
        None => changes.push(Aspect::Create { settings, tags: stack.tags.clone() }),
        Some(observed) => {
            if observed.settings != *settings {
                changes.push(Aspect::SetSettings { from: Box::new(observed.settings.clone()), to: settings });
            }
            if let Some(to) = tags::missing(stack, &observed.tags) {
                changes.push(Aspect::SetTags { from: observed.tags.clone(), to });
            }
        }
    }
    let alarm = stack.names.alarm(kind.word());
    changes.into_iter().map(|aspect| Change { alarm: alarm.clone(), aspect }).collect()
}

/// An alarm that nobody asks for any more goes.
#[must_use]
pub fn removal(name: &str) -> Change {
    Change { alarm: name.to_owned(), aspect: Aspect::Delete }
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match &self.aspect {
            Aspect::Create { settings, .. } => Line::create().note(settings.to_string()),
            Aspect::SetSettings { from, to } => {
                let (from, to) = Settings::differences(from, to);
                Line::set("settings", from, to)
            }
            Aspect::SetTags { from, to } => tags::line(from, to),
            Aspect::Delete => Line::delete(),
        }
    }

    fn rank(&self) -> u8 {
        u8::from(!matches!(self.aspect, Aspect::Create { .. }))
    }

    fn needs(&self) -> Vec<Need> {
        Vec::new()
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let (client, name) = (&context.aws.alarms, self.alarm.as_str());
        let busy = |error: &AwsError| {
            if error.is_conflict() {
                Some(BUSY)
            } else if error.is_not_found() {
                Some("CloudWatch does not show the new alarm everywhere yet")
            } else {
                None
            }
        };
        match &self.aspect {
            Aspect::Create { settings, tags } => {
                let put = || settings.put(client, name).set_tags(Some(observe::to_cloudwatch(tags))).send();
                until(Deadline::PROPAGATION, context.on_wait, busy, async || {
                    put().await.aws("PutMetricAlarm")
                })
                .await
                .map(drop)
            }
            Aspect::SetSettings { to, .. } => {
                until(Deadline::PROPAGATION, context.on_wait, busy, async || {
                    to.put(client, name).send().await.aws("PutMetricAlarm")
                })
                .await
                .map(drop)
            }
            Aspect::SetTags { to, .. } => until(Deadline::PROPAGATION, context.on_wait, busy, async || {
                client
                    .tag_resource()
                    .resource_arn(context.stack.names.alarm_arn(name))
                    .set_tags(Some(observe::to_cloudwatch(to)))
                    .send()
                    .await
                    .aws("cloudwatch:TagResource")
            })
            .await
            .map(drop),
            Aspect::Delete => {
                idempotent::delete(context, Deadline::PROPAGATION, BUSY, async || {
                    client.delete_alarms().alarm_names(name).send().await.aws("DeleteAlarms")
                })
                .await
            }
        }
    }
}

#[cfg(test)]
mod tests;
