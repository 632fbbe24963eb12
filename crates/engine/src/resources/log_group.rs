//! The log group that Lambda writes to, with retention
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/Working-with-log-groups-and-streams.html>).
//!
//! # Expected flow
//! Create it with its tags, then set the retention; `down` deletes it when the function is gone.
//!
//! # Guarantees
//! - It is settled before the trigger exists, so the role needs no right to make log groups.
//!
//! # Assumptions
//! - Lambda writes to the group of the function's name unless its settings say otherwise, and these are synced.
//!
//! # Caveats
//! - An account-level retention policy wins over the retention set here; the plan notes it.
//! - When somebody deletes it, the function logs nothing until the next `up`.

use super::{Address, Context, Line, Need, ResourceChange, Shown, idempotent, tags};
use crate::aws::{Aws, AwsCall, AwsError, Deadline, until};
use crate::stack::{Stack, Tags};

const BUSY: &str = "another change of the log group is under way";

/// A log group as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Days of retention; `None`: for ever.
    pub retention_days: Option<i32>,
    /// The account's retention policy, which decides in place of the log group's own setting
    /// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html>).
    pub account_policy: Option<String>,
    /// Bytes stored.
    pub stored_bytes: i64,
    /// Nobody can delete it before that is switched off.
    pub is_protected: bool,
    /// Its tags.
    pub tags: Tags,
}

/// A change of the log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create it, with its tags.
    Create {
        /// All tags.
        tags: Tags,
    },
    /// Set the retention, in days.
    SetRetention {
        /// As it is.
        from: Option<i32>,
        /// As it should be.
        to: i32,
    },
    /// Set tags.
    SetTags {
        /// As they are.
        from: Tags,
        /// Those to set.
        to: Tags,
    },
    /// Delete it with everything in it.
    Delete {
        /// Bytes stored.
        bytes: i64,
    },
}

/// Reads the log group.
///
/// # Errors
/// When a call fails.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Option<Observed>, AwsError> {
    let name = &stack.names.log_group;
    let groups = async {
        aws.logs.describe_log_groups().log_group_name_prefix(name).send().await.aws("DescribeLogGroups")
    };
    let tags = async {
        aws.logs
            .list_tags_for_resource()
            .resource_arn(stack.names.log_group_arn())
            .send()
            .await
            .aws("logs:ListTagsForResource")
    };
    let (groups, tags) = futures::join!(groups, tags);
    let errors = [groups.as_ref().err(), tags.as_ref().err()];
    if let Some(denied) = AwsError::all_denied(errors.into_iter().flatten()) {
        return Err(denied);
    }
    let groups = groups?;
    // The exact name sorts before all others with this prefix, so it is on the first page.
    let Some(group) = groups.log_groups().iter().find(|group| group.log_group_name() == Some(name)) else {
        return Ok(None);
    };
    let tags = match tags {
        Ok(output) => output.tags().cloned().unwrap_or_default().into_iter().collect(),
        // Gone between two calls: the next look says so, too.
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(Observed {
        retention_days: group.retention_in_days(),
        account_policy: group.retention_policy_name().map(str::to_owned),
        stored_bytes: group.stored_bytes().unwrap_or(0),
        is_protected: group.deletion_protection_enabled().unwrap_or(false),
        tags,
    }))
}

/// What is to be done.
#[must_use]
pub fn diff(stack: &Stack, observed: Option<&Observed>) -> Vec<Change> {
    let retention = stack.config.function.log_retention_days.cast_signed();
    let Some(observed) = observed else {
        return vec![
            Change::Create { tags: stack.tags.clone() },
            Change::SetRetention { from: None, to: retention },
        ];
    };
    let mut changes = Vec::new();
    // Ours cannot be seen, and has no effect, while the account has a policy.
    if observed.retention_days != Some(retention) && observed.account_policy.is_none() {
        changes.push(Change::SetRetention { from: observed.retention_days, to: retention });
    }
    if let Some(to) = tags::missing(stack, &observed.tags) {
        changes.push(Change::SetTags { from: observed.tags.clone(), to });
    }
    changes
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        let days = |days: i32| Shown::value(format!("{days} days"), days);
        match self {
            Self::Create { .. } => Line::create(),
            Self::SetRetention { from, to } => Line::set(
                "retention",
                from.map_or_else(|| Shown::value("for ever", "forever"), days),
                days(*to),
            ),
            Self::SetTags { from, to } => tags::line(from, to),
            Self::Delete { .. } => Line::delete(),
        }
    }

    fn rank(&self) -> u8 {
        u8::from(!matches!(self, Self::Create { .. }))
    }

    fn needs(&self) -> Vec<Need> {
        match self {
            // A function that still runs would write into nothing.
            Self::Delete { .. } => vec![Need::Settled(Address::Function)],
            _ => Vec::new(),
        }
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let logs = &context.aws.logs;
        let name = &context.stack.names.log_group;
        let busy = |error: &AwsError| {
            if error.is_conflict() {
                Some(BUSY)
            } else if error.is_not_found() {
                Some("CloudWatch Logs does not show the new log group everywhere yet")
            } else {
                None
            }
        };
        match self {
            Self::Create { tags } => {
                idempotent::create(context, BUSY, async || {
                    logs.create_log_group()
                        .log_group_name(name)
                        .set_tags(Some(tags.clone().into_iter().collect()))
                        .send()
                        .await
                        .aws("CreateLogGroup")
                })
                .await
            }
            Self::SetRetention { to, .. } => {
                until(Deadline::PROPAGATION, context.on_wait, busy, async || {
                    logs.put_retention_policy()
                        .log_group_name(name)
                        .retention_in_days(*to)
                        .send()
                        .await
                        .aws("PutRetentionPolicy")
                })
                .await
                .map(drop)
            }
            Self::SetTags { to, .. } => until(Deadline::PROPAGATION, context.on_wait, busy, async || {
                logs.tag_resource()
                    .resource_arn(context.stack.names.log_group_arn())
                    .set_tags(Some(to.clone().into_iter().collect()))
                    .send()
                    .await
                    .aws("logs:TagResource")
            })
            .await
            .map(drop),
            Self::Delete { .. } => {
                idempotent::delete(context, Deadline::PROPAGATION, BUSY, async || {
                    logs.delete_log_group().log_group_name(name).send().await.aws("DeleteLogGroup")
                })
                .await
            }
        }
    }
}

#[cfg(test)]
mod tests;
