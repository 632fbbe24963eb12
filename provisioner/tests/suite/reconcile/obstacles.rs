//! What would make a run fail half-way is known before it changes anything.

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{
    ObjectLockConfiguration, ObjectLockEnabled, ObjectLockLegalHold, ObjectLockLegalHoldStatus,
    ObjectLockMode, ObjectLockRetention, ObjectLockRetentionMode,
};
use testkit::proxy::{Fault, Rule};
use testkit::stage::{PLAIN, Run, Stage};

const UP: [&str; 2] = ["up", "--yes"];
const DOWN: [&str; 3] = ["down", "--yes", "--delete-data"];
const SOURCE: &str = "crash-uploads-000000000000";

#[track_caller]
fn says(run: &Run, code: i32, what: &str) {
    assert_eq!(run.code(), Some(code), "{}", run.text());
    assert!(run.text().contains(what), "{what:?}: {}", run.text());
}

/// Refused, and all is there as before.
#[track_caller]
fn is_refused(stage: &Stage, args: &[&str], rules: Vec<Rule>, what: &str) {
    let before = (stage.world(), stage.everything());
    says(&stage.run_with(args, rules), 4, what);
    assert_eq!((stage.world(), stage.everything()), before);
}

#[test]
fn what_object_lock_keeps_is_known_before_anything_goes() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let s3 = &stage.aws.s3;
    let enabled = ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled).build();
    let call = s3.put_object_lock_configuration().bucket(SOURCE).object_lock_configuration(enabled);
    stage.wait(call.send()).unwrap();
    for key in ["a.jpg", "b.jpg", "c.jpg"] {
        stage.wait(s3.put_object().bucket(SOURCE).key(key).body(vec![1].into()).send()).unwrap();
    }
    let hold = |status| {
        let hold = ObjectLockLegalHold::builder().status(status).build();
        stage.wait(s3.put_object_legal_hold().bucket(SOURCE).key("b.jpg").legal_hold(hold).send()).unwrap();
    };
    hold(ObjectLockLegalHoldStatus::On);
    let what = format!("bucket {SOURCE} cannot be emptied: \"b.jpg\" is under a legal hold");
    is_refused(&stage, &DOWN, Vec::new(), &what);
    hold(ObjectLockLegalHoldStatus::Off);
    let in_an_hour = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
    let retention = ObjectLockRetention::builder()
        .mode(ObjectLockRetentionMode::Governance)
        .retain_until_date(DateTime::from(in_an_hour));
    let call = s3.put_object_retention().bucket(SOURCE).key("c.jpg").retention(retention.build());
    stage.wait(call.send()).unwrap();
    assert_eq!(ObjectLockMode::Governance.as_str(), "GOVERNANCE");
    is_refused(&stage, &DOWN, Vec::new(), "\"c.jpg\" is retained until ");
    let call = s3.put_object_retention().bucket(SOURCE).key("c.jpg").bypass_governance_retention(true);
    let past = DateTime::from(in_an_hour - std::time::Duration::from_secs(3590));
    let retention = ObjectLockRetention::builder().mode(ObjectLockRetentionMode::Governance);
    stage.wait(call.retention(retention.retain_until_date(past).build()).send()).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(11));
    stage.run(&DOWN).ok();
    stage.is_bare();
}

#[test]
fn a_bucket_policy_that_denies_everybody_is_known_before_anything_goes() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Archive","Effect":"Deny","Principal":"*",
        "Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::{SOURCE}"}}]}}"#
    );
    stage.wait(stage.aws.s3.put_bucket_policy().bucket(SOURCE).policy(policy).send()).unwrap();
    let what = format!("the policy of bucket {SOURCE} denies everybody s3:DeleteBucket (statement Archive)");
    is_refused(&stage, &DOWN, Vec::new(), &what);
    is_refused(&stage, &["down", "--yes"], Vec::new(), "puts the stack's own policy there");
    stage.run(&UP).ok();
    stage.run(&DOWN).ok();
    stage.is_bare();
}

