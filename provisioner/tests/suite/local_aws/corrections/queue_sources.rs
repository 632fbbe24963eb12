use crate::local_aws::functions::{create_function_with, function_arn};
use crate::local_aws::home::{connect, until_async};
use crate::local_aws::queue::sqs;
use engine::aws::AwsCall;
use local_aws::LocalAws;

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:failed";
const IN_FLIGHT: &str = "sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['All'])['Attributes']\
                         ['ApproximateNumberOfMessagesNotVisible']";

#[tokio::test]
async fn a_mapping_is_checked_and_a_batch_with_an_unknown_message_fails_whole() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    let unknown = r#"{"batchItemFailures": [{"itemIdentifier": "unknown"}]}"#;
    create_function_with(&aws, &[("ANSWER", unknown)]).await;
    sqs(&local, "sqs.set_queue_attributes(QueueUrl=url, Attributes={'VisibilityTimeout': '19'})").await;
    let create = async || {
        use aws_sdk_lambda::types::FunctionResponseType::ReportBatchItemFailures;
        let create = aws.lambda.create_event_source_mapping().event_source_arn(QUEUE);
        let create =
            create.function_name(function_arn(&aws)).function_response_types(ReportBatchItemFailures);
        create.send().await.aws("CreateEventSourceMapping").map(drop).map_err(|error| error.to_string())
    };
    let error = create().await.unwrap_err();
    assert!(error.contains("does not have permissions to call ReceiveMessage on SQS"), "{error}");
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sqs:*", "Resource": QUEUE},
    ]});
    let allow = aws.iam.put_role_policy().role_name("f").policy_name("p").policy_document(policy.to_string());
    allow.send().await.unwrap();
    let error = create().await.unwrap_err();
    assert!(
        error.contains("Queue visibility timeout: 19 seconds is less than Function timeout: 20"),
        "{error}"
    );
    sqs(&local, "sqs.set_queue_attributes(QueueUrl=url, Attributes={'VisibilityTimeout': '600'})").await;
    create().await.unwrap();
    let error = create().await.unwrap_err();
    assert!(error.contains("already exists"), "{error}");

    sqs(&local, "sqs.send_message(QueueUrl=url, MessageBody='picture')").await;
    until_async("it was processed", async || {
        let mappings = aws.lambda.list_event_source_mappings().send().await.unwrap();
        mappings.event_source_mappings()[0]
            .last_processing_result()
            .unwrap_or_default()
            .contains("1 partial failures")
    })
    .await;
    assert_eq!(sqs(&local, IN_FLIGHT).await, "1", "it stays, and comes back later");
}
