//! The one waiter: poll fast, cap low, say what we wait for, keep the original error.

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;

use tokio::time::Instant;

use super::AwsError;

/// How long to wait for one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(pub Duration);

impl Deadline {
    /// What IAM, Lambda and S3 need to agree with each other: seconds, rarely
    /// minutes (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html>).
    pub const PROPAGATION: Self = Self(Duration::from_secs(180));
    /// A bucket name that becomes free.
    pub const SLOW: Self = Self(Duration::from_secs(180));
    /// A function that becomes active, or ends another change
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html>).
    pub const LAMBDA: Self = Self(Duration::from_secs(600));
}

/// How much of the patience that AWS may need is wanted: a number above 0 and up to 1 in `PROVISIONER_PATIENCE`, for those
/// who run many commands against an AWS that is never slow. Without it, all.
static WANTED: LazyLock<f64> = LazyLock::new(|| {
    let wanted = std::env::var("PROVISIONER_PATIENCE").ok().and_then(|text| text.parse().ok());
    wanted.filter(|part| *part > 0.0 && *part <= 1.0).unwrap_or(1.0)
});

/// The pauses between two polls: the first one, and each next one longer by a factor up to the cap.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// First pause.
    pub first: Duration,
    /// Longest pause.
    pub cap: Duration,
    /// How much longer each pause is than the one before.
    pub factor: f64,
}

impl Backoff {
    /// Between two tries of a call.
    pub const CALL: Self =
        Self { first: Duration::from_millis(250), cap: Duration::from_secs(2), factor: 2.0 };
}

/// A wait, as the reporter shows it.
#[derive(Debug, Clone, Copy)]
pub struct Wait<'a> {
    /// What we wait for, in words.
    pub why: &'a str,
    /// How long already.
    pub elapsed: Duration,
    /// How long at most.
    pub deadline: Duration,
}

/// Told before each pause.
pub type OnWait<'a> = &'a (dyn for<'w> Fn(Wait<'w>) + Sync);

/// What a poll has found.
#[derive(Debug)]
pub enum Poll<T, L> {
    /// What was waited for.
    Ready(T),
    /// Not yet.
    NotYet {
        /// What we wait for, in words.
        why: Cow<'static, str>,
        /// How long to wait for it, counted from the first poll.
        deadline: Deadline,
        /// What the caller gets when that has passed.
        last: L,
    },
}

/// How a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waited<T, L> {
    /// It is ready.
    Ready(T),
    /// The deadline passed. What the last poll left.
    TimedOut(L),
}

/// Does nothing for a while. Everything that waits does so here.
#[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
pub async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Polls until something is ready, or until a poll ends after the deadline that it names. Each pause is announced
/// through `on_wait`.
///
/// # Errors
/// Those of `poll`, at once.
pub async fn poll_until<T, L, E>(
    backoff: Backoff,
    on_wait: OnWait<'_>,
    mut poll: impl AsyncFnMut() -> Result<Poll<T, L>, E>,
) -> Result<Waited<T, L>, E> {
    let start = Instant::now();
    let mut interval = backoff.first;
    loop {
        let (why, deadline, last) = match poll().await? {
            Poll::Ready(value) => return Ok(Waited::Ready(value)),
            Poll::NotYet { why, deadline, last } => (why, deadline.0.mul_f64(*WANTED), last),
        };
        let elapsed = start.elapsed();
        if elapsed >= deadline {
            return Ok(Waited::TimedOut(last));
        }
        on_wait(Wait { why: &why, elapsed, deadline });
        pause(interval).await;
        interval = interval.mul_f64(backoff.factor).min(backoff.cap);
    }
}

