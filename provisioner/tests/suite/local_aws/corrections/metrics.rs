use crate::local_aws::functions::{create_function_with, trigger};
use crate::local_aws::home::{connect, until_async};
use aws_sdk_cloudwatch::types::{Datapoint, Dimension, Statistic};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use engine::aws::Aws;
use local_aws::LocalAws;
use std::time::{Duration, SystemTime};

/// The sum of a metric so far.
async fn sum(aws: &Aws, namespace: &str, metric: &str, dimensions: &[(&str, &str)]) -> f64 {
    let now = SystemTime::now();
    let mut ask = aws
        .alarms
        .get_metric_statistics()
        .namespace(namespace)
        .metric_name(metric)
        .start_time((now - Duration::from_secs(3600)).into())
        .end_time((now + Duration::from_secs(60)).into())
        .period(60)
        .statistics(Statistic::Sum);
    for (name, value) in dimensions {
        ask = ask.dimensions(Dimension::builder().name(*name).value(*value).build());
    }
    ask.send().await.unwrap().datapoints().iter().filter_map(Datapoint::sum).sum()
}

#[tokio::test]
async fn what_s3_starts_counts_where_it_ends() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    create_function_with(&aws, &[("FAILS", "1")]).await;
    trigger(&aws, "pictures").await;
    let put = aws.s3.put_object().bucket("pictures").key("one.jpg");
    put.body(b"x".to_vec().into()).send().await.unwrap();
    let function = [("FunctionName", "f")];
    until_async("three failed attempts are counted", async || {
        sum(&aws, "AWS/Lambda", "Errors", &function).await >= 3.0
    })
    .await;
    assert_eq!(sum(&aws, "AWS/Lambda", "Invocations", &function).await, 3.0);
    let resource = [("FunctionName", "f"), ("Resource", "f")];
    assert_eq!(sum(&aws, "AWS/Lambda", "Invocations", &resource).await, 3.0);
}

#[tokio::test]
async fn a_line_in_the_embedded_metric_format_makes_its_metrics() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.logs.create_log_group().log_group_name("g").send().await.unwrap();
    aws.logs.create_log_stream().log_group_name("g").log_stream_name("s").send().await.unwrap();
    let line = serde_json::json!({
        "_aws": {"Timestamp": 1, "CloudWatchMetrics": [{
            "Namespace": "pictures", "Dimensions": [["Stack"]], "Metrics": [{"Name": "Rejected", "Unit": "Count"}],
        }]},
        "Stack": "photos", "Rejected": 2,
    });
    let now =
        i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let event = InputLogEvent::builder().timestamp(now).message(line.to_string()).build().unwrap();
    let put = aws.logs.put_log_events().log_group_name("g").log_stream_name("s").log_events(event);
    put.send().await.unwrap();
    assert_eq!(sum(&aws, "pictures", "Rejected", &[("Stack", "photos")]).await, 2.0);
}
