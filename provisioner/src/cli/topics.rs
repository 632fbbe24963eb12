//! Topics of `provisioner help` that are no commands, and what `help config` says beside its command.

use std::ffi::OsString;
use std::fmt::Write;

use clap::Command;
use clap::builder::StyledStr;
use engine::config::schema;
use serde_json::Value;

use crate::exit_code::TABLE;

/// Makes the text of a topic.
type Topic = fn() -> String;

/// The topics, beside the names of the commands.
const TOPICS: [(&str, Topic); 2] = [("exit-codes", exit_codes), ("json", json)];

/// Where to read on, at the end of the help.
pub(super) const MORE: &str = "Start with: provisioner up --local\n\
                               More:       provisioner help COMMAND, help config, help exit-codes, help json\n";

/// The help that is asked for, when it is about a topic: `help exit-codes`.
pub(super) fn asked(arguments: &[OsString]) -> Option<clap::Error> {
    let [_, help, topic] = arguments else { return None };
    let (name, text) = TOPICS.into_iter().find(|(name, _)| help == "help" && topic == name)?;
    let text = StyledStr::from(text());
    let page = Command::new(name).help_template("{before-help}").before_help(text);
    page.try_get_matches_from([name, "--help"]).err()
}

/// How wide a topic is.
const WIDTH: usize = 92;

fn exit_codes() -> String {
    let mut text = String::from("Exit codes, an interface that scripts can rely on:\n\n");
    text.push_str(&exit_code_table());
    text.push_str(
        "\nWith a code other than 0 an error on stderr says why, and what to do. In a script:\n\n  \
         provisioner plan --detailed-exitcode\n  \
         case $? in 0) ;; 2) echo \"something has drifted\" ;; *) exit 1 ;; esac",
    );
    text
}

/// The exit codes, a line each or two.
pub(crate) fn exit_code_table() -> String {
    let mut text = String::new();
    for (code, meaning) in TABLE {
        let _ = writeln!(text, "  {:>3}  {}", code as u8, wrapped(meaning, 7));
    }
    text
}

/// Text in lines that begin below each other.
fn wrapped(text: &str, indent: usize) -> String {
    let (mut lines, mut width) = (String::new(), indent);
    for word in text.split(' ') {
        if width + word.len() > WIDTH {
            lines.push_str(&format!("\n{:indent$}", ""));
            width = indent;
        } else if !lines.is_empty() {
            lines.push(' ');
        }
        lines.push_str(word);
        width += word.len() + 1;
    }
    lines
}

fn json() -> String {
    let mut text = String::from("JSON, with --json on every command that shows something:\n\n");
    for (word, meaning) in [
        (
            "One document",
            "plan, status, inspect, sanitize, config, keys, explain, doctor, export, package, local",
        ),
        (
            "Lines",
            "up, down, upload, pending, backfill, audit, logs, verify: one document a line, as soon as it is known; \
             `event` says what a line is",
        ),
        ("Errors", "the last line, {\"event\": \"error\", ...}: what failed, why, and what to do"),
        (
            "Version",
            "the first line has \"version\": 1; fields may be added to it, and when one goes or means something else, \
             the number goes up",
        ),
        ("Names", "exact; characters that would control a terminal are written as \\u escapes"),
    ] {
        let _ = writeln!(text, "  {word:13}  {}", wrapped(meaning, 17));
    }
    text.push_str(
        "\nStdout is JSON and nothing else; exit codes are the same. Every field: docs/json.md.\n\n  \
         provisioner plan --json | jq .summary\n  \
         provisioner upload holiday/ --json | jq -r 'select(.outcome == \"clean\") | .key'",
    );
    text
}

/// The keys of the configuration, each with its default and what it means.
pub(super) fn configuration() -> String {
    let mut text = String::from(
        "The file: TOML, and `stack` is the only line that it needs. Every key, with what it is without a line:\n",
    );
    keys(&mut text, &schema(), "");
    text.push_str(
        "\n`provisioner init` writes a file with all of them explained, `config check` names every error.",
    );
    text
}

/// The keys of a table in lines, then the tables in it.
fn keys(text: &mut String, table: &Value, heading: &str) {
    if !heading.is_empty() {
        let _ = writeln!(text, "\n{heading}  {}", about(table));
    }
    let entries = || table["properties"].as_object().into_iter().flatten();
    let is_table =
        |schema: &Value| schema["properties"].is_object() || schema["items"]["properties"].is_object();
    for (name, schema) in entries().filter(|(_, schema)| !is_table(schema)) {
        let meaning = format!("{}{}", about(schema), words(schema));
        let _ = writeln!(text, "  {}\n      {}", sample(name, schema), wrapped(&meaning, 6));
    }
    // Both buckets have the same keys.
    for (name, schema) in entries().filter(|(name, schema)| is_table(schema) && *name != "destination") {
        match name.as_str() {
            "source" => keys(text, schema, "[source] and [destination]"),
            "users" => keys(text, &schema["items"], "[[users]]"),
            other => keys(text, schema, &format!("[{other}]")),
        }
    }
}

fn about(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// `memory = 1024`, or the name alone.
fn sample(name: &str, schema: &Value) -> String {
    match &schema["default"] {
        Value::Null => name.to_owned(),
        // The endings of all pictures in three cases are a page.
        Value::Array(all) if all.len() > 3 => format!("{name} = [{}, {}, ...]", all[0], all[1]),
        value => format!("{name} = {value}"),
    }
}

/// The words that are possible, when there are few.
fn words(schema: &Value) -> String {
    let all = schema["enum"].as_array().or(schema["items"]["enum"].as_array());
    let all: Vec<String> = all.into_iter().flatten().map(ToString::to_string).collect();
    if all.is_empty() || schema["type"] == "integer" {
        return String::new();
    }
    format!(" One of {}.", all.join(", "))
        .replace("One of", if schema["type"] == "array" { "Of" } else { "One of" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_told() {
        let asked = |words: &[&str]| asked(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(asked(&["provisioner", "help", "up"]).is_none());
        assert!(asked(&["provisioner", "help"]).is_none());
        assert!(asked(&["provisioner", "upload", "json"]).is_none());
        for (name, _) in TOPICS {
            let page = asked(&["provisioner", "help", name]).unwrap();
            assert!(!page.use_stderr(), "it was asked for");
            insta::assert_snapshot!(format!("topic-{name}"), page.to_string());
            assert!(MORE.contains(name), "{name}");
        }
        insta::assert_snapshot!("topic-config", configuration());
    }

    #[test]
    fn a_topic_is_no_command() {
        for (name, _) in TOPICS {
            assert!(super::super::command().find_subcommand(name).is_none(), "{name}");
        }
    }
}
