use super::*;
use engine::config::{BucketRole, Overrides, parse};
use engine::resources::identity::{self, ExtraInline};
use engine::resources::role;
use engine::stack::policies;

fn stack() -> Stack {
    let config = parse("stack = \"photos\"", "config.toml", &Overrides::default()).unwrap();
    Stack::new(config, "aws", "123456789012", "eu-central-1")
}

/// A plan with these changes of the role.
fn of_role(changes: Vec<identity::Change>) -> Plan {
    let step = |change| Step {
        address: Address::Role,
        change: Change::Role(role::Change::Identity(change)),
        after: Vec::new(),
    };
    Plan { steps: changes.into_iter().map(step).collect(), ..Plan::default() }
}

/// What a plan takes stands in it, since nothing else keeps it: also of a copy of our own policy, which is no second
/// step of a change of ours.
#[test]
fn a_policy_of_others_is_told_with_what_it_grants() {
    let stack = stack();
    let ours = policies::role(&stack);
    let extra = |name: &str, document| {
        identity::Change::DeleteInline(ExtraInline { name: name.to_owned(), document })
    };
    let document = |text: &str| Ok(serde_json::from_str(text).unwrap());
    let wide = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
                                 {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-central-1:1:q"}]}"#;
    let one = r#"{"Statement": {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}}"#;
    let buckets = vec![BucketRole::Source, BucketRole::Destination];
    let plan = of_role(vec![
        identity::Change::SetPolicy { from: None, to: ours.clone(), buckets },
        extra("copy", Ok(ours)),
        extra("one", document(one)),
        extra("wide", document(wide)),
        extra("unread", Err("iam:GetRolePolicy")),
    ]);
    let text = |verbose| {
        anstream::adapter::strip_str(&plan_text(&plan, &stack, View { verbose, is_local: false })).to_string()
    };
    insta::assert_snapshot!("policies_of_others", text(false));
    insta::assert_snapshot!("policies_of_others_verbose", text(true));
}
