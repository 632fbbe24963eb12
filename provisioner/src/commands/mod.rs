//! One file per command: arguments -> the core -> report.

mod access;
mod adopt;
mod audit;
mod backfill;
mod changes;
mod completions;
mod config;
mod doctor;
mod down;
mod explain;
mod export;
mod graph;
mod init;
mod inspect;
mod keys;
mod local;
mod local_open;
mod logs;
mod man;
mod package;
mod pending;
mod permissions;
mod plan;
mod sanitize;
mod status;
mod up;
mod upload;
mod verify;

use crate::cli::{Cli, Command};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::session::Session;

/// Runs a command.
///
/// # Errors
/// Whatever kept it from being done.
pub(crate) async fn run(cli: &Cli, session: &Session<'_>) -> Result<ExitCode, Failure> {
    if session.global.local || matches!(cli.command, Command::Local { .. }) {
        // Before anything is read, built or made.
        local_aws::supported()?;
    }
    match &cli.command {
        Command::Plan(args) => plan::run(args, session).await,
        Command::Up(args) => up::run(args, session).await,
        Command::Down(args) => down::run(args, session).await,
        Command::Status(args) => status::run(args, session).await,
        Command::Explain(args) => explain::run(args, session),
        Command::Graph(args) => graph::run(args, session),
        Command::Pending(args) => pending::run(args, session).await,
        Command::Backfill(args) => backfill::run(args, session).await,
        Command::Keys { command } => keys::run(command, session).await,
        Command::Audit(args) => audit::run(args, session).await,
        Command::Access(args) => access::run(args, session).await,
        Command::Logs(args) => logs::run(args, session).await,
        Command::Verify(args) => verify::run(args, session).await,
        Command::Local { command } => local::run(command, session).await,
        Command::Upload(args) => upload::run(args, session).await,
        Command::Inspect(args) => inspect::run(args, session),
        Command::Sanitize(args) => sanitize::run(args, session),
        Command::Init(args) => init::run(args, session).await,
        Command::Config { command } => config::run(command, session),
        Command::Completions(args) => completions::run(args, session),
        Command::Man(args) => man::run(args, session),
        Command::Doctor => doctor::run(session).await,
        Command::Permissions(args) => permissions::run(args, session).await,
        Command::Package(args) => package::run(args, session).await,
        Command::Export { what } => export::run(what, session).await,
    }
}
