//! A plan for a person.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::policy_diff::diff;
use engine::plan::{Plan, resource_action};
use engine::resources::{Action, Address, Change, Line, ResourceChange, Shown};
use engine::stack::Stack;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const WARN: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// The plan, with colours; a stream that wants none strips them.
#[must_use]
pub(crate) fn plan_text(plan: &Plan, stack: &Stack, verbose: bool) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "Stack {BOLD}{}{BOLD:#} in account {}, {}",
        stack.names.stack, stack.names.account, stack.names.region
    );
    for (address, steps) in plan.by_resource() {
        let action = resource_action(&steps);
        let style = style(action);
        let _ = writeln!(
            text,
            "\n{style}{} {address} {}{style:#}{}",
            mark(action),
            address.name(stack),
            whole_note(&steps)
        );
        for step in steps {
            let line = step.change.line();
            if line.attribute.is_some() {
                attribute(&mut text, &line, verbose);
            }
        }
    }
    if !plan.notes.is_empty() {
        text.push('\n');
    }
    for note in &plan.notes {
        let _ = writeln!(text, "{WARN}note:{WARN:#} {note}");
    }
    for problem in &plan.problems {
        let _ = writeln!(text, "\n{ERROR}error:{ERROR:#} {}", problem.what());
        let _ = writeln!(text, "  why:  {}", problem.why());
        let _ = writeln!(text, "  hint: {}", problem.fix());
    }
    let _ = writeln!(text, "\n{}", summary(plan));
    text
}

/// One line for a step, for progress and errors: `source bucket NAME: versioning`.
#[must_use]
pub(crate) fn step_title(address: &Address, change: &Change, stack: &Stack) -> String {
    let line = change.line();
    let name = address.name(stack);
    match line.attribute {
        Some(attribute) => format!("{address} {name}: {attribute}"),
        None => format!("{address} {name}"),
    }
}

fn summary(plan: &Plan) -> String {
    let summary = plan.summary();
    if !plan.problems.is_empty() {
        let s = if plan.problems.len() == 1 { "" } else { "s" };
        return format!("{ERROR}The plan cannot be executed: {} problem{s}.{ERROR:#}", plan.problems.len());
    }
    if plan.steps.is_empty() {
        return format!("{BOLD}No changes.{BOLD:#} {} resources are as configured.", summary.unchanged);
    }
    format!(
        "{BOLD}Plan:{BOLD:#} {} to create, {} to change, {} to delete, {} unchanged.",
        summary.create, summary.change, summary.delete, summary.unchanged
    )
}

fn whole_note(steps: &[&engine::plan::Step]) -> String {
    let note = steps
        .iter()
        .map(|step| step.change.line())
        .find(|line| line.attribute.is_none())
        .and_then(|line| line.note);
    note.map(|note| format!("  {DIM}({note}){DIM:#}")).unwrap_or_default()
}

fn attribute(text: &mut String, line: &Line, verbose: bool) {
    let style = style(line.action);
    let name = line.attribute.unwrap_or_default();
    let note = line.note.as_ref().map(|note| format!("  {DIM}({note}){DIM:#}")).unwrap_or_default();
    let _ = write!(text, "    {style}{}{style:#} {name}", mark(line.action));
    match (&line.from, &line.to) {
        (from @ (None | Some(Shown::Document(_))), to @ (None | Some(Shown::Document(_)))) => {
            let document = |shown: &Option<Shown>| match shown {
                Some(Shown::Document(value)) => Some(value.clone()),
                _ => None,
            };
            let (from, to) = (document(from), document(to));
            // A new document in full is long and the same each time; -v shows it.
            if from.is_none() && !verbose {
                let count = to.as_ref().and_then(|to| to["Statement"].as_array()).map_or(1, Vec::len);
                let s = if count == 1 { "" } else { "s" };
                let _ = writeln!(text, ": {count} statement{s}{note}");
                return;
            }
            let _ = writeln!(text, ":{note}");
            for line in diff(from.as_ref(), to.as_ref()) {
                let style = match line.mark {
                    '+' => self::style(Action::Create),
                    '-' => self::style(Action::Delete),
                    _ => DIM,
                };
                let _ = writeln!(text, "        {style}{} {}{style:#}", line.mark, line.text);
            }
        }
        (from, to) => {
            let words = |shown: &Option<Shown>| shown.as_ref().map(Shown::to_words).unwrap_or_default();
            let (from_text, to_text) = (words(from), words(to));
            // Of a list only what comes and goes is told, which may be nothing on one side.
            let is_list = from.is_some() && to.is_some() && (from_text.is_empty() || to_text.is_empty());
            if is_list || from_text.contains('\n') || to_text.contains('\n') {
                let _ = writeln!(text, ":{note}");
                let (old, new) = (self::style(Action::Delete), self::style(Action::Create));
                let gone = from_text.lines().filter(|line| !to_text.lines().any(|other| other == *line));
                let come = to_text.lines().filter(|line| !from_text.lines().any(|other| other == *line));
                for line in gone {
                    let _ = writeln!(text, "        {old}- {line}{old:#}");
                }
                for line in come {
                    let _ = writeln!(text, "        {new}+ {line}{new:#}");
                }
                return;
            }
            let _ = match (from, to) {
                (Some(_), Some(_)) => writeln!(text, ": {from_text} -> {to_text}{note}"),
                (None, _) => writeln!(text, ": {to_text}{note}"),
                (_, None) => writeln!(text, ": {from_text}{note}"),
            };
        }
    }
}

fn mark(action: Action) -> char {
    match action {
        Action::Create => '+',
        Action::Update => '~',
        Action::Delete => '-',
    }
}

fn style(action: Action) -> Style {
    match action {
        Action::Create => AnsiColor::Green.on_default(),
        Action::Update => AnsiColor::Yellow.on_default(),
        Action::Delete => AnsiColor::Red.on_default(),
    }
}
