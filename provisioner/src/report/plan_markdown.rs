//! A plan as a comment on a pull request: what it comes to in the first line, everything else to unfold.

use std::fmt::Write;

use anstream::adapter::strip_str;

use super::foreign::controls_escaped;
use super::plan_text::{View, changes_text, summary_line};
use crate::explain::cost_line;
use engine::plan::{Plan, resource_action};
use engine::resources::Action;
use engine::stack::Stack;

/// GitHub takes comments of 65,536 characters; the rest is for what stands around the details.
const MOST: usize = 50_000;

/// The comment. Its first line is a mark that a workflow finds it by, to exchange it instead of writing another one.
#[must_use]
pub(crate) fn plan_markdown(plan: &Plan, stack: &Stack, view: View) -> String {
    let name = escaped(&stack.names.stack);
    let mut text = format!("<!-- provisioner plan {name} -->\n");
    let summary = strip_str(&summary_line(plan)).to_string();
    let place = if view.is_local {
        "the local AWS".to_owned()
    } else {
        format!("account {}, {}", escaped(&stack.names.account), escaped(&stack.names.region))
    };
    let _ = writeln!(text, "**{name}** in {place}: {}\n", escaped(&summary));
    for problem in &plan.problems {
        let _ = writeln!(
            text,
            "> [!CAUTION]\n> {}\n>\n> {}\n>\n> {}\n",
            escaped(&problem.what()),
            escaped(problem.why()),
            escaped(problem.fix())
        );
    }
    let resources = plan.by_resource();
    if !resources.is_empty() {
        text.push_str("| | resource | name |\n|---|---|---|\n");
        for (address, steps) in &resources {
            let what = match resource_action(steps) {
                Action::Create => "create",
                Action::Update => "change",
                Action::Delete => "**delete**",
            };
            let _ = writeln!(text, "| {what} | {address} | {} |", escaped(address.name(stack)));
        }
        let details = details(&changes_text(plan, stack, view));
        let _ = write!(text, "\n<details><summary>Every change</summary>\n\n{details}\n\n</details>\n");
    }
    for note in &plan.notes {
        let _ = writeln!(text, "\n> [!NOTE]\n> {}", escaped(&note.to_string()));
    }
    let is_paid = resources.iter().any(|(_, steps)| resource_action(steps) != Action::Delete);
    if is_paid && !view.is_local && plan.problems.is_empty() {
        let _ = writeln!(text, "\n{}", escaped(&cost_line(&stack.config)));
    }
    text
}

/// A block in which GitHub colours what comes and goes, fenced by more backticks than there are in it.
fn details(changes: &str) -> String {
    let plain = controls_escaped(&strip_str(changes).to_string());
    let mut lines = String::new();
    // Notes have a place of their own.
    for line in plain.lines().skip(1).filter(|line| !line.starts_with("note: ")) {
        if lines.len() + line.len() > MOST {
            lines.push_str("… the rest is too long for a comment: see the log of the run\n");
            break;
        }
        let _ = writeln!(lines, "{}", marked(line));
    }
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}diff\n{}\n{fence}", lines.trim_matches('\n'))
}

/// The mark of a line in its first column, where `diff` has it; what is changed is marked with `!` there.
fn marked(line: &str) -> String {
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    match text.split_once(' ') {
        Some((mark @ ("+" | "-" | "~"), rest)) => {
            format!("{}{indent} {rest}", if mark == "~" { "!" } else { mark })
        }
        _ if text.is_empty() => String::new(),
        _ => format!(" {indent}{text}"),
    }
}

/// Text that stays text: names may hold what Markdown, HTML or a mention is made of.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '@' | '#' | '~' | '!' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::sample_stack::{creation, stack, update};

    const VIEW: View = View { verbose: false, is_local: false };

    #[test]
    fn comments_are_frozen() {
        insta::assert_snapshot!("markdown-creation", plan_markdown(&creation(), &stack(), VIEW));
        insta::assert_snapshot!("markdown-update", plan_markdown(&update(), &stack(), VIEW));
        insta::assert_snapshot!("markdown-nothing", plan_markdown(&Plan::default(), &stack(), VIEW));
    }

    #[test]
    fn names_are_text() {
        assert_eq!(
            escaped("a|b`c`<img src=x> @org/team #1 *x*\n"),
            "a&#124;b&#96;c&#96;&#60;img src=x&#62; &#64;org/team &#35;1 &#42;x&#42; "
        );
        let fenced = details("head\n    + name: ````x\n~ \u{1b}[1mb\u{1b}[0m\n\u{202e}");
        assert_eq!(fenced, "`````diff\n+     name: ````x\n! b\n \\u{202e}\n`````");
    }

    #[test]
    fn a_long_plan_fits_into_a_comment() {
        let long = format!("head\n{}", "+ a line of a plan\n".repeat(10_000));
        let fenced = details(&long);
        assert!(fenced.len() < 60_000 && fenced.contains("too long for a comment"), "{}", fenced.len());
    }
}
