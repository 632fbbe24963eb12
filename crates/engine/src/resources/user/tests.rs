use super::*;
use crate::testing::{Table, extra_inline, stack, user, variants};

#[test]
fn each_aspect_is_synced_on_its_own() {
    let stack = stack("[[users]]\nname = \"viewer\"\nbucket = \"destination\"\naccess = \"read-only\"");
    let config = &stack.config.users[0];
    let mut table = Table::new(variants!(change: Change => change.aspect;
        Aspect::Create,
        Aspect::Move { .. },
        Aspect::Identity(identity::Change::SetPolicy { .. }),
        Aspect::Identity(identity::Change::RevokeRights { .. }),
        Aspect::Identity(identity::Change::DeleteInline(_)),
        Aspect::Identity(identity::Change::Detach(_)),
        Aspect::Identity(identity::Change::SetBoundary { .. }),
        Aspect::Identity(identity::Change::SetTags { .. }),
        Aspect::LeaveGroup(_),
        Aspect::Delete,
    ));
    let policy = "Allow s3:GetObject on s3:::photos-clean-123456789012/* if aws:ResourceAccount; \
                  Allow s3:ListBucket on s3:::photos-clean-123456789012 if aws:ResourceAccount";
    let settled = "needs destination bucket settled";
    table.case(
        "nothing exists",
        &diff(&stack, config, None),
        &["0 + all of it", &format!("1 + inline policy: {policy} | {settled}")],
    );
    let mut drifted = |name: &str, drift: fn(&mut Observed), expected: &[&str]| {
        let mut observed = user(&stack, config);
        drift(&mut observed);
        table.case(name, &diff(&stack, config, Some(&observed)), expected);
    };
    drifted("as desired", |_| (), &[]);
    drifted(
        "no policy",
        |user| user.identity.policies.ours = None,
        &[&format!("1 + inline policy: {policy} | {settled}")],
    );
    drifted(
        "under another path",
        |user| user.identity.path = "/".to_owned(),
        &["1 ~ path: / -> /provisioner/photos/"],
    );
    drifted(
        "what others gave it",
        |user| {
            user.groups = vec!["admins".to_owned(), "others".to_owned()];
            user.identity.policies.extra_inline = vec![extra_inline("extra")];
            user.identity.policies.attached = vec!["arn".to_owned()];
            user.identity.boundary = Some("boundary".to_owned());
            user.identity.tags.clear();
        },
        &[
            "1 - inline policy: Allow s3:* on * (named extra, not in config.toml) | narrows",
            "1 - attached policy: arn (not in config.toml) | narrows",
            "1 - group: admins (not in config.toml) | narrows",
            "1 - group: others (not in config.toml) | narrows",
            "1 - permissions boundary: boundary",
            "1 + tags: provisioner:stack=photos",
        ],
    );
    table.case(
        "what `down` does",
        &removal(&stack, "photos-viewer"),
        &[
            "1 - inline policy: provisioner-photos (removed first) | narrows",
            "2 - all of it (with its access keys)",
        ],
    );
    table.finish();
}

#[test]
fn access_decides_about_rights_and_the_bucket_that_they_wait_for() {
    for (bucket, access, prefix, policy) in [
        (
            "source",
            "write-only",
            "",
            "Allow s3:PutObject s3:AbortMultipartUpload on s3:::photos-uploads-123456789012/* if aws:ResourceAccount",
        ),
        (
            "source",
            "read-write",
            "",
            "Allow s3:GetObject s3:PutObject s3:AbortMultipartUpload s3:DeleteObject s3:ListMultipartUploadParts on \
             s3:::photos-uploads-123456789012/* if aws:ResourceAccount; \
             Allow s3:ListBucket on s3:::photos-uploads-123456789012 if aws:ResourceAccount",
        ),
        (
            "destination",
            "read-only",
            "a/",
            "Allow s3:GetObject on s3:::photos-clean-123456789012/a/* if aws:ResourceAccount; \
             Allow s3:ListBucket on s3:::photos-clean-123456789012 if aws:ResourceAccount and s3:prefix",
        ),
    ] {
        let user =
            format!("name = \"u\"\nbucket = \"{bucket}\"\naccess = \"{access}\"\nprefix = \"{prefix}\"");
        let stack = stack(&format!("[[users]]\n{user}"));
        let lines: Vec<String> =
            diff(&stack, &stack.config.users[0], None).iter().map(crate::testing::change_line).collect();
        let expected = format!("1 + inline policy: {policy} | needs {bucket} bucket settled");
        assert_eq!(lines, ["0 + all of it".to_owned(), expected]);
    }
}
