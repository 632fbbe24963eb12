//! What became of an uploaded picture: a line for people, a line of JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{bytes, foreign, foreign_path, seconds};
use crate::upload::{Arrival, Outcome, Prediction, what_was_removed};

/// One line: where the picture is now, how long it took, what was removed.
#[must_use]
pub(crate) fn arrival_line(arrival: &Arrival<'_>, source: &str, destination: &str) -> String {
    let Arrival { picture, prediction, outcome, elapsed } = arrival;
    let path = foreign_path(&picture.path);
    let key = foreign(&picture.key);
    let size = bytes(picture.bytes);
    let took = seconds(*elapsed);
    match outcome {
        Outcome::Clean { length } => {
            let what = match prediction {
                Prediction::Clean { length: expected, report } if expected == length => {
                    what_was_removed(report)
                }
                Prediction::Clean { length: expected, report } => format!(
                    "{}; the clean copy has {length} bytes and not {expected} as expected here: is the function of \
                     another version? `provisioner plan` tells",
                    what_was_removed(report)
                ),
                Prediction::Refused { reason, .. } => format!(
                    "cleaned, though it would be refused here ({reason}): is the function of another version?"
                ),
                Prediction::Unknown => format!("clean copy of {}", bytes(*length)),
            };
            format!("{path} -> s3://{destination}/{key}  {size}, {took}: {what}")
        }
        Outcome::Uploaded => {
            let what = match prediction {
                Prediction::Clean { report, .. } => format!("to be removed: {}", what_was_removed(report)),
                Prediction::Refused { reason, .. } => format!("nothing will be published: {reason}"),
                Prediction::Unknown => "not looked at here".to_owned(),
            };
            format!("{path} -> s3://{source}/{key}  {size}, {took}: uploaded, {what}")
        }
        Outcome::Refused(reason) => {
            format!("{path}: not uploaded: {reason}; nothing would be published (--force uploads it)")
        }
        Outcome::Rejected(reason) => format!(
            "{path} -> s3://{source}/{key}  {size}, {took}: rejected: {reason}; it was uploaded, but nothing is published"
        ),
        Outcome::Overdue(reason) => {
            let reason =
                reason.as_ref().map(|reason| format!("; the function said: {reason}")).unwrap_or_default();
            format!(
                "{path} -> s3://{source}/{key}  {size}: uploaded, but no clean copy within {took}{reason}"
            )
        }
        Outcome::Failed { failure, uploaded: false } => format!("{path}: not uploaded: {failure}"),
        Outcome::Failed { failure, uploaded: true } => {
            format!(
                "{path} -> s3://{source}/{key}  {size}: uploaded, but the clean copy could not be waited for: {failure}"
            )
        }
        Outcome::Stopped { uploaded: false } => format!("{path}: not uploaded: interrupted"),
        Outcome::Stopped { uploaded: true } => {
            format!(
                "{path} -> s3://{source}/{key}  {size}: uploaded; interrupted before its clean copy was there"
            )
        }
    }
}

