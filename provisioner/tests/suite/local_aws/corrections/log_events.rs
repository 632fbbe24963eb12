use crate::local_aws::home::connect;
use aws_sdk_cloudwatchlogs::types::{FilteredLogEvent, InputLogEvent};
use engine::aws::Aws;
use local_aws::LocalAws;
use std::time::{Duration, SystemTime};

const GROUP: &str = "/aws/lambda/f";

/// Ten lines in each of two streams, alternating in time.
async fn with_lines() -> (local_aws::Ephemeral, Aws) {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.logs.create_log_group().log_group_name(GROUP).send().await.unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap() - Duration::from_secs(60);
    for (stream, offset) in [("2026/a", 0), ("2027/b", 1)] {
        aws.logs.create_log_stream().log_group_name(GROUP).log_stream_name(stream).send().await.unwrap();
        let mut put = aws.logs.put_log_events().log_group_name(GROUP).log_stream_name(stream);
        for number in 0..10 {
            let result = if number % 2 == 0 { "cleaned" } else { "rejected" };
            let message = serde_json::json!({
                "message": result, "number": number, "picture": {"key": format!("{stream}/{number}.jpg")},
            });
            let at = i64::try_from(now.as_millis()).unwrap() + 2 * number + offset;
            let event = InputLogEvent::builder().timestamp(at).message(message.to_string());
            put = put.log_events(event.build().unwrap());
        }
        put.send().await.unwrap();
    }
    (local, aws)
}

#[tokio::test]
async fn pages_go_on_to_the_end_without_loss_or_repetition() {
    let (_local, aws) = with_lines().await;
    for size in [1, 3, 20] {
        let mut found = Vec::new();
        let mut pages =
            aws.logs.filter_log_events().log_group_name(GROUP).limit(size).into_paginator().send();
        while let Some(page) = pages.next().await {
            found.extend(page.unwrap().events.unwrap_or_default());
        }
        assert!(found.is_sorted_by_key(FilteredLogEvent::timestamp), "{size}");
        let mut ids: Vec<_> = found.iter().map(|event| event.event_id().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((found.len(), ids.len()), (20, 20), "{size}");
    }
}

#[tokio::test]
async fn streams_and_patterns_choose() {
    let (_local, aws) = with_lines().await;
    let count = async |prefix: Option<&str>, pattern: &str| {
        let filter = aws.logs.filter_log_events().log_group_name(GROUP).filter_pattern(pattern);
        let answer = filter.set_log_stream_name_prefix(prefix.map(str::to_owned)).send().await.unwrap();
        answer.events().len()
    };
    for (prefix, pattern, expected) in [
        (None, "", 20),
        (Some("2027"), "", 10),
        (None, r#"{ $.message = "rejected" }"#, 10),
        (None, r#"{ $.message = "rejected" && $.number > 5 }"#, 4),
        (None, r#"{ $.message != "rejected" || $.number = 1 }"#, 12),
        (None, r#"{ $.picture.key = "2026/*" }"#, 10),
        (None, r"{ $.nothing IS NULL }", 0),
        (None, r"{ $.nothing NOT EXISTS }", 20),
        (None, "rejected", 10),
        (None, "Rejected", 0),
        (None, r#""2026/a/3.jpg""#, 1),
        (None, "?cleaned ?rejected", 20),
        (None, "rejected -2026", 5),
    ] {
        assert_eq!(count(prefix, pattern).await, expected, "{prefix:?} {pattern}");
    }
}
