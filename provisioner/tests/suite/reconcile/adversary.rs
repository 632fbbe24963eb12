//! The life of a stack on an AWS that is neither consistent nor instant nor lenient: `testkit::proxy::Adversary`. Each part by
//! itself and all together; the other suites say what is right, here it must stay right.

use engine::aws::{Aws, AwsCall, Connection};
use testkit::proxy::{Adversary, Fault, Rule};
use testkit::stage::{CHANGED, PLAIN, Run, Stage};

const UP: [&str; 2] = ["up", "--yes"];
const PLAN: [&str; 2] = ["plan", "--detailed-exitcode"];
const DOWN: [&str; 3] = ["down", "--yes", "--delete-data"];

/// Blames nobody for what AWS does.
#[track_caller]
fn blames_nobody(run: &Run) {
    let text = run.text();
    for never in ["something else", "this is a bug", "does not belong", "another `up`"] {
        assert!(!text.contains(never), "{never:?}: {text}");
    }
}

/// A command that succeeds, and blames nobody.
#[track_caller]
fn fine(stage: &Stage, args: &[&str]) -> Run {
    let run = stage.run(args).ok();
    blames_nobody(&run);
    run
}

/// From nothing, again, changed, gone, and all of that once more. How many calls the adversary has disturbed.
#[track_caller]
fn life(adversary: Adversary) -> usize {
    let stage = Stage::new();
    stage.proxy.adversary(adversary);
    let mut disturbed = 0;
    let mut fine = |args: &[&str]| {
        let run = fine(&stage, args);
        disturbed += run.calls.0.iter().filter(|call| call.disturbed).count();
        run
    };
    fine(&UP);
    fine(&PLAN);
    let again = fine(&UP);
    assert!(again.text().contains("No changes"), "{}", again.text());
    stage.configure(CHANGED);
    fine(&UP);
    fine(&PLAN);
    fine(&["status", "--detailed-exitcode"]);
    fine(&DOWN);
    stage.is_bare();
    fine(&UP);
    fine(&PLAN);
    fine(&DOWN);
    stage.is_bare();
    disturbed
}

#[test]
fn reads_are_old_and_new_by_turns() {
    let disturbed = life(Adversary::STALE);
    assert!(disturbed > 50, "{disturbed}");
}

#[test]
fn what_was_made_does_not_work_yet() {
    let disturbed = life(Adversary::SLOW);
    assert!(disturbed > 5, "{disturbed}");
}

#[test]
fn the_models_of_aws_are_the_law() {
    let disturbed = life(Adversary::STRICT);
    assert_eq!(disturbed, 0);
}

#[test]
fn all_of_it_at_once() {
    let disturbed = life(Adversary::ALL);
    assert!(disturbed > 50, "{disturbed}");
}

/// Names, tags, prefixes and numbers at the limits that `config.toml` allows.
#[test]
fn what_config_allows_the_models_take() {
    let stage = Stage::new();
    stage.proxy.adversary(Adversary::STRICT);
    let stack = "s".repeat(32);
    let user = "u".repeat(31);
    let tags: String = (0..38).map(|n| format!("\"ключ {n}\" = \"写真 Ⅷ ½ _.:/=+-@ {n}\"\n")).collect();
    let suffixes: Vec<String> = (0..40).map(|n| format!("\".{n}-_.'()!\"")).collect();
    let (key, value, prefix) = ("k".repeat(128), "v".repeat(256), "é".repeat(128));
    stage.configure(&format!(
        r#"
stack = "{stack}"
permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
[tags]
{tags}"{key}" = "{value}"
[source]
bucket = "a-{{account}}"
noncurrent_days = 3650
expire_days = 3650
encryption = "aws:kms"
kms_key = "arn:aws:kms:us-east-1:000000000000:key/mrk-0123456789abcdef0123456789abcdef"
[destination]
bucket = "{bucket}"
[function]
memory = 10240
timeout = 900
log_retention_days = 3653
reserved_concurrency = 100
[trigger]
prefix = "(in)/!-_.'/"
suffixes = [{suffixes}]
[alarms]
[[users]]
name = "{user}"
bucket = "source"
access = "read-write"
prefix = "{prefix}"
[[users]]
name = "A.b+c=d,e@f_g-1"
bucket = "destination"
access = "read-only"
[[users]]
name = "{role}"
bucket = "destination"
access = "read-only"
kind = "role"
trust = [
    {{ principal = "210987654321", external_id = "{id}" }},
    {{ provider = "arn:aws:iam::000000000000:oidc-provider/idp.example.org/a", audience = "é", subject = "ü:ß:*" }},
    "arn:aws:iam::000000000000:saml-provider/okta",
]
"#,
        bucket = "b".repeat(63),
        role = "r".repeat(31),
        id = "i".repeat(1224),
        suffixes = suffixes.join(", "),
    ));
    let run = fine(&stage, &UP);
    let refused: Vec<_> = run.calls.0.iter().filter(|call| call.disturbed).collect();
    assert!(refused.is_empty(), "{refused:?}");
    fine(&stage, &PLAN);
    fine(&stage, &DOWN);
    stage.is_bare();
}

