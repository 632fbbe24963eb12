//! The settings of the function: what is desired, and how differences are told.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::Shown;
use super::super::setting::{self, Setting};
use crate::stack::Stack;
use contract::environment::VARIABLES;

/// The runtime: no language runtime, just the binary.
pub const RUNTIME: &str = "provided.al2023";
/// What the runtime starts.
pub const HANDLER: &str = "bootstrap";

/// What consoles show.
const DESCRIPTION: &str = "Removes the metadata from uploaded pictures (provisioner)";
/// Lambda's default for logs
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html>).
pub(super) const TEXT: &str = "Text";
/// Lambda's default for tracing
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_TracingConfig.html>).
pub(super) const PASS_THROUGH: &str = "PassThrough";
/// Lambda's default scratch space in MB
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_EphemeralStorage.html>).
pub(super) const EPHEMERAL_STORAGE: i32 = 512;

/// The settings that `UpdateFunctionConfiguration` writes in one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// ARN of the role.
    pub role: String,
    /// Memory in MB.
    pub memory: u32,
    /// Timeout in seconds.
    pub timeout: u32,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// Runtime.
    pub runtime: String,
    /// Handler.
    pub handler: String,
    /// ARNs of layers; ours has none.
    pub layers: Vec<String>,
    /// What it is, for people.
    pub description: String,
    /// The subnets of a VPC, which would keep it from S3; ours has none.
    pub subnets: Vec<String>,
    /// Where failed events go, with the keys of pictures; ours has none.
    pub dead_letter_target: String,
    /// The key that encrypts the environment; ours is AWS's own.
    pub kms_key: String,
    /// Where its logs go.
    pub log_group: String,
    /// `Text`; with `JSON` Lambda wraps each line of ours, and drops those below the level that was set.
    pub log_format: String,
    /// ARNs of file systems; it needs none.
    pub file_systems: Vec<String>,
    /// Whether X-Ray records each invocation: `PassThrough` or `Active`.
    pub tracing: String,
    /// Scratch space in MB; it uses none.
    pub ephemeral_storage: i32,
}

impl Settings {
    /// The settings that the configuration asks for.
    #[must_use]
    pub fn wanted(stack: &Stack) -> Self {
        Self {
            role: stack.names.role_arn(),
            memory: stack.config.function.memory,
            timeout: stack.config.function.timeout,
            environment: stack.function_environment(),
            runtime: RUNTIME.to_owned(),
            handler: HANDLER.to_owned(),
            layers: Vec::new(),
            description: DESCRIPTION.to_owned(),
            subnets: Vec::new(),
            dead_letter_target: String::new(),
            kms_key: String::new(),
            log_group: stack.names.log_group.clone(),
            log_format: TEXT.to_owned(),
            file_systems: Vec::new(),
            tracing: PASS_THROUGH.to_owned(),
            ephemeral_storage: EPHEMERAL_STORAGE,
        }
    }

    /// Only what differs, before and after. Values of the user's own environment
    /// variables may be secrets, so just their names are shown.
    pub(super) fn differences(from: &Self, to: &Self) -> (Option<Shown>, Option<Shown>) {
        let (mut before, mut after) = setting::differing(from.settings(), to.settings());
        let (old, new) = from.variables_unlike(to);
        before.extend(old);
        after.extend(new);
        (setting::shown(before), setting::shown(after))
    }

