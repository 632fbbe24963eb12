//! The flags of every command.

use std::path::PathBuf;

use clap::Args;

use super::DEFAULT_CONFIG;
use engine::config::why_no_stack_name;

/// Options of every command, accepted before and after it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The configuration file.
    #[arg(help_heading = "Global options", long, global = true, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// Name of the stack to work on; overrides `stack` in the file.
    #[arg(help_heading = "Global options", long, global = true, value_name = "NAME", value_parser = stack_name)]
    pub stack: Option<String>,
    /// Work on a local AWS (installed and started if needed).
    #[arg(help_heading = "Global options", long, global = true)]
    pub local: bool,
    /// JSON output: one document, or JSON lines for what takes time.
    #[arg(help_heading = "Global options", long, global = true)]
    pub json: bool,
    /// Show full policies, each step, and the number of AWS calls.
    #[arg(help_heading = "Global options", short, long, global = true)]
    pub verbose: bool,
}

fn stack_name(name: &str) -> Result<String, String> {
    match why_no_stack_name(name) {
        None => Ok(name.to_owned()),
        Some([what, why, hint]) => Err(format!("{what}\n  why:  {why}\n  hint: {hint}")),
    }
}
