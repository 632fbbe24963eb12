use serde_json::json;

use super::*;
use crate::testing::{EVERYTHING, change_line, identity, stack};

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]})
}

fn rights(policy: &Value) -> Rights {
    Rights { policy: policy.clone(), buckets: vec![BucketRole::Source] }
}

/// The changes that make `to` of a policy.
fn policy_lines(from: Option<&Value>, to: &Value) -> Vec<String> {
    let policies = Policies { ours: from.cloned(), extra_inline: Vec::new(), attached: Vec::new() };
    rights(to).diff(&stack(""), &policies).iter().map(line).collect()
}

fn line(change: &Change) -> String {
    change_line(&super::super::role::Change::Identity(change.clone()))
}

#[test]
fn rights_are_taken_before_all_else_and_given_when_the_bucket_is_settled() {
    let (read, both) = (allow(&["s3:Get"], "b/*"), allow(&["s3:Get", "s3:Put"], "b/*"));
    let (write, inner) = (allow(&["s3:Put"], "b/*"), allow(&["s3:Get", "s3:Put"], "b/a/*"));
    let settled = "needs source bucket settled";
    let none = Vec::<String>::new();
    assert_eq!(policy_lines(Some(&read), &read), none);
    assert_eq!(policy_lines(None, &read), [format!("1 + inline policy: Allow s3:Get on b/* | {settled}")]);
    assert_eq!(
        policy_lines(Some(&read), &both),
        [format!("1 ~ inline policy: Allow s3:Get on b/* -> Allow s3:Get s3:Put on b/* | {settled}")]
    );
    assert_eq!(
        policy_lines(Some(&both), &read),
        ["1 ~ inline policy: Allow s3:Get s3:Put on b/* -> Allow s3:Get on b/* | narrows"]
    );
    // What takes and gives has two steps, by way of what both allow.
    assert_eq!(
        policy_lines(Some(&read), &inner),
        [
            "1 ~ inline policy: Allow s3:Get on b/* -> Allow s3:get on b/a/* | narrows".to_owned(),
            format!("1 ~ inline policy: Allow s3:get on b/a/* -> Allow s3:Get s3:Put on b/a/* | {settled}"),
        ]
    );
    assert_eq!(
        policy_lines(Some(&read), &write),
        [
            "1 - inline policy: Allow s3:Get on b/* (removed first) | narrows".to_owned(),
            format!("1 + inline policy: Allow s3:Put on b/* | {settled}"),
        ]
    );
}

#[test]
fn what_others_gave_goes_whatever_its_name() {
    let stack = stack("");
    let policy = crate::stack::policies::role(&stack);
    let observed = Policies {
        ours: Some(policy.clone()),
        extra_inline: vec![
            ExtraInline {
                name: "provisioner-photos-2".to_owned(),
                document: Ok(allow(&["s3:*", "iam:*"], "*")),
            },
            ExtraInline { name: "unread".to_owned(), document: Err("iam:GetRolePolicy") },
        ],
        attached: vec!["arn:aws:iam::aws:policy/AdministratorAccess".to_owned()],
    };
    let changes = rights(&policy).diff(&stack, &observed);
    assert_eq!(
        changes.iter().map(line).collect::<Vec<_>>(),
        [
            "1 - inline policy: Allow s3:* iam:* on * (named provisioner-photos-2, not in config.toml) | narrows",
            "1 - inline policy: unread (not in config.toml; what it grants cannot be read without iam:GetRolePolicy) \
             | narrows",
            "1 - attached policy: arn:aws:iam::aws:policy/AdministratorAccess (not in config.toml) | narrows",
        ]
    );
}

#[test]
fn boundary_and_tags_follow_the_configuration() {
    let (plain, full) = (stack(""), stack(EVERYTHING));
    let lines = |stack: &Stack, observed: &Observed| -> Vec<String> {
        diff_settings(stack, observed).iter().map(line).collect()
    };
    let (none, boundary) = (identity(&plain, Value::Null), identity(&full, Value::Null));
    assert_eq!(lines(&plain, &none), Vec::<String>::new());
    assert_eq!(lines(&full, &boundary), Vec::<String>::new());
    let arn = "arn:aws:iam::123456789012:policy/boundary";
    // A boundary takes rights away, its removal gives some back.
    assert_eq!(
        lines(&full, &none),
        [format!("1 + permissions boundary: {arn} | narrows"), "1 + tags: team=media".to_owned()]
    );
    assert_eq!(lines(&plain, &boundary), [format!("1 - permissions boundary: {arn}")]);
    let other = Observed { boundary: Some("x".to_owned()), ..boundary };
    assert_eq!(lines(&full, &other), [format!("1 ~ permissions boundary: x -> {arn} | narrows")]);
}