#[test]
fn mfa_delete_and_deletion_protection_are_known_before_anything_goes() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    stage.wait(stage.aws.s3.put_object().bucket(SOURCE).key("a").body(vec![1].into()).send()).unwrap();
    let mfa = Fault::Edit(|answer| answer.replace("</Status>", "</Status><MfaDelete>Enabled</MfaDelete>"));
    let what = format!("bucket {SOURCE} has MFA delete");
    is_refused(&stage, &DOWN, vec![Rule::on("GetBucketVersioning", mfa)], &what);
    let protected = Fault::Edit(|answer| {
        answer.replace("\"logGroupName\"", "\"deletionProtectionEnabled\": true, \"logGroupName\"")
    });
    let what = "log group /aws/lambda/crash-sanitizer has deletion protection";
    is_refused(&stage, &DOWN, vec![Rule::on("DescribeLogGroups", protected)], what);
    stage.run(&DOWN).ok();
    stage.is_bare();
}

/// A new account may run ten functions at once, and reserve none of them.
#[test]
fn a_reservation_that_the_account_cannot_have_is_known_before_anything_is_made() {
    let stage = Stage::new();
    stage.configure(&format!("{PLAIN}\n[function]\nreserved_concurrency = 5\n"));
    // What the local AWS allows depends on the machine.
    let account = |limit: u32| {
        let edit = match limit {
            10 => Fault::Edit(|answer| with_concurrency(answer, 10)),
            _ => Fault::Edit(|answer| with_concurrency(answer, 1000)),
        };
        vec![Rule::on("GetAccountSettings", edit)]
    };
    let what = "reserved_concurrency = 5 is more than this account can reserve, which is 0 of its 10";
    is_refused(&stage, &UP, account(10), what);
    assert!(stage.everything().is_empty());
    stage.run(&UP).ok();
    // As configured, it is not asked again.
    let plan = stage.run(&["plan", "--detailed-exitcode"]).ok();
    assert!(plan.calls.0.iter().all(|call| call.operation != "GetAccountSettings"));
    stage.configure(&format!("{PLAIN}\n[function]\nreserved_concurrency = 906\n"));
    is_refused(&stage, &UP, account(1000), "which is 905 of its 1000");
}

/// The same answer of an account that may have so many invocations at once, none of them reserved.
fn with_concurrency(answer: &str, limit: u32) -> String {
    let mut answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    answer["AccountLimit"]["ConcurrentExecutions"] = limit.into();
    answer["AccountLimit"]["UnreservedConcurrentExecutions"] = limit.into();
    answer.to_string()
}

/// The bucket's key is exchanged: what is stored stays readable when the file says so, and the plan says how.
#[test]
fn a_change_of_the_key_is_told_with_the_way_to_keep_reading() {
    let key = |digit: char| {
        let tail = digit.to_string().repeat(12);
        format!("arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-{tail}")
    };
    let with = |lines: &str| format!("{PLAIN}\n[destination]\nencryption = \"aws:kms\"\n{lines}");
    let stage = Stage::new();
    stage.configure(&with(&format!("kms_key = \"{}\"\n", key('1'))));
    stage.run(&UP).ok();
    stage.configure(&with(&format!("kms_key = \"{}\"\n", key('2'))));
    let advice = format!("add former_kms_keys = [\"{}\"] to [destination]", key('1'));
    says(&stage.run(&["plan"]), 0, &advice);
    stage.configure(PLAIN);
    says(&stage.run(&["plan"]), 0, &advice);
    stage.configure(&with(&format!("kms_key = \"{}\"\nformer_kms_keys = [\"{}\"]\n", key('2'), key('1'))));
    let plan = stage.run(&["plan"]).ok();
    assert!(!plan.text().contains("add former_kms_keys"), "{}", plan.text());
    stage.run(&UP).ok();
    let reader = stage.world().users["crash-reader"].clone().unwrap().identity.policies.ours.unwrap();
    let statements = reader["Statement"].as_array().unwrap().clone();
    for digit in ['1', '2'] {
        let decrypts = |statement: &&serde_json::Value| {
            statement["Resource"] == key(digit).as_str() && statement["Action"] == "kms:Decrypt"
        };
        assert_eq!(statements.iter().filter(decrypts).count(), 1, "{reader:#}");
    }
    says(&stage.run(&["plan", "--detailed-exitcode"]), 0, "No changes.");
}
