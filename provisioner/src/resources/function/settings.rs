//! The settings of the function: what is desired, and how differences are told.

use std::collections::BTreeMap;

use crate::stack::Stack;

/// The runtime: no language runtime, just the binary.
pub const RUNTIME: &str = "provided.al2023";
/// What the runtime starts.
pub const HANDLER: &str = "bootstrap";

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
        add("layers", from.layers.join(" "), to.layers.join(" "));
        let mut names: Vec<&String> = from.environment.keys().chain(to.environment.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let (old, new) = (from.environment.get(name), to.environment.get(name));
            if old != new {
                let word = |value: Option<&String>, is_new: bool| match value {
                    None => "unset",
                    Some(_) if is_new && old.is_some() => "changed",
                    Some(_) => "set",
                };
                before.push(format!("${name} {}", word(old, false)));
                after.push(format!("${name} {}", word(new, true)));
            }
        }
        (before.join(", "), after.join(", "))
    }
}
