//! The main journey on an AWS that is neither consistent nor instant nor lenient (`testkit::proxy::Adversary`), its times
//! made short: the CLI and the function see it through the same eyes.

use std::time::{Duration, Instant};

use engine::aws::Aws;
use engine::config::BucketRole;
use engine::stack::Stack;
use testkit::clean_copy::clean_copy;
use testkit::proxy::Adversary;

use super::end_to_end::picture;
use super::stage::Stage;

/// By how much the adversary's times are shorter than in the other suites.
const HURRY: u32 = 5;

/// From nothing to clean pictures, and to nothing again: what S3 misses `backfill` finds, and nothing leaks.
async fn journey(adversary: Adversary) {
    let adversary = adversary.hurried(HURRY);
    let stage = Stage::behind(adversary).await;
    stage.ok(&["up", "--yes"]);
    let up = Instant::now();
    let plan = stage.plan();
    assert_eq!(plan.code, 0, "{}{}", plan.out, plan.err);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let destination = stack.names.bucket(BucketRole::Destination);
    look_through_the_proxy(&stage, &aws, &stack).await;

    put(&aws, &stack, "early.jpg", &picture()).await;
    // S3 follows the trigger, and versioning is not new any more.
    let ready = adversary.notifies_after().max(adversary.versioned_after()) + Duration::from_millis(500);
    let ready = if adversary.slow { ready } else { Duration::ZERO };
    tokio::time::sleep(ready.saturating_sub(up.elapsed())).await;
    for key in ["later.jpg", "holiday photos/été +1 (2).jpg"] {
        put(&aws, &stack, key, &picture()).await;
        is_clean(&aws, destination, key).await;
    }
    put(&aws, &stack, "text.jpg", b"not a picture").await;
    stage.ok(&["status"]);
    let backfill = stage.run(&["backfill"]);
    // The one that is no picture is told, and stays where it is.
    assert_eq!(backfill.code, 6, "{}{}", backfill.out, backfill.err);
    assert!(backfill.out.contains("text.jpg"), "{}", backfill.out);
    is_clean(&aws, destination, "early.jpg").await;
    let listed = aws.s3.list_objects_v2().bucket(destination).send().await.unwrap();
    let published: Vec<&str> = listed.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!(published, ["early.jpg", "holiday photos/été +1 (2).jpg", "later.jpg"]);

    let refused = stage.run(&["down", "--yes"]);
    assert_eq!(refused.code, 4, "{}", refused.err);
    stage.ok(&["down", "--yes", "--delete-data"]);
    assert!(stage.run(&["down", "--yes"]).err.contains("nothing of this stack"));
    stage.ok(&["up", "--yes"]);
    let plan = stage.plan();
    assert_eq!(plan.code, 0, "{}{}", plan.out, plan.err);
}

/// The function's own calls go where those of the CLI go.
async fn look_through_the_proxy(stage: &Stage, aws: &Aws, stack: &Stack) {
    let Some(proxy) = &stage.proxy else { return };
    let function = &stack.names.function;
    let now = aws.lambda.get_function_configuration().function_name(function).send().await.unwrap();
    let mut variables = now.environment.and_then(|environment| environment.variables).unwrap();
    variables.insert("AWS_ENDPOINT_URL".to_owned(), proxy.endpoint());
    let environment = aws_sdk_lambda::types::Environment::builder().set_variables(Some(variables)).build();
    let update = aws.lambda.update_function_configuration().function_name(function);
    update.environment(environment).send().await.unwrap();
}

async fn put(aws: &Aws, stack: &Stack, key: &str, body: &[u8]) {
    let put = aws.s3.put_object().bucket(stack.names.bucket(BucketRole::Source)).key(key);
    put.body(body.to_vec().into()).send().await.unwrap();
}

async fn is_clean(aws: &Aws, bucket: &str, key: &str) {
    let object = clean_copy(aws, bucket, key).await.unwrap_or_else(|| panic!("{key} did not appear"));
    let bytes = object.body.collect().await.unwrap().into_bytes();
    assert!(!bytes.windows(6).any(|window| window == b"CANARY"), "{key} leaks");
}

#[tokio::test]
async fn reads_are_old_and_new_by_turns() {
    journey(Adversary::STALE).await;
}

#[tokio::test]
async fn what_was_made_does_not_work_yet() {
    journey(Adversary::SLOW).await;
}

#[tokio::test]
async fn the_models_of_aws_are_the_law() {
    journey(Adversary::STRICT).await;
}

#[tokio::test]
async fn all_of_it_at_once() {
    journey(Adversary::ALL).await;
}
