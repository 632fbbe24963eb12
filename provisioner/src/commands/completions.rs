//! `provisioner completions`

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::session::Session;

pub(super) fn run(args: &cli::Completions, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let script = cli::script(args.shell)
        .map_err(|source| Failure::File { path: format!("completions for {}", args.shell), source })?;
    session.screen.out(&String::from_utf8_lossy(&script));
    Ok(ExitCode::Ok)
}
