//! The progress bar of an upload, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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

    /// So many more bytes were sent.
    pub(crate) fn sent(&self, bytes: u64) {
        self.0.inc(bytes);
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
