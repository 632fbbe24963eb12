//! Arguments of the commands that write for Terraform.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `package`
#[derive(Debug, Args)]
pub(crate) struct Package {
    /// Where to write it: function.zip, in the folder terraform if there is one.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `export`
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Write the configuration as values of Terraform's variables.
    ///
    /// To stack.auto.tfvars.json, which Terraform reads by itself. With
    /// AWS_ENDPOINT_URL or --local it addresses buckets path-style.
    Tfvars(TerraformFolder),
    /// Write import blocks for everything of the stack that exists.
    ///
    /// To imports.tf and imports_override.tf. `terraform apply` then takes all of
    /// it over and changes nothing; after that both files can go.
    Imports(TerraformFolder),
    /// Print every policy document, for reviewers and linters.
    ///
    /// Asks nobody: without `account` and `region` in the configuration, the
    /// account is 123456789012 and the region us-east-1.
    Policies,
}

/// Where the HCL is.
#[derive(Debug, Args)]
pub(crate) struct TerraformFolder {
    /// The folder of the HCL, if not `terraform` next to the configuration.
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}
