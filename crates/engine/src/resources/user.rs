//! A user of the stack: one inline policy, no other rights
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users.html>).

use super::iam::{BUSY, to_iam};
use super::identity::{self, Identity, Rights};
use super::{Context, Line, Need, ResourceChange, Shown, race};
use crate::aws::{AwsCall, AwsError, Deadline};
use crate::config::UserConfig;
use crate::stack::{Stack, policies};

mod observe;
mod remove;

pub use observe::observe;

/// A user as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Names of groups.
    pub groups: Vec<String>,
    /// What the role has, too.
    pub identity: identity::Observed,
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
    /// Change what the role has, too.
    Identity(identity::Change),
    /// Leave a group that is not of the configuration.
    LeaveGroup(String),
    /// Delete the user with its keys and everything else of it.
    Delete,
}

/// What is to be done for a user of the configuration.
#[must_use]
pub fn diff(stack: &Stack, user: &UserConfig, observed: Option<&Observed>) -> Vec<Change> {
    let rights = Rights { policy: policies::user(stack, user), buckets: vec![user.bucket] };
    let mut changes = Vec::new();
    match observed {
        None => {
            changes.push(What::Create);
            changes.push(What::Identity(rights.give()));
        }
        Some(Observed { groups, identity }) => {
            changes.extend(rights.diff(stack, &identity.policies).into_iter().map(What::Identity));
            changes.extend(groups.iter().cloned().map(What::LeaveGroup));
            changes.extend(identity::diff_settings(stack, identity).into_iter().map(What::Identity));
        }
    }
    let name = stack.names.user(&user.name);
    changes.into_iter().map(|what| Change { user: name.clone(), what }).collect()
}

/// Takes our rights away from a user, at once, and then deletes it.
#[must_use]
pub fn removal(stack: &Stack, user: &str) -> Vec<Change> {
    [What::Identity(identity::Change::take(stack)), What::Delete]
        .map(|what| Change { user: user.to_owned(), what })
        .into()
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match &self.what {
            What::Create => Line::create(),
            What::Identity(change) => change.line(),
            What::LeaveGroup(group) => {
                Line::set("group", Shown::text(group), None).note("not in config.toml")
            }
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
            What::Identity(change) => change.needs(),
            What::Create | What::LeaveGroup(_) | What::Delete => Vec::new(),
        }
    }

    fn narrows(&self) -> bool {
        match &self.what {
            What::LeaveGroup(_) => true,
            What::Identity(change) => change.narrows(),
            What::Create | What::Delete => false,
        }
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let (iam, stack) = (&context.aws.iam, context.stack);
        let name = &self.user;
        match &self.what {
            What::Create => {
                race::create(context, BUSY, async || {
                    iam.create_user()
                        .user_name(name)
                        .path(&stack.names.path)
                        .set_permissions_boundary(stack.config.permissions_boundary.clone())
                        .set_tags(Some(to_iam(&stack.tags)))
                        .send()
                        .await
                        .aws("CreateUser")
                })
                .await
            }
            What::Identity(change) => change.execute(context, Identity::user(iam, name)).await,
            What::LeaveGroup(group) => {
                race::delete(context, Deadline::PROPAGATION, BUSY, async || {
                    let request = iam.remove_user_from_group().user_name(name).group_name(group);
                    request.send().await.aws("RemoveUserFromGroup")
                })
                .await
            }
            What::Delete => remove::remove(context, name).await,
        }
    }
}
