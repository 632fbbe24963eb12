use super::*;
use engine::config::{BucketRole, Overrides, parse};
use engine::stack::{Stack, policies};

fn stack(more: &str) -> Stack {
    let config = parse(&format!("stack = \"photos\"\n{more}"), "config.toml", &Overrides::default()).unwrap();
    Stack::new(config, "aws", "123456789012", "eu-central-1")
}

/// A document with this statement.
fn document(statement: &str) -> Value {
    serde_json::from_str(&format!("{{\"Statement\": [{statement}]}}")).unwrap()
}

const USERS: &str = "
    [trigger]
    mirror_deletes = true
    prefix = \"in/\"
    [source]
    encryption = \"aws:kms\"
    kms_key = \"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\"
    [[users]]
    name = \"a\"
    bucket = \"source\"
    access = \"read-write\"
    [[users]]
    name = \"b\"
    bucket = \"destination\"
    access = \"read-only\"
    prefix = \"albums/\"
    [[users]]
    name = \"c\"
    bucket = \"source\"
    access = \"write-only\"
    ";

#[test]
fn what_our_policies_grant_is_told_in_words() {
    let stack = stack(USERS);
    let mut text = String::new();
    let mut tell = |name: &str, document: &Value| {
        text.push_str(&format!("{name}\n"));
        for line in grants(document) {
            text.push_str(&format!("    {line}\n"));
        }
    };
    tell("role", &policies::role(&stack));
    tell("trust", &policies::trust());
    tell("bucket", &policies::bucket(&stack, BucketRole::Source));
    tell("function", &policies::invoke_statement(&stack));
    for user in &stack.config.users {
        tell(&user.name, &policies::user(&stack, user));
    }
    insta::assert_snapshot!("ours", text);
}

#[test]
fn what_others_wrote_is_told_whole() {
    let lines: Vec<String> = [
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]}"#,
        r#"{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::1:root", "2"]}, "Action": ["s3:GetObject", "s3:GetObjectAcl"],
               "Resource": "arn:aws:s3:::a/*", "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}}}"#,
        r#"{"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}, "Action": "s3:DeleteBucket", "NotResource": "arn:aws:s3:::b"}"#,
        r#"{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::a/secret/*.jpg"}"#,
        r#"{"Effect": "Allow", "Action": "s3:AbortMultipartUpload", "Resource": "arn:aws:s3:::a/*"}"#,
    ]
    .into_iter()
    .flat_map(|statement| grants(&document(statement)))
    .collect();
    insta::assert_snapshot!("of_others", lines.join("\n"));
}

#[test]
fn a_changed_prefix_is_two_lines_a_grant() {
    let (from, to) = (stack(""), stack("[trigger]\nprefix = \"in/\""));
    let text = |lines: Vec<DiffLine>| {
        lines.iter().map(|line| format!("{} {}", line.mark, line.text)).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!("prefix", text(difference(&policies::role(&from), &policies::role(&to))));
    // A condition alone is a difference; order, case and `Sid` are none.
    let mut open = policies::role(&from);
    open["Statement"][0]["Condition"] = Value::Null;
    open["Statement"][1]["Sid"] = "other".into();
    insta::assert_snapshot!("condition", text(difference(&open, &policies::role(&from))));
}
