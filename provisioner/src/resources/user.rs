//! A user of the stack: one inline policy, no other rights
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users.html>).

use serde_json::Value;

use super::iam::{busy, gone, propagating, to_iam};
use super::{Address, Context, Line, Need, ResourceChange, Shown, tags};
use crate::aws::{AwsCall, AwsError, Deadline, until};
use crate::config::{BucketRole, UserConfig};
use crate::policy;
use crate::stack::{Stack, Tags, policies};

mod observe;
mod remove;

pub use observe::observe;

/// A user as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Its path.
    pub path: String,
    /// Our inline policy.
    pub policy: Option<Value>,
    /// Names of inline policies that are not ours.
    pub extra_inline: Vec<String>,
    /// ARNs of attached policies.
    pub attached: Vec<String>,
    /// Names of groups.
    pub groups: Vec<String>,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// A change of a user; `user` is the IAM name.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The IAM name.
    pub user: String,
    /// What is done.
    pub what: What,
}

/// What is done to a user.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Create it, with boundary and tags.
    Create,
    /// Write our inline policy.
    SetPolicy {
        /// As it is.
        from: Option<Value>,
        /// As it should be.
        to: Value,
        /// The bucket that the policy opens.
        bucket: BucketRole,
    },
    /// Delete an inline policy: not of the configuration, or the rights go first.
    DeleteInline(String),
    /// Detach a policy that is not of the configuration.
    Detach(String),
    /// Leave a group that is not of the configuration.
    LeaveGroup(String),
    /// Set or remove the permissions boundary.
    SetBoundary {
        /// As it is.
        from: Option<String>,
        /// As it should be.
        to: Option<String>,
    },
    /// Set tags.
    SetTags {
        /// As they are.
        from: Tags,
        /// Those to set.
        to: Tags,
    },
    /// Delete the user with its keys and everything else of it.
    Delete,
}

/// What is to be done for a user of the configuration.
#[must_use]
pub fn diff(stack: &Stack, user: &UserConfig, observed: Option<&Observed>) -> Vec<Change> {
    let policy = policies::user(stack, user);
    let mut changes = Vec::new();
    match observed {
        None => {
            changes.push(What::Create);
            changes.push(What::SetPolicy { from: None, to: policy, bucket: user.bucket });
        }
        Some(observed) => {
            if !observed.policy.as_ref().is_some_and(|observed| policy::same(observed, &policy)) {
                let (bucket, mut from) = (user.bucket, observed.policy.clone());
                // What takes and gives does so in two steps: the first is done before anything else.
                match from.as_ref().and_then(|from| policy::common(from, &policy)) {
                    Some(left) if policy::is_bare(&left) => {
                        changes.push(What::DeleteInline(stack.names.inline_policy.clone()));
                        from = None;
                    }
                    Some(left) => {
                        changes.push(What::SetPolicy { from, to: left.clone(), bucket });
                        from = Some(left);
                    }
                    None => {}
                }
                changes.push(What::SetPolicy { from, to: policy, bucket });
            }
            changes.extend(observed.extra_inline.iter().cloned().map(What::DeleteInline));
            changes.extend(observed.attached.iter().cloned().map(What::Detach));
            changes.extend(observed.groups.iter().cloned().map(What::LeaveGroup));
            if observed.boundary != stack.config.permissions_boundary {
                let to = stack.config.permissions_boundary.clone();
                changes.push(What::SetBoundary { from: observed.boundary.clone(), to });
            }
            if let Some(to) = tags::missing(stack, &observed.tags) {
                changes.push(What::SetTags { from: observed.tags.clone(), to });
            }
        }
    }
    let name = stack.names.user(&user.name);
    changes.into_iter().map(|what| Change { user: name.clone(), what }).collect()
}

