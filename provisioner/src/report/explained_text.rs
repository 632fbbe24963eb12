//! Explanations for a person.

use std::fmt::Write;

use super::styles::BOLD;
use crate::explain::Explained;

/// How wide the text is.
const WIDTH: usize = 96;

/// One resource, everything about it.
#[must_use]
pub(crate) fn explained_text(one: &Explained) -> String {
    let mut text = format!("{BOLD}{} {}{BOLD:#}\n", one.address, one.name);
    let mut line = |title: &str, words: &str| {
        let _ = writeln!(text, "  {title:5}  {}", wrapped(words, 9));
    };
    line("What", one.what);
    line("Why", one.why);
    for (index, right) in one.rights.iter().enumerate() {
        line(if index == 0 { "May" } else { "" }, right);
    }
    line("Cost", one.cost);
    line("AWS", one.page);
    text.push('\n');
    text
}

/// All of them, a line each.
#[must_use]
pub(crate) fn explained_list(all: &[Explained]) -> String {
    let mut text = String::new();
    for one in all {
        let first = one.what.split_inclusive(". ").next().unwrap_or_default().trim_end();
        let _ = writeln!(text, "{BOLD}{} {}{BOLD:#}\n  {}", one.address, one.name, wrapped(first, 2));
    }
    text
}

/// Text in lines that begin below each other.
fn wrapped(text: &str, indent: usize) -> String {
    let (mut lines, mut width) = (String::new(), indent);
    for word in text.split(' ') {
        if width + word.chars().count() > WIDTH && !lines.is_empty() {
            let _ = write!(lines, "\n{:indent$}", "");
            width = indent;
        } else if !lines.is_empty() {
            lines.push(' ');
        }
        lines.push_str(word);
        width += word.chars().count() + 1;
    }
    lines
}
