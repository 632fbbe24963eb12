use serde_json::json;

use super::*;
use crate::testing::{Table, change_line, extra_inline, stack, user_role, variants};

const PARTNER: &str = "[[users]]\nname = \"partner\"\nbucket = \"destination\"\naccess = \"read-only\"\nkind = \"role\"\n\
                       trust = [\"210987654321\"]\n";

#[test]
fn each_aspect_is_synced_on_its_own() {
    let stack = stack(PARTNER);
    let config = &stack.config.users[0];
    let mut table = Table::new(variants!(change: Change => change.aspect;
        role::Change::Create,
        role::Change::SetTrust { .. },
        role::Change::SetSettings { .. },
        role::Change::Identity(identity::Change::SetPolicy { .. }),
        role::Change::Identity(identity::Change::RevokeRights { .. }),
        role::Change::Identity(identity::Change::DeleteInline(_)),
        role::Change::Identity(identity::Change::Detach(_)),
        role::Change::Identity(identity::Change::SetBoundary { .. }),
        role::Change::Identity(identity::Change::SetTags { .. }),
        role::Change::Delete,
    ));
    let policy = "Allow s3:GetObject on s3:::photos-clean-123456789012/* if aws:ResourceAccount; \
                  Allow s3:ListBucket on s3:::photos-clean-123456789012 if aws:ResourceAccount";
    let settled = "needs destination bucket settled";
    table.case(
        "nothing exists",
        &diff(&stack, config, None),
        &[
            "0 + all of it (assumed by account 210987654321)",
            &format!("2 + inline policy: {policy} | {settled}"),
        ],
    );
    let mut drifted = |name: &str, drift: fn(&mut role::Observed), expected: &[&str]| {
        let mut observed = user_role(&stack, config);
        drift(&mut observed);
        table.case(name, &diff(&stack, config, Some(&observed)), expected);
    };
    drifted("as desired", |_| (), &[]);
    drifted(
        "somebody else may assume it, too",
        |role| {
            let other = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "sts:AssumeRole"});
            role.trust["Statement"].as_array_mut().unwrap().push(other);
        },
        &["1 ~ trust policy: Allow sts:AssumeRole; Allow sts:AssumeRole -> Allow sts:AssumeRole | narrows"],
    );
    drifted(
        "the external id is asked for no more",
        |role| role.trust["Statement"][0]["Condition"] = json!({"StringEquals": {"sts:ExternalId": "x1"}}),
        &["1 ~ trust policy: Allow sts:AssumeRole if sts:ExternalId -> Allow sts:AssumeRole"],
    );
    drifted(
        "somebody else instead",
        |role| role.trust["Statement"][0]["Principal"] = json!({"AWS": "AIDAEXAMPLE"}),
        &["1 ~ trust policy: Allow sts:AssumeRole -> Allow sts:AssumeRole"],
    );
    drifted(
        "longer sessions",
        |role| role.settings.max_session = 43200,
        &["2 ~ settings: longest session: 43200 s -> longest session: 3600 s"],
    );
    drifted(
        "no policy",
        |role| role.identity.policies.ours = None,
        &[&format!("2 + inline policy: {policy} | {settled}")],
    );
    drifted(
        "policies of others",
        |role| {
            role.identity.policies.extra_inline.push(extra_inline("extra"));
            role.identity.policies.attached.push("arn:aws:iam::aws:policy/P".to_owned());
        },
        &[
            "2 - inline policy: Allow s3:* on * (named extra, not in config.toml) | narrows",
            "2 - attached policy: arn:aws:iam::aws:policy/P (not in config.toml) | narrows",
        ],
    );
    drifted(
        "another boundary",
        |role| role.identity.boundary = Some("arn:aws:iam::aws:policy/P".to_owned()),
        &["2 - permissions boundary: arn:aws:iam::aws:policy/P"],
    );
    drifted("no tags", |role| role.identity.tags.clear(), &["2 + tags: provisioner:stack=photos"]);
    table.case(
        "not in the configuration",
        &removal(&stack, "photos-partner"),
        &["2 - inline policy: provisioner-photos (removed first) | narrows", "3 - all of it"],
    );
    table.finish();
}

#[test]
fn the_plan_says_who_gets_in() {
    let trust = "trust = [{ principal = \"210987654321\", external_id = \"x1\" }, { provider = \
                 \"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com\", audience = \
                 \"sts.amazonaws.com\", subject = \"repo:org/repo:*\" }, \"arn:aws:iam::123456789012:saml-provider/okta\"]";
    let stack = stack(&PARTNER.replace("trust = [\"210987654321\"]", trust));
    let lines: Vec<String> = diff(&stack, &stack.config.users[0], None).iter().map(change_line).collect();
    assert_eq!(
        lines[0],
        "0 + all of it (assumed by account 210987654321 with the external id, repo:org/repo:* by \
         token.actions.githubusercontent.com, whoever okta vouches for)"
    );
}
