//! A plan for a person.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use super::access_shift_text::access_shift_text;
use super::policy_text::{DiffLine, difference, grants, whole};
use super::styles::{ALARM, BOLD, QUIET, WARN};
use crate::explain::cost_line;
use engine::plan::{Note, Plan, Problem, Step, Summary, resource_action};
use engine::resources::{Action, Address, Change, Line, ResourceChange, Shown};
use engine::stack::Stack;

/// How a plan is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// Whole policy documents, and the plan although it cannot be executed.
    pub verbose: bool,
    /// It is for the AWS on this machine.
    pub is_local: bool,
}

/// The plan, with colours; a stream that wants none strips them. Of one that cannot be executed only the reasons.
#[must_use]
pub(crate) fn plan_text(plan: &Plan, stack: &Stack, view: View) -> String {
    let mut text = heading(stack, view.is_local);
    if plan.problems.is_empty() || view.verbose {
        changes(&mut text, plan, stack, view.verbose);
        text.push_str(&access_shift_text(plan, stack));
        notes(&mut text, &plan.notes);
    }
    for problem in &plan.problems {
        text.push('\n');
        text.push_str(&problem_text(problem));
    }
    let _ = writeln!(text, "\n{}", summary(plan, view.verbose));
    let Summary { create, change, .. } = plan.summary();
    if create + change > 0 && !view.is_local && plan.problems.is_empty() {
        let _ = writeln!(text, "{QUIET}{}{QUIET:#}", cost_line(&stack.config));
    }
    text
}

/// What a plan comes to, or that it cannot be executed.
pub(super) fn summary_line(plan: &Plan) -> String {
    summary(plan, true)
}

/// What would change, without the reasons why it cannot.
#[must_use]
pub(crate) fn changes_text(plan: &Plan, stack: &Stack, view: View) -> String {
    let mut text = heading(stack, view.is_local);
    changes(&mut text, plan, stack, view.verbose);
    text.push_str(&access_shift_text(plan, stack));
    notes(&mut text, &plan.notes);
    text
}

/// Which stack, and where: `Stack photos in account 123456789012, eu-central-1`.
#[must_use]
pub(crate) fn heading(stack: &Stack, is_local: bool) -> String {
    let names = &stack.names;
    let place = if is_local {
        format!("on the local AWS (account {}, {})", names.account, names.region)
    } else {
        format!("in account {}, {}", names.account, names.region)
    };
    format!("Stack {BOLD}{}{BOLD:#} {place}\n", names.stack)
}

/// A problem: what it is, why that is so, how to go on.
#[must_use]
pub(crate) fn problem_text(problem: &Problem) -> String {
    let (what, why, fix) = (problem.what(), problem.why(), problem.fix());
    format!("{ALARM}error:{ALARM:#} {what}\n  why:  {why}\n  hint: {fix}\n")
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

fn changes(text: &mut String, plan: &Plan, stack: &Stack, verbose: bool) {
    for (address, steps) in plan.by_resource() {
        let action = resource_action(&steps);
        let style = style(action);
        let note = whole_note(&steps);
        let _ = writeln!(text, "\n{style}{} {address} {}{style:#}{note}", mark(action), address.name(stack));
        for line in lines(&steps, action) {
            attribute(text, &line, action == Action::Create, verbose);
        }
    }
}

fn notes(text: &mut String, notes: &[Note]) {
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        let _ = writeln!(text, "{WARN}note:{WARN:#} {note}");
    }
}

fn summary(plan: &Plan, verbose: bool) -> String {
    let summary = plan.summary();
    if !plan.problems.is_empty() {
        let s = if plan.problems.len() == 1 { "" } else { "s" };
        let more = if verbose || plan.steps.is_empty() { "" } else { " -v shows it all the same." };
        return format!(
            "{ALARM}The plan cannot be executed: {} problem{s}.{ALARM:#}{more}",
            plan.problems.len()
        );
    }
    if plan.steps.is_empty() {
        return match summary.unchanged {
            0 => format!("{BOLD}No changes.{BOLD:#}"),
            1 => format!("{BOLD}No changes.{BOLD:#} 1 resource is as configured."),
            many => format!("{BOLD}No changes.{BOLD:#} {many} resources are as configured."),
        };
    }
    format!(
        "{BOLD}Plan:{BOLD:#} {} to create, {} to change, {} to delete, {} unchanged.",
        summary.create, summary.change, summary.delete, summary.unchanged
    )
}

fn whole_note(steps: &[&Step]) -> String {
    let note = steps
        .iter()
        .map(|step| step.change.line())
        .find(|line| line.attribute.is_none())
        .and_then(|line| line.note);
    note.map(|note| format!("  {QUIET}({note}){QUIET:#}")).unwrap_or_default()
}

/// The lines of a resource's steps. What is set in two steps, since rights are taken before others are given, is told
/// in one; of something new only what it will be.
fn lines(steps: &[&Step], action: Action) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for line in steps.iter().map(|step| step.change.line()).filter(|line| line.attribute.is_some()) {
        let before = lines.iter_mut().find(|before| {
            before.attribute == line.attribute
                && line.to.is_some()
                && before.to.is_some()
                && before.to == line.from
        });
        match before {
            Some(before) => before.to = line.to,
            None => lines.push(line),
        }
    }
    if action == Action::Create {
        // That it becomes active is a wait, and nothing that anybody asked for.
        lines.retain(|line| line.attribute != Some("state"));
        for line in lines.iter_mut().filter(|line| line.action == Action::Update && line.to.is_some()) {
            line.action = Action::Create;
            line.from = None;
        }
    }
    lines
}

