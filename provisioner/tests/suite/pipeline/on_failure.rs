//! Who is told of uploads that Lambda gives up on: with exactly this right, healed, and taken off again.

use engine::config::BucketRole;
use serde_json::Value;

use super::stage::{CONFIG, Stage};
use crate::local_aws::home::until_async;
use crate::local_aws::queue::sqs;

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:failed";

/// The statements of the role's policy.
async fn rights(stage: &Stage) -> Vec<Value> {
    let policy = stage
        .aws()
        .await
        .iam
        .get_role_policy()
        .role_name("photos-sanitizer")
        .policy_name("provisioner-photos");
    let document = policy.send().await.unwrap().policy_document;
    let document = percent_encoding::percent_decode_str(&document).decode_utf8().unwrap().into_owned();
    serde_json::from_str::<Value>(&document).unwrap()["Statement"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_queue_is_told_of_what_lambda_gives_up_on() {
    let stage = Stage::new().await;
    let told = format!("on_failure = \"{QUEUE}\"\nmax_event_age = 60\nretries = 0\nkeep = []");
    let with = CONFIG.replace("keep = []", &told);
    assert_ne!(with, CONFIG);
    stage.configure(&with);
    let refused = stage.run(&["up", "--yes"]);
    assert!(
        refused.code == 1 && refused.err.contains("check on_failure under [function]"),
        "{}",
        refused.err
    );

    sqs(&stage.local, "1").await;
    let up = stage.ok(&["up", "--yes"]);
    assert!(up.out.contains(&format!("-> {QUEUE}")), "{}", up.out);
    assert_eq!(stage.plan().code, 0);
    let more: Vec<_> = (rights(&stage).await.into_iter())
        .filter(|statement| statement["Sid"] == "TellOfFailures")
        .map(|statement| (statement["Action"].clone(), statement["Resource"].clone()))
        .collect();
    assert_eq!(more, [("sqs:SendMessage".into(), QUEUE.into())]);

    // It can read nothing any more, and so every picture fails.
    let aws = stage.aws().await;
    let only = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE},
    ]});
    let put = aws.iam.put_role_policy().role_name("photos-sanitizer").policy_name("provisioner-photos");
    put.policy_document(only.to_string()).send().await.unwrap();
    let source = stage.stack(&aws).names.bucket(BucketRole::Source).to_owned();
    let picture = testkit::one_pixel::picture(&[], b"").into();
    aws.s3.put_object().bucket(source).key("a.jpg").body(picture).send().await.unwrap();
    until_async("the queue is told", async || {
        let answer = sqs(&stage.local, "sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)").await;
        let body = answer["Messages"][0]["Body"].as_str().unwrap_or_default();
        body.contains("RetriesExhausted") && body.contains("a.jpg")
    })
    .await;

    let config = aws.lambda.put_function_event_invoke_config().function_name("photos-sanitizer");
    config.maximum_retry_attempts(1).send().await.unwrap();
    let plan = stage.plan();
    assert!(plan.code == 2 && plan.out.contains("retries: 1"), "{}", plan.out);
    assert!(plan.out.contains("tells of failures: nobody"), "{}", plan.out);
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.plan().code, 0);

    stage.configure(CONFIG);
    let plan = stage.plan();
    assert!(plan.code == 2 && plan.out.contains("sqs:SendMessage"), "{}", plan.out);
    stage.ok(&["up", "--yes"]);
    assert_eq!(stage.plan().code, 0);
    let config = aws.lambda.get_function_event_invoke_config().function_name("photos-sanitizer");
    assert!(config.send().await.is_err(), "Lambda's default is none");
    assert!(rights(&stage).await.iter().all(|statement| statement["Sid"] != "TellOfFailures"));
}
