//! `docs/json.md`, made of the types, their comments, and the samples.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

use super::samples::Sample;

/// What stands above the reference.
const HEAD: &str = include_str!("reference/head.md");

/// A field with its place in the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Such as `resources[].name`.
    pub(super) path: String,
    /// Its type.
    kind: String,
    /// It may be left out.
    is_optional: bool,
    /// What it says.
    pub(super) meaning: String,
}

/// The whole page.
pub(super) fn page(samples: &[Sample]) -> String {
    let mut page = HEAD.to_owned();
    for sample in samples {
        let _ = write!(page, "\n## {}\n\n{}\n", sample.command, description(&sample.schema));
        match events(&sample.schema) {
            [] => page.push_str(&table(&fields(&sample.schema))),
            // The same lines as those of `up`.
            _ if sample.command == "down" => {
                page.push_str("\nThe lines are those of [`up`](#up); the last one is `removed`.\n");
            }
            events => {
                for event in events {
                    let _ = write!(page, "\n### `{}`\n\n{}\n", word(event), description(event));
                    let fields = fields(event);
                    if word(event) != "planned" && fields.len() > 1 {
                        page.push_str(&table(&fields[..]));
                    }
                }
            }
        }
        let language = if sample.printed.len() == 1 { "json" } else { "jsonl" };
        let printed: Vec<&str> = sample.printed.iter().map(String::as_str).collect();
        let _ = write!(
            page,
            "\n<details><summary>Example</summary>\n\n```{language}\n{}\n```\n\n</details>\n",
            printed.join("\n")
        );
    }
    page
}

/// Every field of a document, or of all the lines of a command; then with `EVENT:` in front.
pub(super) fn fields_of(schema: &Value) -> Vec<Field> {
    match events(schema) {
        [] => fields(schema),
        events => events
            .iter()
            .flat_map(|event| {
                fields(event)
                    .into_iter()
                    .map(|field| Field { path: format!("{}:{}", word(event), field.path), ..field })
            })
            .collect(),
    }
}

/// The same of something that was printed.
pub(super) fn paths(printed: &Value, schema: &Value, into: &mut BTreeSet<String>) {
    match events(schema) {
        [] => collect("", printed, schema, into),
        events => {
            let name = printed["event"].as_str().unwrap_or_default();
            let mut found = BTreeSet::new();
            let event = events.iter().find(|event| word(event) == name);
            collect("", printed, event.unwrap_or(&Value::Null), &mut found);
            found.remove("version");
            into.extend(found.into_iter().map(|path| format!("{name}:{path}")));
        }
    }
}

/// Goes into what the schema knows the fields of; what is in a free value (`from`, a policy) is no field of ours.
fn collect(path: &str, printed: &Value, schema: &Value, into: &mut BTreeSet<String>) {
    match printed {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                into.insert(path.clone());
                let inner = property(schema, name);
                if is_known(&inner) {
                    collect(&path, value, &inner, into);
                }
            }
        }
        Value::Array(items) => {
            let inner = somewhere(schema, "items");
            for item in items.iter().filter(|_| is_known(&inner)) {
                collect(&format!("{path}[]"), item, &inner, into);
            }
        }
        _ => {}
    }
}

fn is_known(schema: &Value) -> bool {
    !somewhere(schema, "properties").is_null() || !somewhere(schema, "items").is_null()
}

fn property(schema: &Value, name: &str) -> Value {
    somewhere(schema, "properties")[name].clone()
}

/// A key of the schema, or of the one alternative that has it: an `Option` is one of two.
fn somewhere(schema: &Value, key: &str) -> Value {
    if !schema[key].is_null() {
        return schema[key].clone();
    }
    let alternatives = schema["anyOf"].as_array().into_iter().flatten();
    alternatives.map(|one| &one[key]).find(|value| !value.is_null()).cloned().unwrap_or_default()
}

fn fields(schema: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    add("", schema, &mut fields);
    fields
}

fn add(path: &str, schema: &Value, fields: &mut Vec<Field>) {
    let required = somewhere(schema, "required");
    let is_required = |name: &str| required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
    for (name, inner) in somewhere(schema, "properties").as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        fields.push(Field {
            kind: kind(inner),
            is_optional: !is_required(name),
            meaning: meaning(inner),
            path: path.clone(),
        });
        add(&path, inner, fields);
        let items = somewhere(inner, "items");
        if !items.is_null() {
            add(&format!("{path}[]"), &items, fields);
        }
    }
}

/// The lines that a command prints, when it prints lines.
fn events(schema: &Value) -> &[Value] {
    schema["oneOf"].as_array().map_or(&[], Vec::as_slice)
}

fn word(event: &Value) -> &str {
    event["properties"]["event"]["const"].as_str().unwrap_or_default()
}

fn description(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ")
}

fn kind(schema: &Value) -> String {
    let own = match &schema["type"] {
        Value::String(kind) => vec![kind.clone()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ if schema["anyOf"].is_array() => {
            schema["anyOf"].as_array().into_iter().flatten().map(kind).collect()
        }
        _ if schema["oneOf"].is_array() || schema["const"].is_string() => vec!["string".to_owned()],
        _ => vec!["any".to_owned()],
    };
    let with_items = |kind: String| match kind.as_str() {
        "array" => format!("list of {}", self::kind(&schema["items"])),
        "object" if schema["additionalProperties"].is_object() || schema["additionalProperties"] == true => {
            format!("object of {}", self::kind(&schema["additionalProperties"]))
        }
        _ => kind,
    };
    own.into_iter().map(with_items).collect::<Vec<_>>().join(" or ")
}

fn meaning(schema: &Value) -> String {
    let mut meaning = description(schema);
    let one = |one: &Value| {
        let word = one["const"].as_str()?;
        let about = description(one);
        Some(if about.is_empty() { format!("`{word}`") } else { format!("`{word}`: {about}") })
    };
    let mut words: Vec<String> = schema["oneOf"].as_array().into_iter().flatten().filter_map(one).collect();
    let plain = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    words.extend(plain.map(|word| format!("`{word}`")));
    if !words.is_empty() {
        let separator = if words.iter().any(|word| word.ends_with('.')) { " " } else { ", " };
        let _ = write!(meaning, " {}", words.join(separator));
    }
    meaning
}

fn table(fields: &[Field]) -> String {
    let mut table = "\n| field | type | meaning |\n|---|---|---|\n".to_owned();
    for field in fields.iter().filter(|field| field.path != "event") {
        // The types have an `Option` for both; one that is null all the same says so.
        let kind = match field.kind.strip_suffix(" or null") {
            Some(kind) if field.is_optional && !field.meaning.contains("null") => kind,
            _ => &field.kind,
        };
        let optional = if field.is_optional { ", or left out" } else { "" };
        let _ = writeln!(table, "| `{}` | {kind}{optional} | {} |", field.path, field.meaning);
    }
    table
}
