//! What shells complete beyond the words of the command line: names that the configuration has, and what AWS alone knows
//! ([`known_names`]). A file with errors completes nothing.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap_complete::CompletionCandidate;
use clap_complete::env::{CompleteEnv, Shells};

use super::DEFAULT_CONFIG;
use crate::known_names;
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

/// The users of the configuration that can have keys, each with what it may do.
pub(super) fn users() -> Vec<CompletionCandidate> {
    users_that(|user| !user.is_role())
}

fn users_that(are: fn(&engine::config::UserConfig) -> bool) -> Vec<CompletionCandidate> {
    let Some(config) = configuration() else { return Vec::new() };
    let candidate = |user: engine::config::UserConfig| {
        let may = format!("{} in the {} bucket", user.access.as_str(), user.bucket.as_str());
        CompletionCandidate::new(user.name).help(Some(may.into()))
    };
    config.users.into_iter().filter(are).map(candidate).collect()
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
        "user-role",
        crate::explain::COST,
    ];
    kinds.into_iter().map(CompletionCandidate::new).chain(users_that(|_| true)).collect()
}

/// The stack that the configuration names, and those that AWS has.
pub(super) fn stacks() -> Vec<CompletionCandidate> {
    let line = Line::to_complete();
    let Some(config) = line.configuration() else { return Vec::new() };
    let own = CompletionCandidate::new(&config.stack).help(Some("of the configuration".into()));
    let name = config.stack.clone();
    let others = known_names::stacks(config, line.is_local).into_iter().filter(|(other, _)| *other != name);
    [own].into_iter().chain(candidates(others)).collect()
}

/// The access keys of the user that the line names.
pub(super) fn access_keys() -> Vec<CompletionCandidate> {
    let line = Line::to_complete();
    let Some(config) = line.configuration() else { return Vec::new() };
    let users = config.users.iter().filter(|user| !user.is_role()).map(|user| user.name.clone());
    let named: Vec<String> =
        users.filter(|user| line.words.iter().any(|word| word == user.as_str())).collect();
    candidates(known_names::access_keys(config, line.is_local, &named)).collect()
}

fn candidates(
    names: impl IntoIterator<Item = (String, String)>,
) -> impl Iterator<Item = CompletionCandidate> {
    names.into_iter().map(|(name, about)| CompletionCandidate::new(name).help(Some(about.into())))
}

fn configuration() -> Option<Config> {
    Line::to_complete().configuration()
}

/// The line to complete. clap does not parse what is not finished.
struct Line {
    words: Vec<OsString>,
    config: PathBuf,
    is_local: bool,
}

impl Line {
    /// It comes behind `--`.
    fn to_complete() -> Self {
        Self::of(env::args_os().skip_while(|word| word != "--").skip(1))
    }

    fn of(words: impl Iterator<Item = OsString>) -> Self {
        let words: Vec<OsString> = words.collect();
        let mut config = DEFAULT_CONFIG.into();
        for (index, word) in words.iter().enumerate() {
            if word == "--config" {
                config = words.get(index + 1).map(PathBuf::from).unwrap_or_default();
            } else if let Some(path) = word.to_str().and_then(|word| word.strip_prefix("--config=")) {
                config = path.into();
            }
        }
        let is_local = words.iter().any(|word| word == "--local");
        Self { words, config, is_local }
    }

    fn configuration(&self) -> Option<Config> {
        load(&self.config, &Overrides::default()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_which_file_and_which_aws() {
        let of = |line: &str| {
            let Line { config, is_local, .. } = Line::of(line.split(' ').map(OsString::from));
            (config.display().to_string(), is_local)
        };
        assert_eq!(of("provisioner keys issue"), ("config.toml".to_owned(), false));
        assert_eq!(of("provisioner --config a.toml keys revoke --local"), ("a.toml".to_owned(), true));
        assert_eq!(of("provisioner keys issue --config=b.toml"), ("b.toml".to_owned(), false));
        assert_eq!(of("provisioner --config"), (String::new(), false));
    }
}