/// The same as JSON. Kinds and counts of what was removed, never a value.
#[must_use]
pub(crate) fn arrival_json(arrival: &Arrival<'_>, source: &str, destination: &str) -> Value {
    let Arrival { picture, prediction, outcome, elapsed } = arrival;
    let (word, uploaded, reason) = match outcome {
        Outcome::Clean { .. } => ("clean", true, None),
        Outcome::Uploaded => ("uploaded", true, None),
        Outcome::Refused(reason) => ("refused", false, Some(reason.clone())),
        Outcome::Rejected(reason) => ("rejected", true, Some(reason.clone())),
        Outcome::Overdue(reason) => ("overdue", true, reason.clone()),
        Outcome::Failed { failure, uploaded } => ("failed", *uploaded, Some(failure.to_string())),
        Outcome::Stopped { uploaded } => ("interrupted", *uploaded, None),
    };
    let mut line = json!({
        "event": "picture",
        "file": picture.path.to_string_lossy(),
        "key": picture.key,
        "outcome": word,
        "reason": reason,
        "source": uploaded.then(|| format!("s3://{source}/{}", picture.key)),
        "destination": null,
        "bytes": picture.bytes,
        "clean_bytes": null,
        "elapsed_ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    });
    if let Outcome::Clean { length } = outcome {
        line["destination"] = json!(format!("s3://{destination}/{}", picture.key));
        line["clean_bytes"] = json!(length);
    }
    match prediction {
        Prediction::Clean { length, report } => {
            let mut categories: BTreeMap<String, usize> = BTreeMap::new();
            for removal in &report.removed {
                *categories.entry(word_of(&json!(removal.category))).or_default() += removal.bytes;
            }
            let mut told: BTreeMap<String, usize> = BTreeMap::new();
            if let Some(facts) = &report.facts {
                if !facts.positions.is_empty() {
                    told.insert("position".to_owned(), facts.positions.len());
                }
                for fact in &facts.items {
                    *told.entry(word_of(&json!(fact.kind))).or_default() += 1;
                }
            }
            line["expected"] = json!({
                "clean_bytes": length,
                "format": report.format,
                "removed_bytes": report.removed_bytes(),
                "removed": categories,
                "told": told,
                "orientation": report.orientation,
                "summary": what_was_removed(report),
            });
        }
        Prediction::Refused { kind, reason } => {
            line["expected"] = json!({"rejected": {"kind": kind, "reason": reason}});
        }
        Prediction::Unknown => line["expected"] = Value::Null,
    }
    line
}

fn word_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::upload::Picture;

    fn line(prediction: Prediction, outcome: Outcome) -> String {
        let path = std::path::PathBuf::from("x/a\u{1b}.jpg");
        let location = crate::files::Location::Named(path.clone());
        let picture = Picture { path, location, key: "a\u{1b}.jpg".to_owned(), bytes: 1_200_000 };
        let arrival = Arrival { picture: &picture, prediction, outcome, elapsed: Duration::from_millis(420) };
        let json = arrival_json(&arrival, "A", "B");
        assert_eq!(json["event"], "picture");
        arrival_line(&arrival, "A", "B")
    }

    #[test]
    fn each_outcome_says_where_the_picture_is() {
        let refused = || Prediction::Refused { kind: "not-a-picture", reason: "not a picture".to_owned() };
        for (prediction, outcome, text) in [
            (
                Prediction::Unknown,
                Outcome::Clean { length: 1000 },
                "x/a\\u{1b}.jpg -> s3://B/a\\u{1b}.jpg  1.2 MB, 0.4 s: clean copy of 1.0 kB",
            ),
            (
                refused(),
                Outcome::Refused("not a picture".to_owned()),
                "x/a\\u{1b}.jpg: not uploaded: not a picture; nothing would be published (--force uploads it)",
            ),
            (
                refused(),
                Outcome::Rejected("not a picture".to_owned()),
                "x/a\\u{1b}.jpg -> s3://A/a\\u{1b}.jpg  1.2 MB, 0.4 s: rejected: not a picture; it was uploaded, but \
                 nothing is published",
            ),
            (
                refused(),
                Outcome::Uploaded,
                "x/a\\u{1b}.jpg -> s3://A/a\\u{1b}.jpg  1.2 MB, 0.4 s: uploaded, nothing will be published: not a picture",
            ),
            (
                Prediction::Unknown,
                Outcome::Overdue(Some("AccessDenied".to_owned())),
                "x/a\\u{1b}.jpg -> s3://A/a\\u{1b}.jpg  1.2 MB: uploaded, but no clean copy within 0.4 s; the function \
                 said: AccessDenied",
            ),
            (
                Prediction::Unknown,
                Outcome::Stopped { uploaded: false },
                "x/a\\u{1b}.jpg: not uploaded: interrupted",
            ),
        ] {
            assert_eq!(line(prediction, outcome), text);
        }
    }
}