fn attribute(text: &mut String, line: &Line, is_new: bool, verbose: bool) {
    let style = style(line.action);
    let name = line.attribute.unwrap_or_default();
    let note = line.note.as_ref().map(|note| format!("  {QUIET}({note}){QUIET:#}")).unwrap_or_default();
    let mark = mark(line.action);
    let document = |shown: &Option<Shown>| match shown {
        Some(Shown::Document(value)) => Some(value.clone()),
        _ => None,
    };
    let _ = match (document(&line.from), document(&line.to)) {
        (None, None) => return value(text, line, &note),
        (Some(from), Some(to)) => {
            let _ = writeln!(text, "    {style}{mark}{style:#} {name}:{note}");
            compared(text, &difference(&from, &to));
            if verbose {
                compared(text, &whole(Some(&from), Some(&to)));
            }
            return;
        }
        (Some(only), None) | (None, Some(only)) => granted(text, line, &only, is_new, &note),
    };
    if verbose {
        compared(text, &whole(document(&line.from).as_ref(), document(&line.to).as_ref()));
    }
}

/// A document that comes or goes: what it grants.
fn granted(text: &mut String, line: &Line, document: &Value, is_new: bool, note: &str) -> std::fmt::Result {
    let (style, mark) = (style(line.action), mark(line.action));
    let name = line.attribute.unwrap_or_default();
    // Of something new, who may do it stands above, and "inline policy" would say nothing more.
    let is_told = is_new && matches!(name, "inline policy" | "statement") && line.action == Action::Create;
    let grants = grants(document);
    match grants.as_slice() {
        [] => writeln!(text, "    {style}{mark}{style:#} {name}: grants nothing{note}"),
        all if is_told => {
            for (index, grant) in all.iter().enumerate() {
                let note = if index == 0 { note } else { "" };
                writeln!(text, "    {style}{mark}{style:#} {grant}{note}")?;
            }
            Ok(())
        }
        [one] => writeln!(text, "    {style}{mark}{style:#} {name}: {one}{note}"),
        all => {
            writeln!(text, "    {style}{mark}{style:#} {name}:{note}")?;
            for grant in all {
                writeln!(text, "        {style}{mark} {grant}{style:#}")?;
            }
            Ok(())
        }
    }
}

fn compared(text: &mut String, lines: &[DiffLine]) {
    for line in lines {
        let style = match line.mark {
            '+' => self::style(Action::Create),
            '-' => self::style(Action::Delete),
            _ => QUIET,
        };
        let _ = writeln!(text, "        {style}{} {}{style:#}", line.mark, line.text);
    }
}

/// A value that is no document.
fn value(text: &mut String, line: &Line, note: &str) {
    let name = line.attribute.unwrap_or_default();
    let (style, mark) = (style(line.action), mark(line.action));
    let _ = write!(text, "    {style}{mark}{style:#} {name}");
    let words = |shown: &Option<Shown>| shown.as_ref().map(Shown::to_words).unwrap_or_default();
    let (from, to) = (words(&line.from), words(&line.to));
    // Of a list only what comes and goes is told, which may be nothing on one side.
    let is_list = line.from.is_some() && line.to.is_some() && (from.is_empty() || to.is_empty());
    if is_list || from.contains('\n') || to.contains('\n') {
        let _ = writeln!(text, ":{note}");
        listed(text, &from, &to);
        return;
    }
    let _ = match (&line.from, &line.to) {
        // `settings: memory: 1024 MB -> 2048 MB`, the name of a setting once.
        (Some(_), Some(_)) if named(&from).is_some_and(|name| named(&to) == Some(name)) => {
            let to = to.split_once(": ").map_or(to.as_str(), |(_, value)| value);
            writeln!(text, ": {from} -> {to}{note}")
        }
        (Some(_), Some(_)) => writeln!(text, ": {from} -> {to}{note}"),
        (None, _) => writeln!(text, ": {to}{note}"),
        (_, None) => writeln!(text, ": {from}{note}"),
    };
}

/// Lines that go and come; of one that is there before and after under the same name, both values.
fn listed(text: &mut String, from: &str, to: &str) {
    let [old, new, changed] = [Action::Delete, Action::Create, Action::Update].map(style);
    let mut come: Vec<&str> = to.lines().filter(|line| !from.lines().any(|other| other == *line)).collect();
    for line in from.lines().filter(|line| !to.lines().any(|other| other == *line)) {
        let same = |other: &&str| named(line).is_some_and(|name| named(other) == Some(name));
        let _ = match come.iter().position(same) {
            Some(index) => {
                let value = come.remove(index);
                let value = value.split_once(": ").map_or(value, |(_, value)| value);
                writeln!(text, "        {changed}~ {line} -> {value}{changed:#}")
            }
            None => writeln!(text, "        {old}- {line}{old:#}"),
        };
    }
    for line in come {
        let _ = writeln!(text, "        {new}+ {line}{new:#}");
    }
}

/// The name of a line that reads `name: value`.
fn named(line: &str) -> Option<&str> {
    line.split_once(": ").map(|(name, _)| name)
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

#[cfg(test)]
mod tests;
