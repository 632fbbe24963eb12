//! What colours mean, the same on every screen.

use anstyle::{AnsiColor, Style};

/// As it should be.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Different from before.
pub(super) const CHANGE: Style = AnsiColor::Yellow.on_default();
/// To be looked at.
pub(super) const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Wrong.
pub(super) const ALARM: Style = AnsiColor::Red.on_default().bold();
/// What to do about it.
pub(super) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// A heading, or what a line is about.
pub(super) const BOLD: Style = Style::new().bold();
/// Beside the point.
pub(super) const QUIET: Style = Style::new().dimmed();
/// Nothing of these.
pub(super) const PLAIN: Style = Style::new();
