//! What the folder `terraform/` needs to describe the same stack: the values of
//! its variables, and import blocks for what exists. Pure; the commands write.

mod imports;
mod policies;
mod tfvars;

pub use imports::{Imports, OVERRIDE, imports};
pub use policies::policies;
pub use tfvars::tfvars;

/// The folder of the HCL, next to `config.toml`.
pub const FOLDER: &str = "terraform";
/// Terraform reads files with this ending by itself
/// (<https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files>).
pub const TFVARS: &str = "stack.auto.tfvars.json";
/// The import blocks.
pub const IMPORTS: &str = "imports.tf";
/// What Terraform is not to compare while it imports.
pub const IMPORTS_OVERRIDE: &str = "imports_override.tf";
/// The function's package, where the variable `function_package` expects it.
pub const PACKAGE: &str = "function.zip";
