//! Writes the log ([`contract::log`]).

use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, SystemTime},
};

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use contract::log::{CleanedFields, Entry, GainMap, HiddenPixels, Level, Message, Removed};
use contract::metrics::Embedded;
use serde::Serialize;

use crate::{clean::Outcome, clock::Clock, error::Error};

/// Where entries go.
pub trait Log: Send + Sync {
    /// Writes one entry.
    fn write(&self, entry: &Entry<'_>);
}

/// Standard output, which Lambda carries to CloudWatch Logs, and CloudWatch makes metrics of it ([`contract::metrics`]).
#[derive(Debug)]
pub struct Stdout {
    function_name: String,
    /// Until the first line.
    is_cold: AtomicBool,
}

impl Stdout {
    /// The log of the function of this name.
    #[must_use]
    pub fn new(function_name: String) -> Self {
        Self { function_name, is_cold: AtomicBool::new(true) }
    }
}

impl Log for &Stdout {
    fn write(&self, entry: &Entry<'_>) {
        let is_cold = self.is_cold.swap(false, Ordering::Relaxed);
        let metrics = Embedded::of(entry, &self.function_name, is_cold, SystemTime::now());
        write_line(entry, metrics);
    }
}

/// Says why the function does not start.
pub fn startup_failure(error: &dyn std::error::Error) {
    #[derive(Serialize)]
    struct Startup {
        level: Level,
        message: Message,
        kind: &'static str,
        reason: String,
    }
    write_line(
        &Startup {
            level: Level::Error,
            message: Message::Failed,
            kind: "startup",
            reason: error.to_string(),
        },
        None,
    );
}

/// The longest reason in a line, in bytes. Messages of services are short, but nobody promises it.
const LONGEST: usize = 4000;

/// As much of a text as `most` bytes hold.
pub(crate) fn capped(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push_str("...");
    }
    text
}

/// A line with the time, by which Lambda tells lines of JSON from others: what has a level and a `timestamp` of RFC 3339
/// keeps its level (<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>).
#[derive(Serialize)]
struct Stamped<'a, L> {
    timestamp: String,
    #[serde(flatten)]
    line: &'a L,
    #[serde(flatten)]
    metrics: Option<Embedded<'a>>,
}

fn stamped<'a, L>(line: &'a L, metrics: Option<Embedded<'a>>) -> Stamped<'a, L> {
    let now = DateTime::from(SystemTime::now()).fmt(DateTimeFormat::DateTime);
    Stamped { timestamp: now.unwrap_or_default(), line, metrics }
}

fn write_line(line: &impl Serialize, metrics: Option<Embedded<'_>>) {
    // Nothing can be done, or told, when the log itself is gone: the picture
    // matters more.
    if let Ok(mut bytes) = serde_json::to_vec(&stamped(line, metrics)) {
        bytes.push(b'\n');
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(&bytes).and_then(|()| stdout.flush());
    }
}

/// The entry for how one record ended.
#[must_use]
pub fn about_record<'a>(
    request_id: &'a str,
    key: &'a str,
    event_version: Option<&'a str>,
    result: &'a Result<Outcome, Error>,
    clock: &Clock,
    total: Duration,
) -> Entry<'a> {
    let mut entry = Entry {
        level: Level::Info,
        message: Message::Ignored,
        request_id,
        key: Some(key),
        version_id: event_version,
        cleaned: None,
        kind: None,
        reason: None,
        phase: None,
        spent: None,
        total_milliseconds: u64::try_from(total.as_millis()).unwrap_or(u64::MAX),
    };
    match result {
        Ok(Outcome::Ignored(reason)) => entry.reason = Some((*reason).to_owned()),
        Ok(Outcome::Removed) => entry.message = Message::Removed,
        Ok(Outcome::Cleaned(cleaned)) => {
            entry.message = Message::Cleaned;
            entry.version_id = cleaned.version_id.as_deref();
            entry.cleaned = Some(CleanedFields {
                format: cleaned.format,
                input_bytes: cleaned.input_bytes,
                output_bytes: cleaned.output_bytes,
                removed: Removed::summed(&cleaned.removed),
                orientation: cleaned.orientation,
                color_profile: cleaned.color_profile,
                gain_map: GainMap::of(cleaned.gain_map),
                rights: cleaned.rights,
                hidden_pixels: HiddenPixels::of(cleaned.hidden_pixels),
                milliseconds: cleaned.milliseconds,
                attempt: cleaned.attempt,
            });
        }
        Err(error) => {
            entry.level = Level::Error;
            entry.message = if error.is_rejection() { Message::Rejected } else { Message::Failed };
            entry.kind = Some(error.kind());
            entry.reason = Some(capped(error.to_string(), LONGEST));
            entry.phase = Some(clock.phase().as_str());
            entry.spent = Some(clock.milliseconds());
        }
    }
    entry
}

