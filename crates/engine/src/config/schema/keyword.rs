//! The few forms of schemas that the configuration has.

use serde_json::{Map, Value, json};

use crate::config::reader::Limits;

/// A key of a table: its name, and the schema of its value.
pub(super) type Key = (&'static str, Value);

/// A table with these keys and no others.
pub(super) fn table(about: &str, required: &[&str], keys: Vec<Key>) -> Value {
    let keys: Map<String, Value> = keys.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    let mut table = json!({
        "description": about,
        "type": "object",
        "properties": keys,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

/// A table whose keys are the user's own.
pub(super) fn free_table(about: &str, most: Option<usize>) -> Value {
    let mut table =
        json!({ "description": about, "type": "object", "additionalProperties": { "type": "string" } });
    if let Some(most) = most {
        table["maxProperties"] = json!(most);
    }
    table
}

/// Some text.
pub(super) fn text(about: &str) -> Value {
    json!({ "description": about, "type": "string" })
}

/// Text of this form.
pub(super) fn pattern(about: &str, pattern: &str) -> Value {
    json!({ "description": about, "type": "string", "pattern": pattern })
}

/// A list of text.
pub(super) fn texts(about: &str, most: Option<usize>) -> Value {
    let mut list = json!({ "description": about, "type": "array", "items": { "type": "string" } });
    if let Some(most) = most {
        list["maxItems"] = json!(most);
    }
    list
}

/// Yes or no.
pub(super) fn boolean(about: &str, default: bool) -> Value {
    json!({ "description": about, "type": "boolean", "default": default })
}

/// A whole number.
pub(super) fn number(about: &str, limits: &Limits) -> Value {
    let (least, most) = (limits.range.start(), limits.range.end());
    json!({ "description": about, "type": "integer", "minimum": least, "maximum": most })
}

/// One of these words.
pub(super) fn choice(about: &str, words: &[&str]) -> Value {
    json!({ "description": about, "type": "string", "enum": words })
}

/// The same with the value that it has when nothing is said.
pub(super) fn or(mut schema: Value, default: impl Into<Value>) -> Value {
    schema["default"] = default.into();
    schema
}
