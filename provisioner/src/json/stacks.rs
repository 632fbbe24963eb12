//! `status --all`

use serde::Serialize;

use engine::stack;
use engine::stacks;

/// All stacks of an account and region (`status --all`).
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Stacks {
    /// The AWS account.
    account: String,
    /// The AWS region.
    region: String,
    /// The stacks, by name.
    stacks: Vec<Stack>,
}

/// A stack.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Stack {
    /// Its name.
    name: String,
    /// Whether it is that of the configuration.
    this: bool,
    /// The ARNs of what carries its mark; roles and users, being of no region, are mostly not among them.
    resources: Vec<String>,
}

impl Stacks {
    pub(crate) fn of(stacks: &stacks::Stacks, own: &stack::Stack) -> Self {
        let stack = |(name, resources): (&String, &Vec<String>)| Stack {
            name: name.clone(),
            this: *name == own.names.stack,
            resources: resources.clone(),
        };
        Self {
            account: own.names.account.clone(),
            region: own.names.region.clone(),
            stacks: stacks.iter().map(stack).collect(),
        }
    }
}
