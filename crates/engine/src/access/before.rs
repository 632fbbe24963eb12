//! Who may do what before a plan is carried out: by the policies that it changes as they are, and by the others as `up`
//! writes them.

use serde_json::Value;

use super::evaluate::{evaluate, is_understood};
use super::{Decision, Question, Subject};
use crate::config::BucketRole;
use crate::plan::Plan;
use crate::resources::{Address, Change, bucket, identity, naming, role, user, user_role};
use crate::stack::Stack;

/// Decides as [`decide`](super::decide) does, before the plan. `None`: the bucket, user or role comes or goes, or has
/// policies that are not known or not understood.
#[must_use]
pub fn decide_before(
    stack: &Stack,
    plan: &Plan,
    subject: Subject<'_>,
    bucket: BucketRole,
    question: &Question,
) -> Option<Decision> {
    let own = own_policies(stack, plan, subject)?;
    let of_bucket = bucket_policy(stack, plan, bucket)?;
    let all = own.iter().chain(&of_bucket);
    if !all.into_iter().all(|(_, document)| is_understood(document)) {
        return None;
    }
    Some(evaluate(&own, &of_bucket, subject.arn(stack).as_deref(), question))
}

/// The policies of a user or of the role; `None` when it comes or goes, or has some that are not known.
fn own_policies(stack: &Stack, plan: &Plan, subject: Subject<'_>) -> Option<Vec<(String, Value)>> {
    let address = match subject {
        Subject::User(user) => naming::of_user(stack, user),
        Subject::Role => Address::Role,
        Subject::Nobody => return Some(Vec::new()),
    };
    let mut policies = subject.policies(stack);
    let mut is_told = false;
    for step in plan.steps.iter().filter(|step| step.address == address) {
        let change = match &step.change {
            Change::User(user::Change { aspect: user::Aspect::Identity(change), .. })
            | Change::UserRole(user_role::Change { aspect: role::Change::Identity(change), .. })
            | Change::Role(role::Change::Identity(change)) => change,
            Change::User(user::Change { aspect: user::Aspect::Create | user::Aspect::Delete, .. })
            | Change::UserRole(user_role::Change {
                aspect: role::Change::Create | role::Change::Delete,
                ..
            })
            | Change::Role(role::Change::Create | role::Change::Delete) => return None,
            // What a group gives is not looked at.
            Change::User(user::Change { aspect: user::Aspect::LeaveGroup(_), .. }) => return None,
            _ => continue,
        };
        match change {
            // The first step has what is there; a second one begins where that ends.
            identity::Change::RevokeRights { from: None, .. } => return None,
            identity::Change::RevokeRights { from, .. } | identity::Change::SetPolicy { from, .. } => {
                if !is_told {
                    policies[0].1 = from.clone().unwrap_or_default();
                }
                is_told = true;
            }
            identity::Change::DeleteInline(extra) => {
                policies.push((extra.name.clone(), extra.document.clone().ok()?));
            }
            identity::Change::Detach(_) | identity::Change::SetBoundary { .. } => return None,
            identity::Change::SetTags { .. } => {}
        }
    }
    Some(policies)
}

/// The policy of a bucket, if it has one; `None` when the bucket comes or goes.
fn bucket_policy(stack: &Stack, plan: &Plan, role: BucketRole) -> Option<Vec<(String, Value)>> {
    let mut policy = super::bucket_policy(stack, role);
    for step in plan.steps.iter().filter(|step| step.address == Address::Bucket(role)) {
        match &step.change {
            Change::Bucket(bucket::Change {
                aspect: bucket::Aspect::Create { .. } | bucket::Aspect::Delete,
                ..
            }) => return None,
            Change::Bucket(bucket::Change { aspect: bucket::Aspect::SetPolicy { from, .. }, .. }) => {
                policy.1 = from.clone().unwrap_or_default();
                // The first step has what is there; a second one begins where that ends.
                break;
            }
            _ => {}
        }
    }
    Some(vec![policy])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::{self, Adopt};
    use crate::testing::{CODE, EVERYTHING, as_desired, nothing, stack};
    use crate::world::World;

    fn may(
        stack: &Stack,
        world: &World,
        subject: Subject<'_>,
        action: &str,
        role: BucketRole,
    ) -> Option<bool> {
        let plan = plan::up(stack, CODE, world, &Adopt::Nothing);
        let arn = stack.names.bucket_arn(role);
        let question = Question::new(stack, action, format!("{arn}/albums/k.jpg"), "");
        decide_before(stack, &plan, subject, role, &question).map(|decision| decision.is_allowed())
    }

    fn set_policy(world: &mut World, policy: Value) {
        let bucket::Observation::Present(destination) = &mut world.destination else { panic!() };
        destination.policy = Some(policy);
    }

    #[test]
    fn a_drifted_policy_counts_as_it_is() {
        use BucketRole::{Destination as B, Source as A};
        let stack = stack(EVERYTHING);
        let viewer = Subject::User(&stack.config.users[1]);
        let mut world = as_desired(&stack);
        assert_eq!(may(&stack, &world, viewer, "s3:GetObject", B), Some(true));
        assert_eq!(may(&stack, &world, viewer, "s3:PutObject", B), Some(false));

        let name = stack.names.user(&stack.config.users[1].name);
        let wide = json!({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}});
        let observed = world.users.get_mut(&name).unwrap().as_mut().unwrap();
        observed.identity.policies.ours = Some(wide);
        for bucket in [A, B] {
            assert_eq!(may(&stack, &world, viewer, "s3:PutObject", bucket), Some(true));
        }
        world.users.get_mut(&name).unwrap().as_mut().unwrap().identity.policies.ours = None;
        assert_eq!(may(&stack, &world, viewer, "s3:GetObject", B), Some(false));
    }

    #[test]
    fn what_a_buckets_policy_gives_everybody_counts() {
        let stack = stack(EVERYTHING);
        let mut world = as_desired(&stack);
        let arn = stack.names.bucket_arn(BucketRole::Destination);
        let open = |principal: Value| json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": format!("{arn}/*")}]});
        let root = format!("arn:aws:iam::{}:root", stack.names.account);
        for (principal, is_open) in
            [(json!("*"), true), (json!({"AWS": ["*"]}), true), (json!({"AWS": root}), false)]
        {
            set_policy(&mut world, open(principal));
            let read = may(&stack, &world, Subject::Nobody, "s3:GetObject", BucketRole::Destination);
            assert_eq!(read, Some(is_open));
        }
        // Not understood, so nothing is said.
        let mut inverse = open(json!("*"));
        inverse["Statement"][0]["NotPrincipal"] = json!("*");
        set_policy(&mut world, inverse);
        assert_eq!(may(&stack, &world, Subject::Nobody, "s3:GetObject", BucketRole::Destination), None);
    }

    #[test]
    fn of_what_is_not_there_nothing_is_said() {
        let stack = stack(EVERYTHING);
        for subject in [Subject::User(&stack.config.users[0]), Subject::Role, Subject::Nobody] {
            assert_eq!(may(&stack, &nothing(&stack), subject, "s3:GetObject", BucketRole::Source), None);
        }
    }
}
