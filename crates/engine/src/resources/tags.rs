//! Tags, which every service writes in its own types: ours are set, foreign ones kept.

use serde_json::json;

use crate::stack::{Stack, Tags};

use super::{Line, Shown};

/// The tags to set, when one of ours is missing or differs.
#[must_use]
pub fn missing(stack: &Stack, observed: &Tags) -> Option<Tags> {
    let missing: Tags = stack
        .tags
        .iter()
        .filter(|(key, value)| observed.get(*key) != Some(*value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    (!missing.is_empty()).then_some(missing)
}

/// The plan line of setting tags.
#[must_use]
pub fn line(observed: &Tags, set: &Tags) -> Line {
    let old: Tags = observed
        .iter()
        .filter(|(key, _)| set.contains_key(*key))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    Line::set("tags", if old.is_empty() { None } else { shown(&old) }, shown(set))
}

fn shown(tags: &Tags) -> Option<Shown> {
    Shown::value(text(tags), json!(tags))
}

/// Tags in one line.
#[must_use]
pub fn text(tags: &Tags) -> String {
    tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
}
