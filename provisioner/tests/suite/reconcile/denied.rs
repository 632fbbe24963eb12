//! Credentials that lack one right: each operation is denied, one at a time, as its service says so and without a word about
//! what is missing. The program says which IAM actions that are, and leaves nothing that the next run does not put right.

use std::collections::BTreeSet;

use aws_sdk_s3::types::{AbacStatus, BucketAbacStatus};
use testkit::proxy::{Call, Fault, Record, Refusal, Rule, Service};
use testkit::stage::{CHANGED, PLAIN, Run, Stage};

const SOURCE: &str = "crash-uploads-000000000000";
const UP: [&str; 2] = ["up", "--yes"];
const PLAN: [&str; 2] = ["plan", "--detailed-exitcode"];
const DOWN: [&str; 3] = ["down", "--yes", "--delete-data"];

/// What a run does well without: what only finds former things or what others have set.
const DISPENSABLE: [&str; 5] =
    ["GetResources", "GetBucketReplication", "GetBucketAcl", "ListAccessKeys", "GetAccessKeyLastUsed"];

pub(super) type Operation = (Service, String);

fn with_alarms() -> String {
    format!("{PLAIN}\n[alarms]\n")
}

fn changed() -> String {
    format!("{CHANGED}\n[alarms]\nerrors = 7\n")
}

