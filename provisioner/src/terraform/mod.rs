//! What the folder `terraform/` needs to describe the same stack: the values of
//! its variables, and import blocks for what exists. Pure; the commands write.

mod imports;
mod policies;
mod tfvars;

pub(crate) use imports::{OVERRIDE, imports};
pub(crate) use policies::policies;
pub(crate) use tfvars::tfvars;

/// The folder of the HCL, next to `config.toml`.
pub(crate) const FOLDER: &str = "terraform";
/// Terraform reads files with this ending by itself
/// (<https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files>).
pub(crate) const TFVARS: &str = "stack.auto.tfvars.json";
/// The import blocks.
pub(crate) const IMPORTS: &str = "imports.tf";
/// What Terraform is not to compare while it imports.
pub(crate) const IMPORTS_OVERRIDE: &str = "imports_override.tf";
/// The function's package, where the variable `function_package` expects it.
pub(crate) const PACKAGE: &str = "function.zip";
