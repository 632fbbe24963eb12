//! The function's role: trust, one least-privilege inline policy, nothing else
//! (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html>).
//!
//! # Expected flow
//! Create it with trust, boundary and tags; write the inline policy when both buckets are settled. `down` takes the
//! policy away before anything else, and deletes the role when the function is gone.
//!
//! # Guarantees
//! - Policies that are not ours are removed, before anything that gives rights.
//!
//! # Assumptions
//! - The policy names the log group and so the region: that is how a stack that is up in another region is found.
//!
//! # Caveats
//! - IAM is global: one stack name can serve one region of an account.
//! - A role under another path cannot be moved, so it is a problem, with `--adopt`, too.

use serde_json::Value;

use super::iam::{BUSY, boundary, document, from_iam, not_shown_yet, to_iam, until_consistent};
use super::identity::{self, Identity, Rights};
use super::setting::Setting;
use super::{Address, Context, Line, Need, ResourceChange, Shown, idempotent, setting};
use crate::aws::{Aws, AwsCall, AwsError, Deadline, until};
use crate::config::{BucketRole, UserConfig};
use crate::policy;
use crate::stack::{Stack, policies};

/// The role as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Who may assume it.
    pub trust: Value,
    /// When it was made, in seconds since 1970.
    pub created_at: Option<i64>,
    /// What consoles show, and the longest session.
    pub settings: Settings,
    /// What users have, too.
    pub identity: identity::Observed,
}

/// What `UpdateRole` writes
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What it is, for people.
    pub description: String,
    /// The longest session in seconds; an hour unless somebody changed it.
    pub max_session: i32,
}

impl Settings {
    /// IAM's own: an hour, in seconds.
    const MAX_SESSION: i32 = 3600;

    /// What the function's role has.
    #[must_use]
    pub fn wanted() -> Self {
        Self::described("Reads uploaded pictures and writes the clean ones (provisioner)".to_owned())
    }

    /// What a user that is a role has.
    #[must_use]
    pub fn of_user(user: &UserConfig) -> Self {
        let (access, bucket) = (user.access.as_str(), user.bucket.as_str());
        Self::described(format!("Has {access} access to the {bucket} bucket (provisioner)"))
    }

    fn described(description: String) -> Self {
        Self { description, max_session: Self::MAX_SESSION }
    }

    fn settings(&self) -> Vec<Setting> {
        let session = format!("longest session: {} s", self.max_session);
        vec![
            Setting::new("description", format!("description: {:?}", self.description), &*self.description),
            Setting::new("max_session_seconds", session, self.max_session),
        ]
    }
}

/// A change of the role.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Create it, with trust, boundary and tags.
    Create,
    /// Replace the trust policy.
    SetTrust {
        /// As it is.
        from: Value,
        /// As it should be.
        to: Value,
    },
    /// Write the settings.
    SetSettings {
        /// As they are.
        from: Settings,
        /// As they should be.
        to: Settings,
    },
    /// Change what users have, too.
    Identity(identity::Change),
    /// Delete the role with whatever it has.
    Delete,
}

/// What a role of the stack should be.
pub(super) struct Wanted {
    /// Who may assume it.
    pub(super) trust: Value,
    /// What consoles show, and the longest session.
    pub(super) settings: Settings,
    /// What it may do.
    pub(super) rights: Rights,
}

/// Reads the role.
///
/// # Errors
/// When a call fails.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Option<Observed>, AwsError> {
    observe_named(aws, stack, stack.names.role()).await
}

/// Reads a role of the stack.
pub(super) async fn observe_named(
    aws: &Aws,
    stack: &Stack,
    name: &str,
) -> Result<Option<Observed>, AwsError> {
    let iam = &aws.iam;
    let (role, policies) = futures::join!(
        async { iam.get_role().role_name(name).send().await.aws("GetRole") },
        Identity::role(iam, name).policies(&stack.names.inline_policy),
    );
    let errors = [role.as_ref().err(), policies.as_ref().err()];
    if let Some(denied) = AwsError::all_denied(errors.into_iter().flatten()) {
        return Err(denied);
    }
    let role = match role {
        Err(error) if error.is_not_found() => return Ok(None),
        other => other?,
    };
    // Gone between two calls: the next look says so, too.
    let (Some(role), Some(policies)) = (role.role, policies?) else { return Ok(None) };
    Ok(Some(Observed {
        trust: document(role.assume_role_policy_document().unwrap_or_default()),
        created_at: Some(role.create_date().secs()),
        settings: Settings {
            description: role.description().unwrap_or_default().to_owned(),
            max_session: role.max_session_duration().unwrap_or(Settings::MAX_SESSION),
        },
        identity: identity::Observed {
            path: role.path().to_owned(),
            policies,
            boundary: boundary(role.permissions_boundary()),
            tags: from_iam(role.tags()),
        },
    }))
}

