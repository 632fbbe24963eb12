//! What shells complete beyond the words of the command line: names that the configuration has.
//!
//! Only the file is read, since a key press must not wait for AWS. A file with errors completes nothing.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap_complete::CompletionCandidate;
use clap_complete::env::{CompleteEnv, Shells};

use super::DEFAULT_CONFIG;
use engine::config::{Config, Overrides, load};

/// With this variable, which the scripts of `completions` set, the program completes its arguments and does nothing
/// else.
const VARIABLE: &str = "PROVISIONER_COMPLETE";

/// Completes the arguments of this process, if a shell asks for that.
pub(crate) fn complete() -> Result<bool, clap::Error> {
    let folder = env::current_dir().ok();
    CompleteEnv::with_factory(super::command).var(VARIABLE).try_complete(env::args_os(), folder.as_deref())
}

/// The script that makes a shell ask us.
///
/// # Errors
/// What the writer of the script says.
pub(crate) fn script(shell: clap_complete::Shell) -> std::io::Result<Vec<u8>> {
    let mut script = Vec::new();
    let name = "provisioner";
    if let Some(shell) = Shells::builtins().completer(&shell.to_string()) {
        shell.write_registration(VARIABLE, name, name, name, &mut script)?;
    }
    Ok(script)
}

/// The users of the configuration, each with what it may do.
pub(super) fn users() -> Vec<CompletionCandidate> {
    let Some(config) = configuration() else { return Vec::new() };
    let candidate = |user: engine::config::UserConfig| {
        let may = format!("{} in the {} bucket", user.access.as_str(), user.bucket.as_str());
        CompletionCandidate::new(user.name).help(Some(may.into()))
    };
    config.users.into_iter().map(candidate).collect()
}

/// What `explain` explains: kinds, users, and the costs.
pub(super) fn resources() -> Vec<CompletionCandidate> {
    let kinds = [
        "source-bucket",
        "destination-bucket",
        "log-group",
        "role",
        "function",
        "function-policy",
        "trigger",
        "alarm",
        "user",
        crate::explain::COST,
    ];
    kinds.into_iter().map(CompletionCandidate::new).chain(users()).collect()
}

/// The stack that the configuration names; others are known to AWS alone.
pub(super) fn stacks() -> Vec<CompletionCandidate> {
    configuration().map(|config| CompletionCandidate::new(config.stack)).into_iter().collect()
}

fn configuration() -> Option<Config> {
    load(&file(env::args_os()), &Overrides::default()).ok()
}

/// The file that the line to complete names. It comes behind `--`, and clap does not parse what is not finished.
fn file(arguments: impl Iterator<Item = OsString>) -> PathBuf {
    let mut words = arguments.skip_while(|word| word != "--").skip(1);
    while let Some(word) = words.next() {
        if word == "--config" {
            return words.next().map(PathBuf::from).unwrap_or_default();
        }
        if let Some(path) = word.to_str().and_then(|word| word.strip_prefix("--config=")) {
            return path.into();
        }
    }
    DEFAULT_CONFIG.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_the_line_is_read() {
        let of = |line: &str| file(line.split(' ').map(OsString::from));
        assert_eq!(of("provisioner -- provisioner keys issue"), PathBuf::from("config.toml"));
        assert_eq!(of("provisioner -- provisioner --config a.toml keys issue"), PathBuf::from("a.toml"));
        assert_eq!(of("provisioner -- provisioner keys issue --config=b.toml"), PathBuf::from("b.toml"));
    }
}
