//! Who may do what, by the very policies that `up` writes; and, where IAM lets one ask, by what it has.
//!
//! IAM decides so: what any statement refuses is refused; what then any statement of the caller's own policies allows is
//! allowed; all else is refused. A bucket's policy of ours allows nobody anything
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>).

mod before;
mod evaluate;
mod glob;
mod simulate;

use std::collections::BTreeMap;

use serde_json::Value;

pub use before::decide_before;
pub use simulate::{Simulated, simulate};

use crate::config::{BucketRole, UserConfig};
use crate::stack::{Stack, policies};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A user of config.toml.
    User(&'a UserConfig),
    /// The function's role.
    Role,
    /// Whoever has no credentials of the account.
    Nobody,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The action, such as `s3:GetObject`.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// Condition keys, in lower case, and their values.
    pub context: BTreeMap<String, String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// This statement allows it, and none refuses it.
    Allowed(Statement),
    /// This statement refuses it.
    Refused(Statement),
    /// No statement allows it.
    NotAllowed,
}

/// A statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Whose policy it is, in words.
    pub policy: String,
    /// Its `Sid`.
    pub sid: String,
    /// All of it.
    pub document: Value,
}

impl Decision {
    /// Whether it is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

impl Subject<'_> {
    /// Its policies, each with its name in words.
    fn policies(self, stack: &Stack) -> Vec<(String, Value)> {
        match self {
            Self::User(user) => {
                let (kind, name) = (user.kind.as_str(), stack.names.user(&user.name));
                vec![(format!("the policy of {kind} {name}"), policies::user(stack, user))]
            }
            Self::Role => {
                vec![(format!("the policy of role {}", stack.names.function), policies::role(stack))]
            }
            Self::Nobody => Vec::new(),
        }
    }

    /// Its ARN, when IAM knows it.
    #[must_use]
    pub fn arn(self, stack: &Stack) -> Option<String> {
        match self {
            Self::User(user) => Some(stack.user_arn(user)),
            Self::Role => Some(stack.names.role_arn()),
            Self::Nobody => None,
        }
    }
}

impl Question {
    /// What is asked for over TLS in the stack's account. `prefix` is that of a listing.
    #[must_use]
    pub fn new(stack: &Stack, action: &str, resource: String, prefix: &str) -> Self {
        let context = [
            ("aws:resourceaccount", stack.names.account.as_str()),
            ("aws:principalaccount", stack.names.account.as_str()),
            ("aws:securetransport", "true"),
            ("s3:prefix", prefix),
        ];
        let context = context.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { action: action.to_owned(), resource, context }
    }

    /// Whether it is about a listing of the bucket, and so the bucket itself.
    #[must_use]
    pub fn is_of_bucket(action: &str) -> bool {
        let name = action.strip_prefix("s3:").unwrap_or_default();
        name.contains("Bucket") || name == "ListAllMyBuckets"
    }
}

/// Decides by the policies that `up` writes.
#[must_use]
pub fn decide(stack: &Stack, subject: Subject<'_>, question: &Question) -> Decision {
    let own = subject.policies(stack);
    let mut resources = Vec::new();
    for role in [BucketRole::Source, BucketRole::Destination] {
        let arn = stack.names.bucket_arn(role);
        let inside = question.resource.strip_prefix(&arn);
        if inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            resources.push(bucket_policy(stack, role));
        }
    }
    evaluate::evaluate(&own, &resources, subject.arn(stack).as_deref(), question)
}

/// The policy of a bucket, with its name in words.
fn bucket_policy(stack: &Stack, role: BucketRole) -> (String, Value) {
    (format!("the policy of bucket {}", stack.names.bucket(role)), policies::bucket(stack, role))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{EVERYTHING, stack};

    fn ask(stack: &Stack, subject: Subject<'_>, action: &str, role: BucketRole, key: &str) -> Decision {
        let arn = stack.names.bucket_arn(role);
        let question = if Question::is_of_bucket(action) {
            Question::new(stack, action, arn, key)
        } else {
            Question::new(stack, action, format!("{arn}/{key}"), "")
        };
        decide(stack, subject, &question)
    }

    #[test]
    fn each_may_do_what_it_is_for_and_nothing_else() {
        use BucketRole::{Destination as B, Source as A};
        let stack = stack(EVERYTHING);
        let [uploader, viewer, ..] = &stack.config.users[..] else { panic!() };
        let (uploader, viewer) = (Subject::User(uploader), Subject::User(viewer));
        for (subject, action, bucket, key, allowed) in [
            (uploader, "s3:PutObject", A, "in/k.jpg", Some("Objects")),
            (uploader, "S3:getobject", A, "k.jpg", Some("Objects")),
            (uploader, "s3:ListBucket", A, "", Some("List")),
            (uploader, "s3:DeleteObjectVersion", A, "k.jpg", None),
            (uploader, "s3:GetObject", B, "k.jpg", None),
            (viewer, "s3:GetObject", B, "albums/k.jpg", Some("Objects")),
            (viewer, "s3:GetObject", B, "other/k.jpg", None),
            (viewer, "s3:ListBucket", B, "albums/2026", Some("List")),
            (viewer, "s3:ListBucket", B, "", None),
            (viewer, "s3:PutObject", B, "albums/k.jpg", None),
            (Subject::Role, "s3:GetObject", A, "in/k.jpg", Some("ReadSource")),
            (Subject::Role, "s3:GetObject", A, "k.jpg", None),
            (Subject::Role, "s3:PutObject", B, "in/k.jpg", Some("WriteDestination")),
            (Subject::Role, "s3:DeleteObject", B, "in/k.jpg", Some("RemoveFromDestination")),
            (Subject::Nobody, "s3:GetObject", B, "albums/k.jpg", None),
        ] {
            let decision = ask(&stack, subject, action, bucket, key);
            let sid = match &decision {
                Decision::Allowed(statement) => Some(statement.sid.as_str()),
                _ => None,
            };
            assert_eq!(sid, allowed, "{subject:?} {action} {key}");
        }
    }

    #[test]
    fn without_tls_the_bucket_refuses_whoever_it_is() {
        let stack = stack(EVERYTHING);
        let user = Subject::User(&stack.config.users[0]);
        let resource = format!("{}/k.jpg", stack.names.bucket_arn(BucketRole::Source));
        let mut question = Question::new(&stack, "s3:GetObject", resource, "");
        assert!(decide(&stack, user, &question).is_allowed());
        question.context.insert("aws:securetransport".to_owned(), "false".to_owned());
        let Decision::Refused(statement) = decide(&stack, user, &question) else { panic!() };
        assert_eq!(statement.sid, "TlsOnly");
    }

    #[test]
    fn what_is_in_another_account_is_not_ours() {
        let stack = stack(EVERYTHING);
        let resource = format!("{}/k.jpg", stack.names.bucket_arn(BucketRole::Source));
        let mut question = Question::new(&stack, "s3:GetObject", resource, "");
        question.context.insert("aws:resourceaccount".to_owned(), "999999999999".to_owned());
        assert_eq!(decide(&stack, Subject::User(&stack.config.users[0]), &question), Decision::NotAllowed);
    }
}
