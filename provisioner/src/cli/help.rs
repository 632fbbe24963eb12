//! The help: commands in groups, options where they do something, examples.

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use super::{Cli, Color, topics};
use engine::config::nearest;

/// The commands as the short help groups them.
pub(super) const GROUPS: [(&str, &[&str]); 5] = [
    ("The stack", &["plan", "up", "down", "status", "explain", "graph"]),
    ("Pictures", &["upload", "inspect", "sanitize"]),
    ("Day two", &["pending", "backfill", "logs", "verify", "audit", "access", "keys"]),
    ("Terraform", &["export", "package"]),
    ("This machine", &["init", "doctor", "permissions", "config", "local", "completions", "man"]),
];

/// Commands that some options do nothing for.
const WITHOUT_EFFECT: [(&str, &[&str]); 9] = [
    ("inspect", &["config", "stack", "local"]),
    ("sanitize", &["config", "stack", "local"]),
    ("local", &["config", "stack", "local"]),
    ("init", &["local", "verbose"]),
    ("config", &["local", "verbose"]),
    ("explain", &["verbose"]),
    ("graph", &["json", "verbose"]),
    ("completions", &["config", "stack", "local", "json", "verbose", "quiet"]),
    ("man", &["config", "stack", "local", "json", "verbose"]),
];

/// The one command of `local` that works on a stack, and what does nothing for it: it is always of the local AWS.
const OPEN: (&str, &[&str]) = ("open", &["local"]);

/// What people of other tools type first, and what it is called here.
const MEANT: [(&str, &str); 12] = [
    ("apply", "up"),
    ("deploy", "up"),
    ("create", "up"),
    ("destroy", "down"),
    ("delete", "down"),
    ("remove", "down"),
    ("diff", "plan"),
    ("preview", "plan"),
    ("show", "status"),
    ("ls", "status"),
    ("exit-codes", "help exit-codes"),
    ("json", "help json"),
];

