//! Arguments of `local`.

use clap::Subcommand;

/// `local`
#[derive(Debug, Subcommand)]
pub(crate) enum Local {
    /// Start it, and print the environment to use it with other tools.
    Start,
    /// Stop it; its state stays.
    Stop,
    /// Show whether it runs, where, and how much it holds.
    Status,
    /// Stop it and delete everything in it.
    Reset {
        /// Skip the confirmation.
        #[arg(short, long)]
        yes: bool,
    },
}
