//! The flags of every command.

use std::path::PathBuf;

use clap::Args;

use super::DEFAULT_CONFIG;

/// Flags of every command, accepted before and after it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The configuration.
    #[arg(long, global = true, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// Another copy of the stack, under this name.
    #[arg(long, global = true, value_name = "NAME")]
    pub stack: Option<String>,
    /// Use the AWS that runs on this machine; it is installed and started when needed.
    #[arg(long, global = true)]
    pub local: bool,
    /// One JSON document on stdout, or JSON lines for what takes time.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more: whole policies, counts of AWS calls.
    #[arg(short, long, global = true)]
    pub verbose: bool,
}
