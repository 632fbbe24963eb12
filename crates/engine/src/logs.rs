//! Reads the function's log: a line a picture ([`contract::log`]), and what Lambda says when an invocation ends badly.
//!
//! Pages and looks overlap, and events are told apart by their ids, so that none is lost and none comes twice.
//! FilterLogEvents is free of charge, other than a live tail.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use contract::log::{Line, Message};

use crate::aws::{Aws, AwsCall, AwsError, pause};

/// Between two looks at a log that is followed. An account has some ten calls a second for all that read logs.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// How far each look goes back behind the newest line: lines of other log streams may come in later, in milliseconds.
const OVERLAP: i64 = 30_000;
/// How far some looks go back, for lines that come in very late, in milliseconds.
const DEEP_OVERLAP: i64 = 5 * 60_000;
/// Each how many-th look is such a one.
const DEEP_EACH: u32 = 15;

/// Something that the log tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What.
    pub what: What,
}

/// What the log tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// What became of a picture, in the function's words.
    Picture(Box<Line>),
    /// An invocation that ended badly, in Lambda's words: out of time, out of memory, crashed.
    Trouble(String),
    /// What Lambda says of each invocation.
    Routine(String),
}

/// Which lines to tell.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Rejected pictures.
    pub rejected: bool,
    /// Failures, of a picture or of a whole invocation. Neither of the two: everything.
    pub failed: bool,
    /// Only this picture.
    pub key: Option<String>,
    /// Only this invocation.
    pub request_id: Option<String>,
    /// Also what Lambda says of each invocation.
    pub routine: bool,
}

impl Choice {
    /// What CloudWatch may leave out at once; what comes is looked at once more.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
    fn pattern(&self) -> Option<String> {
        let is_plain =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
        match self {
            Self { request_id: Some(id), .. } if is_plain(id) => Some(format!("\"{id}\"")),
            Self { key: Some(key), .. } if is_plain(key) => Some(format!("{{ $.key = \"{key}\" }}")),
            Self { rejected: true, failed: false, .. } => Some("{ $.message = \"rejected\" }".to_owned()),
            _ => None,
        }
    }

    fn takes(&self, text: &str, what: &What) -> bool {
        if self.request_id.as_ref().is_some_and(|id| !text.contains(id.as_str())) {
            return false;
        }
        let is_wanted = |is_rejected: bool, is_failed: bool| {
            !(self.rejected || self.failed) || self.rejected && is_rejected || self.failed && is_failed
        };
        match what {
            What::Picture(line) => {
                self.key.as_ref().is_none_or(|key| line.key.as_ref() == Some(key))
                    && is_wanted(line.message == Message::Rejected, line.message == Message::Failed)
            }
            // These name no picture.
            What::Trouble(_) => self.key.is_none() && is_wanted(false, true),
            What::Routine(_) => self.routine && self.key.is_none() && is_wanted(false, false),
        }
    }
}

/// A log that is read from some time on.
#[derive(Debug)]
pub struct Reader<'a> {
    aws: &'a Aws,
    group: &'a str,
    choice: Choice,
    window: Window,
    next: Option<String>,
}

impl<'a> Reader<'a> {
    /// Begins at `since`, in milliseconds since 1970.
    #[must_use]
    pub fn new(aws: &'a Aws, group: &'a str, since: i64, choice: Choice) -> Self {
        Self { aws, group, choice, window: Window::new(since), next: None }
    }

    /// The next page: what it tells, and whether another one follows at once.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn page(&mut self) -> Result<(Vec<Told>, bool), AwsError> {
        let page = self
            .aws
            .logs
            .filter_log_events()
            .log_group_name(self.group)
            .start_time(self.window.since)
            .set_filter_pattern(self.choice.pattern())
            .set_next_token(self.next.take())
            .send()
            .await
            .aws("FilterLogEvents")?;
        self.next = page.next_token;
        let events = page.events.unwrap_or_default();
        Ok((events.iter().flat_map(|event| self.told(event)).collect(), self.next.is_some()))
    }

    fn told(&mut self, event: &FilteredLogEvent) -> impl Iterator<Item = Told> + use<> {
        let at = event.timestamp().unwrap_or_default();
        let text = event.message().unwrap_or_default();
        let told = if self.window.is_new(event.event_id(), at) { read(text) } else { Vec::new() };
        let chosen: Vec<What> = told.into_iter().filter(|what| self.choice.takes(text, what)).collect();
        chosen.into_iter().map(move |what| Told { at, what })
    }

    /// Waits, and begins another look at what came in meanwhile.
    pub async fn wait(&mut self) {
        pause(BETWEEN_LOOKS).await;
        self.window.look_again();
        self.next = None;
    }
}

/// The part of the log that a look reads.
#[derive(Debug)]
struct Window {
    beginning: i64,
    since: i64,
    newest: i64,
    looks: u32,
    /// The ids of the events that a look may find again, with their times.
    seen: HashMap<String, i64>,
}

impl Window {
    fn new(since: i64) -> Self {
        Self { beginning: since, since, newest: since, looks: 0, seen: HashMap::new() }
    }

    /// Whether an event is seen for the first time.
    fn is_new(&mut self, id: Option<&str>, at: i64) -> bool {
        self.newest = self.newest.max(at);
        id.is_none_or(|id| self.seen.insert(id.to_owned(), at).is_none())
    }

