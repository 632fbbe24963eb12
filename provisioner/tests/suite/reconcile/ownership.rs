//! Whose is it: nothing that is not ours is changed, and drift of what is ours is repaired.

use super::their_function;
use aws_sdk_lambda::types::{FunctionCode, Runtime};
use aws_sdk_s3::types::{
    BucketVersioningStatus, Destination, Event, EventBridgeConfiguration, FilterRule, FilterRuleName,
    LambdaFunctionConfiguration, NotificationConfiguration, NotificationConfigurationFilter,
    ReplicationConfiguration, ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus, S3KeyFilter,
    Tag, Tagging, VersioningConfiguration,
};
use testkit::stage::{PLAIN, Run, Stage};

const UP: [&str; 2] = ["up", "--yes"];
const ADOPT: [&str; 3] = ["up", "--yes", "--adopt"];
const SOURCE: &str = "crash-uploads-000000000000";
const FUNCTION: &str = "crash-sanitizer";
pub(super) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const ANYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

#[track_caller]
fn is_clean(stage: &Stage) {
    let plan = stage.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code(), Some(0), "{}", plan.text());
}

/// Refused, with words and a way out, and nothing was changed.
#[track_caller]
fn is_refused(stage: &Stage, what: &str, hint: &str) {
    let before = (stage.world(), stage.everything());
    let run = stage.run(&UP);
    assert_eq!(run.code(), Some(4), "{}", run.text());
    assert!(run.text().contains(what) && run.text().contains(hint), "{what:?}, {hint:?}: {}", run.text());
    assert_eq!((stage.world(), stage.everything()), before);
}

#[track_caller]
fn says(run: &Run, what: &str) {
    assert!(run.text().contains(what), "{what:?}: {}", run.text());
}

#[test]
fn a_foreign_bucket_is_refused_and_can_be_adopted() {
    let stage = Stage::new();
    let s3 = &stage.aws.s3;
    stage.wait(s3.create_bucket().bucket(SOURCE).send()).unwrap();
    let what = format!("source bucket {SOURCE} exists already and does not belong to this stack");
    is_refused(&stage, &what, "--adopt");
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
    let tagging = Tagging::builder().tag_set(tag("provisioner:stack", "other")).tag_set(tag("theirs", "1"));
    stage.wait(s3.put_bucket_tagging().bucket(SOURCE).tagging(tagging.build().unwrap()).send()).unwrap();
    is_refused(&stage, "belongs to the stack other", "--adopt");

    stage.wait(s3.put_object().bucket(SOURCE).key("old.txt").body(vec![1].into()).send()).unwrap();
    let run = stage.run(&ADOPT).ok();
    says(&run, "was not made by this stack and is taken over");
    is_clean(&stage);
    assert_eq!(stage.world().source.present().unwrap().tags["theirs"], "1", "foreign tags stay");
    stage.wait(s3.get_object().bucket(SOURCE).key("old.txt").send()).unwrap();
}

/// `--adopt` with values takes over these and no others.
#[test]
fn only_what_was_named_is_adopted() {
    let stage = Stage::new();
    let (s3, iam, logs) = (&stage.aws.s3, &stage.aws.iam, &stage.aws.logs);
    stage.wait(s3.create_bucket().bucket(SOURCE).send()).unwrap();
    stage.wait(logs.create_log_group().log_group_name("/aws/lambda/crash-sanitizer").send()).unwrap();
    stage.wait(iam.create_user().user_name("crash-writer").send()).unwrap();
    let before = (stage.world(), stage.everything());
    let plan = stage.run(&["plan", "--adopt=bucket", "--adopt", "log group"]);
    assert_eq!(plan.code(), Some(4), "{}", plan.text());
    says(&plan, "user crash-writer exists already");
    assert!(
        !plan.text().contains("bucket crash-uploads") && !plan.text().contains("log group"),
        "{}",
        plan.text()
    );
    says(&stage.run(&["up", "--yes", "--adopt=bucket,log-group"]), "user crash-writer exists already");
    for (word, hint) in [
        ("crash-writr", "did you mean `crash-writer`?"),
        ("buckets", "did you mean `bucket`?"),
        (
            "bucket,queue",
            "or by kind: bucket, source bucket, destination bucket, log group, role, function, user",
        ),
    ] {
        let run = stage.run(&["up", "--yes", &format!("--adopt={word}")]);
        assert_eq!(run.code(), Some(64), "{}", run.text());
        let unknown = word.rsplit(',').next().unwrap();
        says(&run, &format!("--adopt: the stack crash has no resource {unknown:?}"));
        says(&run, hint);
    }
    assert_eq!((stage.world(), stage.everything()), before);
    let run = stage
        .run(&["up", "--yes", "--adopt", &format!("source bucket {SOURCE}"), "crash-writer,log group"])
        .ok();
    assert_eq!(
        run.text().matches("was not made by this stack and is taken over").count(),
        3,
        "{}",
        run.text()
    );
    is_clean(&stage);
    // What is ours is not foreign, and may be named.
    says(&stage.run(&["up", "--yes", "--adopt=user"]).ok(), "No changes.");
}

