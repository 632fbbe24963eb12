//! The one waiter: poll fast, cap low, say what we wait for, keep the original error.

use std::time::{Duration, Instant};

use super::AwsError;

/// First pause between two tries.
const FIRST: Duration = Duration::from_millis(250);
/// Longest pause between two tries.
const CAP: Duration = Duration::from_secs(2);

/// How long to wait for one thing.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Duration);

impl Deadline {
    /// What IAM, Lambda and S3 need to agree with each other: seconds, rarely
    /// a minute (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html>).
    pub const PROPAGATION: Self = Self(Duration::from_secs(60));
    /// A function that becomes active, a bucket name that becomes free.
    pub const SLOW: Self = Self(Duration::from_secs(180));
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

/// Does nothing for a while. Everything that waits does so here: `clippy.toml` forbids it elsewhere.
#[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
pub async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Calls `operation` until it succeeds, as long as `reason` gives a cause to
/// try again, or AWS still throttles after the SDK's own tries. Each pause is announced through `on_wait`.
///
/// # Errors
/// The last error, unchanged: when `reason` gives no cause, or at the deadline.
pub async fn until<T>(
    deadline: Deadline,
    on_wait: &(dyn for<'w> Fn(Wait<'w>) + Sync),
    reason: impl Fn(&AwsError) -> Option<&'static str>,
    mut operation: impl AsyncFnMut() -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let start = Instant::now();
    let mut interval = FIRST;
    loop {
        let error = match operation().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let throttled = error.is_throttled().then_some("AWS asks to slow down");
        let Some(why) = reason(&error).or(throttled) else { return Err(error) };
        let elapsed = start.elapsed();
        if elapsed >= deadline.0 {
            return Err(error);
        }
        on_wait(Wait { why, elapsed, deadline: deadline.0 });
        pause(interval).await;
        interval = (interval * 2).min(CAP);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_say_why_and_the_original_error_survives_the_deadline() {
        let said = Mutex::new(Vec::new());
        let result: Result<(), _> = until(
            Deadline(Duration::from_secs(3)),
            &|wait| said.lock().unwrap().push((wait.why.to_owned(), wait.elapsed)),
            |error| error.is_conflict().then_some("another change is under way"),
            async || Err(AwsError::with_code("OperationAborted")),
        )
        .await;
        assert_eq!(result.unwrap_err().code.as_deref(), Some("OperationAborted"));
        let said = said.into_inner().unwrap();
        assert!(
            said.len() >= 3 && said.iter().all(|(why, _)| why == "another change is under way"),
            "{said:?}"
        );
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
