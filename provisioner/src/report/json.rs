//! Events as JSON lines on stdout.

use super::Screen;
use crate::json;
use engine::events::{Event, Listener};
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
        self.screen.line(&json::Event::of(event, self.stack));
    }
}
