//! Changes and plans as plain lines, with all that their order is made of.

use std::fmt::Write;

use serde_json::Value;

use crate::plan::Plan;
use crate::resources::{Action, Need, ResourceChange, Shown};
use crate::stack::Stack;

/// A change in one line: its rank, what it does, whether it narrows, what it needs.
pub(crate) fn change_line(change: &impl ResourceChange) -> String {
    let line = change.line();
    let sign = match line.action {
        Action::Create => '+',
        Action::Update => '~',
        Action::Delete => '-',
    };
    let mut text = format!("{} {sign} {}", change.rank(), line.attribute.unwrap_or("all of it"));
    match (line.from.as_ref().map(brief), line.to.as_ref().map(brief)) {
        (Some(from), Some(to)) => text += &format!(": {from} -> {to}"),
        (Some(one), None) | (None, Some(one)) => text += &format!(": {one}"),
        (None, None) => {}
    }
    if let Some(note) = line.note {
        text += &format!(" ({note})");
    }
    if change.narrows() {
        text += " | narrows";
    }
    let needs: Vec<String> = (change.needs().iter())
        .map(|need| match need {
            Need::Created(address) => format!("{address} created"),
            Need::Settled(address) => format!("{address} settled"),
        })
        .collect();
    if !needs.is_empty() {
        text += &format!(" | needs {}", needs.join(", "));
    }
    text
}

/// A whole plan: the steps with those that each comes after, then all else that it says.
pub(crate) fn plan_lines(plan: &Plan, stack: &Stack) -> String {
    let mut text = String::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let (address, change) = (&step.address, change_line(&step.change));
        let _ = write!(text, "{index:>2} {address} {}: {change}", address.name(stack));
        if !step.after.is_empty() {
            let _ = write!(text, " | after {}", ranges(&step.after));
        }
        text.push('\n');
    }
    for note in &plan.notes {
        let _ = writeln!(text, "note: {note}");
    }
    for problem in &plan.problems {
        let _ = writeln!(text, "problem: {}; {}; {}", problem.what(), problem.why(), problem.fix());
    }
    for address in &plan.unchanged {
        let _ = writeln!(text, "unchanged: {address} {}", address.name(stack));
    }
    text
}

/// `0-2, 5`
fn ranges(sorted: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &index in sorted {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == index => *last = index,
            _ => ranges.push((index, index)),
        }
    }
    let text = |(first, last): (usize, usize)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}-{last}"),
    };
    ranges.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

fn brief(shown: &Shown) -> String {
    match shown {
        Shown::Text(text) | Shown::Value { words: text, .. } => text.replace('\n', " and "),
        Shown::Document(document) => match &document["Statement"] {
            Value::Array(statements) if statements.is_empty() => "no statements".to_owned(),
            Value::Array(statements) => statements.iter().map(statement).collect::<Vec<_>>().join("; "),
            Value::Null => statement(document),
            one => statement(one),
        },
    }
}

fn statement(statement: &Value) -> String {
    let items = |key: &str| match &statement[key] {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        one => one.as_str().unwrap_or_default().to_owned(),
    };
    let resources = items("Resource").replace("arn:aws:", "");
    let mut text = format!("{} {}", items("Effect"), items("Action"));
    if !resources.is_empty() {
        text += &format!(" on {resources}");
    }
    if let Some(operators) = statement["Condition"].as_object() {
        let keys = operators.values().filter_map(Value::as_object).flat_map(|keys| keys.keys());
        text += &format!(" if {}", keys.cloned().collect::<Vec<_>>().join(" and "));
    }
    text
}
