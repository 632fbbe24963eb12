//! What roles and users share as IAM identities: one inline policy of ours and no other, a permissions
//! boundary, tags (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html>).
//!
//! # Expected flow
//! Compare the policy by meaning. One that takes rights and gives others is written twice: first what both versions
//! allow, before anything else, then the rest, when the buckets are settled.
//!
//! # Guarantees
//! - Never more rights than the old or the new policy gives.
//!
//! # Assumptions
//! - Our policy is told by its name, and every other one is not of the configuration.
//!
//! # Caveats
//! - A boundary that is removed gives rights back, so that does not run before the rest.

mod calls;

pub(super) use calls::Identity;

use serde_json::Value;

use super::iam::{BUSY, until_consistent};
use super::{Address, Context, Line, Need, Shown, idempotent, tags};
use crate::aws::{AwsError, Deadline};
use crate::config::BucketRole;
use crate::policy;
use crate::stack::{Stack, Tags};

/// What roles and users share, as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Its path.
    pub path: String,
    /// Its policies.
    pub policies: Policies,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// The policies of an identity, as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Policies {
    /// Our inline policy.
    pub ours: Option<Value>,
    /// Inline policies that are not ours.
    pub extra_inline: Vec<ExtraInline>,
    /// ARNs of attached policies.
    pub attached: Vec<String>,
}

/// An inline policy that is not ours.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtraInline {
    /// Its name.
    pub name: String,
    /// The document, or the IAM action that these credentials lack to read it.
    pub document: Result<Value, &'static str>,
}

/// The rights that the configuration gives to an identity.
pub(super) struct Rights {
    /// Our inline policy.
    pub(super) policy: Value,
    /// The buckets that the policy opens.
    pub(super) buckets: Vec<BucketRole>,
}

/// A change of what roles and users share.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Write our inline policy.
    SetPolicy {
        /// As it is.
        from: Option<Value>,
        /// As it should be.
        to: Value,
        /// The buckets that the policy opens.
        buckets: Vec<BucketRole>,
    },
    /// Delete our inline policy: the rights go before the identity goes, or before other rights come.
    RevokeRights {
        /// Its name.
        name: String,
        /// As it is, when other rights come.
        from: Option<Value>,
    },
    /// Delete an inline policy that is not of the configuration, whatever its name looks like.
    DeleteInline(ExtraInline),
    /// Detach a policy that is not of the configuration.
    Detach(String),
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
}

impl Rights {
    /// Gives them to an identity that is new.
    pub(super) fn grant(self) -> Change {
        Change::SetPolicy { from: None, to: self.policy, buckets: self.buckets }
    }

    /// Makes them all that an identity has.
    pub(super) fn diff(self, stack: &Stack, observed: &Policies) -> Vec<Change> {
        let Self { policy, buckets } = self;
        let mut changes = Vec::new();
        if !observed.ours.as_ref().is_some_and(|ours| policy::same(ours, &policy)) {
            let mut from = observed.ours.clone();
            // What takes and gives does so in two steps: the first is done before anything else.
            match from.as_ref().and_then(|from| policy::common(from, &policy)) {
                Some(left) if policy::has_no_statements(&left) => {
                    changes.push(Change::RevokeRights { name: stack.names.inline_policy.clone(), from });
                    from = None;
                }
                Some(left) => {
                    changes.push(Change::SetPolicy { from, to: left.clone(), buckets: buckets.clone() });
                    from = Some(left);
                }
                None => {}
            }
            changes.push(Change::SetPolicy { from, to: policy, buckets });
        }
        changes.extend(observed.extra_inline.iter().cloned().map(Change::DeleteInline));
        changes.extend(observed.attached.iter().cloned().map(Change::Detach));
        changes
    }
}

/// What is to be done with permissions boundary and tags.
pub(super) fn diff_settings(stack: &Stack, observed: &Observed) -> Vec<Change> {
    let mut changes = Vec::new();
    if observed.boundary != stack.config.permissions_boundary {
        let to = stack.config.permissions_boundary.clone();
        changes.push(Change::SetBoundary { from: observed.boundary.clone(), to });
    }
    if let Some(to) = tags::missing(stack, &observed.tags) {
        changes.push(Change::SetTags { from: observed.tags.clone(), to });
    }
    changes
}

impl Change {
    /// Takes our rights away from an identity that is about to go.
    pub(super) fn revoke(stack: &Stack) -> Self {
        Self::RevokeRights { name: stack.names.inline_policy.clone(), from: None }
    }

    pub(super) fn line(&self) -> Line {
        match self {
            Self::SetPolicy { from, to, .. } => {
                Line::set("inline policy", from.as_ref().and_then(Shown::document), Shown::document(to))
            }
            Self::RevokeRights { name, from } => {
                let from = from.as_ref().map_or_else(|| Shown::text(name), Shown::document);
                Line::set("inline policy", from, None).note("removed first")
            }
            // What is taken stands in the plan, since nothing else keeps it.
            Self::DeleteInline(ExtraInline { name, document: Ok(document) }) => {
                let note = format!("named {name}, not in config.toml");
                Line::set("inline policy", Shown::document(document), None).note(note)
            }
            Self::DeleteInline(ExtraInline { name, document: Err(action) }) => {
                let note = format!("not in config.toml; what it grants cannot be read without {action}");
                Line::set("inline policy", Shown::text(name), None).note(note)
            }
            Self::Detach(arn) => {
                Line::set("attached policy", Shown::text(arn), None).note("not in config.toml")
            }
            Self::SetBoundary { from, to } => Line::set(
                "permissions boundary",
                from.as_ref().and_then(Shown::text),
                to.as_ref().and_then(Shown::text),
            ),
            Self::SetTags { from, to } => tags::line(from, to),
        }
    }

    pub(super) fn needs(&self) -> Vec<Need> {
        match self {
            // Nobody gets rights in a bucket that is not closed to the public yet.
            Self::SetPolicy { buckets, .. } if !self.narrows() => {
                buckets.iter().map(|bucket| Need::Settled(Address::Bucket(*bucket))).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn narrows(&self) -> bool {
        match self {
            Self::RevokeRights { .. }
            | Self::DeleteInline(_)
            | Self::Detach(_)
            | Self::SetBoundary { to: Some(_), .. } => true,
            Self::SetPolicy { from: Some(from), to, .. } => policy::narrows(from, to),
            _ => false,
        }
    }

    pub(super) async fn execute(
        &self,
        context: &Context<'_>,
        identity: Identity<'_>,
    ) -> Result<(), AwsError> {
        let ours = &context.stack.names.inline_policy;
        let wait = Deadline::PROPAGATION;
        match self {
            Self::SetPolicy { to, .. } => {
                until_consistent(context, async || identity.put_policy(ours, to).await).await
            }
            Self::RevokeRights { name: policy, .. }
            | Self::DeleteInline(ExtraInline { name: policy, .. }) => {
                idempotent::delete(context, wait, BUSY, async || identity.delete_policy(policy).await).await
            }
            Self::Detach(arn) => {
                idempotent::delete(context, wait, BUSY, async || identity.detach_policy(arn).await).await
            }
            Self::SetBoundary { to: Some(arn), .. } => {
                until_consistent(context, async || identity.put_boundary(arn).await).await
            }
            Self::SetBoundary { to: None, .. } => {
                idempotent::delete(context, wait, BUSY, async || identity.delete_boundary().await).await
            }
            Self::SetTags { to, .. } => until_consistent(context, async || identity.tag(to).await).await,
        }
    }
}

#[cfg(test)]
mod tests;
