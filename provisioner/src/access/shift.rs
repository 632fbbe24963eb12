//! Whose rights a plan changes: what each may do before it and after it.

use crate::verify::{Right, everything};
use engine::access::{Question, Subject, decide, decide_before};
use engine::config::BucketRole;
use engine::plan::Plan;
use engine::stack::Stack;

/// A name that stands for all others: rights are of keys that begin so and so.
const PICTURE: &str = "picture.jpg";
/// What people call the role, and whoever has no credentials.
const ROLE: &str = "function";
const NOBODY: &str = "everybody";

/// What somebody may do in a bucket, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shift {
    /// The name in config.toml, or a word.
    pub(crate) who: String,
    pub(crate) bucket: BucketRole,
    pub(crate) before: Vec<Right>,
    pub(crate) after: Vec<Right>,
}

/// Everybody there is.
pub(crate) fn everybody(stack: &Stack) -> Vec<(String, Subject<'_>)> {
    let users = stack.config.users.iter().map(|user| (user.name.clone(), Subject::User(user)));
    users.chain([(ROLE.to_owned(), Subject::Role), (NOBODY.to_owned(), Subject::Nobody)]).collect()
}

/// What the keys of a subject's rights begin with.
pub(crate) fn prefix<'s>(stack: &'s Stack, subject: Subject<'s>) -> &'s str {
    match subject {
        Subject::User(user) => &user.prefix,
        Subject::Role => &stack.config.trigger.prefix,
        Subject::Nobody => "",
    }
}

/// The question whether a subject has a right in a bucket.
pub(crate) fn question(stack: &Stack, bucket: BucketRole, right: Right, prefix: &str) -> Question {
    let arn = stack.names.bucket_arn(bucket);
    if right == Right::List {
        Question::new(stack, right.action(), arn, prefix)
    } else {
        Question::new(stack, right.action(), format!("{arn}/{prefix}{PICTURE}"), "")
    }
}

/// The rights that change, of those who are there; nothing of what cannot be said.
pub(crate) fn shifts(plan: &Plan, stack: &Stack) -> Vec<Shift> {
    let mut shifts = Vec::new();
    for (who, subject) in everybody(stack) {
        for bucket in [BucketRole::Source, BucketRole::Destination] {
            let rights = everything().filter(|(of, _)| *of == bucket).map(|(_, right)| right);
            let (mut before, mut after, mut is_known) = (Vec::new(), Vec::new(), true);
            for right in rights {
                let question = question(stack, bucket, right, prefix(stack, subject));
                if decide(stack, subject, &question).is_allowed() {
                    after.push(right);
                }
                match decide_before(stack, plan, subject, bucket, &question) {
                    Some(decision) if decision.is_allowed() => before.push(right),
                    Some(_) => {}
                    None => is_known = false,
                }
            }
            if is_known && before != after {
                shifts.push(Shift { who: who.clone(), bucket, before, after });
            }
        }
    }
    shifts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::sample_stack::{creation, stack};

    /// What is new has its grants in the plan.
    #[test]
    fn of_what_is_created_nothing_is_told() {
        assert_eq!(shifts(&creation(), &stack()), []);
        assert_eq!(shifts(&Plan::default(), &stack()), []);
    }
}