/// Calls `operation` until it succeeds, as long as `reason` gives a cause to
/// try again, or AWS still throttles after the SDK's own tries. Each pause is announced through `on_wait`.
///
/// # Errors
/// The last error, unchanged: when `reason` gives no cause, or at the deadline.
pub async fn until<T>(
    deadline: Deadline,
    on_wait: OnWait<'_>,
    reason: impl Fn(&AwsError) -> Option<&'static str>,
    mut operation: impl AsyncFnMut() -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let waited = poll_until(Backoff::CALL, on_wait, async || {
        let error = match operation().await {
            Ok(value) => return Ok(Poll::Ready(value)),
            Err(error) => error,
        };
        let throttled = error.is_throttled().then_some("AWS asks to slow down");
        match reason(&error).or(throttled) {
            Some(why) => Ok(Poll::NotYet { why: why.into(), deadline, last: error }),
            None => Err(error),
        }
    })
    .await?;
    match waited {
        Waited::Ready(value) => Ok(value),
        Waited::TimedOut(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const BACKOFF: Backoff =
        Backoff { first: Duration::from_millis(100), cap: Duration::from_millis(350), factor: 2.0 };

    fn not_yet<T>(polls: u64, deadline: u64) -> Result<Poll<T, u64>, ()> {
        let deadline = Deadline(Duration::from_millis(deadline));
        Ok(Poll::NotYet { why: format!("poll {polls}").into(), deadline, last: polls })
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_to_the_cap_and_the_last_poll_is_kept() {
        let said = Mutex::new(Vec::new());
        let mut polls = 0;
        let waited: Result<Waited<(), u64>, ()> = poll_until(
            BACKOFF,
            &|wait| {
                let (elapsed, deadline) = (wait.elapsed.as_millis(), wait.deadline.as_millis());
                said.lock().unwrap().push(format!("{} at {elapsed} of {deadline}", wait.why));
            },
            async || {
                polls += 1;
                not_yet(polls, 1_100)
            },
        )
        .await;
        assert_eq!(waited, Ok(Waited::TimedOut(6)));
        assert_eq!(
            said.into_inner().unwrap(),
            [
                "poll 1 at 0 of 1100",
                "poll 2 at 100 of 1100",
                "poll 3 at 300 of 1100",
                "poll 4 at 650 of 1100",
                "poll 5 at 1000 of 1100",
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_is_the_one_that_the_last_poll_named() {
        let mut polls = 0;
        let waited: Result<Waited<(), u64>, ()> = poll_until(BACKOFF, &|_| (), async || {
            polls += 1;
            not_yet(polls, if polls < 3 { 10_000 } else { 200 })
        })
        .await;
        assert_eq!(waited, Ok(Waited::TimedOut(3)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_ready_and_what_fails_ends_the_wait_at_once() {
        let start = Instant::now();
        let never = |_: Wait<'_>| panic!("nothing is waited for");
        let ready: Result<Waited<u8, ()>, ()> =
            poll_until(BACKOFF, &never, async || Ok(Poll::Ready(7))).await;
        let failed: Result<Waited<(), ()>, u8> = poll_until(BACKOFF, &never, async || Err(8)).await;
        assert_eq!((ready, failed), (Ok(Waited::Ready(7)), Err(8)));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_say_why_and_the_original_error_survives_the_deadline() {
        let said = Mutex::new(Vec::new());
        let result: Result<(), _> = until(
            Deadline(Duration::from_secs(3)),
            &|wait| said.lock().unwrap().push((wait.why.to_owned(), wait.elapsed.as_millis())),
            |error| error.is_conflict().then_some("another change is under way"),
            async || Err(AwsError::with_code("OperationAborted")),
        )
        .await;
        assert_eq!(result.unwrap_err().code.as_deref(), Some("OperationAborted"));
        let why = || "another change is under way".to_owned();
        assert_eq!(said.into_inner().unwrap(), [(why(), 0), (why(), 250), (why(), 750), (why(), 1750)]);
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_is_waited_for() {
        let mut tries = 0;
        let result = until(
            Deadline::PROPAGATION,
            &|wait| assert_eq!(wait.why, "AWS asks to slow down"),
            |_| None,
            async || {
                tries += 1;
                if tries < 5 { Err(AwsError::with_code("Throttling")) } else { Ok(tries) }
            },
        )
        .await;
        assert_eq!(result.unwrap(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_without_a_cause_to_wait_ends_at_once() {
        let mut tries = 0;
        let result: Result<(), _> = until(
            Deadline::SLOW,
            &|_| (),
            |_| None,
            async || {
                tries += 1;
                Err(AwsError::with_code("AccessDenied"))
            },
        )
        .await;
        assert!(result.is_err() && tries == 1);
    }
}
