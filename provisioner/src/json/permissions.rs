//! `permissions`

use serde::Serialize;
use serde_json::Value;

/// The rights that working on a stack takes.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Permissions {
    /// The policy document, as IAM takes it.
    policy: Value,
}

impl Permissions {
    pub(crate) fn of(policy: Value) -> Self {
        Self { policy }
    }

    /// The document alone.
    pub(crate) fn document(&self) -> String {
        serde_json::to_string_pretty(&self.policy).unwrap_or_default()
    }
}