#[test]
fn foreign_users_roles_functions_and_log_groups_are_refused() {
    let stage = Stage::new();
    let (iam, lambda, logs) = (&stage.aws.iam, &stage.aws.lambda, &stage.aws.logs);
    let refused = |what: &str, hint: &str| is_refused(&stage, what, hint);

    stage.wait(logs.create_log_group().log_group_name("/aws/lambda/crash-sanitizer").send()).unwrap();
    refused("log group /aws/lambda/crash-sanitizer exists already", "--adopt");
    let role = iam.create_role().role_name("theirs").assume_role_policy_document(TRUST).send();
    let role = stage.wait(role).unwrap().role.unwrap();
    let code = FunctionCode::builder().zip_file(empty_zip().into()).build();
    let function = lambda.create_function().function_name(FUNCTION).runtime(Runtime::from("provided.al2023"));
    let function = function.handler("bootstrap").role(role.arn()).code(code);
    stage.wait(function.send()).unwrap();
    // It is being made for a moment, and would look changed after the refusal.
    while stage.world().function.unwrap().state != "Active" {}
    refused("function crash-sanitizer exists already", "--adopt");
    stage.run(&ADOPT).ok();
    is_clean(&stage);
    stage.run(&["down", "--yes"]).ok();
    assert_eq!(stage.everything(), ["role theirs"], "what others made stays");

    // A user can be moved under the stack's path.
    stage.wait(iam.create_user().user_name("crash-writer").send()).unwrap();
    refused("user crash-writer exists already", "hint: ");
    let down = stage.run(&["down", "--yes"]).ok();
    says(&down, "user crash-writer does not belong to this stack: left alone");
    says(&stage.run(&["plan", "--adopt"]).ok(), "path: / -> /provisioner/crash/");
    stage.run(&ADOPT).ok();
    is_clean(&stage);
    assert_eq!(
        stage.wait(iam.get_user().user_name("crash-writer").send()).unwrap().user.unwrap().path,
        "/provisioner/crash/"
    );
    stage.run(&["down", "--yes"]).ok();
    // The path of a role cannot be changed, so it cannot even be adopted, and that is told at once.
    stage.wait(iam.create_role().role_name(FUNCTION).assume_role_policy_document(TRUST).send()).unwrap();
    refused("role crash-sanitizer exists under the IAM path /", "cannot be taken over");
    assert_eq!(stage.everything(), ["role crash-sanitizer", "role theirs"]);
}

/// A zip archive with nothing in it: its end record only.
pub(super) fn empty_zip() -> Vec<u8> {
    [b"PK\x05\x06".as_slice(), &[0; 18]].concat()
}

fn filter(suffix: &str) -> NotificationConfigurationFilter {
    // Names in another case, as some tools write them.
    let rule = FilterRule::builder().name(FilterRuleName::from("Suffix")).value(suffix).build();
    NotificationConfigurationFilter::builder().key(S3KeyFilter::builder().filter_rules(rule).build()).build()
}

fn put_entries(stage: &Stage, configuration: NotificationConfiguration) {
    let request = stage.aws.s3.put_bucket_notification_configuration().bucket(SOURCE);
    stage.wait(request.notification_configuration(configuration).send()).unwrap();
}

