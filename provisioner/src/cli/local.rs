//! Arguments of `local`.

use clap::{Args, Subcommand};

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
    /// Open a page of the pipeline in the browser: drop photos, see them come out clean.
    ///
    /// For a stack that is up on the local AWS. The page is served to this machine only,
    /// at an address that nobody can guess, until Ctrl-C.
    Open(Open),
}

/// `local open`
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// Port of 127.0.0.1 to serve it on; 0: a free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// Print the address, and start no browser.
    #[arg(long)]
    pub no_browser: bool,
}
