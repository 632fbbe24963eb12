//! A user of the stack that is a role: the rights of a user, and no key
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-users-federation-idp>).
//!
//! # Expected flow
//! Create it with trust, boundary and tags; write the inline policy when its bucket is settled. A role that is no longer
//! in the configuration loses its rights before anything else, and is deleted.
//!
//! # Guarantees
//! - Policies that are not of the configuration are removed, before anything that gives rights.
//! - Nobody who is newly trusted has rights that the configuration takes away: a trust policy that lets somebody in is
//!   written after all that narrows. Nobody who is trusted no longer gets more: it is written before all that widens.
//!
//! # Assumptions
//! - All roles under the stack's path are the stack's; one of them is the function's.
//!
//! # Caveats
//! - IAM writes a deleted user or role that a trust policy names as its unique id, and refuses one that does not exist:
//!   <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.
//! - A role under another path cannot be moved, so it is a problem, with `--adopt`, too.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};

use super::identity::{self, Rights};
use super::role::{self, Settings, Wanted};
use super::{Context, Line, Need, ResourceChange};
use crate::aws::{Aws, AwsCall, AwsError};
use crate::config::{Trusted, UserConfig};
use crate::policy;
use crate::stack::{Stack, policies};

/// Roles read at once.
const CONCURRENT: usize = 24;

/// The roles of the configuration's users, by IAM name, and the names of those under the stack's path that are no longer
/// in the configuration.
pub type Roles = (BTreeMap<String, Option<role::Observed>>, Vec<String>);

/// A change of a role.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The IAM name.
    pub role: String,
    /// Whom the configuration lets assume it, in words.
    pub trusted: Vec<String>,
    /// What of it changes.
    pub aspect: role::Change,
}

/// Reads the roles of all users that are some.
///
/// # Errors
/// When a call fails.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Roles, AwsError> {
    let names: Vec<String> = stack.role_users().map(|user| stack.names.user(&user.name)).collect();
    let roles = futures::stream::iter(names.clone())
        .map(|name| async move {
            let observed = role::observe_named(aws, stack, &name).await?;
            Ok((name, observed))
        })
        .buffer_unordered(CONCURRENT)
        .try_collect::<BTreeMap<_, _>>();
    let (roles, all) = futures::join!(roles, list(aws, stack));
    let errors = [roles.as_ref().err(), all.as_ref().err()];
    if let Some(denied) = AwsError::all_denied(errors.into_iter().flatten()) {
        return Err(denied);
    }
    let is_former = |name: &String| name != stack.names.role() && !names.contains(name);
    Ok((roles?, all?.into_iter().filter(is_former).collect()))
}

/// The names of all roles under the stack's path, and not under one that only begins like it.
async fn list(aws: &Aws, stack: &Stack) -> Result<Vec<String>, AwsError> {
    let mut pages = aws.iam.list_roles().path_prefix(&stack.names.path).into_paginator().send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.aws("ListRoles")?;
        let ours = page.roles().iter().filter(|role| role.path() == stack.names.path);
        names.extend(ours.map(|role| role.role_name().to_owned()));
    }
    Ok(names)
}

/// What is to be done for a user of the configuration that is a role.
#[must_use]
pub fn diff(stack: &Stack, user: &UserConfig, observed: Option<&role::Observed>) -> Vec<Change> {
    let Some(trust) = user.trust() else { return Vec::new() };
    let wanted = Wanted {
        trust: policies::user_trust(&stack.names.partition, trust),
        settings: Settings::of_user(user),
        rights: Rights { policy: policies::user(stack, user), buckets: vec![user.bucket] },
    };
    let (role, trusted) =
        (stack.names.user(&user.name), trust.iter().map(Trusted::words).collect::<Vec<_>>());
    let change = |aspect| Change { role: role.clone(), trusted: trusted.clone(), aspect };
    role::diff_to(stack, wanted, observed).into_iter().map(change).collect()
}

/// Takes our rights away from a role, at once, and then deletes it.
#[must_use]
pub fn removal(stack: &Stack, role: &str) -> Vec<Change> {
    let change = |aspect| Change { role: role.to_owned(), trusted: Vec::new(), aspect };
    [role::Change::Identity(identity::Change::revoke(stack)), role::Change::Delete].map(change).into()
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match &self.aspect {
            // No other line of the plan says who gets in.
            role::Change::Create => Line::create().note(format!("assumed by {}", self.trusted.join(", "))),
            aspect => aspect.line(),
        }
    }

    fn rank(&self) -> u8 {
        match &self.aspect {
            role::Change::Create => 0,
            role::Change::SetTrust { .. } => 1,
            role::Change::SetSettings { .. } | role::Change::Identity(_) => 2,
            role::Change::Delete => 3,
        }
    }

    fn needs(&self) -> Vec<Need> {
        match &self.aspect {
            // No function acts as it.
            role::Change::Delete => Vec::new(),
            aspect => aspect.needs(),
        }
    }

    fn narrows(&self) -> bool {
        match &self.aspect {
            role::Change::SetTrust { from, to } => policy::narrows(from, to),
            aspect => aspect.narrows(),
        }
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let user = context.stack.user(&self.role);
        let trust = user.and_then(UserConfig::trust).unwrap_or_default();
        let trust = policies::user_trust(&context.stack.names.partition, trust);
        let settings = user.map_or_else(Settings::wanted, Settings::of_user);
        self.aspect.execute_on(context, &self.role, &trust, &settings).await
    }
}

#[cfg(test)]
mod tests;
