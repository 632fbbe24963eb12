//! Functions on the local AWS: really run, ended with it.

use super::home::{Home, connect, lives, until};
use engine::aws::{Aws, AwsCall, AwsError};
use local_aws::LocalAws;
use std::collections::HashMap;
use std::io::Write;

/// A function whose answer names its process and what it trusts and calls. By its environment it also takes its
/// time (`SECONDS`), notes each event in a file (`LIST`), fails (`FAILS`), and answers something
/// else (`ANSWER`).
fn function_zip() -> Vec<u8> {
    const BOOTSTRAP: &str = r#"#!/usr/bin/env python3
import json, os, time, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    event = urllib.request.urlopen(api + "next")
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    answer = {
        "pid": os.getpid(),
        "echo": json.load(event),
        "called_back": urllib.request.urlopen(endpoint + "/_ministack/health").status,
        "home": os.environ["HOME"],
    }
    time.sleep(float(os.environ.get("SECONDS", 0)))
    if "LIST" in os.environ:
        with open(os.environ["LIST"], "a") as list:
            list.write(json.dumps(answer["echo"]) + "\n")
    answer = json.loads(os.environ["ANSWER"]) if "ANSWER" in os.environ else answer
    end = "/error" if "FAILS" in os.environ else "/response"
    url = api + event.headers["Lambda-Runtime-Aws-Request-Id"] + end
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(answer).encode()))
"#;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("bootstrap", zip::write::SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
    zip.write_all(BOOTSTRAP.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

pub(super) async fn create_function(aws: &Aws) {
    create_function_with(aws, &[]).await;
}

pub(super) async fn create_function_with(aws: &Aws, environment: &[(&str, &str)]) {
    use aws_sdk_lambda::types::{Environment, FunctionCode, Runtime};
    let mut variables = Environment::builder().set_variables(Some(HashMap::new()));
    for (name, value) in environment {
        variables = variables.variables(*name, *value);
    }
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let role = aws.iam.create_role().role_name("f").assume_role_policy_document(trust).send().await.unwrap();
    aws.lambda
        .create_function()
        .function_name("f")
        .runtime(Runtime::from("provided.al2023"))
        .handler("bootstrap")
        .timeout(20)
        .role(role.role().unwrap().arn())
        .environment(variables.build())
        .code(FunctionCode::builder().zip_file(function_zip().into()).build())
        .send()
        .await
        .unwrap();
}

pub(super) async fn invoke(aws: &Aws) -> serde_json::Value {
    let output =
        aws.lambda.invoke().function_name("f").payload(b"{\"n\":1}".to_vec().into()).send().await.unwrap();
    let payload = output.payload().unwrap().as_ref();
    assert_eq!(output.function_error(), None, "{}", String::from_utf8_lossy(payload));
    serde_json::from_slice(payload).unwrap()
}

/// Lets S3 start the function for a new bucket, and has it do so for whatever comes into it.
pub(super) async fn trigger(aws: &Aws, bucket: &str) {
    aws.s3.create_bucket().bucket(bucket).send().await.unwrap();
    permit(aws, bucket, None).await;
    notify(aws, bucket, &function_arn(aws)).await.unwrap();
}

/// The same by the alias `live` of version 1.
pub(super) async fn trigger_by_alias(aws: &Aws, bucket: &str) {
    aws.s3.create_bucket().bucket(bucket).send().await.unwrap();
    aws.lambda.publish_version().function_name("f").send().await.unwrap();
    aws.lambda.create_alias().function_name("f").name("live").function_version("1").send().await.unwrap();
    permit(aws, bucket, Some("live")).await;
    notify(aws, bucket, &format!("{}:live", function_arn(aws))).await.unwrap();
}

pub(super) fn function_arn(aws: &Aws) -> String {
    format!("arn:aws:lambda:{}:{}:function:f", aws.region, aws.account)
}

pub(super) async fn permit(aws: &Aws, bucket: &str, qualifier: Option<&str>) {
    let permission =
        aws.lambda.add_permission().function_name("f").set_qualifier(qualifier.map(str::to_owned));
    let permission =
        permission.statement_id("s3").principal("s3.amazonaws.com").action("lambda:InvokeFunction");
    let permission = permission.source_arn(format!("arn:aws:s3:::{bucket}")).source_account(&aws.account);
    permission.send().await.unwrap();
}

pub(super) async fn notify(aws: &Aws, bucket: &str, function: &str) -> Result<(), AwsError> {
    use aws_sdk_s3::types::{Event, LambdaFunctionConfiguration, NotificationConfiguration};
    let function = LambdaFunctionConfiguration::builder()
        .lambda_function_arn(function)
        .events(Event::from("s3:ObjectCreated:*"))
        .build()
        .unwrap();
    let configuration = NotificationConfiguration::builder().lambda_function_configurations(function).build();
    let put = aws.s3.put_bucket_notification_configuration().bucket(bucket);
    put.notification_configuration(configuration)
        .send()
        .await
        .aws("PutBucketNotificationConfiguration")
        .map(drop)
}

#[tokio::test]
async fn a_function_calls_back_over_tls_and_ends_with_the_server() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    create_function(&aws).await;
    let answer = invoke(&aws).await;
    assert_eq!(answer["called_back"], 200);
    assert_ne!(answer["home"].as_str(), std::env::var("HOME").ok().as_deref(), "not the user's home");
    let pid = i32::try_from(answer["pid"].as_i64().unwrap()).unwrap();
    assert!(lives(pid), "warm, waiting for the next event");
    drop(local);
    until("the function is gone", || !lives(pid)).await;
}

#[tokio::test]
async fn stopping_ends_functions_too() {
    let home = Home::new();
    let aws = connect(&home.start().await).await;
    create_function(&aws).await;
    let pid = i32::try_from(invoke(&aws).await["pid"].as_i64().unwrap()).unwrap();
    home.aws.stop(&|_| ()).await.unwrap();
    until("the function is gone", || !lives(pid)).await;
}