    /// Never before the beginning, and as far back as lines may come in late.
    fn look_again(&mut self) {
        self.looks += 1;
        let deep = self.newest - DEEP_OVERLAP;
        self.seen.retain(|_, at| *at >= deep);
        let back = if self.looks.is_multiple_of(DEEP_EACH) { deep } else { self.newest - OVERLAP };
        self.since = self.beginning.max(back);
    }
}

/// What an event tells. Lambda's own words may have several lines.
fn read(text: &str) -> Vec<What> {
    let ours: Vec<What> =
        text.lines().filter_map(Line::read).map(|line| What::Picture(Box::new(line))).collect();
    let text = text.trim();
    if !ours.is_empty() || text.is_empty() {
        return ours;
    }
    vec![if is_trouble(text) { What::Trouble(text.to_owned()) } else { What::Routine(text.to_owned()) }]
}

/// Whether Lambda speaks of an invocation that ended badly.
/// <https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>
fn is_trouble(text: &str) -> bool {
    if let Ok(fields) = serde_json::from_str::<serde_json::Value>(text) {
        let status = fields["record"]["status"].as_str();
        return fields["level"] == "ERROR"
            || fields["level"] == "FATAL"
            || status.is_some_and(|status| status != "success");
    }
    let is_report = text.starts_with("REPORT ") || text.starts_with("INIT_REPORT ");
    // A REPORT repeats what a line of its own has told.
    !is_report
        && !["START ", "END ", "INIT_START ", "EXTENSION", "TELEMETRY"]
            .iter()
            .any(|word| text.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REJECTED: &str =
        r#"{"level":"ERROR","message":"rejected","request_id":"r-1","key":"a.jpg","reason":"damaged"}"#;
    const KILLED: &str = "RequestId: r-2 Error: Runtime exited with error: signal: killed\nRuntime.ExitError";

    #[test]
    fn lambda_speaks_up_when_an_invocation_ends_badly() {
        for text in [KILLED, "2026-11-26T10:00:00Z r-3 Task timed out after 60.00 seconds"] {
            assert!(matches!(read(text).as_slice(), [What::Trouble(_)]), "{text}");
        }
        let report =
            r#"{"time":"2026","type":"platform.report","record":{"requestId":"r","status":"timeout"}}"#;
        assert!(matches!(read(report).as_slice(), [What::Trouble(_)]));
        for text in [
            "START RequestId: r-1 Version: $LATEST",
            "END RequestId: r-1\n",
            "REPORT RequestId: r-1\tDuration: 2 ms",
        ] {
            assert!(matches!(read(text).as_slice(), [What::Routine(_)]), "{text}");
        }
        let [What::Picture(line)] = &read(REJECTED)[..] else { panic!() };
        assert_eq!((line.key.as_deref(), line.reason.as_deref()), (Some("a.jpg"), Some("damaged")));
        assert_eq!(read("\n"), []);
    }

    #[test]
    fn a_choice_leaves_out_the_rest() {
        let told = |choice: &Choice| -> Vec<bool> {
            [REJECTED, KILLED, "START RequestId: r-1"]
                .iter()
                .map(|text| read(text).iter().all(|what| choice.takes(text, what)))
                .collect()
        };
        let choice = Choice::default();
        assert_eq!(told(&choice), [true, true, false]);
        assert_eq!(told(&Choice { routine: true, ..choice.clone() }), [true, true, true]);
        assert_eq!(told(&Choice { rejected: true, ..choice.clone() }), [true, false, false]);
        assert_eq!(told(&Choice { failed: true, ..choice.clone() }), [false, true, false]);
        assert_eq!(told(&Choice { rejected: true, failed: true, ..choice.clone() }), [true, true, false]);
        assert_eq!(told(&Choice { key: Some("a.jpg".to_owned()), ..choice.clone() }), [true, false, false]);
        assert_eq!(told(&Choice { key: Some("a".to_owned()), ..choice.clone() }), [false, false, false]);
        let of_invocation = Choice { request_id: Some("r-2".to_owned()), ..choice };
        assert_eq!(told(&of_invocation), [false, true, false]);
    }

    #[test]
    fn cloudwatch_is_asked_for_less_where_it_reads_the_words_as_we_do() {
        let key = |key: &str| Choice { key: Some(key.to_owned()), ..Choice::default() }.pattern();
        assert_eq!(key("2026/a.jpg").as_deref(), Some(r#"{ $.key = "2026/a.jpg" }"#));
        // A star stands for anything, a quote ends the text.
        assert_eq!(key("a*.jpg"), None);
        assert_eq!(key("a\".jpg"), None);
        assert_eq!(Choice { failed: true, rejected: true, ..Choice::default() }.pattern(), None);
    }

    #[test]
    fn what_was_told_is_not_told_again_and_what_comes_late_is() {
        let mut window = Window::new(0);
        assert!(window.is_new(Some("1"), 1_000));
        assert!(!window.is_new(Some("1"), 1_000));
        // The same words once more are another event.
        assert!(window.is_new(Some("2"), 1_000));
        assert!(window.is_new(Some("3"), 1_000_000));
        window.look_again();
        assert_eq!(window.since, 1_000_000 - OVERLAP);
        assert_eq!(window.seen.len(), 1, "no look goes back to the others");
        for _ in 1..DEEP_EACH {
            window.look_again();
        }
        assert_eq!(window.since, 1_000_000 - DEEP_OVERLAP);
        assert!(!window.is_new(Some("3"), 1_000_000) && window.is_new(Some("4"), 800_000));

        // What is before the beginning was not asked for.
        let mut window = Window::new(5_000);
        assert!(window.is_new(Some("1"), 6_000));
        window.look_again();
        assert_eq!(window.since, 5_000);
    }
}