    /// All but the environment.
    fn settings(&self) -> Vec<Setting> {
        let text = |key, name: &str, value: &String| Setting::new(key, format!("{name}: {value}"), &**value);
        let optional = |key, name: &str, value: &String| {
            let json = if value.is_empty() { Value::Null } else { Value::from(&**value) };
            Setting::new(key, format!("{name}: {}", word(value)), json)
        };
        let number = |key, name: &str, value: i64, unit: &str| {
            Setting::new(key, format!("{name}: {value} {unit}"), value)
        };
        vec![
            number("memory", "memory", self.memory.into(), "MB"),
            number("timeout", "timeout", self.timeout.into(), "s"),
            text("role", "role", &self.role),
            text("runtime", "runtime", &self.runtime),
            text("handler", "handler", &self.handler),
            Setting::new("layers", format!("layers: {}", list(&self.layers)), json!(self.layers)),
            Setting::new("description", format!("description: {:?}", self.description), &*self.description),
            Setting::new("subnets", format!("VPC subnets: {}", list(&self.subnets)), json!(self.subnets)),
            optional("dead_letter_target", "dead letter target", &self.dead_letter_target),
            optional("kms_key", "KMS key", &self.kms_key),
            text("log_group", "log group", &self.log_group),
            text("log_format", "log format", &self.log_format),
            Setting::new(
                "file_systems",
                format!("file systems: {}", list(&self.file_systems)),
                json!(self.file_systems),
            ),
            text("tracing", "tracing", &self.tracing),
            number("ephemeral_storage", "ephemeral storage", self.ephemeral_storage.into(), "MB"),
        ]
    }

    /// The environment variables that differ, by name: `set`, `unset` or `changed`; those of ours, which are no
    /// secrets, with their values.
    fn variables_unlike(&self, to: &Self) -> (Option<Setting>, Option<Setting>) {
        let mut names: Vec<&String> = self.environment.keys().chain(to.environment.keys()).collect();
        names.sort();
        names.dedup();
        names.retain(|name| self.environment.get(*name) != to.environment.get(*name));
        let side = |of: &Self, state: &dyn Fn(&String) -> &'static str| {
            let state = |name: &String| match of.environment.get(name) {
                Some(value) if VARIABLES.contains(&name.as_str()) => value.clone(),
                _ => state(name).to_owned(),
            };
            let words: Vec<String> = names.iter().map(|name| format!("${name}: {}", state(name))).collect();
            let value: Map<String, Value> =
                names.iter().map(|name| ((*name).clone(), Value::from(state(name)))).collect();
            (!words.is_empty()).then(|| Setting::new("environment", words.join("\n"), value))
        };
        let before = |name: &String| if self.environment.contains_key(name) { "set" } else { "unset" };
        let after = |name: &String| match (self.environment.get(name), to.environment.get(name)) {
            (_, None) => "unset",
            (Some(_), Some(_)) => "changed",
            (None, Some(_)) => "set",
        };
        (side(self, &before), side(to, &after))
    }
}

fn list(values: &[String]) -> String {
    word(&values.join(" "))
}

fn word(value: &str) -> String {
    if value.is_empty() { "none".to_owned() } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, parse};

    #[test]
    fn what_differs_is_told_and_no_variable_by_its_value() {
        let config = parse("stack = \"abc\"", "config.toml", &Overrides::default()).unwrap();
        let wanted = Settings::wanted(&Stack::new(config, "aws", "123456789012", "eu-central-1"));
        let with = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Settings { environment: variables.collect(), ..wanted.clone() }
        };
        let from = Settings {
            kms_key: "arn:key".to_owned(),
            ..with(&[("A", "secret"), ("B", "1"), ("C", "1"), ("ORIENTATION", "upright")])
        };
        let (from, to) = Settings::differences(
            &from,
            &with(&[("A", "hidden"), ("C", "1"), ("D", "1"), ("ORIENTATION", "drop")]),
        );
        let variables = json!({"A": "set", "B": "set", "D": "unset", "ORIENTATION": "upright"});
        assert_eq!(
            from,
            Shown::value(
                "KMS key: arn:key\n$A: set\n$B: set\n$D: unset\n$ORIENTATION: upright",
                json!({"kms_key": "arn:key", "environment": variables})
            )
        );
        let variables = json!({"A": "changed", "B": "unset", "D": "set", "ORIENTATION": "drop"});
        assert_eq!(
            to,
            Shown::value(
                "KMS key: none\n$A: changed\n$B: unset\n$D: set\n$ORIENTATION: drop",
                json!({"kms_key": null, "environment": variables})
            )
        );
    }
}
