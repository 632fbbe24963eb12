use crate::local_aws::functions::{create_function_with, trigger};
use crate::local_aws::home::{connect, until};
use local_aws::LocalAws;
use std::collections::BTreeSet;

/// So many that one invocation at a time is still busy long after three attempts of each event are over.
const PICTURES: usize = 40;

#[tokio::test]
async fn a_throttled_event_is_not_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    create_function_with(&aws, &[("LIST", list.to_str().unwrap()), ("SECONDS", "0.2")]).await;
    let reserve = aws.lambda.put_function_concurrency().function_name("f");
    reserve.reserved_concurrent_executions(1).send().await.unwrap();
    trigger(&aws, "pictures").await;
    for number in 0..PICTURES {
        let put = aws.s3.put_object().bucket("pictures").key(format!("{number}.jpg"));
        put.body(b"x".to_vec().into()).send().await.unwrap();
    }
    let keys = || -> BTreeSet<String> {
        let lines = std::fs::read_to_string(&list).unwrap_or_default();
        let events = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        events.map(|event| event["Records"][0]["s3"]["object"]["key"].to_string()).collect()
    };
    until("every picture has arrived", || keys().len() == PICTURES).await;
}

/// As without our correction, which must not lose it.
#[tokio::test]
async fn an_error_of_the_function_is_tried_three_times() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    create_function_with(&aws, &[("LIST", list.to_str().unwrap()), ("FAILS", "1")]).await;
    trigger(&aws, "pictures").await;
    let put = aws.s3.put_object().bucket("pictures").key("one.jpg");
    put.body(b"x".to_vec().into()).send().await.unwrap();
    let tries = || std::fs::read_to_string(&list).unwrap_or_default().lines().count();
    until("it was tried again", || tries() == 3).await;
}
