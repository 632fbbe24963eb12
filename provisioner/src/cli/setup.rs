//! Arguments of the commands that set things up on this machine.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The region to write into the file; without it: AWS_REGION or your profile decides.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

/// `config`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigFile {
    /// Check the configuration, and ask no AWS.
    ///
    /// All errors come in one run, each with the reason and the fix; exits with 3 when there are some.
    Check,
    /// Show the configuration with all defaults, and --stack applied, as TOML.
    ///
    /// Asks no AWS: in names, {account} and {region} stand for what only AWS knows. Values of the function's
    /// variables are hidden, since they may be secrets.
    Show,
    /// Print the JSON schema of the configuration, with which editors complete and check it.
    ///
    /// An editor finds it by the first line of the file: `#:schema config.schema.json`.
    Schema,
}

/// `permissions`
#[derive(Debug, Args)]
pub(crate) struct Permissions {
    /// What for; all of them without it. Each includes what `plan` and `status` read.
    #[arg(value_name = "WORK")]
    pub work: Vec<Work>,
}

/// A kind of work on a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    /// `plan`, `status`, `export`.
    Plan,
    /// `up`.
    Up,
    /// `down`, pictures included.
    Down,
    /// `upload`, `pending`, `backfill`, `audit`, `logs`, `keys`, `verify`.
    Operate,
}

/// `completions`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell to complete in.
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// A folder for the pages of all commands, which is made if it is not there; without it the page of the program
    /// goes to stdout.
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}
