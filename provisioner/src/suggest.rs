//! The commands that screens suggest. All are made here, so that each works on the stack of this run: with its
//! `--local`, `--stack` and `--config`, quoted for the shell. Without them a suggestion that is followed would work on
//! another stack.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;

use crate::cli::{DEFAULT_CONFIG, Global};
use crate::report::is_harmful;
use engine::config::{Trusted, UserConfig};
use engine::stack::Stack;

/// Makes the commands to suggest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Suggest {
    /// The flags of this run that choose the stack.
    flags: String,
}

impl Suggest {
    /// For a run with these flags.
    #[must_use]
    pub(crate) fn of(global: &Global) -> Self {
        let mut flags = String::new();
        if global.local {
            flags.push_str(" --local");
        }
        if let Some(stack) = &global.stack {
            push(&mut flags, "--stack", OsStr::new(stack));
        }
        if global.config != Path::new(DEFAULT_CONFIG) {
            push(&mut flags, "--config", global.config.as_os_str());
        }
        Self { flags }
    }

    /// A command of ours, such as `up`, as it is to be typed.
    #[must_use]
    pub(crate) fn command(&self, words: &str) -> String {
        format!("provisioner {words}{}", self.flags)
    }
}

/// `local open` for a run with these flags: it is of the local AWS without being told.
#[must_use]
pub(crate) fn local_open(global: &Global) -> String {
    Suggest::of(&Global { local: false, ..global.clone() }).command("local open")
}

/// The command of the AWS CLI that gets credentials of a user that is a role, in the way that its first trust asks for;
/// what only the caller knows is in capitals.
#[must_use]
pub(crate) fn assume_role(stack: &Stack, user: &UserConfig) -> String {
    let way = match user.trust().and_then(<[_]>::first) {
        Some(Trusted::Oidc { .. }) => "assume-role-with-web-identity --web-identity-token TOKEN".to_owned(),
        Some(Trusted::Saml { provider, .. }) => {
            format!("assume-role-with-saml --principal-arn {} --saml-assertion ASSERTION", plain(provider))
        }
        Some(Trusted::Principal { external_id: Some(_), .. }) => "assume-role --external-id ID".to_owned(),
        Some(Trusted::Principal { .. }) | None => "assume-role".to_owned(),
    };
    // Who works with SAML has the session's name from the assertion.
    let session = if way.starts_with("assume-role-with-saml") { "" } else { " --role-session-name NAME" };
    format!("aws sts {way} --role-arn {}{session}", plain(&stack.user_arn(user)))
}

fn plain(word: &str) -> Cow<'_, str> {
    quoted(OsStr::new(word))
}

fn push(flags: &mut String, flag: &str, value: &OsStr) {
    // A value that looks like a flag must be in one word with its own.
    let join = if value.as_encoded_bytes().starts_with(b"-") { '=' } else { ' ' };
    flags.push_str(&format!(" {flag}{join}{}", quoted(value)));
}

fn quoted(word: &OsStr) -> Cow<'_, str> {
    if cfg!(windows) { for_powershell(word) } else { for_sh(word) }
}

/// A word as PowerShell reads it, which takes all between single quotes as it is
/// (<https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules>). What a terminal
/// must not see has no place in a word of it: a person has to put it there.
fn for_powershell(word: &OsStr) -> Cow<'_, str> {
    let text = word.to_string_lossy();
    // A comma or an @ would begin a list there.
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || r"_-./\:=%+".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    let seen = text.replace(is_harmful, "\u{fffd}");
    // It takes typographic quotes for its own, and two of them for one.
    let is_quote = |letter| matches!(letter, '\'' | '\u{2018}'..='\u{201b}');
    let doubled =
        seen.chars().flat_map(|letter| std::iter::repeat_n(letter, 1 + usize::from(is_quote(letter))));
    Cow::Owned(format!("'{}'", doubled.collect::<String>()))
}

