//! The function's role: trust, one least-privilege inline policy, nothing else
//! (<https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html>).

use serde_json::Value;

use super::iam::{busy, document, from_iam, gone, propagating, to_iam};
use super::{Address, Context, Line, Need, ResourceChange, Shown, tags};
use crate::aws::{Aws, AwsCall, AwsError, Deadline, until};
use crate::config::BucketRole;
use crate::policy;
use crate::stack::{Stack, Tags, policies};

/// The role as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Its path.
    pub path: String,
    /// Who may assume it.
    pub trust: Value,
    /// Our inline policy.
    pub policy: Option<Value>,
    /// Names of inline policies that are not ours.
    pub extra_inline: Vec<String>,
    /// ARNs of attached policies.
    pub attached: Vec<String>,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: Tags,
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
    /// Write our inline policy.
    SetPolicy {
        /// As it is.
        from: Option<Value>,
        /// As it should be.
        to: Value,
    },
    /// Delete an inline policy that is not of the configuration.
    DeleteInline(String),
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
    /// Delete the role, with its policies.
    Delete,
}

/// Reads the role.
///
/// # Errors
/// When a call fails.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Option<Observed>, AwsError> {
    let name = stack.names.role();
    let ours = &stack.names.inline_policy;
    let role = async { aws.iam.get_role().role_name(name).send().await.aws("GetRole") };
    let inline = async { aws.iam.list_role_policies().role_name(name).send().await.aws("ListRolePolicies") };
    let attached = async {
        aws.iam.list_attached_role_policies().role_name(name).send().await.aws("ListAttachedRolePolicies")
    };
    let policy = async {
        aws.iam.get_role_policy().role_name(name).policy_name(ours).send().await.aws("GetRolePolicy")
    };
    let (role, inline, attached, policy) = futures::join!(role, inline, attached, policy);
    let role = match role {
        Err(error) if error.is_not_found() => return Ok(None),
        other => other?,
    };
    let Some(role) = role.role else { return Ok(None) };
    let policy = match policy {
        Ok(output) => Some(document(output.policy_document())),
        Err(error) if error.is_not_found() => None,
        Err(error) => return Err(error),
    };
    // Gone between two calls: the next look says so, too.
    let (inline, attached) = match (inline, attached) {
        (Err(error), _) | (_, Err(error)) if error.is_not_found() => return Ok(None),
        (inline, attached) => (inline?, attached?),
    };
    Ok(Some(Observed {
        path: role.path().to_owned(),
        trust: document(role.assume_role_policy_document().unwrap_or_default()),
        policy,
        extra_inline: inline.policy_names().iter().filter(|name| *name != ours).cloned().collect(),
        attached: attached
            .attached_policies()
            .iter()
            .filter_map(|p| p.policy_arn())
            .map(str::to_owned)
            .collect(),
        boundary: role.permissions_boundary().and_then(|b| b.permissions_boundary_arn()).map(str::to_owned),
        tags: from_iam(role.tags()),
    }))
}

