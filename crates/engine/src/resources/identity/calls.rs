//! The calls that IAM has twice, once for roles and once for users.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::AttachedPolicy;
use futures::future::try_join_all;
use serde_json::Value;

use super::super::iam::{arns, document, to_iam};
use super::super::idempotent::ok_if_gone;
use super::{ExtraInline, Policies};
use crate::aws::{AwsCall, AwsError};
use crate::stack::Tags;

/// A role or a user, by name.
#[derive(Clone, Copy)]
pub(in super::super) struct Identity<'a> {
    iam: &'a Client,
    kind: Kind,
    name: &'a str,
}

#[derive(Clone, Copy)]
enum Kind {
    Role,
    User,
}

impl Kind {
    /// The IAM action that reads an inline policy.
    fn read_action(self) -> &'static str {
        match self {
            Self::Role => "iam:GetRolePolicy",
            Self::User => "iam:GetUserPolicy",
        }
    }
}

impl<'a> Identity<'a> {
    pub(in super::super) fn role(iam: &'a Client, name: &'a str) -> Self {
        Self { iam, kind: Kind::Role, name }
    }

    pub(in super::super) fn user(iam: &'a Client, name: &'a str) -> Self {
        Self { iam, kind: Kind::User, name }
    }

    /// All its policies; `ours` is the name of our inline one. `None`: there is no such identity.
    pub(in super::super) async fn policies(self, ours: &str) -> Result<Option<Policies>, AwsError> {
        let (inline, attached, policy) =
            futures::join!(self.extra_inline(ours), self.attached_policies(), self.policy(ours));
        let errors = [inline.as_ref().err(), attached.as_ref().err(), policy.as_ref().err()];
        if let Some(denied) = AwsError::all_denied(errors.into_iter().flatten()) {
            return Err(denied);
        }
        let policy = policy?;
        match (inline, attached) {
            (Err(error), _) | (_, Err(error)) if error.is_not_found() => Ok(None),
            (inline, attached) => {
                Ok(Some(Policies { ours: policy, extra_inline: inline?, attached: attached? }))
            }
        }
    }

    /// The inline policies but ours. What may be listed and not read has no document: it goes all the same.
    async fn extra_inline(self, ours: &str) -> Result<Vec<ExtraInline>, AwsError> {
        let names = self.inline_policies().await?.into_iter().filter(|name| name != ours);
        // On the heap: nearly always there are none, and each future of the SDK takes kilobytes of stack.
        let read = names.map(|name| {
            Box::pin(async move {
                let document = match self.policy(&name).await {
                    Err(error) if error.is_access_denied() => Err(self.kind.read_action()),
                    // Gone between two calls.
                    other => match other? {
                        Some(document) => Ok(document),
                        None => return Ok(None),
                    },
                };
                Ok(Some(ExtraInline { name, document }))
            })
        });
        Ok(try_join_all(read).await?.into_iter().flatten().collect())
    }

    /// An inline policy.
    async fn policy(self, name: &str) -> Result<Option<Value>, AwsError> {
        let (iam, of) = (self.iam, self.name);
        let found = match self.kind {
            Kind::Role => {
                let request = iam.get_role_policy().role_name(of).policy_name(name);
                request.send().await.aws("GetRolePolicy").map(|output| document(output.policy_document()))
            }
            Kind::User => {
                let request = iam.get_user_policy().user_name(of).policy_name(name);
                request.send().await.aws("GetUserPolicy").map(|output| document(output.policy_document()))
            }
        };
        match found {
            Err(error) if error.is_not_found() => Ok(None),
            other => other.map(Some),
        }
    }

    /// Names of the inline policies.
    async fn inline_policies(self) -> Result<Vec<String>, AwsError> {
        let (iam, of) = (self.iam, self.name);
        match self.kind {
            Kind::Role => {
                let pages = iam.list_role_policies().role_name(of).into_paginator().items().send();
                pages.try_collect().await.aws("ListRolePolicies")
            }
            Kind::User => {
                let pages = iam.list_user_policies().user_name(of).into_paginator().items().send();
                pages.try_collect().await.aws("ListUserPolicies")
            }
        }
    }

