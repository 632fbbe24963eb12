//! The calls that the changes of a plan make for certain, by what each is about. Those that depend on what AWS answers
//! are not among them.

use std::collections::{BTreeMap, BTreeSet};

use super::iam_arns;
use crate::aws::actions_needed;
use crate::plan::{Plan, Step};
use crate::resources::{
    Address, Change, alarm, bucket, function, identity, log_group, permission, role, user,
};
use crate::stack::Stack;

/// The actions that a plan takes, each with the ARNs that its resource may be asked for by: one of them is enough.
pub(super) fn needs(plan: &Plan, stack: &Stack) -> BTreeMap<Vec<String>, BTreeSet<String>> {
    let mut needs: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    for step in &plan.steps {
        for action in calls(step).into_iter().flat_map(actions_needed) {
            // Whatever the call is about, this is about the role.
            let address = if action == "iam:PassRole" { &Address::Role } else { &step.address };
            // Of objects and groups only the names are known, and not what of them there is.
            let resources = match action.as_str() {
                "s3:DeleteObject" | "s3:DeleteObjectVersion" => {
                    vec![format!("{}/*", arns(address, stack)[0])]
                }
                "iam:RemoveUserFromGroup" => continue,
                _ => arns(address, stack),
            };
            needs.entry(resources).or_default().insert(action);
        }
    }
    needs
}

fn calls(step: &Step) -> Vec<&'static str> {
    match &step.change {
        Change::Bucket(change) => of_bucket(&change.aspect),
        Change::LogGroup(change) => vec![match change {
            log_group::Change::Create { .. } => "CreateLogGroup",
            log_group::Change::SetRetention { .. } => "PutRetentionPolicy",
            log_group::Change::SetTags { .. } => "logs:TagResource",
            log_group::Change::Delete { .. } => "DeleteLogGroup",
        }],
        Change::Role(change) => vec![of_role(change)],
        Change::UserRole(change) => vec![of_role(&change.aspect)],
        Change::Function(change) => of_function(change),
        Change::Permission(permission::Change::Allow { from: None, .. }) => vec!["AddPermission"],
        Change::Permission(permission::Change::Allow { .. }) => vec!["RemovePermission", "AddPermission"],
        Change::Permission(permission::Change::Remove { .. }) => vec!["RemovePermission"],
        Change::Trigger(_) => vec!["PutBucketNotificationConfiguration"],
        Change::Alarm(change) => vec![match change.aspect {
            alarm::Aspect::Create { .. } | alarm::Aspect::SetSettings { .. } => "PutMetricAlarm",
            alarm::Aspect::SetTags { .. } => "cloudwatch:TagResource",
            alarm::Aspect::Delete => "DeleteAlarms",
        }],
        Change::User(change) => vec![match &change.aspect {
            user::Aspect::Create => "CreateUser",
            user::Aspect::Move { .. } => "UpdateUser",
            user::Aspect::Identity(change) => of_identity(change)[1],
            user::Aspect::LeaveGroup(_) => "RemoveUserFromGroup",
            user::Aspect::Delete => "DeleteUser",
        }],
    }
}

fn of_role(change: &role::Change) -> &'static str {
    match change {
        role::Change::Create => "CreateRole",
        role::Change::SetTrust { .. } => "UpdateAssumeRolePolicy",
        role::Change::SetSettings { .. } => "UpdateRole",
        role::Change::Identity(change) => of_identity(change)[0],
        role::Change::Delete => "DeleteRole",
    }
}

fn of_bucket(aspect: &bucket::Aspect) -> Vec<&'static str> {
    use bucket::Aspect;
    match aspect {
        Aspect::Create { .. } => vec!["CreateBucket"],
        Aspect::BlockPublicAccess => vec!["PutPublicAccessBlock"],
        Aspect::EnforceOwnership { grants, .. } if grants.is_empty() => vec!["PutBucketOwnershipControls"],
        Aspect::EnforceOwnership { .. } => vec!["PutBucketAcl", "PutBucketOwnershipControls"],
        Aspect::SetEncryption { .. } => vec!["PutBucketEncryption"],
        Aspect::SetVersioning { .. } => vec!["PutBucketVersioning"],
        Aspect::SetPolicy { .. } => vec!["PutBucketPolicy"],
        Aspect::SetLifecycle { .. } => vec!["PutBucketLifecycleConfiguration"],
        // Buckets with ABAC are tagged by another call.
        Aspect::SetTags { .. } => Vec::new(),
        Aspect::Empty { .. } => vec!["DeleteObjects"],
        Aspect::Delete => vec!["DeleteBucket"],
    }
}

