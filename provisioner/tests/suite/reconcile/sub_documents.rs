//! Documents that one call replaces whole: what others have written in them, and what AWS has put there itself, stays.

use aws_sdk_s3::types::{
    AbacStatus, BlockedEncryptionTypes, BucketAbacStatus, BucketLifecycleConfiguration, EncryptionType,
    ExpirationStatus, LifecycleRule, LifecycleRuleFilter, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag,
    Transition, TransitionStorageClass,
};
use engine::resources::bucket::{Lifecycle, ObservedLifecycle, Versioning};
use testkit::proxy::{Fault, Rule};
use testkit::stage::{PLAIN, Run, Stage};

const UP: [&str; 2] = ["up", "--yes"];
const SOURCE: &str = "crash-uploads-000000000000";

#[track_caller]
fn says(run: &Run, code: i32, what: &str) {
    assert_eq!(run.code(), Some(code), "{}", run.text());
    assert!(run.text().contains(what), "{what:?}: {}", run.text());
}

#[track_caller]
fn is_clean(stage: &Stage) {
    says(&stage.run(&["plan", "--detailed-exitcode"]), 0, "No changes.");
}

/// AWS blocks it on each new bucket. Healing the rest of the rule keeps that, and what is allowed by hand is blocked.
#[test]
fn uploads_with_a_key_of_the_uploader_are_blocked() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let blocked = || {
        let world = stage.world();
        let bucket = world.source.present().unwrap();
        bucket.encryption.as_ref().unwrap().blocked.iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(blocked(), ["SSE-C"]);
    let put = |algorithm, types: Option<EncryptionType>| {
        let default = ServerSideEncryptionByDefault::builder().sse_algorithm(algorithm).build().unwrap();
        let types = types.map(|one| BlockedEncryptionTypes::builder().encryption_type(one).build());
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default)
            .bucket_key_enabled(true)
            .set_blocked_encryption_types(types);
        let rules = ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().unwrap();
        let call = stage.aws.s3.put_bucket_encryption().bucket(SOURCE);
        stage.wait(call.server_side_encryption_configuration(rules).send()).unwrap();
    };
    put(ServerSideEncryption::AwsKms, None);
    stage.run(&UP).ok();
    assert_eq!(blocked(), ["SSE-C"]);
    put(ServerSideEncryption::Aes256, Some(EncryptionType::None));
    assert!(blocked().is_empty());
    let plan = stage.run(&["plan", "--detailed-exitcode"]);
    says(&plan, 2, "encryption: AES256 (with a bucket key) (SSE-C allowed) -> AES256");
    stage.run(&UP).ok();
    assert_eq!(blocked(), ["SSE-C"]);
    is_clean(&stage);
}

#[test]
fn lifecycle_rules_of_others_stay() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let read = || {
        let call = stage.aws.s3.get_bucket_lifecycle_configuration().bucket(SOURCE);
        stage.wait(call.send()).unwrap()
    };
    let ours = read().rules()[0].clone();
    let tag = Tag::builder().key("kind").value("raw & old").build().unwrap();
    let archive = Transition::builder().days(90).storage_class(TransitionStorageClass::Glacier).build();
    let theirs = LifecycleRule::builder()
        .id("archive <raw>")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().tag(tag).build())
        .transitions(archive)
        .build()
        .unwrap();
    let changed = LifecycleRule::builder().id("provisioner").status(ExpirationStatus::Disabled);
    let changed = changed
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .transitions(Transition::builder().days(1).storage_class(TransitionStorageClass::Glacier).build());
    let rules = BucketLifecycleConfiguration::builder().rules(theirs.clone()).rules(changed.build().unwrap());
    let call = stage.aws.s3.put_bucket_lifecycle_configuration().bucket(SOURCE);
    stage.wait(call.lifecycle_configuration(rules.build().unwrap()).send()).unwrap();

    let note = format!("lifecycle rule of others on bucket {SOURCE}: untouched (archive <raw>)");
    let plan = stage.run(&["plan"]).ok();
    says(&plan, 0, &note);
    says(&plan, 0, "lifecycle: something else -> noncurrent versions after 30 d");
    stage.run(&UP).ok();
    assert_eq!(read().rules(), [theirs.clone(), ours]);
    is_clean(&stage);

    // Without a rule of ours theirs is still there.
    let none = "[source]\nnoncurrent_days = \"never\"\nabort_multipart_days = \"never\"\n";
    stage.configure(&format!("{PLAIN}\n{none}"));
    stage.run(&UP).ok();
    assert_eq!(read().rules(), [theirs]);
    is_clean(&stage);
}

/// Old versions hold what was uploaded, places included: they go although no new ones are kept.
#[test]
fn old_versions_go_without_versioning_too() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.configure(&format!("{PLAIN}\n[source]\nversioning = false\n"));
    stage.run(&UP).ok();
    let world = stage.world();
    let bucket = world.source.present().unwrap();
    assert_eq!(bucket.versioning, Versioning::Suspended);
    let kept = ObservedLifecycle::Ours(Lifecycle {
        expire_days: None,
        noncurrent_days: Some(30),
        abort_multipart_days: Some(7),
    });
    assert_eq!(bucket.lifecycle, kept);
    is_clean(&stage);
}

#[test]
fn a_bucket_whose_tags_give_rights_gets_its_tags() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let s3 = &stage.aws.s3;
    let tag = Tag::builder().key("theirs").value("1").build().unwrap();
    let ours = Tag::builder().key("provisioner:stack").value("crash").build().unwrap();
    let tagging = aws_sdk_s3::types::Tagging::builder().tag_set(tag).tag_set(ours).build().unwrap();
    stage.wait(s3.put_bucket_tagging().bucket(SOURCE).tagging(tagging).send()).unwrap();
    let abac = AbacStatus::builder().status(BucketAbacStatus::Enabled).build();
    stage.wait(s3.put_bucket_abac().bucket(SOURCE).abac_status(abac).send()).unwrap();
    stage.configure(&format!("{PLAIN}\n[tags]\nteam = \"media: a/b\"\n"));
    stage.run(&UP).ok();
    let tags = stage.world().source.present().unwrap().tags.clone();
    assert_eq!((&*tags["team"], &*tags["theirs"]), ("media: a/b", "1"));
    is_clean(&stage);
}

#[test]
fn versioning_under_mfa_delete_is_a_problem_that_is_told_first() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.configure(&format!("{PLAIN}\n[source]\nversioning = false\n"));
    let before = stage.everything();
    let mfa = Fault::Edit(|answer| answer.replace("</Status>", "</Status><MfaDelete>Enabled</MfaDelete>"));
    let run = stage.run_with(&UP, vec![Rule::on("GetBucketVersioning", mfa)]);
    says(&run, 4, &format!("bucket {SOURCE} has MFA delete"));
    says(&run, 4, "MFADelete=Disabled");
    assert_eq!(stage.everything(), before);
}
