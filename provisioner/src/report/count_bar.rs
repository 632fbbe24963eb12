//! The line that counts what a long command has done, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How many are done, how fast it goes, and how many are under way.
pub(crate) struct CountBar(ProgressBar);

impl CountBar {
    /// A line that counts `what`; shows nothing unless `visible`.
    #[must_use]
    pub(crate) fn new(what: &str, visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let template = format!("  {{spinner}} {{pos}} {what}, {{per_sec}}, {{elapsed}}{{wide_msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        if visible {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self(bar)
    }

    /// One more is done, and so many are under way.
    pub(crate) fn done(&self, under_way: usize) {
        self.0.inc(1);
        self.0.set_message(format!(", {under_way} under way"));
    }

    /// Runs what writes to the terminal, with the line out of the way.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

impl Drop for CountBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
