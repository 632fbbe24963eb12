//! What is easily taken for something else: for ours, for gone, for done.

use std::sync::Arc;

use aws_sdk_s3::types::{Tag, Tagging};
use testkit::proxy::{Call, Fault, Refusal, Rule, Service};
use testkit::stage::{PLAIN, Run, Stage};

const UP: [&str; 2] = ["up", "--yes"];
const DOWN: [&str; 2] = ["down", "--yes"];
const SOURCE: &str = "crash-uploads-000000000000";

#[track_caller]
fn says(run: &Run, code: i32, what: &str) {
    assert_eq!(run.code(), Some(code), "{}", run.text());
    assert!(run.text().contains(what), "{what:?}: {}", run.text());
}

/// A bucket with nothing but delete markers holds no data when the plan is made. What comes then is data.
#[test]
fn data_that_comes_after_the_plan_is_not_taken_for_delete_markers() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.wait(stage.aws.s3.delete_object().bucket(SOURCE).key("ghost.txt").send()).unwrap();
    let (s3, runtime) = (stage.aws.s3.clone(), stage.handle());
    let arrive = move || {
        runtime.block_on(async {
            s3.put_object().bucket(SOURCE).key("late.txt").body(vec![1].into()).send().await.unwrap();
            s3.create_multipart_upload().bucket(SOURCE).key("later.txt").send().await.unwrap();
        });
    };
    let rule = Rule::on("DeleteFunction", Fault::Meanwhile(Arc::new(arrive))).times(1);
    says(&stage.run_with(&DOWN, vec![rule]), 1, "BucketNotEmpty");
    stage.wait(stage.aws.s3.get_object().bucket(SOURCE).key("late.txt").send()).unwrap();
    let uploads = stage.wait(stage.aws.s3.list_multipart_uploads().bucket(SOURCE).send()).unwrap();
    assert_eq!(uploads.uploads().len(), 1);
    stage.run(&["down", "--yes", "--delete-data"]).ok();
    stage.is_bare();
}

#[test]
fn a_bucket_that_may_not_be_looked_at_is_not_taken_for_gone() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let before = stage.everything();
    let denied = || {
        let fits = |call: &Call| call.label() == format!("HeadBucket {SOURCE}");
        Rule::when(fits, Fault::Refuse(Refusal::new(403, "AccessDenied", "Access Denied")))
    };
    says(&stage.run_with(&DOWN, vec![denied()]), 4, "or these credentials may not look at it");
    assert_eq!(stage.everything(), before);
    says(&stage.run_with(&["plan"], vec![denied()]), 4, "get the right to s3:ListBucket on it");
    stage.run(&DOWN).ok();
    stage.is_bare();
}

#[test]
fn one_bucket_under_two_names_is_not_taken_for_two() {
    let stage = Stage::new();
    stage.configure(
        "stack = \"crash\"\n[source]\nbucket = \"crash-000000000000\"\n[destination]\nbucket = \"{stack}-{account}\"\n",
    );
    says(&stage.run(&UP), 4, "source and destination are the same bucket, crash-000000000000");
    stage.is_bare();
}

#[test]
fn a_stack_whose_name_goes_on_is_not_taken_for_ours() {
    let stage = Stage::new();
    let of = |stack: &str| {
        PLAIN.replace(
            "stack = \"crash\"",
            &format!(
                "stack = \"{stack}\"\n[source]\nbucket = \"acme-raw\"\n[destination]\nbucket = \"acme-clean\""
            ),
        )
    };
    stage.configure(&of("crash-x"));
    stage.run(&UP).ok();
    let before = stage.world();
    assert_eq!(before.trigger.ours.len(), 33);
    stage.configure(&of("crash"));
    says(&stage.run(&DOWN), 0, "There is nothing of this stack to remove.");
    stage.configure(&of("crash-x"));
    assert_eq!(stage.world(), before);
}

