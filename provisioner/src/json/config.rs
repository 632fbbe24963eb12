//! `init`, `config check` and `config schema`

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::exact;

/// A configuration was written.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Initialized {
    /// The path of the file, exact.
    file: String,
    /// The bytes of that path in Base64. Only when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_bytes: Option<String>,
    /// The stack's name.
    stack: String,
}

/// A configuration has no errors. One that has some ends in the document of errors.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ConfigChecked {
    /// The path of the file, exact.
    file: String,
    /// The bytes of that path in Base64. Only when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_bytes: Option<String>,
    /// The stack's name.
    stack: String,
}

/// The JSON schema of the configuration.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ConfigSchema {
    /// The schema, draft 7, as without `--json`.
    schema: Value,
}

impl ConfigSchema {
    pub(crate) fn of(schema: Value) -> Self {
        Self { schema }
    }

    /// The schema alone.
    pub(crate) fn document(&self) -> String {
        serde_json::to_string_pretty(&self.schema).unwrap_or_default()
    }
}

impl Initialized {
    pub(crate) fn of(path: &Path, stack: &str) -> Self {
        let (file, file_bytes) = exact(path);
        Self { file, file_bytes, stack: stack.to_owned() }
    }
}

impl ConfigChecked {
    pub(crate) fn of(path: &Path, stack: &str) -> Self {
        let (file, file_bytes) = exact(path);
        Self { file, file_bytes, stack: stack.to_owned() }
    }
}
