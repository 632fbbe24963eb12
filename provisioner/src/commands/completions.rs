//! `provisioner completions`

use crate::cli;
use crate::exit_code::ExitCode;
use crate::session::Session;

pub(super) fn run(args: &cli::Completions, session: &Session<'_>) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(), "provisioner", &mut script);
    session.screen.out(&String::from_utf8_lossy(&script));
    ExitCode::Ok
}
