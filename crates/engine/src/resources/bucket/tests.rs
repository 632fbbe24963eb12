use super::*;
use crate::stack::OWNER_TAG;
use crate::testing::{EVERYTHING, Table, bucket, stack, variants};

fn table() -> Table<Change> {
    Table::new(variants!(change: Change => change.aspect;
        Aspect::Create { .. },
        Aspect::BlockPublicAccess,
        Aspect::EnforceOwnership { .. },
        Aspect::SetEncryption { .. },
        Aspect::SetVersioning { .. },
        Aspect::SetPolicy { .. },
        Aspect::SetLifecycle { to: Some(_), .. },
        Aspect::SetLifecycle { to: None, .. },
        Aspect::SetTags { .. },
        Aspect::Empty { .. },
        Aspect::Delete,
    ))
}

const POLICY: &str = "Deny s3:* on s3:::photos-uploads-123456789012 s3:::photos-uploads-123456789012/* if \
                      aws:SecureTransport";

#[test]
fn each_aspect_is_synced_on_its_own() {
    let stack = stack("[tags]\nteam = \"media\"");
    let mut table = table();
    let source = BucketRole::Source;
    table.case(
        "nothing exists",
        &diff(&stack, source, None),
        &[
            "0 + all of it (in eu-west-1)",
            "1 + public access: blocked (all four settings) | narrows",
            "1 + object ownership: BucketOwnerEnforced | narrows",
            &format!("1 + bucket policy: {POLICY} | narrows"),
            "1 + encryption: AES256",
            "1 ~ versioning: off -> enabled",
            "1 + lifecycle: noncurrent versions after 30 d, broken uploads after 7 d",
            "1 + tags: provisioner:stack=photos, team=media",
        ],
    );
    let mut drifted = |name: &str, drift: fn(&mut Observed), expected: &[&str]| {
        let mut observed = bucket(&stack, source);
        drift(&mut observed);
        table.case(name, &diff(&stack, source, Some(&observed)), expected);
    };
    drifted("as desired", |_| (), &[]);
    drifted(
        "open to the public",
        |bucket| bucket.public_access_blocked = false,
        &["1 + public access: blocked (all four settings) | narrows"],
    );
    drifted(
        "ACLs switched on",
        |bucket| {
            bucket.ownership = Some("ObjectWriter".to_owned());
            bucket.grants = vec!["READ to AllUsers".to_owned()];
        },
        &[
            "1 ~ object ownership: ObjectWriter -> BucketOwnerEnforced (what the ACL grants goes: READ to AllUsers) | \
           narrows",
        ],
    );
    drifted(
        "no ownership controls",
        |bucket| bucket.ownership = None,
        &["1 + object ownership: BucketOwnerEnforced | narrows"],
    );
    drifted("no encryption", |bucket| bucket.encryption = None, &["1 + encryption: AES256"]);
    drifted(
        "another key",
        |bucket| {
            let key = Some("k".to_owned());
            let (algorithm, blocked) = ("aws:kms".to_owned(), BTreeSet::from([CUSTOMER_KEY.to_owned()]));
            bucket.encryption = Some(ObservedEncryption { algorithm, key, bucket_key: false, blocked });
        },
        &["1 ~ encryption: aws:kms k (no bucket key) -> AES256"],
    );
    drifted(
        "keys of uploaders",
        |bucket| bucket.encryption.iter_mut().for_each(|encryption| encryption.blocked.clear()),
        &["1 ~ encryption: AES256 (SSE-C allowed) -> AES256"],
    );
    drifted(
        "something that S3 can block one day",
        |bucket| {
            bucket.encryption.iter_mut().for_each(|encryption| encryption.blocked.extend(["X".to_owned()]));
        },
        &[],
    );
    drifted(
        "versioning suspended",
        |bucket| bucket.versioning = Versioning::Suspended,
        &["1 ~ versioning: suspended -> enabled"],
    );
    drifted(
        "versioning off",
        |bucket| bucket.versioning = Versioning::Off,
        &["1 ~ versioning: off -> enabled"],
    );
    drifted("no policy", |bucket| bucket.policy = None, &[&format!("1 + bucket policy: {POLICY} | narrows")]);
    drifted(
        "a policy for everybody",
        |bucket| {
            let allow = serde_json::json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "x"});
            bucket.policy = Some(serde_json::json!({"Statement": [allow]}));
        },
        &[&format!("1 ~ bucket policy: Allow s3:GetObject on x -> {POLICY} | narrows")],
    );
    drifted(
        "the same policy in other words",
        |bucket| {
            if let Some(policy) = &mut bucket.policy {
                policy["Statement"] = policy["Statement"][0].clone();
                policy["Statement"]["Principal"] = serde_json::json!({"AWS": "*"});
            }
        },
        &[],
    );
    drifted(
        "no lifecycle",
        |bucket| bucket.lifecycle = ObservedLifecycle::None,
        &["1 + lifecycle: noncurrent versions after 30 d, broken uploads after 7 d"],
    );
    drifted(
        "our lifecycle rule does something else",
        |bucket| bucket.lifecycle = ObservedLifecycle::Other,
        &["1 ~ lifecycle: something else -> noncurrent versions after 30 d, broken uploads after 7 d"],
    );
    drifted("a lifecycle rule of others", |bucket| bucket.other_rules = vec!["theirs".to_owned()], &[]);
    drifted(
        "a wrong tag, and one of others",
        |bucket| {
            bucket.tags.extend([("team", "x"), ("theirs", "y")].map(|(k, v)| (k.to_owned(), v.to_owned())));
        },
        &["1 ~ tags: team=x -> team=media"],
    );
    drifted("no mark", |bucket| drop(bucket.tags.remove(OWNER_TAG)), &["1 + tags: provisioner:stack=photos"]);
    let settled = "needs trigger settled, function settled";
    let contents = Contents { objects: 2, bytes: 1500, ..Contents::default() };
    let change = |aspect| Change { bucket: "b".to_owned(), aspect };
    table.case(
        "what `down` does",
        &[change(Aspect::Empty { contents }), change(Aspect::Delete)],
        &[
            &format!("1 - objects: 2 objects, 1.5 kB (deleted for good) | {settled}"),
            &format!("2 - all of it | {settled}"),
        ],
    );
    let plain = self::stack("[source]\nabort_multipart_days = \"never\"\nnoncurrent_days = \"never\"");
    let lifecycle = bucket(&stack, source).lifecycle;
    let ours = Observed { lifecycle, ..bucket(&plain, source) };
    table.case(
        "no lifecycle any more",
        &diff(&plain, source, Some(&ours)),
        &["1 - lifecycle: noncurrent versions after 30 d, broken uploads after 7 d"],
    );
    table.finish();
}

#[test]
fn versioning_and_encryption_follow_the_configuration() {
    let stack = stack(EVERYTHING);
    let (source, destination) = (bucket(&stack, BucketRole::Source), bucket(&stack, BucketRole::Destination));
    let key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    let lines = |changes: &[Change]| changes.iter().map(crate::testing::change_line).collect::<Vec<_>>();
    let aes = Some(ObservedEncryption::wanted(&Encryption::Aes256));
    let observed = Observed { encryption: aes, ..source };
    assert_eq!(
        lines(&diff(&stack, BucketRole::Source, Some(&observed))),
        [format!("1 ~ encryption: AES256 -> aws:kms {key}")]
    );
    let observed = Observed { versioning: Versioning::Enabled, ..destination.clone() };
    assert_eq!(
        lines(&diff(&stack, BucketRole::Destination, Some(&observed))),
        ["1 ~ versioning: enabled -> suspended"]
    );
    // Off and suspended are the same to who wants none.
    let observed = Observed { versioning: Versioning::Suspended, ..destination };
    assert_eq!(diff(&stack, BucketRole::Destination, Some(&observed)), []);
    assert!(
        !lines(&diff(&stack, BucketRole::Destination, None)).iter().any(|line| line.contains("versioning"))
    );
}