/// A word as the shells of Unix read it
/// (<https://www.gnu.org/software/bash/manual/html_node/Quoting.html>). What a terminal must not see, and what is not
/// UTF-8, is escaped: `$'...'` (also in POSIX since 2024).
fn for_sh(word: &OsStr) -> Cow<'_, str> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./,:=@%+".contains(byte);
    match word.to_str() {
        Some(text) if !text.is_empty() && text.bytes().all(|byte| is_plain(&byte)) => Cow::Borrowed(text),
        Some(text) if !text.chars().any(is_harmful) => {
            Cow::Owned(format!("'{}'", text.replace('\'', "'\\''")))
        }
        _ => {
            // Three octal digits end by themselves, whatever follows; hexadecimal ones do not in every shell.
            let bytes = word.as_encoded_bytes().iter().map(|byte| match byte {
                b' ' => " ".to_owned(),
                byte if is_plain(byte) => char::from(*byte).to_string(),
                byte => format!("\\{byte:03o}"),
            });
            Cow::Owned(format!("$'{}'", bytes.collect::<String>()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn the_page_is_of_the_stack_and_needs_no_flag_for_the_local_aws() {
        let cli = Cli::try_parse_from(["provisioner", "up", "--local", "--stack", "photos-test"]).unwrap();
        let suggested = local_open(&cli.global);
        assert_eq!(suggested, "provisioner local open --stack photos-test");
        assert!(crate::cli::command().try_get_matches_from(suggested.split(' ')).is_ok());
    }

    fn command(arguments: &[&str], words: &str) -> String {
        let cli = Cli::try_parse_from([&["provisioner", "status"], arguments].concat()).unwrap();
        Suggest::of(&cli.global).command(words)
    }

    #[test]
    fn a_suggestion_works_on_the_stack_of_the_run() {
        for (arguments, expected) in [
            (&[][..], "provisioner up"),
            (&["--verbose", "--json"], "provisioner up"),
            (&["--local"], "provisioner up --local"),
            (&["--config", "config.toml"], "provisioner up"),
            (&["--config", "./config.toml"], "provisioner up --config ./config.toml"),
            (
                &["--config", "my stacks/it's.toml", "--stack", "rome", "--local"],
                "provisioner up --local --stack rome --config 'my stacks/it'\\''s.toml'",
            ),
            (&["--config=-x.toml"], "provisioner up --config=-x.toml"),
            (&["--config", "$(reboot).toml"], "provisioner up --config '$(reboot).toml'"),
            (&["--config", "a\u{1b}b \u{202e}"], "provisioner up --config $'a\\033b \\342\\200\\256'"),
        ] {
            assert_eq!(command(arguments, "up"), expected, "{arguments:?}");
        }
        assert_eq!(
            command(&["--local"], "upload A.jpg --as ann"),
            "provisioner upload A.jpg --as ann --local"
        );
    }

    #[test]
    fn a_shell_reads_what_was_meant() {
        for name in ["it's \"a\" b", "$HOME `id` \\n !x *", "ü 日本", "a\nb\t'\u{7f}7\\", "\u{202e}x"] {
            let global = Global {
                config: PathBuf::from(name),
                stack: None,
                local: false,
                json: false,
                verbose: false,
                quiet: false,
                color: Default::default(),
            };
            let script = Suggest::of(&global).command("up").replacen("provisioner", "printf '%s.'", 1);
            // Debian's sh is dash, which has no $'...' yet.
            let Ok(shell) = std::process::Command::new("bash").args(["-c", &script]).output() else {
                println!("skipped: there is no bash");
                return;
            };
            assert_eq!(shell.stdout, format!("up.--config.{name}.").into_bytes(), "{script}");
        }
    }

    #[test]
    fn powershell_reads_what_was_meant() {
        for (word, expected) in [
            (r"C:\Users\ann\config.toml", r"C:\Users\ann\config.toml"),
            (r"my stacks\it's.toml", r"'my stacks\it''s.toml'"),
            ("a,@b", "'a,@b'"),
            ("$(reboot) `id`", "'$(reboot) `id`'"),
            ("\u{2019}; reboot", "'\u{2019}\u{2019}; reboot'"),
            ("a\u{1b}b", "'a\u{fffd}b'"),
            ("", "''"),
        ] {
            assert_eq!(for_powershell(OsStr::new(word)), expected);
        }
    }

    /// Whoever writes `provisioner up` into a text forgets the flags.
    #[test]
    fn no_command_is_suggested_by_hand() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let by_hand = ["up", "plan", "down", "status", "upload", "package"]
            .map(|command| format!("{}provisioner {command}", '`'));
        let mut read = 0;
        for entry in walkdir::WalkDir::new(source).into_iter().map(Result::unwrap) {
            let is_source = entry.path().extension().is_some_and(|extension| extension == "rs");
            if !is_source || entry.path().ends_with("suggest.rs") {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                let found = by_hand.iter().find(|words| line.contains(words.as_str()));
                assert!(found.is_none(), "{}: {line}", entry.path().display());
            }
            read += 1;
        }
        assert!(read > 50, "{read} files");
    }
}