/// What the models refuse is refused: the proof that the tests above can fail.
#[test]
fn what_the_models_refuse_is_refused() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.proxy.adversary(Adversary::STRICT);
    let connection = Connection {
        endpoint: Some(stage.proxy.endpoint()),
        ca_bundle: None,
        region: Some(stage.aws.region.clone()),
        credentials: stage.credentials(),
    };
    let aws = stage.wait(Aws::connect(&connection)).unwrap();
    let (iam, lambda, logs, s3) = (&aws.iam, &aws.lambda, &aws.logs, &aws.s3);
    stage.wait(async {
        let policy = "{\"Resource\": \"arn:aws:s3:::b/写真/*\"}";
        let put = iam.put_user_policy().user_name("crash-reader").policy_name("p").policy_document(policy);
        let error = put.send().await.aws("PutUserPolicy").unwrap_err();
        assert_eq!(error.code.as_deref(), Some("ValidationError"));
        assert!(error.message.contains("PolicyDocument") && error.message.contains("pattern"), "{error}");

        let get = lambda.get_function().function_name("no such name");
        let error = get.send().await.aws("GetFunction").unwrap_err();
        assert_eq!(error.code.as_deref(), Some("ValidationException"));

        let put = logs.put_retention_policy().log_group_name("bad name").retention_in_days(1);
        let error = put.send().await.aws("PutRetentionPolicy").unwrap_err();
        assert_eq!(error.code.as_deref(), Some("InvalidParameterException"));

        let put = s3.put_bucket_acl().bucket("crash-uploads-000000000000").acl("open".into());
        let error = put.send().await.aws("PutBucketAcl").unwrap_err();
        assert!(error.message.contains("none of private"), "{error}");
    });
}

/// `prefix = "写真/"` would fail at the fourth step; the configuration says so before the first.
#[test]
fn a_prefix_that_no_policy_takes_is_refused_in_the_configuration() {
    let stage = Stage::new();
    stage.configure(&PLAIN.replace("access = \"read-only\"", "access = \"read-only\"\nprefix = \"写真/\""));
    let run = stage.run(&["plan"]);
    assert_eq!(run.code(), Some(3), "{}", run.text());
    assert!(run.stderr.contains("IAM takes no character beyond U+00FF"), "{}", run.text());
    assert_eq!(run.calls.0.len(), 0);
}

/// A changed trigger is not followed at once, and `up` says for how long; one that changes nothing does not.
#[test]
fn up_says_what_s3_does_not_follow_yet() {
    let stage = Stage::new();
    let trigger = "S3 takes up to five minutes to follow a changed trigger";
    let versioning = "In the first 15 minutes of versioning S3 may not find a new picture";
    let says = |run: &Run| [trigger, versioning].map(|words| run.text().contains(words));
    let run = stage.run(&UP).ok();
    assert_eq!(says(&run), [true, true], "{}", run.text());
    assert!(run.text().contains("pending"), "{}", run.text());
    let run = stage.run(&UP).ok();
    assert_eq!(says(&run), [false, false], "{}", run.text());
    stage.configure(&format!("{PLAIN}\n[trigger]\nsuffixes = [\".png\"]\n"));
    let run = stage.run(&["up", "--yes", "--json"]).ok();
    let ready = run.stdout.lines().find(|line| line.contains("\"ready\"")).unwrap();
    let ready: serde_json::Value = serde_json::from_str(ready).unwrap();
    assert_eq!(ready["settles_in_s"], 300, "{}", run.text());
}

/// The account's retention policy wins over the log group's: told, and no difference for ever.
#[test]
fn a_retention_policy_of_the_account_is_noted_and_no_drift() {
    let stage = Stage::new();
    let edit = |body: &str| {
        let body = body.replace("\"retentionInDays\": 30", "\"retentionInDays\": 365");
        body.replace("\"logGroupName\"", "\"retentionPolicyName\": \"keep-a-year\", \"logGroupName\"")
    };
    let rule = || vec![Rule::on("DescribeLogGroups", Fault::Edit(edit))];
    stage.run_with(&UP, rule()).ok();
    let run = stage.run_with(&PLAN, rule()).ok();
    let says = "logs are kept 365 days, as the account's retention policy keep-a-year says";
    assert!(run.stdout.contains(says), "{}", run.text());
}