/// The action of an operation, by the Service Authorization Reference.
pub(super) fn action((service, operation): &Operation) -> String {
    let s3 = [
        ("HeadBucket", "ListBucket"),
        ("GetBucketEncryption", "GetEncryptionConfiguration"),
        ("PutBucketEncryption", "PutEncryptionConfiguration"),
        ("GetBucketLifecycle", "GetLifecycleConfiguration"),
        ("PutBucketLifecycle", "PutLifecycleConfiguration"),
        ("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
        ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
        ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
        ("GetBucketNotificationConfiguration", "GetBucketNotification"),
        ("PutBucketNotificationConfiguration", "PutBucketNotification"),
        ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
        ("ListObjectVersions", "ListBucketVersions"),
        ("ListMultipartUploads", "ListBucketMultipartUploads"),
        ("DeleteObjects", "DeleteObjectVersion"),
        ("ListObjectsV2", "ListBucket"),
        ("HeadObject", "GetObject"),
        ("GetBucketReplication", "GetReplicationConfiguration"),
        ("CreateMultipartUpload", "PutObject"),
        ("Invoke", "InvokeFunction"),
    ];
    let name = s3.iter().find(|(from, _)| from == operation).map_or(operation.as_str(), |(_, to)| *to);
    let service = match service {
        Service::S3 => "s3",
        Service::Iam => "iam",
        Service::Sts => "sts",
        Service::Lambda => "lambda",
        Service::Logs => "logs",
        Service::Tagging => "tag",
        Service::Alarms => "cloudwatch",
    };
    format!("{service}:{name}")
}

fn is(call: &Call, (service, operation): &Operation) -> bool {
    call.service == *service && call.operation == *operation
}

/// What was called, in the order of the first calls.
pub(super) fn operations(calls: &Record, wanted: impl Fn(&Call) -> bool) -> Vec<Operation> {
    let mut seen = BTreeSet::new();
    let calls = calls.0.iter().filter(|call| call.service != Service::Sts && wanted(call));
    calls
        .map(|call| (call.service, call.operation.clone()))
        .filter(|operation| seen.insert(operation.clone()))
        .collect()
}

fn deny(operation: &Operation) -> Rule {
    let operation = operation.clone();
    Rule::when(move |call| is(call, &operation), Fault::RefuseAs(Refusal::denied))
}

fn was_called(run: &Run, operation: &Operation) -> bool {
    run.calls.0.iter().any(|call| is(call, operation))
}

/// The denied run has failed, and its error names the action.
#[track_caller]
fn names_the_action(run: &Run, operation: &Operation) {
    let text = run.text();
    assert_ne!(run.code(), Some(0), "{operation:?}: {text}");
    run.is_understandable();
    let action = action(operation);
    assert!(run.stderr.contains(&action), "{action} is not named: {text}");
}

#[track_caller]
fn is_clean(stage: &Stage) {
    let plan = stage.run(&PLAN);
    assert_eq!(plan.code(), Some(0), "{}", plan.text());
}

#[test]
fn each_read() {
    let stage = Stage::new();
    stage.configure(&with_alarms());
    stage.run(&UP).ok();
    let reads = operations(&stage.run(&PLAN).ok().calls, Call::reads);
    println!("{} operations: {reads:?}", reads.len());
    assert!(reads.len() > 22, "{reads:?}");
    let before = stage.world();
    for operation in &reads {
        let run = stage.run_with(&UP, vec![deny(operation)]);
        if DISPENSABLE.contains(&operation.1.as_str()) {
            assert_eq!(run.code(), Some(0), "{operation:?}: {}", run.text());
        } else {
            // What HeadBucket is denied may be a bucket of others: the plan says both.
            let run = if operation.1 == "HeadBucket" { moved_to_stderr(run) } else { run };
            names_the_action(&run, operation);
        }
        assert!(run_writes_nothing(&stage, &before), "{operation:?}");
    }
    let tags = (Service::Tagging, "GetResources".to_owned());
    let plan = stage.run_with(&["plan"], vec![deny(&tags)]).ok();
    assert!(plan.stdout.contains("these credentials lack tag:GetResources"), "{}", plan.text());
}

/// What keeps buckets closed, in the account or in the organisation, is told as what it is. A bucket that is closed needs
/// no call, and one that is made is closed already.
#[test]
fn what_keeps_buckets_closed_is_told_as_what_it_is() {
    let stage = Stage::new();
    let forbidden = || Fault::RefuseAs(Refusal::forbidden_by_organisation);
    stage.run_with(&UP, vec![Rule::on("PutPublicAccessBlock", forbidden())]).ok();
    stage.wait(stage.aws.s3.delete_public_access_block().bucket(SOURCE).send()).unwrap();
    let run = stage.run_with(&UP, vec![Rule::on("PutPublicAccessBlock", forbidden())]);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    run.is_understandable();
    for says in
        ["an explicit deny, most often of the organisation", "aws s3api put-public-access-block --bucket"]
    {
        assert!(run.stderr.contains(says), "{says}: {}", run.text());
    }
    stage.run(&UP).ok();
    stage.wait(stage.aws.s3.delete_bucket_policy().bucket(SOURCE).send()).unwrap();
    let blocked = Rule::on("PutBucketPolicy", Fault::RefuseAs(Refusal::blocked_as_public));
    let run = stage.run_with(&UP, vec![blocked]);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    let says = "S3 Block Public Access takes what s3:PutBucketPolicy would write for public";
    assert!(run.stderr.contains(says), "{}", run.text());
    assert!(!run.stderr.contains("have this allowed"), "{}", run.text());
    stage.run(&UP).ok();
    is_clean(&stage);
}

/// Calls that only some stacks need: what a run can do without, it does without, and else names the action.
#[test]
fn calls_that_only_some_stacks_make() {
    let stage = Stage::new();
    let (s3, iam) = (&stage.aws.s3, &stage.aws.iam);
    let of = |service, name: &str| (service, name.to_owned());
    #[track_caller]
    fn denied(stage: &Stage, args: &[&str], operation: &Operation) -> Run {
        let run = stage.run_with(args, vec![deny(operation)]);
        assert!(was_called(&run, operation), "{operation:?}: {}", run.text());
        run
    }
    // What the account can reserve is not known, and the reservation is tried.
    stage.configure(&format!("{PLAIN}\n[function]\nreserved_concurrency = 5\n"));
    denied(&stage, &UP, &of(Service::Lambda, "GetAccountSettings")).ok();

    // A user of others is moved.
    stage.wait(iam.create_user().user_name("crash-guest").send()).unwrap();
    let guest = "[[users]]\nname = \"guest\"\nbucket = \"destination\"\naccess = \"read-only\"\n";
    stage.configure(&format!("{PLAIN}\n{guest}"));
    let update = of(Service::Iam, "UpdateUser");
    names_the_action(&denied(&stage, &["up", "--yes", "--adopt"], &update), &update);
    stage.run(&["up", "--yes", "--adopt"]).ok();
    is_clean(&stage);

    // A bucket whose tags give rights gets them by another call.
    let abac = AbacStatus::builder().status(BucketAbacStatus::Enabled).build();
    stage.wait(s3.put_bucket_abac().bucket(SOURCE).abac_status(abac).send()).unwrap();
    stage.configure(&format!("{PLAIN}\n{guest}[tags]\nteam = \"media\"\n"));
    let tag = of(Service::S3, "TagResource");
    names_the_action(&denied(&stage, &UP, &tag), &tag);
    let asked = of(Service::S3, "GetBucketAbac");
    names_the_action(&denied(&stage, &UP, &asked), &asked);
    stage.run(&UP).ok();
    is_clean(&stage);

    // A virtual device stays, and its user goes. That Object Lock keeps something is told by what it keeps.
    let device =
        stage.wait(iam.create_virtual_mfa_device().virtual_mfa_device_name("reader").send()).unwrap();
    let serial = device.virtual_mfa_device.unwrap().serial_number;
    let enable = iam.enable_mfa_device().user_name("crash-reader").serial_number(&serial);
    let enable = enable.authentication_code1("123456").authentication_code2("654321");
    stage.wait(enable.send()).unwrap();
    stage.wait(s3.put_object().bucket(SOURCE).key("a.txt").body(b"x".to_vec().into()).send()).unwrap();
    let [lock, device] =
        [of(Service::S3, "GetObjectLockConfiguration"), of(Service::Iam, "DeleteVirtualMFADevice")];
    let run = stage.run_with(&DOWN, vec![deny(&lock), deny(&device)]).ok();
    assert!(was_called(&run, &lock) && was_called(&run, &device), "{}", run.text());
    stage.is_bare();
}

/// What others gave goes whether it can be read or not, and the plan tells what it can.
#[test]
fn a_policy_of_others_that_may_not_be_read() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let iam = &stage.aws.iam;
    let wide = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    let of_role = iam.put_role_policy().role_name("crash-sanitizer").policy_name("extra");
    stage.wait(of_role.policy_document(wide).send()).unwrap();
    let of_user = iam.put_user_policy().user_name("crash-reader").policy_name("extra");
    stage.wait(of_user.policy_document(wide).send()).unwrap();
    let unread = || {
        let extra = |call: &Call| {
            ["GetRolePolicy", "GetUserPolicy"].contains(&call.operation.as_str())
                && call.body.contains("PolicyName=extra")
        };
        vec![Rule::when(extra, Fault::RefuseAs(Refusal::denied))]
    };
    let plan = stage.run(&["plan"]).ok();
    let told = "- inline policy: may do s3:* on EVERYTHING  (named extra, not in config.toml)";
    assert_eq!(plan.stdout.matches(told).count(), 2, "{}", plan.text());
    let status = stage.run(&["status"]).ok();
    assert_eq!(
        status.stdout.matches("and by the inline policy extra: s3:* on *").count(),
        2,
        "{}",
        status.text()
    );
    let plan = stage.run_with(&["plan"], unread()).ok();
    for action in ["iam:GetRolePolicy", "iam:GetUserPolicy"] {
        let told = format!(
            "- inline policy: extra  (not in config.toml; what it grants cannot be read without {action})"
        );
        assert!(plan.stdout.contains(&told), "{told}: {}", plan.text());
    }
    stage.run_with(&UP, unread()).ok();
    is_clean(&stage);
}