/// Examples at the end of a command's help: what to type, and what it does.
pub(super) const EXAMPLES: [(&str, &[(&str, &str)]); 25] = [
    (
        "plan",
        &[
            ("plan --local", "what `up --local` would create on this machine"),
            ("plan --detailed-exitcode", "in CI: exits with 2 when something has drifted"),
            ("plan --markdown > comment.md", "for a pull request"),
        ],
    ),
    (
        "up",
        &[
            ("up --local", "the whole pipeline on this machine"),
            ("up", "shows the plan and asks"),
            ("up --stack photos-test --yes", "a second copy, side by side, without a question"),
            ("up --adopt=bucket", "takes over buckets that exist, and nothing else"),
        ],
    ),
    (
        "down",
        &[
            ("down", "removes the stack if its buckets are empty"),
            ("down --delete-data", "removes it with all pictures, for good"),
        ],
    ),
    (
        "status",
        &[
            ("status", "each resource beside config.toml, and who may do what"),
            ("status --all", "every stack of the account and region"),
        ],
    ),
    (
        "explain",
        &[
            ("explain", "everything that the stack is made of"),
            ("explain role", "what it is, why it is there, what it may do, what it costs"),
            ("explain cost", "what a thousand pictures cost, and what nothing costs"),
        ],
    ),
    (
        "graph",
        &[
            ("graph", "for Markdown, between ```mermaid and ```"),
            ("graph --format svg > stack.svg", "a picture"),
        ],
    ),
    (
        "upload",
        &[
            ("upload PHOTO.jpg --as user-a", "as this user, with a key that lives as long as the run"),
            ("upload holiday/ --prefix 2026/rome", "a folder; keys begin with 2026/rome/"),
        ],
    ),
    (
        "inspect",
        &[
            ("inspect PHOTO.jpg", "what this picture tells about people and places"),
            ("inspect -r holiday/ --json", "a folder, for a program"),
            ("inspect -r public/ --check", "a gate in CI: exits with 2 when there is something to remove"),
        ],
    ),
    (
        "sanitize",
        &[
            ("sanitize PHOTO.jpg -o clean.jpg", "one picture"),
            ("sanitize -r holiday/ -o clean/", "a folder, into another one"),
            ("sanitize - -o - <in.jpg >out.jpg", "in a pipe"),
        ],
    ),
    (
        "pending",
        &[
            ("pending --since 7d", "what was uploaded in the last week and has no clean copy"),
            ("pending --why --limit 20", "cleans the first 20 of them, or shows why they cannot be cleaned"),
            ("pending --detailed-exitcode", "for a monitor: exits with 2 when there are some"),
        ],
    ),
    (
        "backfill",
        &[
            ("backfill --dry-run", "what would be cleaned"),
            ("backfill --prefix 2026/", "everything that is pending under 2026/"),
            ("backfill --cleaned-before 2026-11-26", "also what an older version has cleaned"),
            ("backfill --emit-batch-job job/", "for millions: what S3 Batch Operations needs to do it"),
        ],
    ),
    (
        "logs",
        &[
            ("logs --follow", "what happens now"),
            ("logs --rejected --failed --since 7d", "what could not be cleaned in the last week, and why"),
            ("logs --key 2026/rome.jpg --since 30d", "the story of one picture"),
        ],
    ),
    (
        "audit",
        &[("audit", "every picture that is published"), ("audit --sample 500", "a look at 500 of them")],
    ),
    (
        "access",
        &[
            ("access", "everybody beside every right"),
            ("access user-b GetObject source/a.jpg", "one question, and the statement that decides"),
        ],
    ),
    (
        "keys",
        &[
            ("keys list", "each user's keys: how old, when used last"),
            (
                "keys issue user-a --profile photos-a",
                "a key for user-a, into the AWS CLI's file of credentials",
            ),
            (
                "keys rotate user-a --profile photos-a",
                "another one in its place; the old one goes when the new one works",
            ),
            ("keys revoke user-a", "takes the key away"),
        ],
    ),
    (
        "local",
        &[
            ("local open", "the pipeline of `up --local` in the browser: drop photos, see what they reveal"),
            ("local reset --yes", "forgets everything in the local AWS"),
        ],
    ),
    (
        "verify",
        &[
            ("verify", "canaries in, clean copies out, and every right asked for"),
            ("verify --html proof.html --junit proof.xml", "with a page to look at, and a report for CI"),
        ],
    ),
    (
        "doctor",
        &[("doctor", "what stands in the way of `up`"), ("doctor --local", "the same for `up --local`")],
    ),
    (
        "permissions",
        &[
            ("permissions > policy.json", "for a person or a pipeline that does everything"),
            ("permissions plan", "for a pipeline that reports drift"),
        ],
    ),
    (
        "config",
        &[
            ("config check", "names every error, in CI or before a commit"),
            ("config show --stack photos-test", "what a second stack would get, the defaults included"),
            (
                "config schema > config.schema.json",
                "then `#:schema config.schema.json` as the file's first line",
            ),
        ],
    ),
    ("init", &[("init --stack photos --region eu-central-1", "config.toml in this folder")]),
    (
        "completions",
        &[
            ("completions bash > ~/.local/share/bash-completion/completions/provisioner", "for bash"),
            ("completions fish > ~/.config/fish/completions/provisioner.fish", "for fish"),
        ],
    ),
    ("man", &[("man ~/.local/share/man/man1", "the pages of all commands, for `man provisioner-up`")]),
    ("package", &[("package", "terraform/function.zip, the bytes that `up` uploads")]),
    (
        "export",
        &[
            ("export tfvars", "config.toml as variables of Terraform"),
            ("export imports", "import blocks for everything that exists"),
        ],
    ),
];

/// The command line with its help.
#[must_use]
pub(crate) fn command() -> Command {
    let mut command = Cli::command();
    for (name, options) in WITHOUT_EFFECT {
        let hidden: Vec<_> = command
            .get_arguments()
            .filter(|arg| options.contains(&arg.get_id().as_str()))
            .map(|arg| arg.clone().hide(true))
            .collect();
        command = command.mut_subcommand(name, |one| one.args(hidden));
    }
    let shown: Vec<_> = command
        .get_arguments()
        .filter(|arg| ["config", "stack"].contains(&arg.get_id().as_str()))
        .cloned()
        .collect();
    command = command.mut_subcommand("local", |one| one.mut_subcommand(OPEN.0, |open| open.args(shown)));
    for (name, examples) in EXAMPLES {
        command = command.mut_subcommand(name, |one| one.after_help(examples_text(examples)));
    }
    command = command.mut_subcommand("config", |one| {
        let examples = one.get_after_help().map(ToString::to_string).unwrap_or_default();
        one.after_long_help(format!("{examples}\n{}", topics::configuration()))
    });
    let groups = groups_text(&command);
    command
        .help_template(
            "{about}. No state file: every run reads AWS itself.\n\n{usage-heading} {usage}\n\n{before-help}\
             {options}{after-help}",
        )
        .before_help(groups)
        .after_help(topics::MORE)
}

