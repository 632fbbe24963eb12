//! What became of an uploaded picture: a line for people.

use super::{bytes, foreign, foreign_path, seconds};
use crate::upload::{Arrival, Outcome, Prediction, what_was_removed};

/// One line: where the picture is now, how long it took, what was removed. `plan_command` tells whether the function
/// is another one, `pending_command` what is still missing.
#[must_use]
pub(crate) fn arrival_line(
    arrival: &Arrival<'_>,
    source: &str,
    destination: &str,
    plan_command: &str,
    pending_command: &str,
) -> String {
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
                     another version? `{plan_command}` tells",
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
            let reason = reason.as_ref().map_or_else(
                || {
                    format!(
                        "; S3 takes up to five minutes to follow a trigger that `up` has changed, and the function tries \
                         again for hours: `{pending_command}` tells later whether it is still missing"
                    )
                },
                |reason| format!("; the function said: {reason}"),
            );
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
        arrival_line(&arrival, "A", "B", "plan", "pending")
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
