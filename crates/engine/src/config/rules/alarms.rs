//! What CloudWatch takes for an alarm.

use crate::config::errors::Problem;
use crate::config::reader::{Limits, quoted};

/// From how many events within five minutes an alarm goes off.
pub(in crate::config) const THRESHOLD: Limits = Limits {
    range: 1..=i32::MAX as i64,
    unit: "events in five minutes",
    why: "an alarm for 0 or more events would always be on: \
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html",
};

/// From how much of its timeout an invocation is too slow.
pub(in crate::config) const NEAR_TIMEOUT: Limits = Limits {
    range: 1..=100,
    unit: "percent of function.timeout",
    why: "no invocation takes longer than its timeout: \
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
};

/// The most topics that an alarm can tell.
pub(in crate::config) const MOST: usize = 5;

/// How many an alarm can tell.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>
pub(in crate::config) fn check_count(count: usize) -> Option<Problem> {
    (count > MOST).then(|| {
        Problem::new(
            format!("an alarm has at most {MOST} actions, and these are {count}"),
            "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
            "tell one topic, and subscribe all others to it",
        )
    })
}

/// A topic that is there already.
pub(in crate::config) fn check_twice(topic: &str, before: &[String]) -> Option<Problem> {
    before
        .iter()
        .any(|other| other == topic)
        .then(|| Problem::plain(format!("{} is there twice", quoted(topic)), "remove one of the two"))
}
