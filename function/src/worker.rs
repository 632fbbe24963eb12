//! The work that takes the processor, and the memory with it: one picture at a time.
//!
//! When an invocation runs out of time its work is cancelled, and ends some milliseconds later; until then the next one
//! waits, so that there are never two pictures in memory.

use std::sync::Arc;

use bytes::Bytes;
use sanitizer::{Cancellation, Options, Sanitized};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::JoinError,
};

/// Memory is the process's, and so is this.
static TURN: Semaphore = Semaphore::const_new(1);

/// The right to hold a picture in memory. Clones are of one turn, which ends with the last of them.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    _permit: Option<Arc<SemaphorePermit<'static>>>,
}

impl Turn {
    /// Waits until nobody else has one.
    pub(crate) async fn wait() -> Self {
        // It is never closed, so there always is a permit.
        Self { _permit: TURN.acquire().await.ok().map(Arc::new) }
    }
}

/// Cleans a picture on a thread of its own. Dropped before it is done, it is cancelled.
///
/// # Errors
/// When the sanitizer panics, which is a bug.
pub(crate) async fn sanitize(
    input: Bytes,
    mut options: Options,
    turn: &Turn,
) -> Result<Result<Sanitized, sanitizer::Error>, JoinError> {
    let cancellation = Cancellation::new();
    options.cancellation = cancellation.clone();
    let _cancel = CancelOnDrop(cancellation);
    let turn = turn.clone();
    tokio::task::spawn_blocking(move || {
        let cleaned = sanitizer::sanitize(input, &options);
        drop(turn);
        cleaned
    })
    .await
}

struct CancelOnDrop(Cancellation);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A GIF of one pixel, with so many comments in front of it.
    fn gif(comments: usize) -> Bytes {
        let start = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
        let image = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";
        [&start[..], &b"\x21\xfe\x01c\0".repeat(comments), image].concat().into()
    }

    #[tokio::test]
    async fn what_ran_out_of_time_is_over_before_the_next_begins() {
        let turn = Turn::wait().await;
        let work = sanitize(gif(4_000_000), Options::default(), &turn);
        let timeout = Duration::from_millis(1);
        assert!(tokio::time::timeout(timeout, work).await.is_err(), "the work was to take longer");
        drop(turn);
        // Only when the thread has let go of it.
        let turn = Turn::wait().await;
        assert!(sanitize(gif(1), Options::default(), &turn).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn there_is_one_turn() {
        let turn = Turn::wait().await;
        let second = turn.clone();
        drop(turn);
        let timeout = Duration::from_millis(10);
        assert!(tokio::time::timeout(timeout, Turn::wait()).await.is_err());
        drop(second);
        Turn::wait().await;
    }
}
