//! The function's log, followed while somebody looks.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use contract::log::Line;

use super::Page;
use crate::json::page::LogLine;
use engine::aws::{AwsCall, AwsError, pause};
use engine::interrupt::Interrupted;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// How far back it begins.
const BACK: i64 = 15 * 60 * 1000;
/// Lines come late, and not in order: what was looked at is looked at again.
const OVERLAP: i64 = 10_000;
/// Ids that are remembered, many more than lines come in that time.
const REMEMBERED: usize = 4000;
/// Pages read at a time; more than that can wait for the next look.
const PAGES: usize = 5;

/// Follows the log until this program ends. What cannot be read is tried again: the log explains, but is not needed.
pub(super) async fn follow(page: &Page) -> Interrupted {
    let mut reader = Reader { since: now() - BACK, known: HashSet::new(), order: VecDeque::new() };
    loop {
        if page.gallery.is_watched() {
            let _ = reader.read(page).await;
        }
        tokio::select! {
            interrupted = page.interrupt.signal() => return interrupted,
            () = pause(PAUSE) => {}
        }
    }
}

fn now() -> i64 {
    let now = time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    i64::try_from(now).unwrap_or(i64::MAX)
}

struct Reader {
    since: i64,
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Reader {
    async fn read(&mut self, page: &Page) -> Result<(), AwsError> {
        let (mut next, mut newest) = (None, self.since);
        for _ in 0..PAGES {
            let events = page.aws.logs.filter_log_events().log_group_name(&page.stack.names.log_group);
            let events = events.start_time(self.since).set_next_token(next);
            let events = events.send().await.aws("FilterLogEvents")?;
            for event in events.events() {
                let Some(text) = event.message() else { continue };
                let at = event.timestamp().unwrap_or_default();
                newest = newest.max(at);
                // The local AWS gives events no ids. No two lines are alike: each has the id of its invocation.
                let id = event.event_id().map_or_else(|| format!("{at} {text}"), str::to_owned);
                if self.is_new(&id) {
                    text.lines().for_each(|line| page.gallery.log(told(at, line)));
                }
            }
            next = events.next_token;
            if next.is_none() {
                break;
            }
        }
        self.since = self.since.max(newest - OVERLAP);
        Ok(())
    }

    fn is_new(&mut self, id: &str) -> bool {
        if !self.known.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

fn told(at: i64, text: &str) -> LogLine {
    let line = Line::read(text);
    LogLine {
        number: 0,
        at,
        message: line.as_ref().map(|line| line.message),
        key: line.as_ref().and_then(|line| line.key.clone()),
        reason: line.and_then(|line| line.reason),
        text: text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_counts_once_and_ids_are_not_kept_for_ever() {
        let mut reader = Reader { since: 0, known: HashSet::new(), order: VecDeque::new() };
        assert!(reader.is_new("a") && !reader.is_new("a"));
        for id in 0..REMEMBERED {
            assert!(reader.is_new(&id.to_string()));
        }
        assert_eq!(reader.known.len(), REMEMBERED);
        assert!(reader.is_new("a"));
    }

    #[test]
    fn lines_of_others_are_shown_as_they_are() {
        let line = told(7, r#"{"message": "rejected", "key": "a.jpg", "reason": "damaged"}"#);
        assert_eq!((line.key.as_deref(), line.reason.as_deref()), (Some("a.jpg"), Some("damaged")));
        let line = told(7, "START RequestId: 1");
        assert!(line.message.is_none() && line.text == "START RequestId: 1");
    }
}
