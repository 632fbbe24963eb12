//! How far an upload is: a bar on a terminal, a line now and then elsewhere.

use std::time::{Duration, Instant};

use engine::units::{bytes, seconds};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time between two lines.
const BETWEEN_LINES: Duration = Duration::from_secs(30);

/// Bytes sent of all, with what is waited for.
pub(crate) struct TransferBar(ProgressBar);

impl TransferBar {
    /// A bar for `total` bytes; shows nothing unless `visible`.
    #[must_use]
    pub(crate) fn new(total: u64, visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let template =
            "  {bar:30.cyan} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if visible {
            bar.enable_steady_tick(std::time::Duration::from_millis(100));
        }
        Self(bar)
    }

    /// So many bytes were sent so far.
    pub(crate) fn sent(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    /// What is being waited for.
    pub(crate) fn message(&self, text: String) {
        self.0.set_message(text);
    }

    /// Runs what writes to the terminal, with the bar out of the way.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

impl Drop for TransferBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// How far it is and how fast it goes, in lines.
pub(crate) struct TransferPace {
    total: u64,
    sent: u64,
    last: Instant,
}

impl TransferPace {
    /// Begins now, with `total` bytes to send.
    #[must_use]
    pub(crate) fn begin(total: u64) -> Self {
        Self { total, sent: 0, last: Instant::now() }
    }

    /// A line when it is time for one, and when something is being sent.
    pub(crate) fn line(&mut self, sent: u64) -> Option<String> {
        let elapsed = self.last.elapsed();
        if elapsed < BETWEEN_LINES || self.sent == self.total {
            return None;
        }
        let rate =
            sent.saturating_sub(self.sent) * 1000 / u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        (self.sent, self.last) = (sent, Instant::now());
        let left = (self.total.saturating_sub(sent)).checked_div(rate).map(Duration::from_secs);
        let left = left.filter(|left| !left.is_zero()).map(|left| format!(", some {} left", seconds(left)));
        Some(format!(
            "sent {} of {}, {}/s{}",
            bytes(sent),
            bytes(self.total),
            bytes(rate),
            left.unwrap_or_default()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_how_far_and_how_fast_and_how_long_still() {
        let mut pace = TransferPace::begin(52_800_000);
        assert_eq!(pace.line(1_000_000), None);
        let back = |pace: &mut TransferPace| {
            pace.last = Instant::now().checked_sub(Duration::from_secs(40)).unwrap();
        };
        back(&mut pace);
        let line = pace.line(25_000_000).unwrap();
        assert!(line.starts_with("sent 25.0 MB of 52.8 MB, 62"), "{line}");
        assert!(line.ends_with(" kB/s, some 44 s left"), "{line}");
        // What stalled is sent again.
        back(&mut pace);
        assert_eq!(pace.line(20_000_000).unwrap(), "sent 20.0 MB of 52.8 MB, 0 B/s");
        back(&mut pace);
        assert!(pace.line(52_800_000).is_some());
        back(&mut pace);
        assert_eq!(pace.line(52_800_000), None);
    }
}
