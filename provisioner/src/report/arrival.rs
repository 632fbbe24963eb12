//! What became of an uploaded picture: a line for people.

use std::path::Path;

use anstyle::Style;

use super::styles::{ALARM, GOOD, PLAIN, WARN};
use super::{bytes, foreign, foreign_path, seconds};
use crate::upload::{Arrival, Outcome, Prediction, what_was_removed};

/// One line: how it ended, then where the picture is now, how long it took, what was removed. `plan_command` tells
/// whether the function is another one, `pending_command` what is still missing.
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
    let size = bytes(picture.bytes);
    let took = seconds(*elapsed);
    let at = |bucket: &str| format!("{path} -> s3://{bucket}/{}", foreign(&picture.key));
    let uploaded = |what: &str| format!("{} ({size} in {took}): {what}", at(source));
    let (style, verdict, rest) = match outcome {
        Outcome::Clean { length } => {
            let (style, what) = match prediction {
                Prediction::Clean { length: expected, report } if expected == length => {
                    (GOOD, what_was_removed(report))
                }
                Prediction::Clean { length: expected, report } => (
                    WARN,
                    format!(
                        "{}; the clean copy has {length} bytes and not {expected} as expected here: is the function of \
                         another version? `{plan_command}` tells",
                        what_was_removed(report)
                    ),
                ),
                Prediction::Refused { reason, .. } => (
                    WARN,
                    format!("it would be refused here ({reason}): is the function of another version?"),
                ),
                Prediction::Unknown => (GOOD, format!("clean copy of {}", bytes(*length))),
            };
            (style, "cleaned", format!("{} ({size} in {took}): {what}", at(destination)))
        }
        Outcome::Uploaded => {
            let (style, what) = match prediction {
                Prediction::Clean { report, .. } => {
                    (PLAIN, format!("will be removed: {}", what_was_removed(report)))
                }
                Prediction::Refused { reason, .. } => (WARN, format!("nothing will be published: {reason}")),
                Prediction::Unknown => (PLAIN, "not looked at here".to_owned()),
            };
            (style, "uploaded", uploaded(&what))
        }
        Outcome::Refused(reason) => {
            let why = "not uploaded, since nothing would be published (--force uploads it)";
            (ALARM, "refused", format!("{path}: {reason}; {why}"))
        }
        Outcome::Rejected(reason) => {
            (ALARM, "rejected", uploaded(&format!("{reason}; it was uploaded, and nothing is published")))
        }
        Outcome::Overdue(reason) => {
            let reason = reason.as_ref().map_or_else(
                || {
                    format!(
                        "S3 takes up to five minutes to follow a trigger that `up` has changed, and the function tries \
                         again for hours: `{pending_command}` tells later whether it is still missing"
                    )
                },
                |reason| format!("the function said: {reason}"),
            );
            (WARN, "overdue", format!("{} ({size}): no clean copy within {took}; {reason}", at(source)))
        }
        Outcome::Failed { failure, uploaded: false } => {
            (ALARM, "failed", format!("{path}: not uploaded: {failure}"))
        }
        Outcome::Failed { failure, uploaded: true } => {
            let what = format!("uploaded, but its clean copy could not be waited for: {failure}");
            (ALARM, "failed", format!("{} ({size}): {what}", at(source)))
        }
        Outcome::Stopped { uploaded: false } => (WARN, "stopped", format!("{path}: not uploaded")),
        Outcome::Stopped { uploaded: true } => {
            (WARN, "stopped", format!("{} ({size}): uploaded, its clean copy was not there yet", at(source)))
        }
    };
    line(style, verdict, &rest)
}

/// The same of a file that was not even begun with.
#[must_use]
pub(crate) fn not_uploaded_line(path: &Path, why: &str) -> String {
    line(ALARM, "failed", &format!("{}: not uploaded: {why}", foreign_path(path)))
}

/// The verdict comes first, in a column of its own, so that it is seen however long the rest is.
fn line(style: Style, verdict: &str, rest: &str) -> String {
    format!("{style}{verdict:<8}{style:#}  {rest}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::upload::Picture;

    fn told(prediction: Prediction, outcome: Outcome) -> String {
        let path = std::path::PathBuf::from("x/a\u{1b}.jpg");
        let location = crate::files::Location::Named(path.clone());
        let picture = Picture { path, location, key: "a\u{1b}.jpg".to_owned(), bytes: 1_200_000 };
        let arrival = Arrival { picture: &picture, prediction, outcome, elapsed: Duration::from_millis(420) };
        anstream::adapter::strip_str(&arrival_line(&arrival, "A", "B", "plan", "pending")).to_string()
    }

    #[test]
    fn each_outcome_says_where_the_picture_is() {
        let refused = || Prediction::Refused { kind: "not-a-picture", reason: "not a picture".to_owned() };
        for (prediction, outcome, text) in [
            (
                Prediction::Unknown,
                Outcome::Clean { length: 1000 },
                "cleaned   x/a\\u{1b}.jpg -> s3://B/a\\u{1b}.jpg (1.2 MB in 0.4 s): clean copy of 1.0 kB",
            ),
            (
                refused(),
                Outcome::Refused("not a picture".to_owned()),
                "refused   x/a\\u{1b}.jpg: not a picture; not uploaded, since nothing would be published (--force \
                 uploads it)",
            ),
            (
                refused(),
                Outcome::Rejected("not a picture".to_owned()),
                "rejected  x/a\\u{1b}.jpg -> s3://A/a\\u{1b}.jpg (1.2 MB in 0.4 s): not a picture; it was uploaded, and \
                 nothing is published",
            ),
            (
                refused(),
                Outcome::Uploaded,
                "uploaded  x/a\\u{1b}.jpg -> s3://A/a\\u{1b}.jpg (1.2 MB in 0.4 s): nothing will be published: not a \
                 picture",
            ),
            (
                Prediction::Unknown,
                Outcome::Overdue(Some("AccessDenied".to_owned())),
                "overdue   x/a\\u{1b}.jpg -> s3://A/a\\u{1b}.jpg (1.2 MB): no clean copy within 0.4 s; the function said: \
                 AccessDenied",
            ),
            (
                Prediction::Unknown,
                Outcome::Stopped { uploaded: false },
                "stopped   x/a\\u{1b}.jpg: not uploaded",
            ),
        ] {
            assert_eq!(told(prediction, outcome), text);
        }
    }
}
