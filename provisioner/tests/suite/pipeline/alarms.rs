//! Alarms: made when asked for, repaired, pruned, removed, and never those of others.

use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, Statistic, Tag};
use engine::aws::Aws;
use engine::config::BucketRole;

use super::stage::{CONFIG, Stage};
use crate::local_aws::home::until_async;

const ERRORS: &str = "photos-sanitizer-errors";
const DROPPED: &str = "photos-sanitizer-dropped-events";

fn with_alarms(lines: &str) -> String {
    format!("{CONFIG}\n[alarms]\n{lines}\n")
}

async fn names(aws: &Aws) -> Vec<String> {
    let alarms = aws.alarms.describe_alarms().send().await.unwrap();
    let mut names: Vec<String> =
        alarms.metric_alarms().iter().filter_map(|alarm| alarm.alarm_name()).map(str::to_owned).collect();
    names.sort();
    names
}

/// An alarm as somebody makes it by hand.
async fn put(aws: &Aws, name: &str, threshold: f64) {
    aws.alarms
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("AWS/Lambda")
        .metric_name("Errors")
        .dimensions(Dimension::builder().name("FunctionName").value("photos-sanitizer").build())
        .statistic(Statistic::Sum)
        .period(300)
        .evaluation_periods(1)
        .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold)
        .threshold(threshold)
        .send()
        .await
        .unwrap();
}

async fn goes_off(aws: &Aws, alarm: &str) {
    until_async(&format!("{alarm} goes off"), async || {
        let described = aws.alarms.describe_alarms().alarm_names(alarm).send().await.unwrap();
        described.metric_alarms()[0].state_value().is_some_and(|state| state.as_str() == "ALARM")
    })
    .await;
}

#[tokio::test]
async fn alarms_drift_and_are_healed_and_leave_with_their_table() {
    let stage = Stage::new().await;
    stage.configure(&with_alarms("actions = [\"arn:aws:sns:us-east-1:000000000000:on-call\"]"));
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    assert_eq!(
        names(&aws).await,
        [
            DROPPED,
            ERRORS,
            "photos-sanitizer-near-timeout",
            "photos-sanitizer-rejected",
            "photos-sanitizer-throttles"
        ]
    );
    let world = stage.world().await;
    assert!(world.alarms.values().all(|alarm| stack.owns(&alarm.tags)), "{:?}", world.alarms);

    for (number, word) in
        ["threshold: 99 -> 5", "actions: disabled -> enabled", "+ alarm", "tags"].iter().enumerate()
    {
        match number {
            // It overwrites everything but the tags.
            0 => put(&aws, ERRORS, 99.0).await,
            1 => drop(aws.alarms.disable_alarm_actions().alarm_names(DROPPED).send().await.unwrap()),
            2 => drop(aws.alarms.delete_alarms().alarm_names(DROPPED).send().await.unwrap()),
            _ => {
                let config = std::fs::read_to_string(stage.config()).unwrap();
                stage.configure(&config.replace("# team = \"media\"", "team = \"media\""));
            }
        }
        let plan = stage.plan();
        assert_eq!(plan.code, 2, "{word} is not seen\n{}{}", plan.out, plan.err);
        let (before, after) = word.split_once(" -> ").unwrap_or((word, word));
        assert!(
            plan.out.contains(before) && plan.out.contains(after),
            "the plan does not say {word:?}\n{}",
            plan.out
        );
        stage.ok(&["up", "--yes"]);
        let healed = stage.plan();
        assert_eq!(healed.code, 0, "{word} is not healed\n{}", healed.out);
    }

    stage.configure(CONFIG);
    let plan = stage.plan();
    assert!(plan.code == 2 && plan.out.contains(&format!("- alarm {ERRORS}")), "{}", plan.out);
    stage.ok(&["up", "--yes"]);
    assert_eq!(names(&aws).await, [""; 0]);
    assert_eq!(stage.plan().code, 0);
}

