//! What Lambda and CloudWatch Logs take for a function.

use contract::cleaning::MEGAPIXELS as MOST_MEGAPIXELS;

use crate::config::errors::Problem;
use crate::config::reader::Limits;

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
pub(in crate::config) const MEMORY: Limits = Limits {
    range: 128..=10_240,
    unit: "MB",
    why: "a function has 128 to 10240 MB of memory: \
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html",
};

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html>
pub(in crate::config) const TIMEOUT: Limits = Limits {
    range: 1..=900,
    unit: "seconds",
    why: "a function runs for at most 900 seconds (15 minutes): \
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
};

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>
pub(in crate::config) const CONCURRENCY: Limits = Limits {
    range: 1..=i32::MAX as i64,
    unit: "invocations at once",
    why: "0 would stop the function altogether; without the line it may use what the account has: \
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html>
pub(in crate::config) const EVENT_AGE: Limits = Limits {
    range: 60..=21_600,
    unit: "seconds",
    why: "Lambda tries an event for a minute to 6 hours (21600 seconds): \
        https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html",
};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html>
pub(in crate::config) const RETRIES: Limits = Limits {
    range: 0..=2,
    unit: "retries",
    why: "Lambda tries an event that failed at most twice more: \
        https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html",
};

/// Not a limit of AWS: zero would refuse every picture, and no format can hold more than the most.
pub(in crate::config) const MEGAPIXELS: Limits = Limits {
    range: *MOST_MEGAPIXELS.start() as i64..=*MOST_MEGAPIXELS.end() as i64,
    unit: "megapixels",
    why: "a picture with more pixels is refused before work is done for it; the most that a camera writes are \
        some 400 megapixels, and without the line it is 1000",
};

/// Any number; [`check_retention`] says which are possible.
pub(in crate::config) const RETENTION: Limits =
    Limits { range: 1..=i32::MAX as i64, unit: "days", why: RETENTION_WHY };

const RETENTION_WHY: &str = "CloudWatch Logs keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, \
    731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days: \
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html";

/// Which numbers of days are possible.
pub(in crate::config) const RETENTION_DAYS: &[u32] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/// How long logs are kept: CloudWatch Logs knows certain numbers of days only.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
pub(in crate::config) fn check_retention(days: u32) -> Option<Problem> {
    if RETENTION_DAYS.contains(&days) {
        return None;
    }
    let below = RETENTION_DAYS.iter().rev().find(|allowed| **allowed < days);
    let above = RETENTION_DAYS.iter().find(|allowed| **allowed > days);
    let help = match (below, above) {
        (Some(below), Some(above)) => format!("the nearest are {below} and {above}"),
        (Some(only), None) | (None, Some(only)) => format!("the nearest is {only}"),
        (None, None) => "choose one of them".to_owned(),
    };
    Some(Problem::new(format!("logs cannot be kept for {days} days"), RETENTION_WHY, help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certain_retentions() {
        for days in RETENTION_DAYS {
            assert_eq!(check_retention(*days), None, "{days}");
            // The list in the reason is the list that is checked.
            assert!(RETENTION_WHY.contains(&format!(" {days}")), "{days}");
        }
        for (bad, helps) in [(2, "1 and 3"), (31, "30 and 60"), (4000, "is 3653"), (366, "365 and 400")] {
            let problem = check_retention(bad).unwrap();
            assert!(problem.help.contains(helps), "{bad}: {}", problem.help);
        }
    }
}
