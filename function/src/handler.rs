//! One invocation: all records of an event, a log line for each, and one answer.

use std::{
    fmt,
    future::Future,
    time::{Duration, Instant, SystemTime},
};

use aws_sdk_s3::Client;
use contract::answer::{Rejection, Summary};
use contract::batch::{self, ResultCode};
use contract::event::{Event, NotAnEvent, Record, Records};
use futures::{StreamExt, stream};
use lambda_runtime::Diagnostic;
use serde::Serialize;
use serde_json::Value;

use crate::{
    budget::Budget,
    clean::{Outcome, clean_one},
    clock::{Clock, Timed},
    error::Error,
    log::{self, Log},
    settings::Settings,
};

/// Left for the log line and the answer when time runs out.
const FAREWELL: Duration = Duration::from_millis(500);

/// The longest word on a task in the report of a job, in bytes.
const LONGEST_RESULT: usize = 500;

/// The function, as built at a cold start.
#[derive(Debug)]
pub struct Function<L> {
    s3: Client,
    settings: Settings,
    budget: Budget,
    log: L,
}

/// The answer to an event that could be read, and of which nothing failed; jobs are told failures as well.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To S3, which does not read it, and to `provisioner backfill`.
    Summary(Summary),
    /// To S3 Batch Operations.
    Batch(batch::Answer),
}

/// The answer to any other invocation. Lambda tries the whole event again, and SQS shows all its messages again: pictures
/// that were cleaned are cleaned once more then, with the same result. (An answer that names the failed messages would
/// not do: queues whose mapping does not ask for it take it for success.)
#[derive(Debug, Default)]
pub struct Failure {
    /// What is no event of S3.
    payloads: Vec<NotAnEvent>,
    /// These pictures have no clean copy now; those of the other records do.
    pictures: Vec<(String, Error)>,
}

impl<L: Log> Function<L> {
    /// Puts the function together.
    pub fn new(s3: Client, settings: Settings, log: L) -> Self {
        let budget = Budget::new(settings.memory);
        Self { s3, settings, budget, log }
    }

    /// Handles one event.
    ///
    /// Some records are worked on at once, as far as their pictures fit into memory together ([`crate::budget`]); what
    /// is told of them has their order.
    ///
    /// # Errors
    /// When any of the pictures could not be read, cleaned in time or published; not when one was rejected.
    pub async fn handle(
        &self,
        payload: Value,
        request_id: &str,
        deadline: SystemTime,
    ) -> Result<Answer, Failure> {
        match Event::parse(payload) {
            Ok(Event::Records(records)) => {
                self.records(records, request_id, deadline).await.map(Answer::Summary)
            }
            Ok(Event::Batch(job)) => Ok(Answer::Batch(self.job(job, request_id, deadline).await)),
            Err(error) => {
                self.log.write(&log::about_event(request_id, Err(error.to_string())));
                Err(Failure { payloads: vec![error], ..Failure::default() })
            }
        }
    }

    async fn records(
        &self,
        Records { records, unreadable, is_test }: Records,
        request_id: &str,
        deadline: SystemTime,
    ) -> Result<Summary, Failure> {
        if is_test {
            self.log.write(&log::about_event(request_id, Ok("S3 tried out the notification")));
        } else if records.is_empty() && unreadable.is_empty() {
            self.log.write(&log::about_event(request_id, Ok("the event has no records")));
        }
        for error in &unreadable {
            self.log.write(&log::about_event(request_id, Err(error.to_string())));
        }
        let mut summary = Summary::default();
        let mut failure = Failure { payloads: unreadable, ..Failure::default() };
        for (key, result) in self.each(&records, request_id, deadline).await {
            match result {
                Ok(Outcome::Cleaned(_)) => summary.cleaned.push(key),
                Ok(Outcome::Removed) => summary.removed.push(key),
                Ok(Outcome::Ignored(_)) => summary.ignored.push(key),
                Err(error) if error.is_rejection() => {
                    summary.rejected.push(Rejection {
                        key,
                        kind: error.kind().into(),
                        reason: error.to_string(),
                    });
                }
                Err(error) => failure.pictures.push((key, error)),
            }
        }
        if failure.payloads.is_empty() && failure.pictures.is_empty() { Ok(summary) } else { Err(failure) }
    }

    /// Answers for each object: what failed is tried again by itself, and what is rejected is not.
    async fn job(&self, job: batch::Job, request_id: &str, deadline: SystemTime) -> batch::Answer {
        let mut results = Vec::new();
        let records = job.tasks.iter().map(|task| &task.record);
        let ended = self.each(records, request_id, deadline).await;
        for (task, (_, result)) in job.tasks.iter().zip(ended) {
            let (code, told) = match result {
                Ok(Outcome::Cleaned(_)) => (ResultCode::Succeeded, "cleaned".to_owned()),
                Ok(Outcome::Removed) => (ResultCode::Succeeded, "removed".to_owned()),
                Ok(Outcome::Ignored(reason)) => (ResultCode::Succeeded, format!("ignored: {reason}")),
                Err(error) => {
                    let code = if error.is_lasting() {
                        ResultCode::PermanentFailure
                    } else {
                        ResultCode::TemporaryFailure
                    };
                    (code, log::capped(format!("{}: {error}", error.kind()), LONGEST_RESULT))
                }
            };
            results.push(task.ended(code, told));
        }
        job.answer(results)
    }