/// Reads the arguments of this process.
///
/// # Errors
/// Wrong ones, and the help, which was asked for.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    let arguments: Vec<_> = std::env::args_os().collect();
    if let Some(topic) = topics::asked(&arguments) {
        return Err(topic);
    }
    let mut command = command().color(Color::asked(&arguments));
    let matches = command.try_get_matches_from_mut(&arguments).map_err(meant)?;
    if let Some((name, option)) = without_effect(&matches) {
        let text = format!("--{option} does nothing for `{name}`");
        return Err(command.error(ErrorKind::ArgumentConflict, text));
    }
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// An option that was given to a command that takes no notice of it.
pub(super) fn without_effect(matches: &ArgMatches) -> Option<(&str, &'static str)> {
    let (name, own) = matches.subcommand()?;
    let (_, mut options) = WITHOUT_EFFECT.into_iter().find(|(one, _)| *one == name)?;
    if name == "local" && own.subcommand_name() == Some(OPEN.0) {
        options = OPEN.1;
    }
    let is_given = |id: &&&'static str| own.value_source(id) == Some(ValueSource::CommandLine);
    options.iter().find(is_given).map(|option| (name, *option))
}

/// A command of another tool, mistyped or not, gets the name that it has here. What stands below a command, such as
/// `config preview`, is no command.
fn meant(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};
    let given = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(given)) => given.clone(),
        _ => return error,
    };
    let is_below =
        error.get(ContextKind::Usage).is_some_and(|usage| !usage.to_string().contains("provisioner ["));
    let is_known = error.get(ContextKind::SuggestedSubcommand).is_some();
    let words: Vec<&str> = MEANT.iter().map(|(word, _)| *word).collect();
    let word = words.iter().copied().find(|word| *word == given);
    let word = word.or_else(|| nearest(&given, &words).filter(|_| !is_known));
    if let Some((_, name)) = MEANT.iter().find(|(meant, _)| !is_below && Some(*meant) == word) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![(*name).to_owned()]));
    }
    error
}

fn groups_text(command: &Command) -> StyledStr {
    let width = GROUPS.iter().flat_map(|(_, names)| *names).map(|name| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (index, (title, names)) in GROUPS.into_iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        text.push_str(&format!("{gap}{title}:\n"));
        for name in names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!("  {name:width$}  {about}\n"));
        }
    }
    text.into()
}

fn examples_text(examples: &[(&str, &str)]) -> String {
    let width = examples.iter().map(|(words, _)| words.len()).max().unwrap_or_default();
    let mut text = String::from("Examples:\n");
    for (words, what) in examples {
        text.push_str(&format!("  provisioner {words:width$}   {what}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_one_group() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let command = Cli::command();
        let mut all: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }

    /// An example that does not parse teaches nothing.
    #[test]
    fn every_example_parses() {
        for (name, examples) in EXAMPLES {
            for (words, _) in examples {
                let words: Vec<&str> =
                    words.split(['<', '>']).next().unwrap_or_default().split_whitespace().collect();
                assert_eq!(words[0], name);
                let line = [&["provisioner"], words.as_slice()].concat();
                let matches = command().try_get_matches_from(&line);
                assert!(matches.is_ok(), "{line:?}: {:?}", matches.err().map(|error| error.to_string()));
            }
        }
    }

    #[test]
    fn options_that_do_nothing_are_refused_and_not_offered() {
        let given = |line: &[&str]| {
            let matches = command().try_get_matches_from(line).unwrap();
            without_effect(&matches).map(|(name, option)| format!("{name} {option}"))
        };
        assert_eq!(given(&["provisioner", "inspect", "a.jpg"]), None);
        assert_eq!(given(&["provisioner", "inspect", "a.jpg", "--local"]), Some("inspect local".to_owned()));
        assert_eq!(
            given(&["provisioner", "--stack", "abc", "local", "stop"]),
            Some("local stack".to_owned())
        );
        assert_eq!(given(&["provisioner", "--local", "status"]), None);
        assert_eq!(given(&["provisioner", "local", "open", "--stack", "abc", "--config", "a.toml"]), None);
        assert_eq!(given(&["provisioner", "local", "open", "--local"]), Some("local local".to_owned()));
        let open = command().try_get_matches_from(["provisioner", "local", "open", "--help"]).unwrap_err();
        assert!(open.to_string().contains("--stack <NAME>"), "{open}");
        let help =
            command().try_get_matches_from(["provisioner", "sanitize", "--help"]).unwrap_err().to_string();
        assert!(!help.contains("--local") && help.contains("--json"), "{help}");
    }

    #[test]
    fn words_of_other_tools_are_understood() {
        for (line, name) in
            [(&["provisioner", "appyl"][..], Some("'up'")), (&["provisioner", "config", "preview"], None)]
        {
            let error = meant(command().try_get_matches_from(line).unwrap_err()).to_string();
            match name {
                Some(name) => assert!(error.contains(name), "{error}"),
                None => assert!(!error.contains("status"), "{error}"),
            }
        }
        for (word, name) in MEANT {
            let error = meant(command().try_get_matches_from(["provisioner", word]).unwrap_err()).to_string();
            assert!(error.contains(&format!("'{name}'")), "{error}");
        }
    }
}
