//! `docs/commands.md`, made of the help; and what README and docs tell people to type, held against it.

use std::fmt::Write;
use std::path::Path;

use clap::{Arg, Command};
use testkit::written;

use super::help::{EXAMPLES, GROUPS, without_effect};
use crate::exit_code::TABLE;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/commands.md");

const HEAD: &str = "# Commands and exit codes

Made of the program's help; a test compares the two. `provisioner help up` shows the same of `up`, and `provisioner man pages`
writes manual pages into the folder `pages`.

Stdout is data, stderr is everything else. `NO_COLOR` is honoured. `up`, `down`, `keys revoke` and `local reset` ask before
they do anything; without a terminal they need `--yes`.
";

#[test]
fn the_page_is_what_the_help_says() {
    let wanted = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(Path::new(PAGE), &wanted).unwrap();
    }
    let page = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(page == wanted, "docs/commands.md is not what the help says: UPDATE_DOCS=1 cargo test --bins");
}

/// A command that does not parse teaches nothing: in blocks, also in those that no test runs, and within sentences.
#[test]
fn every_command_that_is_written_parses() {
    let mut read = 0;
    for page in written::pages() {
        let text = written::text(&page);
        let spans = text.split('`').skip(1).step_by(2).map(|span| span.replace('\n', " "));
        let spans = spans.filter(|span| span.starts_with("provisioner "));
        let scripts = written::blocks(&page).into_iter().map(|block| block.script);
        for call in scripts.chain(spans).flat_map(|script| written::calls(&script)) {
            let line = std::iter::once("provisioner".to_owned()).chain(call);
            let line: Vec<String> = line.collect();
            match super::command().try_get_matches_from(&line) {
                Ok(matches) => assert_eq!(without_effect(&matches), None, "{page}: {line:?}"),
                Err(error) => assert!(!error.use_stderr(), "{page}: {line:?}\n{error}"),
            }
            read += 1;
        }
    }
    assert!(read > 80, "{read} commands");
}

fn page() -> String {
    let mut command = super::command();
    command.build();
    let mut page = HEAD.to_owned();
    for (title, names) in GROUPS {
        let _ = write!(page, "\n## {title}\n\n| command | what it does |\n|---|---|\n");
        for name in names {
            let about = command.find_subcommand(name).and_then(Command::get_about).unwrap();
            let _ = writeln!(page, "| [`{name}`](#provisioner-{name}) | {} |", cell(&about.to_string()));
        }
    }
    page.push_str("\n## Options of every command\n\nBefore the command or after it.\n");
    page.push_str(&table(command.get_arguments().filter(|arg| arg.is_global_set())));
    page.push_str("\nOptions that do nothing for a command are refused.\n\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for (code, meaning) in TABLE {
        let _ = writeln!(page, "| {} | {} |", code as u8, cell(meaning));
    }
    for name in GROUPS.iter().flat_map(|(_, names)| *names) {
        section(command.find_subcommand(name).unwrap(), &format!("provisioner {name}"), 2, &mut page);
        let examples = EXAMPLES.iter().find(|(of, _)| of == name).map(|(_, examples)| *examples);
        if let Some(examples) = examples {
            page.push_str("\n| example | what it does |\n|---|---|\n");
            for (words, what) in examples {
                let _ = writeln!(page, "| `provisioner {words}` | {} |", cell(what));
            }
        }
    }
    page
}

/// A command, and those below it.
fn section(command: &Command, name: &str, depth: usize, page: &mut String) {
    let about = command.get_long_about().or_else(|| command.get_about()).unwrap();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace("\n       ", "\n");
    let _ = write!(page, "\n{} {name}\n\n{about}\n\n```text\n{usage}\n```\n", "#".repeat(depth));
    let own = |arg: &&Arg| !arg.is_global_set() && !arg.is_hide_set() && arg.get_id() != "help";
    page.push_str(&table(command.get_arguments().filter(own)));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        section(below, &format!("{name} {}", below.get_name()), depth + 1, page);
    }
}

/// Arguments and options, or nothing where there are none.
fn table<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let mut table = String::new();
    for arg in arguments {
        let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string);
        let mut meaning = cell(&help.unwrap_or_default());
        for value in arg.get_possible_values().iter().filter(|_| arg.get_action().takes_values()) {
            let help = value.get_help().map(|help| format!(": {help}")).unwrap_or_default();
            let _ = write!(meaning, "<br>`{}`{}", value.get_name(), cell(&help));
        }
        let defaults = arg.get_default_values().iter().filter_map(|value| value.to_str());
        let defaults: Vec<&str> = defaults.filter(|value| !value.is_empty()).collect();
        if !defaults.is_empty() && !arg.is_hide_default_value_set() && arg.get_action().takes_values() {
            let _ = write!(meaning, "<br>Default: `{}`", defaults.join(" "));
        }
        let short = arg.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
        let _ = writeln!(table, "| `{short}{}` | {meaning} |", arg.to_string().trim_end());
    }
    if table.is_empty() { table } else { format!("\n| argument | meaning |\n|---|---|\n{table}") }
}

/// Text in one line, in which nothing ends the cell.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}
