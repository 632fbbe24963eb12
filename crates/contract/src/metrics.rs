//! The metrics that the function's log lines carry, in the embedded metric format: CloudWatch makes metrics of them, and
//! the function makes no call for it.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! Each metric is there for the function as a whole, and those of what went wrong by kind as well: CloudWatch bills each
//! combination of values in use, so what anybody can choose (a key, a request) is no dimension.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::Serialize;

use crate::log::{Entry, Message};

/// The namespace of all of them.
pub const NAMESPACE: &str = "provisioner";
/// The dimension that all of them have: the function's name, as Lambda's own metrics have it.
pub const FUNCTION_NAME: &str = "FunctionName";
/// The second dimension of what went wrong: the word for it that the log line has.
const KIND: &str = "kind";

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Clean copies that were written.
    Cleaned,
    /// Pictures that cannot be cleaned.
    Rejected,
    /// Pictures that were not cleaned this time, and events that could not be read.
    Failed,
    /// Clean copies that were removed, since their sources are gone.
    Removed,
    /// What was read of pictures that were cleaned.
    InputBytes,
    /// What was removed of them.
    RemovedBytes,
    /// From the arrival of a picture's event to its end.
    Milliseconds,
    /// Processes that were started.
    ColdStarts,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Cleaned,
        Self::Rejected,
        Self::Failed,
        Self::Removed,
        Self::InputBytes,
        Self::RemovedBytes,
        Self::Milliseconds,
        Self::ColdStarts,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cleaned => "Cleaned",
            Self::Rejected => "Rejected",
            Self::Failed => "Failed",
            Self::Removed => "Removed",
            Self::InputBytes => "InputBytes",
            Self::RemovedBytes => "RemovedBytes",
            Self::Milliseconds => "Milliseconds",
            Self::ColdStarts => "ColdStarts",
        }
    }

    /// Its unit, in CloudWatch's words
    /// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>).
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::InputBytes | Self::RemovedBytes => "Bytes",
            Self::Milliseconds => "Milliseconds",
            Self::Cleaned | Self::Rejected | Self::Failed | Self::Removed | Self::ColdStarts => "Count",
        }
    }
}

/// What a line carries.
#[derive(Debug, Serialize)]
pub struct Embedded<'a> {
    #[serde(rename = "_aws")]
    aws: Directives,
    #[serde(rename = "FunctionName")]
    function_name: &'a str,
    #[serde(flatten)]
    values: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directives {
    /// Milliseconds since 1970.
    timestamp: u64,
    cloud_watch_metrics: [Directive; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: Vec<Vec<&'static str>>,
    metrics: Vec<Definition>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

impl<'a> Embedded<'a> {
    /// The metrics of a line. `None` when there is nothing to count.
    #[must_use]
    pub fn of(entry: &Entry<'_>, function_name: &'a str, is_cold: bool, now: SystemTime) -> Option<Self> {
        let mut values: Vec<(Metric, u64)> = Vec::new();
        match entry.message {
            Message::Cleaned => values.push((Metric::Cleaned, 1)),
            Message::Rejected => values.push((Metric::Rejected, 1)),
            Message::Failed => values.push((Metric::Failed, 1)),
            Message::Removed => values.push((Metric::Removed, 1)),
            Message::Ignored => {}
        }
        if let Some(cleaned) = &entry.cleaned {
            let removed: usize = cleaned.removed.iter().map(|removed| removed.bytes).sum();
            values.push((Metric::InputBytes, cleaned.input_bytes as u64));
            values.push((Metric::RemovedBytes, removed as u64));
        }
        if !values.is_empty() && entry.key.is_some() {
            values.push((Metric::Milliseconds, entry.total_milliseconds));
        }
        if is_cold {
            values.push((Metric::ColdStarts, 1));
        }
        if values.is_empty() {
            return None;
        }
        let mut dimensions = vec![vec![FUNCTION_NAME]];
        if entry.kind.is_some() {
            dimensions.push(vec![FUNCTION_NAME, KIND]);
        }
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let metrics =
            values.iter().map(|(metric, _)| Definition { name: metric.name(), unit: metric.unit() });
        let directive = Directive { namespace: NAMESPACE, dimensions, metrics: metrics.collect() };
        Some(Self {
            aws: Directives {
                timestamp: u64::try_from(since.as_millis()).unwrap_or_default(),
                cloud_watch_metrics: [directive],
            },
            function_name,
            values: values.into_iter().map(|(metric, value)| (metric.name(), value)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::log::Level;

    fn entry(message: Message, key: Option<&'static str>, kind: Option<&'static str>) -> Entry<'static> {
        Entry {
            level: Level::Info,
            message,
            request_id: "r",
            key,
            version_id: None,
            cleaned: None,
            kind,
            reason: None,
            phase: None,
            spent: None,
            total_milliseconds: 7,
        }
    }

    fn of(entry: &Entry<'_>, is_cold: bool) -> serde_json::Value {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        serde_json::to_value(Embedded::of(entry, "photos-sanitizer", is_cold, now)).unwrap()
    }

    #[test]
    fn what_went_wrong_is_counted_by_kind_too() {
        let count = |name: &str| json!({"Name": name, "Unit": "Count"});
        assert_eq!(
            of(&entry(Message::Rejected, Some("k.jpg"), Some("damaged")), true),
            json!({
                "_aws": {"Timestamp": 1_700_000_000_123_u64, "CloudWatchMetrics": [{
                    "Namespace": "provisioner",
                    "Dimensions": [["FunctionName"], ["FunctionName", "kind"]],
                    "Metrics": [count("Rejected"), {"Name": "Milliseconds", "Unit": "Milliseconds"}, count("ColdStarts")],
                }]},
                "FunctionName": "photos-sanitizer", "Rejected": 1, "Milliseconds": 7, "ColdStarts": 1,
            })
        );
    }

    #[test]
    fn what_needs_nothing_is_not_counted() {
        assert!(of(&entry(Message::Ignored, Some("k.jpg"), None), false).is_null());
        assert_eq!(of(&entry(Message::Ignored, None, None), true)["ColdStarts"], 1);
    }

    #[test]
    fn an_event_that_could_not_be_read_has_no_time() {
        let told = of(&entry(Message::Failed, None, Some("event")), false);
        assert_eq!((&told["Failed"], told.get("Milliseconds")), (&json!(1), None));
    }
}