/// The entry about an event as a whole: why it needs nothing, or what is wrong with it.
#[must_use]
pub fn about_event<'a>(request_id: &'a str, told: Result<&str, String>) -> Entry<'a> {
    let fine = told.is_ok();
    Entry {
        level: if fine { Level::Info } else { Level::Error },
        message: if fine { Message::Ignored } else { Message::Failed },
        request_id,
        key: None,
        version_id: None,
        cleaned: None,
        kind: (!fine).then_some("event"),
        reason: Some(capped(told.map_or_else(|wrong| wrong, str::to_owned), LONGEST)),
        phase: None,
        spent: None,
        total_milliseconds: 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{clean::Cleaned, clock::Phase};
    use contract::log::Milliseconds;
    use sanitizer::{
        Category, Format, GainMapOutcome, HiddenPixelsOutcome, OrientationOutcome, ProfileOutcome, Removal,
        RightsOutcome, Unseen,
    };

    fn line(result: &Result<Outcome, Error>) -> serde_json::Value {
        let clock = Clock::start(None);
        clock.enter(Phase::Head);
        let entry = about_record("r-1", "a b.jpg", Some("v1"), result, &clock, Duration::from_millis(7));
        serde_json::to_value(entry).unwrap()
    }

    #[test]
    fn a_cleaned_picture_is_told_in_full() {
        let removal = |category, location, offset, bytes| Removal { category, location, offset, bytes };
        let cleaned = Cleaned {
            version_id: Some("v2".to_owned()),
            format: Format::Jpeg,
            input_bytes: 100,
            output_bytes: 60,
            removed: vec![
                removal(Category::Exif, "APP1", 2, 20),
                removal(Category::Xmp, "APP1", 22, 10),
                removal(Category::Exif, "APP1", 40, 10),
            ],
            orientation: OrientationOutcome::Turned,
            color_profile: ProfileOutcome::Lost,
            gain_map: GainMapOutcome::Dropped { why: "it is damaged" },
            rights: RightsOutcome::default(),
            hidden_pixels: HiddenPixelsOutcome::Blanked { what: Unseen::Transparent },
            milliseconds: Milliseconds { get: 1, clean: 2, put: 3, head: 4 },
            attempt: 1,
        };
        assert_eq!(
            line(&Ok(Outcome::Cleaned(Box::new(cleaned)))),
            json!({
                "level": "INFO", "message": "cleaned", "request_id": "r-1", "key": "a b.jpg", "version_id": "v2",
                "format": "jpeg", "input_bytes": 100, "output_bytes": 60,
                "removed": [
                    {"category": "exif", "location": "APP1", "bytes": 30},
                    {"category": "xmp", "location": "APP1", "bytes": 10},
                ],
                "orientation": "turned", "color_profile": "lost",
                "gain_map": {"outcome": "dropped", "why": "it is damaged"},
                "hidden_pixels": {"outcome": "blanked", "what": "colours of pixels that are fully transparent"},
                "milliseconds": {"get": 1, "clean": 2, "put": 3, "head": 4}, "attempt": 1,
                "total_milliseconds": 7,
            })
        );
    }

    #[test]
    fn the_other_endings_have_their_words() {
        assert_eq!(
            line(&Ok(Outcome::Ignored("why"))),
            json!({"level": "INFO", "message": "ignored", "request_id": "r-1", "key": "a b.jpg", "version_id": "v1",
                   "reason": "why", "total_milliseconds": 7})
        );
        let rejected = line(&Err(Error::from(&sanitizer::Error::NotAPicture)));
        assert_eq!(rejected["level"], "ERROR");
        assert_eq!(rejected["message"], "rejected");
        assert_eq!(rejected["kind"], "not-a-picture");
        let failed = line(&Err(Error::OutOfTime(Phase::Head)));
        assert_eq!(failed["message"], "failed");
        assert_eq!(failed["kind"], "out-of-time");
        assert_eq!(failed["phase"], "head");
        assert_eq!(failed["milliseconds"], json!({"get": 0, "clean": 0, "put": 0, "head": 0}));
    }

    #[test]
    fn lines_have_a_time_that_lambda_reads() {
        let line = serde_json::to_value(stamped(&json!({"level": "ERROR"}), None)).unwrap();
        let timestamp = line["timestamp"].as_str().unwrap();
        assert!(timestamp.ends_with('Z') && DateTime::from_str(timestamp, DateTimeFormat::DateTime).is_ok());
        assert_eq!(line["level"], "ERROR");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(capped("\u{e9}\u{e9}\u{e9}".to_owned(), 3), "\u{e9}...");
        assert_eq!(capped("abc".to_owned(), 3), "abc");
    }
}
