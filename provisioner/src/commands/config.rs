//! `provisioner config`

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::json;
use crate::session::Session;

pub(super) fn run(command: &cli::ConfigFile, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let cli::ConfigFile::Check = command;
    let config = session.config()?;
    let (screen, path) = (session.screen, &session.global.config);
    if screen.json {
        screen.document(&json::ConfigChecked::of(path, &config.stack));
    } else {
        let users = config.users.len();
        let s = if users == 1 { "" } else { "s" };
        screen.out(&format!("{}: no errors; stack {}, {users} user{s}\n", path.display(), config.stack));
    }
    Ok(ExitCode::Ok)
}