fn of_function(change: &function::Change) -> Vec<&'static str> {
    use function::Change;
    vec![match change {
        Change::Create { .. } => "CreateFunction",
        Change::SetCode { .. } => "UpdateFunctionCode",
        Change::RenewGrant { .. } | Change::SetSettings { .. } => "UpdateFunctionConfiguration",
        Change::SetConcurrency { to: Some(_), .. } => "PutFunctionConcurrency",
        Change::SetConcurrency { to: None, .. } => "DeleteFunctionConcurrency",
        // The configuration is put, or deleted where it is to be as AWS has it by itself.
        Change::SetAsynchronous { .. } | Change::Wait { .. } => return Vec::new(),
        Change::SetTags { .. } => "lambda:TagResource",
        Change::Delete => "DeleteFunction",
    }]
}

/// For a role, and for a user.
fn of_identity(change: &identity::Change) -> [&'static str; 2] {
    use identity::Change;
    match change {
        Change::SetPolicy { .. } => ["PutRolePolicy", "PutUserPolicy"],
        Change::RevokeRights { .. } | Change::DeleteInline(_) => ["DeleteRolePolicy", "DeleteUserPolicy"],
        Change::Detach(_) => ["DetachRolePolicy", "DetachUserPolicy"],
        Change::SetBoundary { to: Some(_), .. } => {
            ["PutRolePermissionsBoundary", "PutUserPermissionsBoundary"]
        }
        Change::SetBoundary { to: None, .. } => {
            ["DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary"]
        }
        Change::SetTags { .. } => ["TagRole", "TagUser"],
    }
}

fn arns(address: &Address, stack: &Stack) -> Vec<String> {
    let names = &stack.names;
    match address {
        Address::Bucket(_) | Address::FormerBucket(_) | Address::Trigger => {
            vec![format!("arn:{}:s3:::{}", names.partition, address.name(stack))]
        }
        Address::Role => iam_arns(stack, "role", names.role()),
        Address::User(name) => iam_arns(stack, "user", name),
        Address::UserRole(name) => iam_arns(stack, "role", name),
        Address::Function | Address::Permission => vec![names.function_arn()],
        Address::LogGroup => vec![names.log_group_arn(), format!("{}:*", names.log_group_arn())],
        Address::Alarm(name) => vec![names.alarm_arn(name)],
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Purpose, policy};
    use super::*;
    use crate::plan;
    use crate::testing::{EVERYTHING, nothing, stack};

    /// Whoever has the policies that `permissions` prints is not refused beforehand.
    #[test]
    fn what_is_foreseen_is_in_the_policy() {
        let stack = stack(EVERYTHING);
        let plan = plan::up(&stack, "code", &nothing(&stack), &plan::Adopt::Nothing);
        let needs = needs(&plan, &stack);
        let all: BTreeSet<&String> = needs.values().flatten().collect();
        for action in
            ["s3:CreateBucket", "iam:CreateUser", "iam:TagUser", "iam:PassRole", "lambda:AddPermission"]
        {
            assert!(all.contains(&action.to_owned()), "{action}: {all:?}");
        }
        let policy = policy(&stack, &[Purpose::Up]).to_string();
        for action in all {
            assert!(policy.contains(&format!("\"{action}\"")), "{action}");
        }
    }

    #[test]
    fn what_is_passed_is_the_role() {
        let stack = stack(EVERYTHING);
        let plan = plan::up(&stack, "code", &nothing(&stack), &plan::Adopt::Nothing);
        let needs = needs(&plan, &stack);
        let (resources, _) = needs.iter().find(|(_, actions)| actions.contains("iam:PassRole")).unwrap();
        assert!(resources[0] == stack.names.role_arn(), "{resources:?}");
    }
}
