//! Events as JSON lines on stdout. Documented in README.md.

use serde_json::json;

use super::{Screen, plan_text::step_title};
use engine::events::{Event, Listener, Skipped};
use engine::stack::Stack;

/// Writes a JSON line for each event to stdout.
pub(crate) struct JsonLines<'a> {
    /// Where to.
    pub screen: &'a Screen,
    /// For names.
    pub stack: &'a Stack,
}

impl Listener for JsonLines<'_> {
    fn event(&self, event: &Event<'_>) {
        let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let (step, mut line) = match event {
            Event::Started { step, .. } => (step, json!({"event": "started"})),
            Event::Waiting { step, why, elapsed, deadline, .. } => (
                step,
                json!({"event": "waiting", "why": why, "elapsed_ms": millis(*elapsed), "deadline_ms": millis(*deadline)}),
            ),
            Event::Progress { step, progress, elapsed, .. } => (
                step,
                json!({
                    "event": "progress",
                    "done": progress.done,
                    "total": progress.total,
                    "what": progress.what,
                    "elapsed_ms": millis(*elapsed),
                }),
            ),
            Event::Done { step, elapsed, .. } => {
                (step, json!({"event": "done", "elapsed_ms": millis(*elapsed)}))
            }
            Event::Failed { step, error, .. } => (
                step,
                json!({
                    "event": "failed",
                    "operation": error.operation,
                    "code": error.code,
                    "message": error.message,
                    "request_id": error.request_id,
                    "hint": error.hint(),
                }),
            ),
            Event::Abandoned { step, .. } => (step, json!({"event": "abandoned"})),
            Event::Skipped { step, why, .. } => {
                let why = match why {
                    Skipped::Dependency => "dependency",
                    Skipped::Interrupted => "interrupted",
                };
                (step, json!({"event": "skipped", "why": why}))
            }
        };
        line["step"] = json!(step_title(&step.address, &step.change, self.stack));
        self.screen.line(&line);
    }
}
