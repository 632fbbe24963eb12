//! Events as a live tree on a terminal: what runs, and what waits for what.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{plan_text::step_title, seconds};
use crate::events::{Event, Listener, Skipped};
use crate::stack::Stack;

/// Shows a spinner for each running step, and a line for each finished one.
pub struct Live<'a> {
    stack: &'a Stack,
    bars: MultiProgress,
    running: Mutex<HashMap<usize, ProgressBar>>,
}

impl<'a> Live<'a> {
    /// On stderr.
    #[must_use]
    pub fn new(stack: &'a Stack) -> Self {
        Self { stack, bars: MultiProgress::new(), running: Mutex::default() }
    }
}

impl Listener for Live<'_> {
    fn event(&self, event: &Event<'_>) {
        let title = |step: &crate::plan::Step| step_title(&step.address, &step.change, self.stack);
        let Ok(mut running) = self.running.lock() else { return };
        let mut finish = |index: &usize, line: String| {
            if let Some(bar) = running.remove(index) {
                bar.finish_and_clear();
            }
            let _ = self.bars.println(line);
        };
        match event {
            Event::Started { index, step } => {
                let bar = self.bars.add(ProgressBar::new_spinner());
                if let Ok(style) = ProgressStyle::with_template("  {spinner:.cyan} {msg} {elapsed:.dim}") {
                    bar.set_style(style);
                }
                bar.set_message(title(step));
                bar.enable_steady_tick(Duration::from_millis(100));
                running.insert(*index, bar);
            }
            Event::Waiting { index, step, why, deadline, .. } => {
                if let Some(bar) = running.get(index) {
                    bar.set_message(format!("{}: {why} (at most {})", title(step), seconds(*deadline)));
                }
            }
            Event::Progress { index, step, done, what } => {
                if let Some(bar) = running.get(index) {
                    let elapsed = bar.elapsed().as_secs_f64().max(0.001);
                    #[expect(clippy::cast_precision_loss, reason = "a rate for the eye")]
                    let rate = *done as f64 / elapsed;
                    bar.set_message(format!("{}: {done} {what}, {rate:.0}/s", title(step)));
                }
            }
            Event::Done { index, step, elapsed } => {
                finish(index, format!("  \u{2713} {} ({})", title(step), seconds(*elapsed)));
            }
            Event::Failed { index, step, error } => {
                finish(index, format!("  \u{2717} {}: {error}", title(step)));
            }
            Event::Skipped { index, step, why } => {
                let why = match why {
                    Skipped::Dependency => "something it needs failed",
                    Skipped::Interrupted => "interrupted",
                };
                finish(index, format!("  - {} ({why})", title(step)));
            }
        }
    }
}