#[tokio::test]
async fn down_removes_the_alarms_also_those_of_a_former_configuration() {
    let stage = Stage::new().await;
    let aws = stage.aws().await;
    for after in [with_alarms(""), CONFIG.to_owned()] {
        stage.configure(&with_alarms("errors = 9"));
        stage.ok(&["up", "--yes"]);
        // One with our tag and a name that we do not give: it is somebody's own.
        put(&aws, "photos-of-others", 1.0).await;
        let tag = Tag::builder().key("provisioner:stack").value("photos").build();
        let arn = stage.stack(&aws).names.alarm_arn("photos-of-others");
        aws.alarms.tag_resource().resource_arn(arn).tags(tag).send().await.unwrap();
        stage.configure(&after);
        let down = stage.ok(&["down", "--yes"]);
        assert!(down.out.contains(&format!("- alarm {ERRORS}")), "{}", down.out);
        assert_eq!(names(&aws).await, ["photos-of-others"]);
    }
}

#[tokio::test]
async fn an_alarm_of_others_is_refused_and_can_be_adopted() {
    let stage = Stage::new().await;
    let aws = stage.aws().await;
    put(&aws, ERRORS, 1.0).await;
    stage.configure(&with_alarms(""));
    let refused = stage.run(&["up", "--yes"]);
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(refused.err.contains(ERRORS) && refused.err.contains("--adopt"), "{}", refused.err);
    assert_eq!(names(&aws).await, [ERRORS], "nothing was changed");
    // `down` leaves it alone, too, and so does a stack that has no alarms.
    stage.ok(&["down", "--yes"]);
    stage.configure(CONFIG);
    stage.ok(&["up", "--yes"]);
    stage.ok(&["down", "--yes"]);
    assert_eq!(names(&aws).await, [ERRORS]);
    stage.configure(&with_alarms(""));
    stage.ok(&["up", "--yes", "--adopt"]);
    assert_eq!(stage.plan().code, 0);
    stage.ok(&["down", "--yes"]);
    assert_eq!(names(&aws).await, [""; 0]);
}

/// At most one picture at a time, and many at once.
#[tokio::test]
async fn the_alarm_for_throttles_goes_off_when_pictures_wait() {
    let stage = Stage::new().await;
    let config = CONFIG.replace("# reserved_concurrency = 50 ", "reserved_concurrency = 1 ");
    stage.configure(&format!("{config}\n[alarms]\nthrottles = 1\n"));
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let source = stage.stack(&aws).names.bucket(BucketRole::Source).to_owned();
    for number in 0..8 {
        let put = aws.s3.put_object().bucket(&source).key(format!("{number}.jpg"));
        put.body(vec![0].into()).send().await.unwrap();
    }
    goes_off(&aws, "photos-sanitizer-throttles").await;
}

/// What each is for, for real.
#[tokio::test]
async fn alarms_go_off_for_what_they_are_for() {
    let stage = Stage::new().await;
    // A hundredth of a second: no cold start is that quick.
    let config = CONFIG.replace("timeout = 60 ", "timeout = 1 ").replace("# retries = 2 ", "retries = 0 ");
    stage.configure(&format!("{config}\n[alarms]\nerrors = 1\nnear_timeout = 1\n"));
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let source = stage.stack(&aws).names.bucket(BucketRole::Source).to_owned();
    let put = async |key: &str| {
        let text = b"no picture".to_vec().into();
        aws.s3.put_object().bucket(&source).key(key).body(text).send().await.unwrap();
    };
    put("refused.jpg").await;
    goes_off(&aws, "photos-sanitizer-rejected").await;
    goes_off(&aws, "photos-sanitizer-near-timeout").await;
    let status = stage.ok(&["status"]);
    assert!(status.out.contains("ALARM"), "{}", status.out);

    // It may do nothing any more, and so each picture fails.
    let deleted =
        aws.iam.delete_role_policy().role_name("photos-sanitizer").policy_name("provisioner-photos");
    deleted.send().await.unwrap();
    put("failed.jpg").await;
    goes_off(&aws, ERRORS).await;
    goes_off(&aws, DROPPED).await;
}
