//! The weather of real AWS, which the local one does not have: a test for each line of the design's table
//! "What real AWS does". Each wait names its cause and its deadline, and the summary tells the total.

use super::many_users::with_users;
use aws_sdk_s3::types::{ObjectOwnership, OwnershipControls, OwnershipControlsRule};
use testkit::proxy::{Call, Fault, Refusal, Rule, Service};
use testkit::stage::{CHANGED, PLAIN, Run, Stage};

const UP: [&str; 2] = ["up", "--yes"];
const DOWN: [&str; 3] = ["down", "--yes", "--delete-data"];

fn refuse(operation: &'static str, status: u16, code: &'static str, message: &'static str) -> Rule {
    Rule::on(operation, Fault::Refuse(Refusal::new(status, code, message)))
}

/// The wait was told, with its deadline.
#[track_caller]
fn says_what_it_waits_for(run: &Run, why: &str) {
    let text = run.text();
    assert!(text.lines().any(|line| line.contains(why) && line.contains("of at most")), "{why:?}: {text}");
}

#[track_caller]
fn is_clean(stage: &Stage) {
    let plan = stage.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code(), Some(0), "{}", plan.text());
}

#[test]
fn a_new_role_cannot_be_assumed_for_some_seconds() {
    let stage = Stage::new();
    let message = "The role defined for the function cannot be assumed by Lambda.";
    let rule = refuse("CreateFunction", 400, "InvalidParameterValueException", message).times(3);
    let run = stage.run_with(&UP, vec![rule]).ok();
    assert_eq!(run.calls.count("CreateFunction"), 4);
    says_what_it_waits_for(&run, "Lambda cannot use the new role yet");
    is_clean(&stage);

    // Any other invalid value is an error at once, in AWS's words.
    stage.run(&DOWN).ok();
    let rule =
        refuse("CreateFunction", 400, "InvalidParameterValueException", "Unzipped size must be smaller");
    let run = stage.run_with(&UP, vec![rule]);
    assert_eq!((run.code(), run.calls.count("CreateFunction")), (Some(1), 1));
    assert!(
        run.stderr.contains("Unzipped size") && run.stderr.contains("request id proxy-"),
        "{}",
        run.text()
    );
}

#[test]
fn a_function_is_pending_and_updates_wait_for_one_another() {
    let stage = Stage::new();
    let pending = |body: &str| body.replace("\"State\": \"Active\"", "\"State\": \"Pending\"");
    // Every run waits for a new function; only a long wait is told without -v.
    let rules = vec![Rule::on("GetFunctionConfiguration", Fault::Edit(pending)).times(3)];
    let run = stage.run_with(&["up", "--yes", "-v"], rules);
    says_what_it_waits_for(&run.ok(), "Lambda is preparing the function");
    is_clean(&stage);

    stage.configure(CHANGED);
    let busy = "The operation cannot be performed at this time. An update is in progress for resource";
    let in_progress = |body: &str| {
        body.replace("\"LastUpdateStatus\": \"Successful\"", "\"LastUpdateStatus\": \"InProgress\"")
    };
    let rules = vec![
        Rule::on("GetFunctionConfiguration", Fault::Edit(in_progress)).times(2),
        refuse("UpdateFunctionConfiguration", 409, "ResourceConflictException", busy).times(2),
        refuse("PutFunctionConcurrency", 409, "ResourceConflictException", busy).times(1),
    ];
    let run = stage.run_with(&UP, rules).ok();
    says_what_it_waits_for(&run, "Lambda is still busy with an earlier change of the function");
    is_clean(&stage);

    stage.configure(PLAIN);
    let failed = |body: &str| {
        let body = body.replace("\"State\": \"Active\"", "\"State\": \"Failed\"");
        body.replace("\"State\": \"Pending\"", "\"State\": \"Failed\"")
    };
    let run = stage.run_with(&UP, vec![Rule::on("GetFunctionConfiguration", Fault::Edit(failed))]);
    assert_eq!(run.code(), Some(1), "never ready: {}", run.text());
    assert!(run.stderr.contains("the function failed to become active: "), "{}", run.text());
    stage.run(&UP).ok();
    is_clean(&stage);
}