    /// ARNs of the attached policies.
    async fn attached_policies(self) -> Result<Vec<String>, AwsError> {
        let (iam, of) = (self.iam, self.name);
        let attached: Vec<AttachedPolicy> = match self.kind {
            Kind::Role => {
                let pages = iam.list_attached_role_policies().role_name(of).into_paginator().items().send();
                pages.try_collect().await.aws("ListAttachedRolePolicies")
            }
            Kind::User => {
                let pages = iam.list_attached_user_policies().user_name(of).into_paginator().items().send();
                pages.try_collect().await.aws("ListAttachedUserPolicies")
            }
        }?;
        Ok(arns(&attached))
    }

    /// Writes an inline policy.
    pub(super) async fn put_policy(self, name: &str, document: &Value) -> Result<(), AwsError> {
        let (iam, of, document) = (self.iam, self.name, document.to_string());
        match self.kind {
            Kind::Role => {
                let request = iam.put_role_policy().role_name(of).policy_name(name).policy_document(document);
                request.send().await.aws("PutRolePolicy").map(drop)
            }
            Kind::User => {
                let request = iam.put_user_policy().user_name(of).policy_name(name).policy_document(document);
                request.send().await.aws("PutUserPolicy").map(drop)
            }
        }
    }

    /// Deletes an inline policy.
    pub(super) async fn delete_policy(self, name: &str) -> Result<(), AwsError> {
        let (iam, of) = (self.iam, self.name);
        match self.kind {
            Kind::Role => {
                let request = iam.delete_role_policy().role_name(of).policy_name(name);
                request.send().await.aws("DeleteRolePolicy").map(drop)
            }
            Kind::User => {
                let request = iam.delete_user_policy().user_name(of).policy_name(name);
                request.send().await.aws("DeleteUserPolicy").map(drop)
            }
        }
    }

    /// Detaches a policy.
    pub(super) async fn detach_policy(self, arn: &str) -> Result<(), AwsError> {
        let (iam, of) = (self.iam, self.name);
        match self.kind {
            Kind::Role => {
                let request = iam.detach_role_policy().role_name(of).policy_arn(arn);
                request.send().await.aws("DetachRolePolicy").map(drop)
            }
            Kind::User => {
                let request = iam.detach_user_policy().user_name(of).policy_arn(arn);
                request.send().await.aws("DetachUserPolicy").map(drop)
            }
        }
    }

    /// Deletes and detaches whatever policies there are, listed afresh: somebody may have added one meanwhile.
    pub(in super::super) async fn delete_all_policies(self) -> Result<(), AwsError> {
        let (inline, attached) = futures::try_join!(self.inline_policies(), self.attached_policies())?;
        let delete = inline.iter().map(async |policy| ok_if_gone(self.delete_policy(policy).await));
        let detach = attached.iter().map(async |arn| ok_if_gone(self.detach_policy(arn).await));
        futures::try_join!(try_join_all(delete), try_join_all(detach)).map(drop)
    }

    /// Sets the permissions boundary.
    pub(super) async fn put_boundary(self, arn: &str) -> Result<(), AwsError> {
        let (iam, of) = (self.iam, self.name);
        match self.kind {
            Kind::Role => {
                let request = iam.put_role_permissions_boundary().role_name(of).permissions_boundary(arn);
                request.send().await.aws("PutRolePermissionsBoundary").map(drop)
            }
            Kind::User => {
                let request = iam.put_user_permissions_boundary().user_name(of).permissions_boundary(arn);
                request.send().await.aws("PutUserPermissionsBoundary").map(drop)
            }
        }
    }

    /// Removes the permissions boundary.
    pub(super) async fn delete_boundary(self) -> Result<(), AwsError> {
        let (iam, of) = (self.iam, self.name);
        match self.kind {
            Kind::Role => {
                let request = iam.delete_role_permissions_boundary().role_name(of);
                request.send().await.aws("DeleteRolePermissionsBoundary").map(drop)
            }
            Kind::User => {
                let request = iam.delete_user_permissions_boundary().user_name(of);
                request.send().await.aws("DeleteUserPermissionsBoundary").map(drop)
            }
        }
    }

    /// Sets tags.
    pub(super) async fn tag(self, tags: &Tags) -> Result<(), AwsError> {
        let (iam, of, tags) = (self.iam, self.name, Some(to_iam(tags)));
        match self.kind {
            Kind::Role => iam.tag_role().role_name(of).set_tags(tags).send().await.aws("TagRole").map(drop),
            Kind::User => iam.tag_user().user_name(of).set_tags(tags).send().await.aws("TagUser").map(drop),
        }
    }
}
