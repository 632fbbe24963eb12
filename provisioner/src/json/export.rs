//! `export tfvars|imports|policies`

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::exact;
use engine::stack::Stack;

/// The variables for Terraform were written.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Tfvars {
    /// The paths of the files, exact.
    files: Vec<String>,
    /// The bytes of those paths in Base64. Only when one is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    files_bytes: Option<Vec<String>>,
}

/// The import blocks for Terraform were written.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Imports {
    /// The paths of the files, exact.
    files: Vec<String>,
    /// The bytes of those paths in Base64. Only when one is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    files_bytes: Option<Vec<String>>,
    /// How many import blocks there are.
    imports: usize,
}

/// Every policy of the stack. Without `--json` the value of `policies` stands alone, for linters.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Policies {
    /// The account in the ARNs; 123456789012 when config.toml names none.
    account: String,
    /// The region in the ARNs; us-east-1 when config.toml names none.
    region: String,
    /// The documents by what they are attached to: `role trust`, `role`, `bucket source`, `bucket destination`,
    /// `function`, `user NAME`.
    policies: BTreeMap<String, Value>,
}

impl Tfvars {
    pub(crate) fn of(path: &Path) -> Self {
        let (files, files_bytes) = all(&[path]);
        Self { files, files_bytes }
    }
}

impl Imports {
    pub(crate) fn of(paths: &[&Path], imports: usize) -> Self {
        let (files, files_bytes) = all(paths);
        Self { files, files_bytes, imports }
    }
}

impl Policies {
    pub(crate) fn of(policies: BTreeMap<String, Value>, stack: &Stack) -> Self {
        let (account, region) = (stack.names.account.clone(), stack.names.region.clone());
        Self { account, region, policies }
    }
}

fn all(paths: &[&Path]) -> (Vec<String>, Option<Vec<String>>) {
    let (files, bytes): (Vec<String>, Vec<Option<String>>) = paths.iter().map(|path| exact(path)).unzip();
    // All of them lie in one folder, so their bytes are told together.
    let bytes =
        bytes.iter().any(Option::is_some).then(|| bytes.into_iter().map(Option::unwrap_or_default).collect());
    (files, bytes)
}
