//! The settings of the function: what is desired, and how differences are told.

use std::collections::BTreeMap;

use crate::stack::Stack;

/// The runtime: no language runtime, just the binary.
pub const RUNTIME: &str = "provided.al2023";
/// What the runtime starts.
pub const HANDLER: &str = "bootstrap";

/// What consoles show.
const DESCRIPTION: &str = "Removes the metadata from uploaded pictures (provisioner)";
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
            tracing: PASS_THROUGH.to_owned(),
            ephemeral_storage: EPHEMERAL_STORAGE,
        }
    }

    /// Only what differs, before and after. Values of the user's own environment
    /// variables may be secrets, so just their names are shown.
    pub(super) fn differences(from: &Self, to: &Self) -> (String, String) {
        let mut before = Vec::new();
        let mut after = Vec::new();
        let mut add = |what: &str, from: String, to: String| {
            if from != to {
                before.push(format!("{what} {from}"));
                after.push(format!("{what} {to}"));
            }
        };
        add("memory", format!("{} MB", from.memory), format!("{} MB", to.memory));
        add("timeout", format!("{} s", from.timeout), format!("{} s", to.timeout));
        add("role", from.role.clone(), to.role.clone());
        add("runtime", from.runtime.clone(), to.runtime.clone());
        add("handler", from.handler.clone(), to.handler.clone());
        add("layers", list(&from.layers), list(&to.layers));
        add("description", format!("{:?}", from.description), format!("{:?}", to.description));
        add("VPC subnets", list(&from.subnets), list(&to.subnets));
        add("dead letter target", word(&from.dead_letter_target), word(&to.dead_letter_target));
        add("KMS key", word(&from.kms_key), word(&to.kms_key));
        add("log group", from.log_group.clone(), to.log_group.clone());
        add("tracing", from.tracing.clone(), to.tracing.clone());
        let megabytes = |size: i32| format!("{size} MB");
        add("ephemeral storage", megabytes(from.ephemeral_storage), megabytes(to.ephemeral_storage));
        let mut names: Vec<&String> = from.environment.keys().chain(to.environment.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let (old, new) = (from.environment.get(name), to.environment.get(name));
            if old != new {
                let state = |value: Option<&String>, is_new: bool| match value {
                    None => "unset",
                    Some(_) if is_new && old.is_some() => "changed",
                    Some(_) => "set",
                };
                before.push(format!("${name} {}", state(old, false)));
                after.push(format!("${name} {}", state(new, true)));
            }
        }
        (before.join(", "), after.join(", "))
    }
}

fn list(values: &[String]) -> String {
    word(&values.join(" "))
}

fn word(value: &str) -> String {
    if value.is_empty() { "none".to_owned() } else { value.to_owned() }
}
