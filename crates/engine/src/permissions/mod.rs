//! The least rights with which this program does its work: what it calls, and of what.
//!
//! Which operation needs which action is known to [`crate::aws`], which also names the missing ones in errors.

mod calls;
mod foreseen;
mod of_changes;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::aws::actions_needed;
use crate::config::BucketRole;
use crate::stack::Stack;
use calls::{CALLS, Of};

pub use foreseen::lacking;

/// What somebody does with a stack. Each includes reading it, as `plan` and `status` do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// `plan`, `status`, `export`: nothing is changed.
    Plan,
    /// `up`.
    Up,
    /// `down`, pictures included.
    Down,
    /// `upload`, `pending`, `backfill`, `audit`, `logs`, `keys`, `verify`.
    Operate,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Plan, Self::Up, Self::Down, Self::Operate];
}

/// The policy of who works on this stack for these purposes.
///
/// A managed policy holds 6,144 characters, white space aside
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
#[must_use]
pub fn policy(stack: &Stack, purposes: &[Purpose]) -> Value {
    let mut needs: BTreeMap<Of, BTreeSet<String>> = BTreeMap::new();
    for (of, when, operations) in CALLS {
        let is_needed = when.contains(&Purpose::Plan) || when.iter().any(|one| purposes.contains(one));
        if !is_needed {
            continue;
        }
        for action in operations.iter().flat_map(|operation| actions_needed(operation)) {
            // Whatever the call is about, this is about the role.
            let of = if action == "iam:PassRole" { Of::PassedRole } else { *of };
            needs.entry(of).or_default().insert(action);
        }
    }
    let statements: Vec<Value> = needs
        .iter()
        .map(|(of, actions)| (of, actions, resources(stack, *of)))
        .filter(|(.., resources)| !resources.is_empty())
        .map(|(of, actions, resources)| {
            json!({
                "Sid": of.sid(),
                "Effect": "Allow",
                "Action": actions,
                "Resource": resources,
            })
        })
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn resources(stack: &Stack, of: Of) -> Vec<String> {
    let names = &stack.names;
    let buckets = |suffix: &str| {
        let both = [BucketRole::Source, BucketRole::Destination];
        both.map(|role| format!("{}{suffix}", names.bucket_arn(role))).to_vec()
    };
    match of {
        Of::Anything => vec!["*".to_owned()],
        Of::Buckets => buckets(""),
        Of::Objects => buckets("/*"),
        // Those that the configuration no longer names go, too, so they are all of the stack's.
        Of::Role | Of::UserRoles if stack.role_users().next().is_some() => {
            iam_arns(stack, "role", &names.user("*"))
        }
        Of::Role | Of::PassedRole => iam_arns(stack, "role", names.role()),
        Of::UserRoles => Vec::new(),
        Of::Users => iam_arns(stack, "user", &names.user("*")),
        Of::Function => vec![names.function_arn()],
        Of::LogGroup => vec![names.log_group_arn(), format!("{}:*", names.log_group_arn())],
        Of::Alarms => vec![names.alarm_arn(&names.alarm("*"))],
    }
}

/// The ARNs that a role or user is asked for by: one that is not there yet without its path.
fn iam_arns(stack: &Stack, kind: &str, name: &str) -> Vec<String> {
    let names = &stack.names;
    let prefix = format!("arn:{}:iam::{}:{kind}", names.partition, names.account);
    vec![format!("{prefix}{}{name}", names.path), format!("{prefix}/{name}")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{EVERYTHING, stack};

    fn actions_of(policy: &Value) -> BTreeSet<String> {
        let statements = policy["Statement"].as_array().unwrap();
        let actions = statements.iter().flat_map(|one| one["Action"].as_array().unwrap());
        actions.map(|action| action.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn each_purpose_has_its_rights() {
        let stack = stack(EVERYTHING);
        let of = |purposes: &[Purpose]| actions_of(&policy(&stack, purposes));
        let (plan, up, down) = (of(&[Purpose::Plan]), of(&[Purpose::Up]), of(&[Purpose::Down]));
        let writes = |action: &&String| {
            let (_, name) = action.split_once(':').unwrap();
            !["Get", "List", "Describe"].iter().any(|verb| name.starts_with(verb))
        };
        assert_eq!(plan.iter().filter(writes).count(), 0, "{plan:?}");
        assert!(plan.is_subset(&up) && plan.is_subset(&down));
        assert!(up.contains("iam:PassRole") && !up.contains("s3:DeleteBucket"), "{up:?}");
        assert!(down.contains("s3:DeleteBucket") && !down.contains("s3:CreateBucket"), "{down:?}");
        assert!(!of(&[Purpose::Operate]).contains("s3:PutBucketPolicy"));
    }

    #[test]
    fn all_of_it_is_one_managed_policy_and_only_what_cannot_be_named_is_for_everything() {
        let all = policy(&stack(EVERYTHING), &Purpose::ALL);
        assert!(all.to_string().len() <= 6144, "{}", all.to_string().len());
        for statement in all["Statement"].as_array().unwrap() {
            let is_wide = statement["Resource"] == json!(["*"]);
            assert_eq!(is_wide, statement["Sid"] == "Anything", "{statement}");
        }
        insta::assert_snapshot!("everything", serde_json::to_string_pretty(&all).unwrap());
    }
}
