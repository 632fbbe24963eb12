//! Events as plain lines with the time, for logs and CI.

use super::{Screen, far, plan_text::step_title, seconds};
use engine::events::{Event, Listener, Skipped};
use engine::stack::Stack;

/// Writes a line for each event to stderr.
pub(crate) struct Plain<'a> {
    /// Where to.
    pub screen: &'a Screen,
    /// For names.
    pub stack: &'a Stack,
}

impl Listener for Plain<'_> {
    fn event(&self, event: &Event<'_>) {
        let title = |step: &engine::plan::Step| step_title(&step.address, &step.change, self.stack);
        let text = match event {
            Event::Started { .. } if !self.screen.verbose => return,
            Event::Started { step, .. } => format!("start  {}", title(step)),
            Event::Waiting { step, why, elapsed, deadline, .. } => {
                format!(
                    "wait   {} ({why}; {} of at most {})",
                    title(step),
                    seconds(*elapsed),
                    seconds(*deadline)
                )
            }
            Event::Progress { step, progress, elapsed, .. } => {
                format!("...    {} ({})", title(step), far(progress, *elapsed))
            }
            Event::Done { step, elapsed, .. } => format!("done   {} ({})", title(step), seconds(*elapsed)),
            Event::Failed { step, error, .. } => format!("FAILED {}: {error}", title(step)),
            Event::Abandoned { step, .. } => {
                format!("leave  {} (not over in time; perhaps done)", title(step))
            }
            Event::Skipped { step, why: Skipped::Dependency, .. } => {
                format!("skip   {} (something it needs failed)", title(step))
            }
            Event::Skipped { step, why: Skipped::Interrupted, .. } => {
                format!("skip   {} (interrupted)", title(step))
            }
        };
        let now = time::OffsetDateTime::now_utc();
        self.screen.err(&format!("{:02}:{:02}:{:02}Z {text}\n", now.hour(), now.minute(), now.second()));
    }
}