/// The problems of a plan stand on stdout, with how to fix them.
fn moved_to_stderr(run: Run) -> Run {
    Run { stderr: format!("{}{}", run.stderr, run.stdout), ..run }
}

fn run_writes_nothing(stage: &Stage, before: &engine::world::World) -> bool {
    stage.world() == *before
}

/// Somebody with no rights at all learns in one run what it takes to look.
#[test]
fn all_reads_at_once() {
    let stage = Stage::new();
    stage.configure(&with_alarms());
    stage.run(&UP).ok();
    let reads = operations(&stage.run(&PLAN).ok().calls, Call::reads);
    let kept = ["HeadBucket"].iter().chain(&DISPENSABLE).map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let rule = Rule::when(
        move |call| call.service != Service::Sts && !kept.contains(&call.operation),
        Fault::RefuseAs(Refusal::denied),
    );
    let run = stage.run_with(&["plan"], vec![rule]);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    for operation in
        reads.iter().filter(|(_, name)| name != "HeadBucket" && !DISPENSABLE.contains(&name.as_str()))
    {
        assert!(run.stderr.contains(&action(operation)), "{}: {}", action(operation), run.text());
    }
}

#[test]
fn each_write_of_an_up_from_nothing() {
    let stage = Stage::new();
    stage.configure(&with_alarms());
    let writes = operations(&stage.run(&UP).ok().calls, |call| !call.reads());
    println!("{} operations: {writes:?}", writes.len());
    assert!(writes.len() >= 18, "{writes:?}");
    stage.run(&DOWN).ok();
    for operation in &writes {
        let mut run = stage.run_with(&UP, vec![deny(operation)]);
        if !was_called(&run, operation) {
            stage.run(&DOWN).ok();
            run = stage.run_with(&UP, vec![deny(operation)]);
        }
        assert!(was_called(&run, operation), "{operation:?}: {}", run.text());
        if ["PutBucketOwnershipControls", "PutPublicAccessBlock"].contains(&operation.1.as_str()) {
            assert_eq!(run.code(), Some(0), "new buckets are closed and have no ACLs anyway: {}", run.text());
        } else {
            names_the_action(&run, operation);
        }
    }
    stage.run(&UP).ok();
    is_clean(&stage);
}