#[test]
fn notification_entries_of_others_stay_as_they_are() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.wait(their_function::make(&stage.aws));
    let entries = || {
        let request = stage.aws.s3.get_bucket_notification_configuration().bucket(SOURCE);
        stage.wait(request.send()).unwrap()
    };
    let theirs = LambdaFunctionConfiguration::builder()
        .id("Thumbnails of  others/ü")
        .lambda_function_arn("arn:aws:lambda:us-east-1:000000000000:function:theirs")
        .events(Event::S3ObjectRemovedDelete)
        .events(Event::from("s3:ObjectCreated:Put"))
        .filter(filter(".tiff"))
        .build()
        .unwrap();
    let mut all = entries().lambda_function_configurations.unwrap();
    all.push(theirs);
    let all = NotificationConfiguration::builder()
        .set_lambda_function_configurations(Some(all))
        .event_bridge_configuration(EventBridgeConfiguration::builder().build());
    put_entries(&stage, all.build());
    // All but ours.
    let others = || {
        let entries = entries();
        let functions = entries.lambda_function_configurations.unwrap_or_default();
        let is_theirs =
            |entry: &LambdaFunctionConfiguration| !entry.id().unwrap().starts_with("provisioner-");
        let theirs: Vec<_> = functions.into_iter().filter(is_theirs).collect();
        (theirs, entries.event_bridge_configuration)
    };
    let before = others();
    assert!(before.0.len() == 1 && before.1.is_some());
    let plan = stage.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code(), Some(0), "{}", plan.text());
    says(&plan, "1 notification entry of others on the source bucket: untouched");

    stage.configure(&format!("{PLAIN}\n[trigger]\nsuffixes = [\".png\"]\n"));
    stage.run(&UP).ok();
    assert_eq!(others(), before);
    stage.wait(stage.aws.s3.put_object().bucket(SOURCE).key("a.txt").body(vec![1].into()).send()).unwrap();
    stage.run(&["down", "--yes", "--keep-data"]).ok();
    assert_eq!(others(), before);
    assert_eq!(entries().lambda_function_configurations().len(), 1, "only ours went");
}

#[test]
fn an_overlap_with_others_is_named_before_anything_is_written() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.wait(their_function::make(&stage.aws));
    let theirs = LambdaFunctionConfiguration::builder()
        .id("theirs")
        .lambda_function_arn("arn:aws:lambda:us-east-1:000000000000:function:theirs")
        .events(Event::S3ObjectCreatedPut)
        .filter(filter("g"))
        .build()
        .unwrap();
    let entries = NotificationConfiguration::builder().lambda_function_configurations(theirs).build();
    put_entries(&stage, entries);
    is_refused(&stage, "notification entry \"theirs\" of the source bucket", "remove or narrow that entry");
}

#[test]
fn what_was_given_by_hand_does_not_keep_role_and_users_from_going() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let aws = &stage.aws;
    stage.wait(async {
        let policy =
            aws.iam.create_policy().policy_name("wide").policy_document(ANYTHING).send().await.unwrap();
        let wide = policy.policy.unwrap().arn.unwrap();
        aws.iam.attach_role_policy().role_name(FUNCTION).policy_arn(&wide).send().await.unwrap();
        aws.iam.attach_user_policy().user_name("crash-reader").policy_arn(&wide).send().await.unwrap();
        let extra = aws.iam.put_role_policy().role_name(FUNCTION).policy_name("extra");
        extra.policy_document(ANYTHING).send().await.unwrap();
        aws.iam.create_access_key().user_name("crash-reader").send().await.unwrap();
    });
    says(&stage.run(&["down", "--yes"]).ok(), "Nothing of the stack is left.");
    let world = stage.world();
    assert!(world.role.is_none() && world.users.values().all(Option::is_none));
}

#[test]
fn policies_made_by_hand_go_and_tags_made_by_hand_stay() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let clean = stage.world();
    let aws = &stage.aws;
    stage.wait(async {
        let policy = aws.iam.create_policy().policy_name("wide").policy_document(ANYTHING).send().await.unwrap();
        let wide = policy.policy.unwrap().arn.unwrap();
        aws.iam.attach_role_policy().role_name(FUNCTION).policy_arn(&wide).send().await.unwrap();
        aws.iam.attach_user_policy().user_name("crash-reader").policy_arn(&wide).send().await.unwrap();
        let extra = aws.iam.put_role_policy().role_name(FUNCTION).policy_name("extra");
        extra.policy_document(ANYTHING).send().await.unwrap();
        let extra = aws.iam.put_user_policy().user_name("crash-reader").policy_name("extra");
        extra.policy_document(ANYTHING).send().await.unwrap();
        aws.iam.create_group().group_name("admins").send().await.unwrap();
        aws.iam.add_user_to_group().user_name("crash-reader").group_name("admins").send().await.unwrap();
        let mut document = clean.source.present().unwrap().policy.clone().unwrap();
        let public = serde_json::json!({
            "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{SOURCE}/*"),
        });
        document["Statement"].as_array_mut().unwrap().push(public);
        aws.s3.delete_public_access_block().bucket(SOURCE).send().await.unwrap();
        aws.s3.put_bucket_policy().bucket(SOURCE).policy(document.to_string()).send().await.unwrap();
        let add = aws.lambda.add_permission().function_name(FUNCTION).statement_id("everybody");
        add.principal("*").action("lambda:InvokeFunction").send().await.unwrap();
        let tag = aws_sdk_iam::types::Tag::builder().key("theirs").value("1").build().unwrap();
        aws.iam.tag_role().role_name(FUNCTION).tags(tag.clone()).send().await.unwrap();
        aws.iam.tag_user().user_name("crash-reader").tags(tag).send().await.unwrap();
    });
    let plan = stage.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code(), Some(2));
    for line in [
        "(named extra, not in config.toml)",
        "- attached policy: arn:aws:iam::000000000000:policy/wide",
        "- group: admins",
        "bucket policy:",
        "public access: blocked",
        "not in config.toml",
    ] {
        says(&plan, line);
    }
    let run = stage.run(&UP).ok();
    let place = |wanted: &str| run.calls.0.iter().position(|call| call.operation == wanted).unwrap();
    assert!(place("RemovePermission") > 0 && place("PutPublicAccessBlock") > 0);
    is_clean(&stage);
    let mut world = stage.world();
    assert_eq!(world.role.as_mut().unwrap().identity.tags.remove("theirs").as_deref(), Some("1"));
    let reader = world.users.get_mut("crash-reader").unwrap().as_mut().unwrap();
    assert_eq!(reader.identity.tags.remove("theirs").as_deref(), Some("1"));
    assert_eq!(world, clean, "all else is as before");
}

