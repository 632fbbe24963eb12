//! Reading users: each by itself, or, when there are many, all that the account has in one go
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>).
//! Six calls for each of a thousand users would take minutes, at the rate that IAM allows.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{EntityType, Group, UserDetail};
use futures::{StreamExt, TryStreamExt};

use super::super::iam::{arns, boundary, document, from_iam};
use super::super::identity::{self, ExtraInline, Identity, Policies};
use super::{Observed, own_key};
use crate::aws::{Aws, AwsCall, AwsError};
use crate::stack::Stack;

/// Up to so many users are read one by one, which needs no right to read the whole account.
const FEW: usize = 12;
/// Users read at once, when many must be read one by one.
const CONCURRENT: usize = 24;
/// The largest page there is.
const PAGE: i32 = 1000;

/// The users of the configuration, by IAM name, and the names of those under the stack's path that are no
/// longer in the configuration.
pub type Users = (BTreeMap<String, Option<Observed>>, Vec<String>);

/// Reads all users of the stack.
///
/// # Errors
/// When a call fails.
pub async fn observe(aws: &Aws, stack: &Stack) -> Result<Users, AwsError> {
    let names: Vec<String> = stack.iam_users().map(|user| stack.names.user(&user.name)).collect();
    if names.len() > FEW {
        match of_account(aws, stack, &names).await {
            Err(error) if error.code.as_deref() == Some("AccessDenied") => {}
            other => return other,
        }
    }
    one_by_one(aws, stack, names).await
}

/// Reads some of the users once more, by IAM name, and updates what was known. Few are read by themselves, whatever the
/// number of all.
///
/// # Errors
/// When a call fails.
pub async fn look_again(
    aws: &Aws,
    stack: &Stack,
    names: Vec<String>,
    (mut users, mut former): Users,
) -> Result<Users, AwsError> {
    if names.len() > FEW {
        return observe(aws, stack).await;
    }
    let (current, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| users.contains_key(name));
    let reads_keys = users.len() <= FEW;
    let read = current.into_iter().map(async |name| {
        let user = one(aws, stack, &name, reads_keys).await?;
        Ok::<_, AwsError>((name, user))
    });
    users.extend(futures::future::try_join_all(read).await?);
    if !others.is_empty() {
        former = list(aws, stack).await?.into_iter().filter(|name| !users.contains_key(name)).collect();
    }
    Ok((users, former))
}

async fn of_account(aws: &Aws, stack: &Stack, names: &[String]) -> Result<Users, AwsError> {
    let mut users: BTreeMap<String, Option<Observed>> =
        names.iter().map(|name| (name.clone(), None)).collect();
    let mut former = Vec::new();
    let request = aws.iam.get_account_authorization_details().filter(EntityType::User).max_items(PAGE);
    let mut pages = request.into_paginator().send();
    while let Some(page) = pages.next().await {
        for user in page.aws("GetAccountAuthorizationDetails")?.user_detail_list() {
            let name = user.user_name().unwrap_or_default();
            if let Some(place) = users.get_mut(name) {
                *place = Some(of_detail(stack, user));
            } else if user.path() == Some(stack.names.path.as_str()) {
                former.push(name.to_owned());
            }
        }
    }
    Ok((users, former))
}

fn of_detail(stack: &Stack, user: &UserDetail) -> Observed {
    let ours = stack.names.inline_policy.as_str();
    let (inline_ours, extra): (Vec<_>, Vec<_>) =
        user.user_policy_list().iter().partition(|policy| policy.policy_name() == Some(ours));
    Observed {
        groups: user.group_list().to_vec(),
        identity: identity::Observed {
            path: user.path().unwrap_or_default().to_owned(),
            policies: Policies {
                ours: inline_ours
                    .first()
                    .map(|policy| document(policy.policy_document().unwrap_or_default())),
                extra_inline: extra
                    .iter()
                    .map(|policy| ExtraInline {
                        name: policy.policy_name().unwrap_or_default().to_owned(),
                        document: Ok(document(policy.policy_document().unwrap_or_default())),
                    })
                    .collect(),
                attached: arns(user.attached_managed_policies()),
            },
            boundary: boundary(user.permissions_boundary()),
            tags: from_iam(user.tags()),
        },
        // That would be a call for each of them.
        keys: Vec::new(),
    }
}

async fn one_by_one(aws: &Aws, stack: &Stack, names: Vec<String>) -> Result<Users, AwsError> {
    let reads_keys = names.len() <= FEW;
    let users = futures::stream::iter(names.clone())
        .map(|name| async move { Ok((name.clone(), one(aws, stack, &name, reads_keys).await?)) })
        .buffer_unordered(CONCURRENT)
        .try_collect::<BTreeMap<_, _>>();
    let (users, all) = futures::join!(users, list(aws, stack));
    let errors = [users.as_ref().err(), all.as_ref().err()];
    if let Some(denied) = AwsError::all_denied(errors.into_iter().flatten()) {
        return Err(denied);
    }
    let (users, all) = (users?, all?);
    Ok((users, all.into_iter().filter(|name| !names.contains(name)).collect()))
}

/// Reads a user by itself.
async fn one(aws: &Aws, stack: &Stack, name: &str, reads_keys: bool) -> Result<Option<Observed>, AwsError> {
    let iam = &aws.iam;
    let (user, policies, groups, keys) = futures::join!(
        async { iam.get_user().user_name(name).send().await.aws("GetUser") },
        Identity::user(iam, name).policies(&stack.names.inline_policy),
        groups(iam, name),
        async { if reads_keys { own_key::list(aws, name).await } else { Ok(Vec::new()) } },
    );
    let errors = [user.as_ref().err(), policies.as_ref().err(), groups.as_ref().err()];
    if let Some(denied) = AwsError::all_denied(errors.into_iter().flatten()) {
        return Err(denied);
    }
    let user = match user {
        Err(error) if error.is_not_found() => return Ok(None),
        other => other?,
    };
    // Gone between two calls: the next look says so, too.
    let (Some(user), Some(policies)) = (user.user, policies?) else { return Ok(None) };
    let groups = match groups {
        Err(error) if error.is_not_found() => return Ok(None),
        other => other?,
    };
    let tags = from_iam(user.tags());
    let keys = own_key::own(aws, &tags, keys?).await;
    Ok(Some(Observed {
        keys,
        groups,
        identity: identity::Observed {
            path: user.path().to_owned(),
            policies,
            boundary: boundary(user.permissions_boundary()),
            tags,
        },
    }))
}

/// The names of a user's groups.
pub(super) async fn groups(iam: &Client, user: &str) -> Result<Vec<String>, AwsError> {
    let pages = iam.list_groups_for_user().user_name(user).into_paginator().items().send();
    let groups: Vec<Group> = pages.try_collect().await.aws("ListGroupsForUser")?;
    Ok(groups.into_iter().map(|group| group.group_name).collect())
}

/// The names of all users under the stack's path, and not under one that only begins like it.
async fn list(aws: &Aws, stack: &Stack) -> Result<Vec<String>, AwsError> {
    let mut pages = aws.iam.list_users().path_prefix(&stack.names.path).into_paginator().send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.aws("ListUsers")?;
        let ours = page.users().iter().filter(|user| user.path() == stack.names.path);
        names.extend(ours.map(|user| user.user_name().to_owned()));
    }
    Ok(names)
}