/// The region that the role serves when it is another one than the stack's, as its policy tells by the log group.
#[must_use]
pub fn other_region(stack: &Stack, observed: &Observed) -> Option<String> {
    let names = &stack.names;
    let policy = observed.identity.policies.ours.as_ref()?.to_string();
    let start = format!("\"arn:{}:logs:", names.partition);
    let end = format!(":{}:log-group:{}:", names.account, names.log_group);
    let regions = policy.split(&start).skip(1).filter_map(|rest| Some(rest.split_once(&end)?.0));
    let mut regions = regions.filter(|region| region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    regions.next().filter(|region| *region != names.region).map(str::to_owned)
}

/// What is to be done.
#[must_use]
pub fn diff(stack: &Stack, observed: Option<&Observed>) -> Vec<Change> {
    let rights =
        Rights { policy: policies::role(stack), buckets: vec![BucketRole::Source, BucketRole::Destination] };
    let wanted = Wanted { trust: policies::trust(), settings: Settings::wanted(), rights };
    diff_to(stack, wanted, observed)
}

/// What is to be done with a role of the stack.
pub(super) fn diff_to(stack: &Stack, wanted: Wanted, observed: Option<&Observed>) -> Vec<Change> {
    let Wanted { trust, settings, rights } = wanted;
    let Some(observed) = observed else {
        return vec![Change::Create, Change::Identity(rights.grant())];
    };
    let mut changes = Vec::new();
    if !policy::same(&observed.trust, &trust) {
        changes.push(Change::SetTrust { from: observed.trust.clone(), to: trust });
    }
    if observed.settings != settings {
        changes.push(Change::SetSettings { from: observed.settings.clone(), to: settings });
    }
    let identity = &observed.identity;
    changes.extend(rights.diff(stack, &identity.policies).into_iter().map(Change::Identity));
    changes.extend(identity::diff_settings(stack, identity).into_iter().map(Change::Identity));
    changes
}

/// Takes our rights away from the role, at once, and then deletes it.
#[must_use]
pub fn removal(stack: &Stack) -> Vec<Change> {
    vec![Change::Identity(identity::Change::revoke(stack)), Change::Delete]
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match self {
            Self::Create => Line::create(),
            Self::SetTrust { from, to } => {
                Line::set("trust policy", Shown::document(from), Shown::document(to))
            }
            Self::SetSettings { from, to } => {
                let (from, to) = setting::differing(from.settings(), to.settings());
                Line::set("settings", setting::shown(from), setting::shown(to))
            }
            Self::Identity(change) => change.line(),
            Self::Delete => Line::delete(),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Create => 0,
            Self::Delete => 2,
            _ => 1,
        }
    }

    fn needs(&self) -> Vec<Need> {
        match self {
            Self::Delete => vec![Need::Settled(Address::Function)],
            Self::Identity(change) => change.needs(),
            Self::Create | Self::SetTrust { .. } | Self::SetSettings { .. } => Vec::new(),
        }
    }

    fn narrows(&self) -> bool {
        match self {
            Self::SetTrust { .. } => true,
            Self::Identity(change) => change.narrows(),
            Self::Create | Self::SetSettings { .. } | Self::Delete => false,
        }
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let name = context.stack.names.role();
        self.execute_on(context, name, &policies::trust(), &Settings::wanted()).await
    }
}

impl Change {
    /// Does it to the role of this name; `trust` and `settings` are what one that is created gets.
    pub(super) async fn execute_on(
        &self,
        context: &Context<'_>,
        name: &str,
        trust: &Value,
        settings: &Settings,
    ) -> Result<(), AwsError> {
        let (iam, stack) = (&context.aws.iam, context.stack);
        match self {
            Self::Create => {
                let created = until(Deadline::PROPAGATION, context.on_wait, not_yet, async || {
                    iam.create_role()
                        .role_name(name)
                        .path(&stack.names.path)
                        .description(&settings.description)
                        .assume_role_policy_document(trust.to_string())
                        .set_permissions_boundary(stack.config.permissions_boundary.clone())
                        .set_tags(Some(to_iam(&stack.tags)))
                        .send()
                        .await
                        .aws("CreateRole")
                })
                .await;
                idempotent::ok_if_exists(created)
            }
            Self::SetTrust { to, .. } => {
                let reason = |error: &AwsError| not_yet(error).or_else(|| not_shown_yet(error));
                until(Deadline::PROPAGATION, context.on_wait, reason, async || {
                    let request = iam.update_assume_role_policy().role_name(name);
                    request.policy_document(to.to_string()).send().await.aws("UpdateAssumeRolePolicy")
                })
                .await
                .map(drop)
            }
            Self::SetSettings { to, .. } => {
                until_consistent(context, async || {
                    let request = iam.update_role().role_name(name).description(&to.description);
                    request.max_session_duration(to.max_session).send().await.aws("UpdateRole")
                })
                .await
            }
            Self::Identity(change) => change.execute(context, Identity::role(iam, name)).await,
            Self::Delete => delete(context, name).await,
        }
    }
}

/// Why a trust policy is written once more: whom it names may have been made just now
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>).
fn not_yet(error: &AwsError) -> Option<&'static str> {
    if error.is_unknown_principal() {
        Some("IAM does not know a principal of the trust policy yet")
    } else {
        error.is_conflict().then_some(BUSY)
    }
}

/// Deletes the role. Nearly always our policy was all it had, and that is gone by now; IAM refuses to delete a role that
/// has anything else, and then all of it is looked for.
async fn delete(context: &Context<'_>, name: &str) -> Result<(), AwsError> {
    let iam = &context.aws.iam;
    let delete = async || iam.delete_role().role_name(name).send().await.aws("DeleteRole").map(drop);
    idempotent::delete(context, Deadline::PROPAGATION, "IAM still sees policies on the role", async || {
        match delete().await {
            Err(error) if error.is_conflict() => {
                Identity::role(iam, name).delete_all_policies().await?;
                delete().await
            }
            other => other,
        }
    })
    .await
}

#[cfg(test)]
mod tests;
