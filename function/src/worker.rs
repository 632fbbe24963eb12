//! The work that takes the processor, and the memory with it.

use bytes::Bytes;
use sanitizer::{Cancellation, Options, Sanitized};
use tokio::task::JoinError;

use crate::budget::Share;

/// Cleans a picture on a thread of its own. Dropped before it is done, it is cancelled; its share of the memory is free
/// when the thread has let go of it.
///
/// # Errors
/// When the sanitizer panics, which is a bug.
pub(crate) async fn sanitize(
    input: Bytes,
    mut options: Options,
    share: Option<Share>,
) -> Result<Result<Sanitized, sanitizer::Error>, JoinError> {
    let cancellation = Cancellation::new();
    options.cancellation = cancellation.clone();
    let _cancel = CancelOnDrop(cancellation);
    tokio::task::spawn_blocking(move || {
        let cleaned = sanitizer::sanitize(input, &options);
        drop(share);
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
    use crate::{budget::Budget, memory::Memory};

    /// A GIF of one pixel, with so many comments in front of it.
    fn gif(comments: usize) -> Bytes {
        let start = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
        let image = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";
        [&start[..], &b"\x21\xfe\x01c\0".repeat(comments), image].concat().into()
    }

    #[tokio::test]
    async fn what_ran_out_of_time_is_over_before_the_next_begins() {
        let budget = Budget::new(Memory::smallest());
        let share = budget.wait_for_all().await;
        let work = sanitize(gif(4_000_000), Options::default(), share.clone());
        let timeout = Duration::from_millis(1);
        assert!(tokio::time::timeout(timeout, work).await.is_err(), "the work was to take longer");
        drop(share);
        // Only when the thread has let go of it.
        let share = budget.wait_for_all().await;
        assert!(sanitize(gif(1), Options::default(), share.clone()).await.unwrap().is_ok());
    }
}
