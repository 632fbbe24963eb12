//! The one place in this crate that waits.

use std::time::{Duration, Instant};

/// Polls until `poll` has an answer or an error, at least once. `None`: there was no answer before the deadline.
pub(super) async fn until<T, E>(
    every: Duration,
    deadline: Duration,
    mut poll: impl AsyncFnMut() -> Result<Option<T>, E>,
) -> Result<Option<T>, E> {
    let since = Instant::now();
    loop {
        if let Some(answer) = poll().await? {
            return Ok(Some(answer));
        }
        if since.elapsed() >= deadline {
            return Ok(None);
        }
        pause(every).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the one sleep of this crate, behind a deadline")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_polls_until_there_is_an_answer() {
        let mut polls = 0;
        let answer = until(Duration::ZERO, Duration::MAX, async || {
            polls += 1;
            Ok::<_, ()>((polls == 3).then_some(polls))
        });
        assert_eq!(answer.await, Ok(Some(3)));
    }

    #[tokio::test]
    async fn it_polls_once_even_without_time_and_stops_at_an_error() {
        let mut polls = 0;
        let late = until(Duration::ZERO, Duration::ZERO, async || {
            polls += 1;
            Ok::<Option<()>, ()>(None)
        });
        assert_eq!(late.await, Ok(None));
        assert_eq!(polls, 1);
        let failed = until(Duration::ZERO, Duration::MAX, async || Err::<Option<()>, _>("broken"));
        assert_eq!(failed.await, Err("broken"));
    }
}
