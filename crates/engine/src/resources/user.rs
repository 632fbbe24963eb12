//! A user of the stack: one inline policy, no other rights
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users.html>).
//!
//! # Expected flow
//! Create it with boundary and tags; write the inline policy when its bucket is settled. A user that is no longer in
//! the configuration loses its rights before anything else, and is deleted.
//!
//! # Guarantees
//! - Policies and groups that are not of the configuration are removed, before anything that gives rights.
//! - Access keys are never made here, and none is deleted but with its user. Those that an upload has made are told by a
//!   tag, and what has no known use is a note.
//!
//! # Assumptions
//! - All users under the stack's path are the stack's.
//!
//! # Caveats
//! - IAM refuses to delete a user that has anything left; what it may have is listed only then.

use super::iam::{BUSY, to_iam, until_consistent};
use super::identity::{self, Identity, Rights};
use super::{Context, Line, Need, ResourceChange, Shown, idempotent};
use crate::aws::{AwsCall, AwsError, Deadline};
use crate::config::UserConfig;
use crate::stack::{Stack, policies};

mod observe;
mod own_key;
mod remove;
mod upload_key;

pub use observe::{Users, look_again, observe};
pub use own_key::{Doubt, OLD_DAYS, OwnKey, doubt};
pub use upload_key::UploadKey;

/// A user as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Names of groups.
    pub groups: Vec<String>,
    /// What the role has, too.
    pub identity: identity::Observed,
    /// Its access keys that no upload has made; none where they were not read, which is so where there are many users.
    pub keys: Vec<OwnKey>,
}

/// A change of a user; `user` is the IAM name.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The IAM name.
    pub user: String,
    /// What of it changes.
    pub aspect: Aspect,
}

/// What of a user changes: all of it, or one aspect.
#[derive(Debug, Clone, PartialEq)]
pub enum Aspect {
    /// Create it, with boundary and tags.
    Create,
    /// Move it under the stack's path, where the stack's users are found.
    Move {
        /// The path that it has.
        from: String,
        /// The stack's.
        to: String,
    },
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
            changes.push(Aspect::Create);
            changes.push(Aspect::Identity(rights.grant()));
        }
        Some(Observed { groups, identity, keys: _ }) => {
            if identity.path != stack.names.path {
                let (from, to) = (identity.path.clone(), stack.names.path.clone());
                changes.push(Aspect::Move { from, to });
            }
            changes.extend(rights.diff(stack, &identity.policies).into_iter().map(Aspect::Identity));
            changes.extend(groups.iter().cloned().map(Aspect::LeaveGroup));
            changes.extend(identity::diff_settings(stack, identity).into_iter().map(Aspect::Identity));
        }
    }
    let name = stack.names.user(&user.name);
    changes.into_iter().map(|aspect| Change { user: name.clone(), aspect }).collect()
}

/// Takes our rights away from a user, at once, and then deletes it.
#[must_use]
pub fn removal(stack: &Stack, user: &str) -> Vec<Change> {
    [Aspect::Identity(identity::Change::revoke(stack)), Aspect::Delete]
        .map(|aspect| Change { user: user.to_owned(), aspect })
        .into()
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match &self.aspect {
            Aspect::Create => Line::create(),
            Aspect::Move { from, to } => Line::set("path", Shown::text(from), Shown::text(to)),
            Aspect::Identity(change) => change.line(),
            Aspect::LeaveGroup(group) => {
                Line::set("group", Shown::text(group), None).note("not in config.toml")
            }
            Aspect::Delete => Line::delete().note("with its access keys"),
        }
    }

    fn rank(&self) -> u8 {
        match self.aspect {
            Aspect::Create => 0,
            Aspect::Delete => 2,
            _ => 1,
        }
    }

    fn needs(&self) -> Vec<Need> {
        match &self.aspect {
            Aspect::Identity(change) => change.needs(),
            Aspect::Create | Aspect::Move { .. } | Aspect::LeaveGroup(_) | Aspect::Delete => Vec::new(),
        }
    }

    fn narrows(&self) -> bool {
        match &self.aspect {
            Aspect::LeaveGroup(_) => true,
            Aspect::Identity(change) => change.narrows(),
            Aspect::Create | Aspect::Move { .. } | Aspect::Delete => false,
        }
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let (iam, stack) = (&context.aws.iam, context.stack);
        let name = &self.user;
        match &self.aspect {
            Aspect::Create => {
                idempotent::create(context, BUSY, async || {
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
            Aspect::Move { to, .. } => {
                until_consistent(context, async || {
                    iam.update_user().user_name(name).new_path(to).send().await.aws("UpdateUser")
                })
                .await
            }
            Aspect::Identity(change) => change.execute(context, Identity::user(iam, name)).await,
            Aspect::LeaveGroup(group) => {
                idempotent::delete(context, Deadline::PROPAGATION, BUSY, async || {
                    let request = iam.remove_user_from_group().user_name(name).group_name(group);
                    request.send().await.aws("RemoveUserFromGroup")
                })
                .await
            }
            Aspect::Delete => remove::remove(context, name).await,
        }
    }
}

#[cfg(test)]
mod tests;