/// Takes our rights away from a user, at once, and then deletes it.
#[must_use]
pub fn removal(stack: &Stack, user: &str) -> Vec<Change> {
    [What::DeleteInline(stack.names.inline_policy.clone()), What::Delete]
        .map(|what| Change { user: user.to_owned(), what })
        .into()
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match &self.what {
            What::Create => Line::create(),
            What::SetPolicy { from, to, .. } => {
                Line::set("inline policy", from.as_ref().and_then(Shown::document), Shown::document(to))
            }
            // Ours goes only when the user goes.
            What::DeleteInline(name) if name.starts_with("provisioner-") => {
                Line::set("inline policy", Shown::text(name), None).note("the rights go first")
            }
            What::DeleteInline(name) => {
                Line::set("inline policy", Shown::text(name), None).note("not in config.toml")
            }
            What::Detach(arn) => {
                Line::set("attached policy", Shown::text(arn), None).note("not in config.toml")
            }
            What::LeaveGroup(group) => {
                Line::set("group", Shown::text(group), None).note("not in config.toml")
            }
            What::SetBoundary { from, to } => Line::set(
                "permissions boundary",
                from.as_ref().and_then(Shown::text),
                to.as_ref().and_then(Shown::text),
            ),
            What::SetTags { from, to } => tags::line(from, to),
            What::Delete => Line::delete().note("with its access keys"),
        }
    }

    fn rank(&self) -> u8 {
        match self.what {
            What::Create => 0,
            What::Delete => 2,
            _ => 1,
        }
    }

    fn needs(&self) -> Vec<Need> {
        match &self.what {
            // Nobody gets rights in a bucket that is not closed to the public yet.
            What::SetPolicy { bucket, .. } if !self.narrows() => {
                vec![Need::Settled(Address::Bucket(*bucket))]
            }
            _ => Vec::new(),
        }
    }

    fn narrows(&self) -> bool {
        match &self.what {
            What::DeleteInline(_)
            | What::Detach(_)
            | What::LeaveGroup(_)
            | What::SetBoundary { to: Some(_), .. } => true,
            What::SetPolicy { from: Some(from), to, .. } => policy::narrows(from, to),
            _ => false,
        }
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let (iam, stack) = (&context.aws.iam, context.stack);
        let name = &self.user;
        let wait = Deadline::PROPAGATION;
        match &self.what {
            What::Create => {
                let created = until(wait, context.on_wait, busy, async || {
                    iam.create_user()
                        .user_name(name)
                        .path(&stack.names.path)
                        .set_permissions_boundary(stack.config.permissions_boundary.clone())
                        .set_tags(Some(to_iam(&stack.tags)))
                        .send()
                        .await
                        .aws("CreateUser")
                })
                .await;
                match created {
                    Err(error) if error.is_already_exists() => Ok(()),
                    other => other.map(drop),
                }
            }
            What::SetPolicy { to, .. } => until(wait, context.on_wait, propagating, async || {
                iam.put_user_policy()
                    .user_name(name)
                    .policy_name(&stack.names.inline_policy)
                    .policy_document(to.to_string())
                    .send()
                    .await
                    .aws("PutUserPolicy")
            })
            .await
            .map(drop),
            What::DeleteInline(policy) => gone(
                until(wait, context.on_wait, busy, async || {
                    iam.delete_user_policy()
                        .user_name(name)
                        .policy_name(policy)
                        .send()
                        .await
                        .aws("DeleteUserPolicy")
                })
                .await,
            ),
            What::Detach(arn) => gone(
                until(wait, context.on_wait, busy, async || {
                    iam.detach_user_policy()
                        .user_name(name)
                        .policy_arn(arn)
                        .send()
                        .await
                        .aws("DetachUserPolicy")
                })
                .await,
            ),
            What::LeaveGroup(group) => gone(
                until(wait, context.on_wait, busy, async || {
                    iam.remove_user_from_group()
                        .user_name(name)
                        .group_name(group)
                        .send()
                        .await
                        .aws("RemoveUserFromGroup")
                })
                .await,
            ),
            What::SetBoundary { to: Some(arn), .. } => {
                until(wait, context.on_wait, propagating, async || {
                    iam.put_user_permissions_boundary()
                        .user_name(name)
                        .permissions_boundary(arn)
                        .send()
                        .await
                        .aws("PutUserPermissionsBoundary")
                })
                .await
                .map(drop)
            }
            What::SetBoundary { to: None, .. } => gone(
                until(wait, context.on_wait, busy, async || {
                    iam.delete_user_permissions_boundary()
                        .user_name(name)
                        .send()
                        .await
                        .aws("DeleteUserPermissionsBoundary")
                })
                .await,
            ),
            What::SetTags { to, .. } => until(wait, context.on_wait, propagating, async || {
                iam.tag_user().user_name(name).set_tags(Some(to_iam(to))).send().await.aws("TagUser")
            })
            .await
            .map(drop),
            What::Delete => remove::remove(context, name).await,
        }
    }
}