#[test]
fn the_same_stack_in_another_region_is_not_taken_for_drift() {
    let stage = Stage::new();
    let buckets = "[source]\nbucket = \"raw-{region}\"\n[destination]\nbucket = \"clean-{region}\"";
    let here = PLAIN
        .replace("\n\n[[users]]\nname = \"writer\"", &format!("\n{buckets}\n[[users]]\nname = \"writer\""));
    assert!(here.contains(buckets));
    stage.configure(&here);
    stage.run(&UP).ok();
    let before = stage.everything();
    stage.configure(&here.replace("stack = \"crash\"", "stack = \"crash\"\nregion = \"eu-west-1\""));
    for args in [&UP, &DOWN] {
        says(&stage.run(args), 4, "the stack crash is up in the region us-east-1");
    }
    assert_eq!(stage.everything(), before);
    stage.configure(&here);
    says(&stage.run(&["plan", "--detailed-exitcode"]), 0, "No changes.");
}

#[test]
fn a_user_in_a_folder_of_the_stack_is_not_taken_for_a_former_one() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage
        .wait(stage.aws.iam.create_user().user_name("alice").path("/provisioner/crash/team/").send())
        .unwrap();
    stage.run(&UP).ok();
    stage.run(&DOWN).ok();
    assert_eq!(stage.everything(), ["user alice"]);
}

#[test]
fn a_failed_update_of_the_function_is_not_taken_for_done() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let failed = Fault::Edit(|answer| answer.replace("Successful", "Failed"));
    let plan = stage.run_with(&["plan", "--detailed-exitcode"], vec![Rule::on("GetFunction", failed)]);
    says(&plan, 2, "1 to change");
}

#[test]
fn what_stands_in_the_way_is_not_taken_for_nothing_by_status() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.wait(stage.aws.s3.delete_bucket_tagging().bucket(SOURCE).send()).unwrap();
    let foreign = format!("source bucket {SOURCE} exists already and does not belong to this stack");
    says(&stage.run(&["status"]), 0, &format!("problem: {foreign}\n1 resource is not as in config.toml"));
    says(
        &stage.run(&["status", "--detailed-exitcode"]),
        2,
        &format!("foreign  source bucket      {SOURCE}\n"),
    );
    let json: serde_json::Value =
        serde_json::from_str(&stage.run(&["status", "--json"]).ok().stdout).unwrap();
    assert_eq!(json["problems"], serde_json::json!([foreign]));
}

#[test]
fn tags_that_others_set_after_the_plan_are_not_taken_for_none() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.configure(&format!("{PLAIN}\n[tags]\nteam = \"media\"\n"));
    let (s3, runtime) = (stage.aws.s3.clone(), stage.handle());
    let tag = move || {
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
        let tags = Tagging::builder().tag_set(tag("provisioner:stack", "crash")).tag_set(tag("theirs", "42"));
        runtime
            .block_on(s3.put_bucket_tagging().bucket(SOURCE).tagging(tags.build().unwrap()).send())
            .unwrap();
    };
    // Users are tagged at the same time or before; the bucket's tags were read in the first wave.
    let second = |call: &Call| call.label() == format!("GetBucketTagging {SOURCE}") && call.earlier == 1;
    stage.run_with(&UP, vec![Rule::when(second, Fault::Meanwhile(Arc::new(tag))).times(1)]).ok();
    let tags = stage.world().source.present().unwrap().tags.clone();
    assert_eq!((tags["theirs"].as_str(), tags["team"].as_str()), ("42", "media"));
}

/// A `down` at the same time deletes it between the two reads that tell of it.
#[test]
fn a_log_group_that_goes_while_it_is_read_is_not_taken_for_foreign() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let gone = Fault::Refuse(Refusal::new(
        400,
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    ));
    let tags = |call: &Call| call.service == Service::Logs && call.operation == "ListTagsForResource";
    says(
        &stage.run_with(&["plan"], vec![Rule::when(tags, gone)]),
        0,
        "+ log group /aws/lambda/crash-sanitizer\n",
    );
}
