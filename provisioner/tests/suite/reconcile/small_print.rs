//! What AWS does in the small print of its services: pages of lists, one change at a time, states between states.

use aws_sdk_lambda::types::State;
use testkit::proxy::{Fault, Refusal, Rule};
use testkit::stage::{PLAIN, Run, Stage};

const UP: [&str; 2] = ["up", "--yes"];
const FUNCTION: &str = "crash-sanitizer";

#[track_caller]
fn says(run: &Run, code: i32, what: &str) {
    assert_eq!(run.code(), Some(code), "{}", run.text());
    assert!(run.text().contains(what), "{what:?}: {}", run.text());
}

/// Lambda reads the policy, changes it and writes it: of two changes at once one can be lost.
#[test]
fn statements_of_the_function_are_removed_one_at_a_time() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    for id in ["one", "two", "three", "four"] {
        let add = stage.aws.lambda.add_permission().function_name(FUNCTION).statement_id(id);
        let add = add.action("lambda:InvokeFunction").principal("sns.amazonaws.com");
        stage.wait(add.send()).unwrap();
    }
    let run = stage.run(&UP).ok();
    let mut calls: Vec<_> = run.calls.0.iter().filter(|call| call.operation == "RemovePermission").collect();
    assert_eq!(calls.len(), 4);
    calls.sort_by_key(|call| call.start);
    for pair in calls.windows(2) {
        assert!(pair[0].end.unwrap() <= pair[1].start, "two at once");
    }
    says(&stage.run(&["plan", "--detailed-exitcode"]), 0, "No changes.");
}

#[test]
fn a_policy_on_the_second_page_is_found() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let document =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    let put = stage.aws.iam.put_user_policy().user_name("crash-reader").policy_name("extra");
    stage.wait(put.policy_document(document).send()).unwrap();
    let put = stage.aws.iam.put_role_policy().role_name(FUNCTION).policy_name("extra");
    stage.wait(put.policy_document(document).send()).unwrap();
    let empty_page = Fault::Edit(|answer| {
        let start = answer.find("<PolicyNames>").unwrap();
        let end = answer.find("</PolicyNames>").unwrap();
        let rest = answer[end..].replace(
            "<IsTruncated>false</IsTruncated>",
            "<IsTruncated>true</IsTruncated><Marker>next</Marker>",
        );
        format!("{}<PolicyNames>{rest}", &answer[..start])
    });
    let rules = ["ListUserPolicies", "ListRolePolicies"].map(|list| {
        let first =
            move |call: &testkit::proxy::Call| call.operation == list && !call.body.contains("Marker=");
        Rule::when(first, empty_page.clone())
    });
    let plan = stage.run_with(&["plan", "--detailed-exitcode"], rules.into());
    says(&plan, 2, "2 to change");
    assert_eq!(plan.text().matches("(named extra, not in config.toml)").count(), 2, "{}", plan.text());
}

#[test]
fn a_function_that_is_being_deleted_is_not_ready() {
    assert_eq!(State::Deleting.as_str(), "Deleting");
    let stage = Stage::new();
    let deleting = || {
        Fault::Edit(|answer| {
            answer.replace("\"Active\"", "\"Deleting\"").replace("\"Pending\"", "\"Deleting\"")
        })
    };
    let rule = Rule::on("GetFunctionConfiguration", deleting()).times(3);
    let run = stage.run_with(&UP, vec![rule]).ok();
    let asked = run.calls.0.iter().filter(|call| call.operation == "GetFunctionConfiguration").count();
    assert!(asked > 3, "asked {asked} times");
    let plan = stage.run_with(&["plan", "--detailed-exitcode"], vec![Rule::on("GetFunction", deleting())]);
    says(&plan, 2, "state: Deleting -> Active");
}

#[test]
fn a_role_that_kms_does_not_know_yet_is_waited_for() {
    let stage = Stage::new();
    let unknown = |operation: &'static str| {
        let message = "Lambda was unable to configure access to your environment variables because the KMS key is \
                       invalid for CreateGrant. Please check your KMS key settings.";
        let refusal = Refusal::new(400, "InvalidParameterValueException", message);
        Rule::on(operation, Fault::Refuse(refusal)).times(2)
    };
    stage.run_with(&UP, vec![unknown("CreateFunction")]).ok();
    stage.configure(&format!("{PLAIN}\n[function]\nmemory = 512\n"));
    stage.run_with(&UP, vec![unknown("UpdateFunctionConfiguration")]).ok();
    says(&stage.run(&["plan", "--detailed-exitcode"]), 0, "No changes.");
}

/// Deactivated only, it would stay in the account, and keep its name from the next user.
#[test]
fn a_virtual_mfa_device_goes_with_its_user() {
    let stage = Stage::new();
    stage.run(&UP).ok();
    let iam = &stage.aws.iam;
    let device =
        stage.wait(iam.create_virtual_mfa_device().virtual_mfa_device_name("reader").send()).unwrap();
    let serial = device.virtual_mfa_device.unwrap().serial_number;
    let enable = iam.enable_mfa_device().user_name("crash-reader").serial_number(&serial);
    let enable = enable.authentication_code1("123456").authentication_code2("654321");
    stage.wait(enable.send()).unwrap();
    stage.run(&["down", "--yes"]).ok();
    stage.is_bare();
    let devices = stage.wait(iam.list_virtual_mfa_devices().send()).unwrap();
    assert!(devices.virtual_mfa_devices().is_empty(), "{devices:?}");
}