#[test]
fn the_target_of_a_notification_is_not_validated_yet() {
    let stage = Stage::new();
    let message = "Unable to validate the following destination configurations";
    let rule = refuse("PutBucketNotificationConfiguration", 400, "InvalidArgument", message).times(3);
    let run = stage.run_with(&UP, vec![rule]).ok();
    says_what_it_waits_for(&run, "S3 cannot validate yet that it may start the function");
    let place = |operation: &str| run.calls.0.iter().rposition(|call| call.operation == operation).unwrap();
    assert!(place("AddPermission") < place("PutBucketNotificationConfiguration"), "the right first");
    is_clean(&stage);
}

#[test]
fn bucket_names_are_busy_taken_or_ours() {
    let stage = Stage::new();
    let aborted = "A conflicting conditional operation is currently in progress against this resource.";
    let ours = |_: Service| Refusal::new(409, "BucketAlreadyOwnedByYou", "you already own it");
    let rules = vec![
        refuse("CreateBucket", 409, "OperationAborted", aborted).times(2),
        Rule::on("CreateBucket", Fault::RefuseAfter(ours)).times(1),
        refuse("PutBucketVersioning", 409, "OperationAborted", aborted).times(2),
    ];
    let run = stage.run_with(&UP, rules).ok();
    says_what_it_waits_for(&run, "S3 has not given the name of a deleted bucket back yet");
    is_clean(&stage);
    stage.run(&DOWN).ok();

    let rule =
        refuse("CreateBucket", 409, "BucketAlreadyExists", "The requested bucket name is not available.");
    let run = stage.run_with(&UP, vec![rule]);
    assert_eq!(run.code(), Some(1));
    assert!(run.stderr.contains("choose another `bucket` in config.toml"), "{}", run.text());
    assert_eq!(run.calls.count("PutBucketNotificationConfiguration"), 0, "nothing that needs the bucket");
    stage.run(&UP).ok();
    is_clean(&stage);
}

#[test]
fn a_grant_in_an_acl_is_seen_for_longer_than_it_is_there() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build();
    let controls = OwnershipControls::builder().rules(rule.unwrap()).build().unwrap();
    let bucket = "crash-uploads-000000000000";
    let put = stage.aws.s3.put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls);
    stage.wait(put.send()).unwrap();
    let message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
    let rule = refuse("PutBucketOwnershipControls", 400, "InvalidBucketAclWithObjectOwnership", message);
    // Before the ACL is reset, and once after it.
    let run = stage.run_with(&UP, vec![rule.times(2)]).ok();
    assert_eq!(run.calls.count("PutBucketAcl"), 1, "{}", run.text());
    says_what_it_waits_for(&run, "S3 still sees what the ACL of the bucket granted");
    is_clean(&stage);
}

#[test]
fn a_fresh_principal_is_not_known_in_policies_yet() {
    let stage = Stage::new();
    let rule = refuse("PutBucketPolicy", 400, "MalformedPolicy", "Invalid principal in policy").times(2);
    let run = stage.run_with(&UP, vec![rule]).ok();
    says_what_it_waits_for(&run, "S3 does not know a principal of the policy yet");
    is_clean(&stage);
}

#[test]
fn whom_a_role_trusts_is_not_known_yet() {
    let stage = Stage::new();
    let role = "[[users]]\nname = \"site\"\nbucket = \"source\"\naccess = \"read-only\"\nkind = \"role\"\n";
    let trusting = |who: &str| format!("{PLAIN}\n{role}trust = [\"arn:aws:iam::000000000000:user/{who}\"]\n");
    for (who, operation) in [("ann", "CreateRole"), ("bob", "UpdateAssumeRolePolicy")] {
        stage.configure(&trusting(who));
        let rule = refuse(operation, 400, "MalformedPolicyDocument", "Invalid principal in policy").times(2);
        let run = stage.run_with(&UP, vec![rule]).ok();
        says_what_it_waits_for(&run, "IAM does not know a principal of the trust policy yet");
    }
    is_clean(&stage);
}

#[test]
fn throttling_slows_down_and_does_not_fail() {
    let stage = Stage::new();
    let throttled = || Rule::when(|call| call.earlier < 2, Fault::RefuseAs(Refusal::throttled));
    stage.run_with(&UP, vec![throttled()]).ok();
    is_clean(&stage);
    stage.run_with(&DOWN, vec![throttled()]).ok();
    stage.is_bare();
    let for_ever = Rule::on("GetRole", Fault::RefuseAs(Refusal::throttled));
    let run = stage.run_with(&UP, vec![for_ever]);
    assert_eq!(run.code(), Some(1));
    assert!(run.stderr.contains("Rate exceeded") && run.stderr.contains("slow down"), "{}", run.text());
}

