//! What a policy document grants, in words; and of two documents, what the second one takes and gives.

mod sentence;

use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};

use engine::policy::same_statement;
use sentence::{Grant, sentence};

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DiffLine {
    /// `+`, `-` or a space.
    pub mark: char,
    /// The text.
    pub text: String,
}

impl DiffLine {
    fn new(mark: char, text: impl Into<String>) -> Self {
        Self { mark, text: text.into() }
    }
}

/// What a document grants, a line each. What every statement of ours says, too (only in this account, only through
/// S3), is left out.
pub(crate) fn grants(document: &Value) -> Vec<String> {
    grouped(rules(document)).iter().map(|grant| sentence(grant, false)).collect()
}

/// What of one document is not in the other any more, and what is new. How a document
/// is written, and in which order, is no difference.
pub(super) fn difference(from: &Value, to: &Value) -> Vec<DiffLine> {
    let (old, new) = (rules(from), rules(to));
    let without = |these: &[Value], those: &[Value]| {
        let is_new = |rule: &&Value| !those.iter().any(|other| same_statement(rule, other));
        grouped(these.iter().filter(is_new).cloned().collect())
    };
    let (gone, come) = (without(&old, &new), without(&new, &old));
    if gone.is_empty() && come.is_empty() {
        return whole(Some(from), Some(to));
    }
    let kept =
        grouped(old.iter().filter(|rule| new.iter().any(|it| same_statement(rule, it))).cloned().collect());
    let told = |grants: &[Grant], is_exact: bool| -> Vec<String> {
        grants.iter().map(|grant| sentence(grant, is_exact)).collect()
    };
    // Where the short words are the same, what differs is a condition.
    let is_exact = told(&gone, false).iter().any(|words| told(&come, false).contains(words));
    let mut lines: Vec<DiffLine> =
        told(&gone, is_exact).into_iter().map(|words| DiffLine::new('-', words)).collect();
    lines.extend(told(&come, is_exact).into_iter().map(|words| DiffLine::new('+', words)));
    match kept.len() {
        0 => (),
        1 => lines.push(DiffLine::new(' ', "… 1 other grant stays")),
        more => lines.push(DiffLine::new(' ', format!("… {more} other grants stay"))),
    }
    lines
}

/// Two documents as JSON, the lines that differ with up to two lines around them.
pub(super) fn whole(from: Option<&Value>, to: Option<&Value>) -> Vec<DiffLine> {
    let text = |value: Option<&Value>| {
        value.and_then(|value| serde_json::to_string_pretty(value).ok()).unwrap_or_default()
    };
    let (from, to) = (text(from), text(to));
    let diff = TextDiff::from_lines(&from, &to);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            lines.push(DiffLine::new(' ', "…"));
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let mark = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(DiffLine::new(mark, change.value().trim_end_matches('\n')));
        }
    }
    lines
}

/// Every statement taken apart: one action on one resource each. What says `Not...` is left whole, since it does not
/// mean the sum of its parts.
fn rules(document: &Value) -> Vec<Value> {
    let mut rules = Vec::new();
    // Of the function's policy a plan has the one statement that is ours.
    let statements = if document.get("Effect").is_some() { document } else { &document["Statement"] };
    for statement in list(statements) {
        let Some(fields) = statement.as_object() else { continue };
        let mut fields: Map<String, Value> = fields.clone();
        fields.remove("Sid");
        if ["NotAction", "NotResource", "NotPrincipal"].iter().any(|key| fields.contains_key(*key)) {
            rules.push(Value::Object(fields));
            continue;
        }
        let actions = list(fields.get("Action").unwrap_or(&Value::Null));
        let resources = fields.get("Resource").map_or_else(|| vec![Value::Null], list);
        for resource in &resources {
            for action in &actions {
                let mut rule = fields.clone();
                rule.insert("Action".to_owned(), action.clone());
                if !resource.is_null() {
                    rule.insert("Resource".to_owned(), resource.clone());
                }
                let rule = Value::Object(rule);
                if !rules.iter().any(|known| same_statement(known, &rule)) {
                    rules.push(rule);
                }
            }
        }
    }
    rules
}

/// Rules put together again: actions on the same resource, then resources for the same actions.
fn grouped(rules: Vec<Value>) -> Vec<Grant> {
    let mut by_resource: Vec<Grant> = Vec::new();
    for rule in rules {
        let grant = Grant::of(&rule);
        let is_alike = |other: &&mut Grant| other.frame == grant.frame && other.resources == grant.resources;
        match by_resource.iter_mut().find(is_alike) {
            Some(known) => known.actions.extend(grant.actions),
            None => by_resource.push(grant),
        }
    }
    let mut grants: Vec<Grant> = Vec::new();
    for grant in by_resource {
        let is_alike = |other: &&mut Grant| other.frame == grant.frame && other.actions == grant.actions;
        match grants.iter_mut().find(is_alike) {
            Some(known) => known.resources.extend(grant.resources),
            None => grants.push(grant),
        }
    }
    grants
}

/// A lone value is a list of one.
fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

#[cfg(test)]
mod tests;
