//! Events as a live tree on a terminal, below the lines of what has ended.

use std::sync::Mutex;
use std::time::Instant;

use anstyle::{AnsiColor, Style};

use super::Screen;
use super::tree::Tree;
use engine::events::{Event, Listener};
use engine::plan::Plan;
use engine::stack::Stack;

/// Shows what runs and what waits for what; erased when it is dropped.
pub(crate) struct Live<'a> {
    screen: &'a Screen,
    start: Instant,
    tree: Mutex<Tree>,
}

impl<'a> Live<'a> {
    /// On stderr.
    #[must_use]
    pub(crate) fn new(screen: &'a Screen, plan: &Plan, stack: &Stack) -> Self {
        Self { screen, start: Instant::now(), tree: Mutex::new(Tree::of(plan, stack)) }
    }
}

impl Listener for Live<'_> {
    fn event(&self, event: &Event<'_>) {
        let Ok(mut tree) = self.tree.lock() else { return };
        if let Some(line) = tree.event(event, self.start.elapsed()) {
            self.screen.err(&(painted(&line) + "\n"));
        }
    }

    fn tick(&self) {
        let Ok(tree) = self.tree.lock() else { return };
        let (width, height) = self.screen.size();
        let frame = tree.frame(self.start.elapsed(), width, height);
        self.screen.block(frame.iter().map(|line| painted(line)).collect());
    }
}

/// The line with its mark in colour.
fn painted(line: &str) -> String {
    let text = line.trim_start();
    let Some(mark) = text.chars().next() else { return String::new() };
    let style = match mark {
        '\u{2713}' => AnsiColor::Green.on_default(),
        '\u{2717}' => AnsiColor::Red.on_default(),
        '\u{2800}'..='\u{28ff}' => AnsiColor::Cyan.on_default(),
        '-' | '\u{b7}' => Style::new().dimmed(),
        _ => Style::new(),
    };
    let (indent, rest) = (&line[..line.len() - text.len()], &text[mark.len_utf8()..]);
    format!("{indent}{style}{mark}{style:#}{rest}")
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        self.screen.block(Vec::new());
    }
}
