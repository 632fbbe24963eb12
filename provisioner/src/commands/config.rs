//! `provisioner config`

use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::json;
use crate::session::Session;
use engine::config::schema;

pub(super) fn run(command: &cli::ConfigFile, session: &Session<'_>) -> Result<ExitCode, Failure> {
    match command {
        cli::ConfigFile::Check => check(session),
        cli::ConfigFile::Show => show(session),
        cli::ConfigFile::Schema => {
            let schema = json::ConfigSchema::of(schema());
            if session.screen.json {
                session.screen.document(&schema);
            } else {
                session.screen.out(&(schema.document() + "\n"));
            }
            Ok(ExitCode::Ok)
        }
    }
}

fn check(session: &Session<'_>) -> Result<ExitCode, Failure> {
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

fn show(session: &Session<'_>) -> Result<ExitCode, Failure> {
    let config = session.config()?;
    let region = session.region_without_a_call(&config);
    let shown = json::ConfigShown::of(&config, region.as_deref());
    if session.screen.json {
        session.screen.document(&shown);
    } else {
        let path = session.global.config.display().to_string();
        let text =
            shown.toml().map_err(|error| Failure::File { path, source: std::io::Error::other(error) })?;
        session.screen.out(&text);
    }
    Ok(ExitCode::Ok)
}
