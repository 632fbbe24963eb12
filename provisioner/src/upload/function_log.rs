//! What the function wrote about a picture ([`contract::log`]).

use contract::log::{Line, Message};

use engine::aws::{Aws, AwsCall, AwsError};

/// Lines that say why a picture has no clean copy
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>).
const PATTERN: &str = r#"{ ($.message = "rejected") || ($.message = "failed") }"#;

/// Pages read at a time; more than that can wait for the next look.
const PAGES: usize = 5;

/// Which upload the lines are about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    /// The picture's key.
    pub(super) key: &'a str,
    /// Its version, in a bucket with versioning.
    pub(super) version_id: Option<&'a str>,
    /// Only lines from then on, in milliseconds since 1970.
    pub(super) since: i64,
}

/// Why there is no clean copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// There will be none.
    Rejected(String),
    /// The function failed, and Lambda tries again.
    Failed(String),
}

/// The newest verdict on a picture.
///
/// # Errors
/// When the log cannot be read.
pub(super) async fn verdict(aws: &Aws, group: &str, about: About<'_>) -> Result<Option<Verdict>, AwsError> {
    let mut newest = None;
    let mut next = None;
    for _ in 0..PAGES {
        let page = aws
            .logs
            .filter_log_events()
            .log_group_name(group)
            .start_time(about.since)
            .filter_pattern(PATTERN)
            .set_next_token(next)
            .send()
            .await
            .aws("FilterLogEvents");
        let page = match page {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other?,
        };
        let lines = page.events().iter().filter_map(|event| event.message()).flat_map(str::lines);
        newest = lines.filter_map(|line| read(line, about)).next_back().or(newest);
        next = page.next_token;
        if next.is_none() {
            break;
        }
    }
    Ok(newest)
}

/// What a line says about this upload, if it is about it.
fn read(line: &str, about: About<'_>) -> Option<Verdict> {
    let line = Line::read(line)?;
    if line.key.as_deref() != Some(about.key) {
        return None;
    }
    // A line of another version of the same key. One without a version could be any.
    if let (Some(wanted), Some(read)) = (about.version_id, line.version_id.as_deref())
        && wanted != read
    {
        return None;
    }
    let reason = line.reason.unwrap_or_else(|| "the function's log gives no reason".to_owned());
    match line.message {
        Message::Rejected => Some(Verdict::Rejected(reason)),
        Message::Failed => Some(Verdict::Failed(reason)),
        Message::Cleaned | Message::Removed | Message::Ignored => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About<'static> = About { key: "日本.jpg", version_id: Some("v2"), since: 0 };

    #[test]
    fn only_lines_about_this_upload_count() {
        let rejected = |key: &str, version: &str| {
            let line = format!(
                r#"{{"level": "ERROR", "message": "rejected", "key": "{key}", "version_id": "{version}", "reason": "damaged"}}"#
            );
            read(&line, ABOUT)
        };
        assert_eq!(rejected("日本.jpg", "v2"), Some(Verdict::Rejected("damaged".to_owned())));
        assert_eq!(rejected("日本.jpg", "v1"), None);
        assert_eq!(rejected("other.jpg", "v2"), None);
        assert_eq!(read("START RequestId: 1", ABOUT), None);
        assert_eq!(read(r#"{"message": "cleaned", "key": "日本.jpg"}"#, ABOUT), None);
    }

    #[test]
    fn a_failure_is_not_final() {
        let line = r#"{"message": "failed", "key": "日本.jpg", "reason": "PutObject: SlowDown"}"#;
        assert_eq!(read(line, ABOUT), Some(Verdict::Failed("PutObject: SlowDown".to_owned())));
    }
}
