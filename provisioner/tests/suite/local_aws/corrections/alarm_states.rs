use crate::local_aws::functions::{create_function_with, trigger};
use crate::local_aws::home::{connect, until_async};
use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, Statistic};
use engine::aws::Aws;
use local_aws::LocalAws;

async fn alarm(aws: &Aws, name: &str, function: &str, missing: &str) {
    aws.alarms
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("AWS/Lambda")
        .metric_name("Errors")
        .dimensions(Dimension::builder().name("FunctionName").value(function).build())
        .statistic(Statistic::Sum)
        .period(300)
        .evaluation_periods(1)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold)
        .treat_missing_data(missing)
        .send()
        .await
        .unwrap();
}

async fn states(aws: &Aws) -> Vec<String> {
    let alarms = aws.alarms.describe_alarms().send().await.unwrap();
    let states = alarms.metric_alarms().iter().map(|alarm| alarm.state_value().unwrap().as_str().to_owned());
    states.collect()
}

#[tokio::test]
async fn an_alarm_watches_its_own_function_by_itself() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    alarm(&aws, "1-of-f", "f", "notBreaching").await;
    alarm(&aws, "2-of-another", "g", "notBreaching").await;
    alarm(&aws, "3-breaching", "g", "breaching").await;
    alarm(&aws, "4-missing", "g", "missing").await;
    let until_states_are = async |expected: [&str; 4]| {
        until_async(&format!("{expected:?}"), async || states(&aws).await == expected).await;
    };
    until_states_are(["OK", "OK", "ALARM", "INSUFFICIENT_DATA"]).await;
    create_function_with(&aws, &[("FAILS", "1")]).await;
    trigger(&aws, "pictures").await;
    let put = aws.s3.put_object().bucket("pictures").key("one.jpg");
    put.body(b"x".to_vec().into()).send().await.unwrap();
    until_states_are(["ALARM", "OK", "ALARM", "INSUFFICIENT_DATA"]).await;
}