#[test]
fn a_renamed_bucket_keeps_its_data_and_the_plan_says_so() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.wait(stage.aws.s3.put_object().bucket(SOURCE).key("a.txt").body(vec![1].into()).send()).unwrap();
    stage.configure(&format!("{PLAIN}\n[source]\nbucket = \"crash-renamed\"\n"));
    let note = format!("bucket {SOURCE} carries this stack's tag, but config.toml names another one");
    says(&stage.run(&["plan"]), &note);
    stage.run(&UP).ok();
    is_clean(&stage);
    stage.wait(stage.aws.s3.get_object().bucket(SOURCE).key("a.txt").send()).unwrap();

    // `down` knows of it, too, and asks before it deletes data.
    let run = stage.run(&["down", "--yes"]);
    assert_eq!(run.code(), Some(4));
    says(&run, "holds 1 object");
    stage.run(&["down", "--yes", "--delete-data"]).ok();
    stage.is_bare();
}

#[test]
fn users_that_are_not_in_the_configuration_any_more_go_with_their_keys() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.wait(stage.aws.iam.create_access_key().user_name("crash-writer").send()).unwrap();
    let without = PLAIN.replace("name = \"writer\"", "name = \"author\"");
    stage.configure(&without);
    says(&stage.run(&["plan"]), "- user crash-writer");
    let run = stage.run(&UP).ok();
    let place = |wanted: &str| run.calls.0.iter().position(|call| call.label() == wanted).unwrap();
    let (taken, given) = (place("DeleteUserPolicy crash-writer"), place("PutUserPolicy crash-author"));
    assert!(taken < given, "rights are taken before others are given");
    is_clean(&stage);
    assert!(!stage.everything().contains(&"user crash-writer".to_owned()));
}

/// Replication takes pictures out of the source bucket with all their metadata. It may be wanted, so it stays,
/// but every plan tells of it.
#[test]
fn replication_of_the_source_bucket_is_told_of_and_left_alone() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let s3 = &stage.aws.s3;
    let rule = |id: &str, status: ReplicationRuleStatus, bucket: &str| {
        let target = Destination::builder().bucket(format!("arn:aws:s3:::{bucket}")).build().unwrap();
        let rule = ReplicationRule::builder().id(id).status(status).priority(1).destination(target);
        rule.filter(ReplicationRuleFilter::builder().prefix("").build()).build().unwrap()
    };
    let configuration = ReplicationConfiguration::builder()
        .role("arn:aws:iam::000000000000:role/replication")
        .rules(rule("one", ReplicationRuleStatus::Enabled, "backup-of-all"))
        .rules(rule("two", ReplicationRuleStatus::Disabled, "not-any-more"))
        .build()
        .unwrap();
    stage.wait(async {
        s3.create_bucket().bucket("backup-of-all").send().await.unwrap();
        let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let put = s3.put_bucket_versioning().bucket("backup-of-all").versioning_configuration(versioning);
        put.send().await.unwrap();
        let put = s3.put_bucket_replication().bucket(SOURCE).replication_configuration(configuration);
        put.send().await.unwrap();
    });
    let note =
        format!("bucket {SOURCE} is replicated to backup-of-all: pictures go there as they are uploaded");
    let run = stage.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(run.code(), Some(0), "{}", run.text());
    says(&run, &note);
    says(&stage.run(&UP).ok(), &note);
    assert_eq!(stage.world().replicas, ["backup-of-all"]);
    stage.wait(s3.delete_bucket_replication().bucket(SOURCE).send()).unwrap();
    assert!(!stage.run(&["plan"]).ok().text().contains("replicated"));
}
