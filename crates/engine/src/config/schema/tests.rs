//! The schema beside the parser, by a validator of our own for the few keywords that the schema has.

use regex::Regex;
use serde_json::{Map, Value, json};

use super::schema;
use crate::config::{Overrides, keys, parse};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/config.schema.json");
const SHIPPED: &str = include_str!("../../../../../config.toml");

/// Whatever parses must not be underlined in an editor. Each `parse` in a test comes here.
pub(in crate::config) fn assert_accepts(text: &str) {
    let wrong = judge(text);
    assert!(wrong.is_empty(), "the parser accepts what the schema refuses: {wrong:?}\n{text}");
}

/// What the schema has against this file.
fn judge(text: &str) -> Vec<String> {
    let document: toml::Table = toml::from_str(text).unwrap();
    let mut wrong = Vec::new();
    validate(&serde_json::to_value(document).unwrap(), &schema(), "", &mut wrong);
    wrong
}

/// JSON Schema, draft 7, as far as ours needs it (<https://json-schema.org/draft-07/json-schema-validation>).
fn validate(value: &Value, schema: &Value, path: &str, wrong: &mut Vec<String>) {
    let mut refuse = |is_right: bool, why: &dyn std::fmt::Display| {
        if !is_right {
            wrong.push(format!("{path}: {why}"));
        }
    };
    if *schema == false {
        refuse(false, &"not here");
        return;
    }
    let accepts = |one: &Value| {
        let mut inner = Vec::new();
        validate(value, one, path, &mut inner);
        inner.is_empty()
    };
    for (keyword, rule) in schema.as_object().unwrap() {
        let number = || value.as_i64().zip(rule.as_i64());
        match keyword.as_str() {
            "$schema" | "title" | "description" | "default" => {}
            "type" => refuse(is_of(value, rule.as_str().unwrap()), rule),
            "const" => refuse(value == rule, rule),
            "enum" => refuse(rule.as_array().unwrap().contains(value), rule),
            "pattern" => {
                let pattern = Regex::new(rule.as_str().unwrap()).unwrap();
                refuse(value.as_str().is_none_or(|text| pattern.is_match(text)), rule);
            }
            "minimum" => refuse(number().is_none_or(|(value, least)| value >= least), rule),
            "maximum" => refuse(number().is_none_or(|(value, most)| value <= most), rule),
            "maxItems" => {
                refuse(value.as_array().is_none_or(|all| json!(all.len()).as_u64() <= rule.as_u64()), rule);
            }
            "minItems" => {
                refuse(value.as_array().is_none_or(|all| json!(all.len()).as_u64() >= rule.as_u64()), rule);
            }
            "if" => {
                let branch = &schema[if accepts(rule) { "then" } else { "else" }];
                refuse(branch.is_null() || accepts(branch), branch);
            }
            "then" | "else" => {}
            "maxProperties" => {
                refuse(value.as_object().is_none_or(|all| json!(all.len()).as_u64() <= rule.as_u64()), rule);
            }
            "required" => {
                let has = |name: &Value| value.get(name.as_str().unwrap()).is_some();
                refuse(rule.as_array().unwrap().iter().all(has), rule);
            }
            "anyOf" => {
                refuse(rule.as_array().unwrap().iter().any(accepts), rule);
            }
            "properties" | "items" | "additionalProperties" => {}
            unknown => panic!("a keyword that this validator does not know: {unknown}"),
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(known), _) => validate(inner, known, &path, wrong),
            (None, free @ Value::Object(_)) => validate(inner, free, &path, wrong),
            // A condition on one of several keys says nothing of the others.
            (None, Value::Null) => {}
            (None, _) => wrong.push(format!("{path}: unknown")),
        }
    }
    for item in value.as_array().into_iter().flatten() {
        if !schema["items"].is_null() {
            validate(item, &schema["items"], &format!("{path}[]"), wrong);
        }
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => panic!("{kind}"),
    }
}

/// `UPDATE_DOCS=1 cargo test` writes it.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests write files in their own way")]
fn the_committed_schema_is_what_the_parser_says() {
    let wanted = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PAGE, &wanted).unwrap();
    }
    let page = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        page == wanted,
        "docs/config.schema.json is not what the code says: UPDATE_DOCS=1 cargo test --lib"
    );
}