    /// Works on each of these, and gives how it ended in their order.
    async fn each<'a>(
        &self,
        records: impl IntoIterator<Item = &'a Record>,
        request_id: &str,
        deadline: SystemTime,
    ) -> Vec<(String, Result<Outcome, Error>)> {
        let works = records.into_iter().map(|record| self.record(record, request_id, deadline));
        stream::iter(works).buffered(self.budget.at_once()).collect().await
    }

    async fn record(
        &self,
        record: &Record,
        request_id: &str,
        deadline: SystemTime,
    ) -> (String, Result<Outcome, Error>) {
        let started = Instant::now();
        // A key that cannot be decoded is at least named as it came.
        let key = record.key().unwrap_or_else(|_| record.encoded_key.clone());
        // Boxed: the SDK's futures are so deeply nested that the compiler gives up
        // on what contains them.
        // A deadline in the past (an emulator that has none) is none.
        let left = deadline.duration_since(SystemTime::now()).ok().map(|left| left.saturating_sub(FAREWELL));
        let clock = Clock::start(left);
        let s3 = Timed { client: &self.s3, clock: &clock };
        let work = Box::pin(clean_one(s3, &self.settings, &self.budget, record));
        let result = until(left, &clock, work).await;
        let version = record.version_id.as_deref();
        let entry = log::about_record(request_id, &key, version, &result, &clock, started.elapsed());
        self.log.write(&entry);
        (key, result)
    }
}

/// Gives up shortly before Lambda would end the process without a word.
async fn until(
    left: Option<Duration>,
    clock: &Clock,
    work: impl Future<Output = Result<Outcome, Error>>,
) -> Result<Outcome, Error> {
    match left {
        None => work.await,
        Some(left) => {
            let result = tokio::time::timeout(left, work).await;
            result.unwrap_or_else(|_| Err(Error::OutOfTime(clock.phase())))
        }
    }
}

/// How many pictures or messages an error names, and how long what is said of one may be: thousands of records can fail, and
/// each has its line in the log.
const NAMED: usize = 10;
const SAID: usize = 1000;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payloads = self.payloads.iter().map(ToString::to_string);
        let pictures = self.pictures.iter().map(|(key, error)| format!("{key:?}: {error}"));
        for (index, told) in payloads.chain(pictures).take(NAMED).enumerate() {
            let separator = if index > 0 { "; " } else { "" };
            write!(f, "{separator}{}", log::capped(told, SAID))?;
        }
        match (self.payloads.len() + self.pictures.len()).saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more, see the log"),
        }
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: "Failed".to_owned(), error_message: failure.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Phase;

    #[test]
    fn the_answer_names_every_failed_picture() {
        let pictures = vec![
            ("a.jpg".to_owned(), Error::ReplacedRepeatedly(5)),
            ("b \"c\".jpg".to_owned(), Error::OutOfTime(Phase::Clean)),
        ];
        let failure = Failure { pictures, ..Failure::default() };
        let diagnostic = Diagnostic::from(failure);
        assert_eq!(diagnostic.error_type, "Failed");
        let message = diagnostic.error_message;
        assert!(message.starts_with(r#""a.jpg": the picture was replaced 5 times"#), "{message}");
        assert!(message.contains(r#"; "b \"c\".jpg": not finished"#), "{message}");
    }

    #[test]
    fn thousands_of_failures_make_a_short_answer() {
        let failed =
            |number: usize| (format!("{number}{}.jpg", "k".repeat(1000)), Error::ReplacedRepeatedly(5));
        let pictures = (0..8000).map(failed).collect();
        let message = Failure { pictures, ..Failure::default() }.to_string();
        assert!(message.len() < 11_000, "{}", message.len());
        assert!(message.ends_with("; and 7990 more, see the log"), "{message}");
    }

    #[tokio::test]
    async fn time_runs_out_with_a_word() {
        let endless = std::future::pending();
        let clock = Clock::start(None);
        clock.enter(Phase::Put);
        let soon = Some(Duration::from_millis(10));
        let error = until(soon, &clock, endless).await.unwrap_err();
        assert!(matches!(error, Error::OutOfTime(Phase::Put)));
        assert!(error.to_string().contains("S3"), "{error}");
        let done = async { Ok(Outcome::Ignored("done")) };
        assert!(until(None, &clock, done).await.is_ok());
    }
}