#[test]
fn an_endpoint_that_never_answers_is_told_as_such() {
    let stage = Stage::new();
    let run = stage.run_with(&["plan"], vec![Rule::when(|_| true, Fault::DropBefore)]);
    assert_eq!(run.code(), Some(5), "{}", run.text());
    assert!(
        run.stderr.contains("GetCallerIdentity") && run.stderr.contains("AWS_ENDPOINT_URL"),
        "{}",
        run.text()
    );
}

/// More throttled calls at once than the SDK's own quota of retries allows.
#[test]
fn hundreds_of_throttled_calls_only_take_longer() {
    let stage = Stage::new();
    stage.configure(&with_users(100));
    let fits = |call: &Call| call.service == Service::Iam && call.earlier < 3;
    let rule = || vec![Rule::when(fits, Fault::RefuseAs(Refusal::throttled))];
    let run = stage.run_with(&UP, rule()).ok();
    let throttled = run.calls.0.iter().filter(|call| call.disturbed).count();
    assert!(throttled > 400, "{throttled}");
}

#[test]
fn what_is_attached_is_seen_for_longer_than_it_is_there() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let attached = "Cannot delete entity, must delete policies first.";
    let rules = vec![
        refuse("DeleteRole", 409, "DeleteConflict", attached).times(2),
        refuse("DeleteUser", 409, "DeleteConflict", attached).times(2),
        refuse("DeleteBucket", 409, "BucketNotEmpty", "The bucket you tried to delete is not empty").times(2),
        refuse("DeleteFunction", 409, "ResourceConflictException", "An update is in progress").times(1),
        refuse("DeleteLogGroup", 400, "OperationAbortedException", "A conflicting operation").times(1),
    ];
    let run = stage.run_with(&DOWN, rules).ok();
    says_what_it_waits_for(&run, "IAM still sees policies on the role");
    stage.is_bare();
}

/// The look of this number at each thing shows what the look before showed.
fn stale(look: usize) -> Rule {
    let reads = ["Get", "List", "Describe", "Head"];
    let fits =
        move |call: &Call| call.earlier == look && reads.iter().any(|verb| call.operation.starts_with(verb));
    Rule::when(fits, Fault::Stale)
}

#[test]
fn what_was_just_made_is_not_seen_everywhere_yet() {
    let stage = Stage::new();
    let run = stage.run_with(&UP, vec![stale(1)]).ok();
    assert!(run.text().contains("waiting until AWS shows the changes everywhere"), "{}", run.text());
    is_clean(&stage);
    stage.run(&DOWN).ok();

    let rules = [
        ("PutRolePolicy", "NoSuchEntity"),
        ("PutUserPolicy", "NoSuchEntity"),
        ("PutBucketVersioning", "NoSuchBucket"),
        ("PutBucketTagging", "NoSuchBucket"),
        ("AddPermission", "ResourceNotFoundException"),
        ("GetFunctionConfiguration", "ResourceNotFoundException"),
        ("PutRetentionPolicy", "ResourceNotFoundException"),
    ];
    let rules = rules.map(|(operation, code)| refuse(operation, 404, code, "it does not exist").times(2));
    let run = stage.run_with(&UP, rules.into()).ok();
    says_what_it_waits_for(&run, "IAM does not show what was just created everywhere yet");
    is_clean(&stage);
}

#[test]
fn what_was_just_deleted_is_still_seen() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let run = stage.run_with(&DOWN, vec![stale(1)]).ok();
    assert!(run.text().contains("waiting until AWS shows everywhere that all is gone"), "{}", run.text());
    stage.is_bare();

    // And a run right after: users and role are seen that are gone.
    stage.run(&UP).ok();
    stage.run(&DOWN).ok();
    let fits =
        |call: &Call| call.service == Service::Iam && call.operation.starts_with("Get") && call.earlier == 0;
    let run = stage.run_with(&UP, vec![Rule::when(fits, Fault::Stale)]);
    run.is_understandable();
    stage.run(&UP).ok();
    is_clean(&stage);
}
