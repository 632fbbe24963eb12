//! Arguments of the commands that create, compare and remove the stack.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;

use super::complete;

/// `plan`
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Write it as a comment on a pull request: a summary, and everything else to unfold.
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
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
    /// Don't ask IAM beforehand whether these credentials may make the changes.
    #[arg(long)]
    pub skip_simulation: bool,
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
    /// Don't ask IAM beforehand whether these credentials may make the changes.
    #[arg(long)]
    pub skip_simulation: bool,
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

/// `explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A resource as the plan prints it, a kind (bucket, role, user), a user of config.toml, or `cost`; all resources
    /// without it.
    #[arg(value_name = "RESOURCE", add = ArgValueCandidates::new(complete::resources))]
    pub resource: Option<String>,
}

/// `graph`
#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// The language to draw it in.
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    pub format: GraphFormat,
}

/// A language of graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For Markdown: GitHub and GitLab draw it where it stands.
    Mermaid,
    /// A picture that any browser shows.
    Svg,
    /// For Graphviz.
    Dot,
}
