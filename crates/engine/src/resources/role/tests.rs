use serde_json::json;

use super::*;
use crate::testing::{REGION, Table, extra_inline, role, stack, variants};

#[test]
fn each_aspect_is_synced_on_its_own() {
    let stack = stack("");
    let mut table = Table::new(variants!(change: Change => *change;
        Change::Create,
        Change::SetTrust { .. },
        Change::SetSettings { .. },
        Change::Identity(identity::Change::SetPolicy { .. }),
        Change::Identity(identity::Change::RevokeRights { .. }),
        Change::Identity(identity::Change::DeleteInline(_)),
        Change::Identity(identity::Change::Detach(_)),
        Change::Identity(identity::Change::SetBoundary { .. }),
        Change::Identity(identity::Change::SetTags { .. }),
        Change::Delete,
    ));
    let policy = "Allow s3:GetObject on s3:::photos-uploads-123456789012/* if aws:ResourceAccount; \
                  Allow s3:PutObject on s3:::photos-clean-123456789012/* if aws:ResourceAccount; \
                  Allow logs:CreateLogStream logs:PutLogEvents on \
                  logs:eu-west-1:123456789012:log-group:/aws/lambda/photos-sanitizer:*";
    let settled = "needs source bucket settled, destination bucket settled";
    table.case(
        "nothing exists",
        &diff(&stack, None),
        &["0 + all of it", &format!("1 + inline policy: {policy} | {settled}")],
    );
    let mut drifted = |name: &str, drift: fn(&mut Observed), expected: &[&str]| {
        let mut observed = role(&stack);
        drift(&mut observed);
        table.case(name, &diff(&stack, Some(&observed)), expected);
    };
    drifted("as desired", |_| (), &[]);
    drifted(
        "anybody may assume it",
        |role| {
            role.trust =
                json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]});
        },
        &["1 ~ trust policy: Allow sts:AssumeRole -> Allow sts:AssumeRole | narrows"],
    );
    drifted(
        "longer sessions",
        |role| role.settings.max_session = 43200,
        &["1 ~ settings: longest session: 43200 s -> longest session: 3600 s"],
    );
    drifted(
        "another description",
        |role| role.settings.description = "x".to_owned(),
        &[
            "1 ~ settings: description: \"x\" -> description: \"Reads uploaded pictures and writes the clean ones \
           (provisioner)\"",
        ],
    );
    drifted(
        "no policy",
        |role| role.identity.policies.ours = None,
        &[&format!("1 + inline policy: {policy} | {settled}")],
    );
    drifted(
        "what others gave it",
        |role| {
            role.identity.policies.extra_inline = vec![extra_inline("extra")];
            role.identity.policies.attached = vec!["arn".to_owned()];
            role.identity.boundary = Some("boundary".to_owned());
            role.identity.tags.clear();
        },
        &[
            "1 - inline policy: Allow s3:* on * (named extra, not in config.toml) | narrows",
            "1 - attached policy: arn (not in config.toml) | narrows",
            "1 - permissions boundary: boundary",
            "1 + tags: provisioner:stack=photos",
        ],
    );
    table.case(
        "what `down` does",
        &removal(&stack),
        &[
            "1 - inline policy: provisioner-photos (removed first) | narrows",
            "2 - all of it | needs function settled",
        ],
    );
    table.finish();
}

#[test]
fn the_region_of_a_role_is_that_of_its_log_group() {
    let here = stack("");
    let there = Stack::new(here.config.clone(), "aws", crate::testing::ACCOUNT, "us-east-1");
    assert_eq!(other_region(&here, &role(&here)), None);
    assert_eq!(other_region(&there, &role(&here)).as_deref(), Some(REGION));
    let mut bare = role(&here);
    bare.identity.policies.ours = None;
    assert_eq!(other_region(&there, &bare), None, "without a policy nobody knows");
    let mut made_up = role(&here);
    made_up.identity.policies.ours =
        Some(json!("\"arn:aws:logs:a b:123456789012:log-group:/aws/lambda/photos-sanitizer:*"));
    assert_eq!(other_region(&there, &made_up), None, "what is no region is not told");
}
