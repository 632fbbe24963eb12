//! Arguments of the commands that create, compare and remove the stack.

use clap::Args;

/// `plan`
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Plan to take over what exists and is not of this stack: all of it, or
    /// what is named, by kind (bucket, user) or as the plan prints it.
    #[arg(long, value_name = "RESOURCE", num_args = 0..)]
    pub adopt: Option<Vec<String>>,
}

/// `up`
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Skip the confirmation.
    #[arg(short, long)]
    pub yes: bool,
    /// Take over what exists and is not of this stack: all of it, or what is
    /// named, by kind (bucket, user) or as the plan prints it.
    #[arg(long, value_name = "RESOURCE", num_args = 0..)]
    pub adopt: Option<Vec<String>>,
    /// Prove in the end that it works, as `verify` does, and fail if it does not.
    #[arg(long)]
    pub verify: bool,
}

/// `down`
#[derive(Debug, Args)]
pub(crate) struct Down {
    /// Skip the confirmation.
    #[arg(short, long)]
    pub yes: bool,
    /// Delete all objects and their versions, for good.
    #[arg(long, conflicts_with = "keep_data")]
    pub delete_data: bool,
    /// Keep the buckets that hold objects.
    #[arg(long)]
    pub keep_data: bool,
}

/// `status`
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Exit with 2 when something is not as in the configuration.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// List every stack of this account and region, also those that no
    /// configuration names any more.
    #[arg(long, conflicts_with = "detailed_exitcode")]
    pub all: bool,
}
