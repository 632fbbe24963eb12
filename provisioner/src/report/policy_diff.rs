//! Two JSON documents, line by line.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiffLine {
    /// `+`, `-` or a space.
    pub mark: char,
    /// The text.
    pub text: String,
}

/// The lines that differ, each with up to two lines around it.
pub(super) fn diff(from: Option<&Value>, to: Option<&Value>) -> Vec<DiffLine> {
    let text = |value: Option<&Value>| {
        value.and_then(|value| serde_json::to_string_pretty(value).ok()).unwrap_or_default()
    };
    let (from, to) = (text(from), text(to));
    let diff = TextDiff::from_lines(&from, &to);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(2) {
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let mark = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(DiffLine { mark, text: change.value().trim_end_matches('\n').to_owned() });
        }
    }
    lines
}
