use crate::local_aws::functions::{create_function_with, trigger_by_alias};
use crate::local_aws::home::{connect, until_async};
use crate::local_aws::queue::sqs;
use engine::aws::{Aws, AwsCall, AwsError};
use local_aws::{LocalAws, Running};
use serde_json::Value;

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:failed";

async fn send_failures_to(aws: &Aws, destination: &str) -> Result<(), AwsError> {
    use aws_sdk_lambda::types::{DestinationConfig, OnFailure};
    let on_failure = OnFailure::builder().destination(destination).build();
    let put = aws
        .lambda
        .put_function_event_invoke_config()
        .function_name("f")
        .qualifier("live")
        .maximum_retry_attempts(0);
    let put = put.destination_config(DestinationConfig::builder().on_failure(on_failure).build());
    put.send().await.aws("PutFunctionEventInvokeConfig").map(drop)
}

async fn put(aws: &Aws, key: &str) {
    aws.s3.put_object().bucket("pictures").key(key).body(b"x".to_vec().into()).send().await.unwrap();
}

/// The next record in the queue.
async fn record(local: &Running) -> Value {
    let mut found = Value::Null;
    until_async("a record arrives", async || {
        let answer = sqs(local, "sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2)").await;
        found = answer["Messages"][0]["Body"]
            .as_str()
            .map_or(Value::Null, |body| serde_json::from_str(body).unwrap());
        !found.is_null()
    })
    .await;
    found
}

#[tokio::test]
async fn a_destination_of_an_alias_is_checked_and_told_what_happened() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    create_function_with(&aws, &[("FAILS", "1")]).await;
    trigger_by_alias(&aws, "pictures").await;
    let error = send_failures_to(&aws, QUEUE).await.unwrap_err();
    assert!(error.message.contains("is invalid"), "{error}");
    sqs(&local, "1").await;
    let error = send_failures_to(&aws, QUEUE).await.unwrap_err();
    assert!(error.message.contains("does not have permissions to call SendMessage"), "{error}");
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE},
    ]});
    let allow = aws.iam.put_role_policy().role_name("f").policy_name("p").policy_document(policy.to_string());
    allow.send().await.unwrap();
    send_failures_to(&aws, QUEUE).await.unwrap();

    put(&aws, "one.jpg").await;
    let failed = record(&local).await;
    let context = &failed["requestContext"];
    assert_eq!(context["condition"], "RetriesExhausted");
    assert_eq!(context["approximateInvokeCount"], 1);
    assert_eq!(context["functionArn"], format!("arn:aws:lambda:us-east-1:{}:function:f:live", local.account));
    assert_eq!(failed["requestPayload"]["Records"][0]["s3"]["object"]["key"], "one.jpg");
    assert_eq!(failed["responseContext"]["functionError"], "Unhandled");
    assert_eq!(failed["version"], "1.0");

    let reserve = aws.lambda.put_function_concurrency().function_name("f").reserved_concurrent_executions(0);
    reserve.send().await.unwrap();
    put(&aws, "two.jpg").await;
    // The first may come once more: nothing deletes it.
    let mut paused = Value::Null;
    until_async("the second arrives", async || {
        paused = record(&local).await;
        paused["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "two.jpg"
    })
    .await;
    assert_eq!(paused["requestContext"]["condition"], "ZeroReservedConcurrency");
    assert_eq!(paused["responsePayload"], Value::Null);
}