#[test]
fn each_write_of_an_up_that_changes_everything() {
    let stage = Stage::new();
    let begin = || {
        stage.configure(&with_alarms());
        // Tags that are not in the configuration any more would stay.
        stage.run(&DOWN).ok();
        stage.run(&UP).ok();
        stage.configure(&changed());
    };
    begin();
    let writes = operations(&stage.run(&UP).ok().calls, |call| !call.reads());
    println!("{} operations: {writes:?}", writes.len());
    assert!(writes.len() > 12, "{writes:?}");
    begin();
    for operation in &writes {
        let mut run = stage.run_with(&UP, vec![deny(operation)]);
        if !was_called(&run, operation) {
            begin();
            run = stage.run_with(&UP, vec![deny(operation)]);
        }
        assert!(was_called(&run, operation), "{operation:?}: {}", run.text());
        names_the_action(&run, operation);
    }
    stage.run(&UP).ok();
    is_clean(&stage);
}

#[test]
fn each_call_of_a_down() {
    let stage = Stage::new();
    let begin = || {
        stage.configure(&with_alarms());
        stage.run(&UP).ok();
        let put = stage.aws.s3.put_object().bucket("crash-uploads-000000000000").key("a.txt");
        stage.wait(put.body(b"x".to_vec().into()).send()).unwrap();
    };
    begin();
    let calls = operations(&stage.run(&DOWN).ok().calls, |call| {
        !call.reads() || ["ListObjectVersions", "ListMultipartUploads"].contains(&call.operation.as_str())
    });
    println!("{} operations: {calls:?}", calls.len());
    assert!(calls.len() > 9, "{calls:?}");
    for operation in &calls {
        begin();
        let run = stage.run_with(&DOWN, vec![deny(operation)]);
        assert!(was_called(&run, operation), "{operation:?}: {}", run.text());
        names_the_action(&run, operation);
        // What is left is whole again, or goes.
        stage.run(&UP).ok();
        is_clean(&stage);
    }
    stage.run(&DOWN).ok();
    stage.is_bare();
}

/// A bucket whose creator may not say more than its name is made all the same, and carries its mark right after.
#[test]
fn a_bucket_without_the_right_to_tag_or_to_set_ownership_as_it_is_made() {
    let stage = Stage::new();
    for (what, says) in
        [("x-amz-object-ownership", "s3:PutBucketOwnershipControls"), ("<Tags>", "s3:TagResource")]
    {
        let fits = move |call: &Call| {
            call.operation == "CreateBucket"
                && (call.body.contains(what) || what.starts_with("x-amz") && call.sets_ownership)
        };
        let run = stage.run_with(&UP, vec![Rule::when(fits, Fault::RefuseAs(Refusal::denied))]).ok();
        assert!(run.calls.0.iter().any(|call| call.disturbed), "{what}: {}", run.text());
        assert!(run.stderr.contains(says), "{says}: {}", run.text());
        is_clean(&stage);
        stage.run(&DOWN).ok();
        stage.is_bare();
    }
}

/// In an organisation there may be nothing to ask for.
#[test]
fn an_organisation_is_told_as_what_it_is() {
    let stage = Stage::new();
    let rule = Rule::on("CreateUser", Fault::RefuseAs(Refusal::forbidden_by_organisation));
    let run = stage.run_with(&UP, vec![rule]);
    assert_eq!(run.code(), Some(1));
    let says = "a policy of the organisation forbids iam:CreateUser, iam:TagUser here";
    assert!(run.stderr.contains(says), "{}", run.text());
    assert!(!run.stderr.contains("have this allowed"), "{}", run.text());
}

/// Each call that an upload in a user's name makes with the deployer's credentials. Whatever is denied, no key stays.
#[test]
fn each_call_of_an_upload() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.file("a.jpg", &testkit::one_pixel::picture(&[testkit::one_pixel::exif()], b""));
    let upload = ["upload", "a.jpg", "--as", "writer", "--no-wait"];
    let calls = operations(&stage.run(&upload).ok().calls, |call| call.service == Service::Iam);
    println!("{} operations: {calls:?}", calls.len());
    assert!(calls.len() > 3, "{calls:?}");
    for operation in &calls {
        let run = stage.run_with(&upload, vec![deny(operation)]);
        run_ends(&run, operation);
        if operation.1 != "DeleteAccessKey" {
            let keys = stage.aws.iam.list_access_keys().user_name("crash-writer");
            let keys = stage.wait(keys.send()).unwrap().access_key_metadata;
            assert!(keys.is_empty(), "{operation:?} leaves {keys:?}: {}", run.text());
        } else {
            // Found by its tag, and removed by the next one.
            stage.run(&upload).ok();
        }
    }
}

/// It succeeds all the same, or says what is missing.
#[track_caller]
fn run_ends(run: &Run, operation: &Operation) {
    if run.code() != Some(0) {
        let (text, action) = (run.text(), action(operation));
        assert!(text.contains(&action), "{action} is not named: {text}");
    }
}