#[test]
fn the_shipped_file_has_an_editor_s_blessing() {
    assert_accepts(SHIPPED);
    assert!(
        SHIPPED.starts_with("#:schema docs/config.schema.json\n"),
        "the line that editors read is not the first"
    );
}

#[test]
fn each_table_has_the_keys_that_the_parser_knows() {
    let schema = schema();
    let properties = |at: &str| schema.pointer(at).unwrap()["properties"].as_object().unwrap().clone();
    let names = |table: Map<String, Value>| table.keys().cloned().collect::<Vec<_>>();
    for (at, known) in [
        ("", keys::TOP),
        ("/properties/source", keys::BUCKET),
        ("/properties/destination", keys::BUCKET),
        ("/properties/function", keys::FUNCTION),
        ("/properties/trigger", keys::TRIGGER),
        ("/properties/alarms", keys::ALARMS),
        ("/properties/users/items", keys::USER),
        ("/properties/users/items/properties/trust/items/anyOf/1", keys::TRUST),
    ] {
        assert_eq!(names(properties(at)), known, "{at}");
    }
}

#[test]
fn each_key_says_what_it_is() {
    fn look(schema: &Value, path: &str) {
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let about = inner["description"].as_str().unwrap_or_default();
            assert!(about.ends_with('.'), "{path}.{name}: {about:?}");
            look(inner, &format!("{path}.{name}"));
            look(&inner["items"], &format!("{path}.{name}[]"));
        }
    }
    look(&schema(), "");
}

/// A default that stands in the schema and not in the parser would be shown by editors all the same.
#[test]
fn what_is_said_to_be_the_default_changes_nothing() {
    let plain = parse("stack = \"photos\"\n[alarms]\n", "config.toml", &Overrides::default()).unwrap();
    let mut with_all = toml::Table::from_iter([("stack".to_owned(), "photos".into())]);
    for (name, table) in schema()["properties"].as_object().unwrap() {
        let defaults: Map<String, Value> = (table["properties"].as_object().into_iter().flatten())
            .filter_map(|(key, schema)| Some((key.clone(), schema.get("default")?.clone())))
            .collect();
        if !defaults.is_empty() {
            with_all.insert(name.clone(), toml::Value::try_from(defaults).unwrap());
        }
    }
    assert_eq!(with_all.len(), 6, "{with_all:?}");
    let text = toml::to_string(&with_all).unwrap();
    assert_eq!(parse(&text, "config.toml", &Overrides::default()).unwrap(), plain);
}

#[test]
fn mistakes_are_underlined() {
    for wrong in [
        "region = \"eu-west-1\"",
        "stack = \"Photos\"",
        "stack = \"abc\"\nusrs = []",
        "stack = \"abc\"\nfunction.memmory = 512",
        "stack = \"abc\"\nfunction.memory = \"512\"",
        "stack = \"abc\"\nfunction.memory = 64",
        "stack = \"abc\"\nfunction.log_retention_days = 31",
        "stack = \"abc\"\nfunction.environment.RUST_LOG = 1",
        "stack = \"abc\"\nsource.noncurrent_days = \"forever\"",
        "stack = \"abc\"\nsource.encryption = \"kms\"",
        "stack = \"abc\"\ntrigger.suffixes = \".jpg\"",
        "stack = \"abc\"\nalarms.errors = 0",
        "stack = \"abc\"\n[[users]]\nname = \"a\"\nbucket = \"source\"",
        "stack = \"abc\"\n[[users]]\nname = \"a\"\nbucket = \"source\"\naccess = \"all\"",
        "stack = \"abc\"\n[[users]]\nname = \"a\"\nbucket = \"source\"\naccess = \"read-only\"\nkind = \"role\"",
        "stack = \"abc\"\n[[users]]\nname = \"a\"\nbucket = \"source\"\naccess = \"read-only\"\ntrust = [\"123456789012\"]",
    ] {
        assert!(!judge(wrong).is_empty(), "{wrong}");
        assert!(parse(wrong, "config.toml", &Overrides::default()).is_err(), "{wrong}");
    }
}