/// What is to be done.
#[must_use]
pub fn diff(stack: &Stack, observed: Option<&Observed>) -> Vec<Change> {
    let policy = policies::role(stack);
    let Some(observed) = observed else {
        return vec![Change::Create, Change::SetPolicy { from: None, to: policy }];
    };
    let mut changes = Vec::new();
    let trust = policies::trust();
    if !policy::same(&observed.trust, &trust) {
        changes.push(Change::SetTrust { from: observed.trust.clone(), to: trust });
    }
    if !observed.policy.as_ref().is_some_and(|observed| policy::same(observed, &policy)) {
        let mut from = observed.policy.clone();
        // What takes and gives does so in two steps: the first is done before anything else.
        match from.as_ref().and_then(|from| policy::common(from, &policy)) {
            Some(left) if policy::is_bare(&left) => {
                changes.push(Change::DeleteInline(stack.names.inline_policy.clone()));
                from = None;
            }
            Some(left) => {
                changes.push(Change::SetPolicy { from, to: left.clone() });
                from = Some(left);
            }
            None => {}
        }
        changes.push(Change::SetPolicy { from, to: policy });
    }
    changes.extend(observed.extra_inline.iter().cloned().map(Change::DeleteInline));
    changes.extend(observed.attached.iter().cloned().map(Change::Detach));
    if observed.boundary != stack.config.permissions_boundary {
        changes.push(Change::SetBoundary {
            from: observed.boundary.clone(),
            to: stack.config.permissions_boundary.clone(),
        });
    }
    if let Some(to) = tags::missing(stack, &observed.tags) {
        changes.push(Change::SetTags { from: observed.tags.clone(), to });
    }
    changes
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match self {
            Self::Create => Line::create(),
            Self::SetTrust { from, to } => {
                Line::set("trust policy", Shown::document(from), Shown::document(to))
            }
            Self::SetPolicy { from, to } => {
                Line::set("inline policy", from.as_ref().and_then(Shown::document), Shown::document(to))
            }
            Self::DeleteInline(name) if name.starts_with("provisioner-") => {
                Line::set("inline policy", Shown::text(name), None).note("the rights go first")
            }
            Self::DeleteInline(name) => {
                Line::set("inline policy", Shown::text(name), None).note("not in config.toml")
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
            Self::Delete => Line::delete(),
        }
    }

    fn rank(&self) -> u8 {
        u8::from(!matches!(self, Self::Create))
    }

    fn needs(&self) -> Vec<Need> {
        match self {
            Self::Delete => vec![Need::Settled(Address::Function)],
            // Nobody gets rights in a bucket that is not closed to the public yet.
            Self::SetPolicy { .. } if !self.narrows() => [BucketRole::Source, BucketRole::Destination]
                .map(|role| Need::Settled(Address::Bucket(role)))
                .into(),
            _ => Vec::new(),
        }
    }

    fn narrows(&self) -> bool {
        match self {
            Self::DeleteInline(_)
            | Self::Detach(_)
            | Self::SetTrust { .. }
            | Self::SetBoundary { to: Some(_), .. } => true,
            Self::SetPolicy { from: Some(from), to } => policy::narrows(from, to),
            _ => false,
        }
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        let (iam, stack) = (&context.aws.iam, context.stack);
        let name = stack.names.role();
        let wait = Deadline::PROPAGATION;
        match self {
            Self::Create => {
                let created = until(wait, context.on_wait, busy, async || {
                    iam.create_role()
                        .role_name(name)
                        .path(&stack.names.path)
                        .description("Reads uploaded pictures and writes the clean ones (provisioner)")
                        .assume_role_policy_document(policies::trust().to_string())
                        .set_permissions_boundary(stack.config.permissions_boundary.clone())
                        .set_tags(Some(to_iam(&stack.tags)))
                        .send()
                        .await
                        .aws("CreateRole")
                })
                .await;
                match created {
                    Err(error) if error.is_already_exists() => Ok(()),
                    other => other.map(drop),
                }
            }
            Self::SetTrust { to, .. } => until(wait, context.on_wait, propagating, async || {
                iam.update_assume_role_policy()
                    .role_name(name)
                    .policy_document(to.to_string())
                    .send()
                    .await
                    .aws("UpdateAssumeRolePolicy")
            })
            .await
            .map(drop),
            Self::SetPolicy { to, .. } => until(wait, context.on_wait, propagating, async || {
                iam.put_role_policy()
                    .role_name(name)
                    .policy_name(&stack.names.inline_policy)
                    .policy_document(to.to_string())
                    .send()
                    .await
                    .aws("PutRolePolicy")
            })
            .await
            .map(drop),
            Self::DeleteInline(policy) => gone(
                until(wait, context.on_wait, busy, async || {
                    iam.delete_role_policy()
                        .role_name(name)
                        .policy_name(policy)
                        .send()
                        .await
                        .aws("DeleteRolePolicy")
                })
                .await,
            ),
            Self::Detach(arn) => gone(
                until(wait, context.on_wait, busy, async || {
                    iam.detach_role_policy()
                        .role_name(name)
                        .policy_arn(arn)
                        .send()
                        .await
                        .aws("DetachRolePolicy")
                })
                .await,
            ),
            Self::SetBoundary { to: Some(arn), .. } => {
                until(wait, context.on_wait, propagating, async || {
                    iam.put_role_permissions_boundary()
                        .role_name(name)
                        .permissions_boundary(arn)
                        .send()
                        .await
                        .aws("PutRolePermissionsBoundary")
                })
                .await
                .map(drop)
            }
            Self::SetBoundary { to: None, .. } => gone(
                until(wait, context.on_wait, busy, async || {
                    iam.delete_role_permissions_boundary()
                        .role_name(name)
                        .send()
                        .await
                        .aws("DeleteRolePermissionsBoundary")
                })
                .await,
            ),
            Self::SetTags { to, .. } => until(wait, context.on_wait, propagating, async || {
                iam.tag_role().role_name(name).set_tags(Some(to_iam(to))).send().await.aws("TagRole")
            })
            .await
            .map(drop),
            Self::Delete => delete(context).await,
        }
    }
}

async fn delete(context: &Context<'_>) -> Result<(), AwsError> {
    let iam = &context.aws.iam;
    let name = context.stack.names.role();
    let ours = &context.stack.names.inline_policy;
    let delete_inline = async |policy: &str| {
        let request = iam.delete_role_policy().role_name(name).policy_name(policy);
        gone(request.send().await.aws("DeleteRolePolicy"))
    };
    let detach = async |arn: &str| {
        let request = iam.detach_role_policy().role_name(name).policy_arn(arn);
        gone(request.send().await.aws("DetachRolePolicy"))
    };
    // Listed afresh, and again on a conflict: somebody may have attached one meanwhile.
    let deleted = until(
        Deadline::PROPAGATION,
        context.on_wait,
        |error| error.is_conflict().then_some("IAM still sees policies on the role"),
        async || {
            let (inline, attached, _) = futures::try_join!(
                async { iam.list_role_policies().role_name(name).send().await.aws("ListRolePolicies") },
                async {
                    let request = iam.list_attached_role_policies().role_name(name);
                    request.send().await.aws("ListAttachedRolePolicies")
                },
                delete_inline(ours),
            )?;
            let others = inline.policy_names().iter().filter(|policy| *policy != ours);
            let attached = attached.attached_policies().iter().filter_map(|policy| policy.policy_arn());
            futures::try_join!(
                futures::future::try_join_all(others.map(|policy| delete_inline(policy))),
                futures::future::try_join_all(attached.map(detach))
            )?;
            iam.delete_role().role_name(name).send().await.aws("DeleteRole").map(drop)
        },
    )
    .await;
    gone(deleted)
}
