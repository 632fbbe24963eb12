//! Events as plain lines with the time, for logs and CI.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::ledger::Ledger;
use super::{Screen, far, plan_text::step_title, seconds};
use engine::events::{Event, Listener, Skipped};
use engine::plan::{Plan, Step};
use engine::resources::{Change, function};
use engine::stack::Stack;

/// From so long on it is told that a new function is waited for, as every run does.
const SHORT: Duration = Duration::from_secs(2);

/// Writes a line to stderr for each resource that is done, and for whatever takes long or fails. With -v for each step.
pub(crate) struct Plain<'a> {
    screen: &'a Screen,
    stack: &'a Stack,
    start: Instant,
    ledger: Mutex<Ledger>,
}

impl<'a> Plain<'a> {
    /// For the steps of this plan.
    #[must_use]
    pub(crate) fn new(screen: &'a Screen, plan: &Plan, stack: &'a Stack) -> Self {
        Self { screen, stack, start: Instant::now(), ledger: Mutex::new(Ledger::of(plan, stack)) }
    }

    fn text(&self, event: &Event<'_>) -> Option<String> {
        let title = |step: &Step| step_title(&step.address, &step.change, self.stack);
        let now = self.start.elapsed();
        let mut ledger = self.ledger.lock().ok()?;
        Some(match event {
            Event::Started { index, step } => {
                ledger.begin(*index, now);
                return self.screen.verbose.then(|| format!("start  {}", title(step)));
            }
            Event::Waiting { step, elapsed, .. }
                if *elapsed < SHORT
                    && matches!(step.change, Change::Function(function::Change::Wait { .. }))
                    && !self.screen.verbose =>
            {
                return None;
            }
            Event::Waiting { step, why, elapsed, deadline, .. } => {
                let (elapsed, deadline) = (seconds(*elapsed), seconds(*deadline));
                format!("wait   {} ({why}; {elapsed} of at most {deadline})", title(step))
            }
            Event::Progress { step, progress, elapsed, .. } => {
                format!("...    {} ({})", title(step), far(progress, *elapsed))
            }
            Event::Done { index, step, elapsed } => match ledger.done(*index, now) {
                whole if self.screen.verbose => {
                    let whole = whole.map(|whole| format!("; {whole}")).unwrap_or_default();
                    format!("done   {} ({}){whole}", title(step), seconds(*elapsed))
                }
                whole => format!("done   {}", whole?),
            },
            Event::Failed { step, error, .. } => format!("FAILED {}: {error}", title(step)),
            Event::Abandoned { step, .. } => {
                format!("leave  {} (not finished in time; perhaps done)", title(step))
            }
            Event::Skipped { step, why: Skipped::Dependency, .. } => {
                format!("skip   {} (something it needs failed)", title(step))
            }
            Event::Skipped { step, why: Skipped::Interrupted, .. } => {
                format!("skip   {} (interrupted)", title(step))
            }
        })
    }
}

impl Listener for Plain<'_> {
    fn event(&self, event: &Event<'_>) {
        let Some(text) = self.text(event) else { return };
        let is_trouble = !matches!(
            event,
            Event::Started { .. } | Event::Waiting { .. } | Event::Progress { .. } | Event::Done { .. }
        );
        if self.screen.is_quiet() && !is_trouble {
            return;
        }
        let now = time::OffsetDateTime::now_utc();
        self.screen.err(&format!("{:02}:{:02}:{:02}Z {text}\n", now.hour(), now.minute(), now.second()));
    }
}
