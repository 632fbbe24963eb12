//! The flags of every command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;

use super::{DEFAULT_CONFIG, complete};
use engine::config::why_no_stack_name;

/// Options of every command, accepted before and after it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The configuration file.
    #[arg(help_heading = "Global options", long, global = true, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    pub config: PathBuf,
    /// Name of the stack to work on; overrides `stack` in the file.
    #[arg(help_heading = "Global options", long, global = true, value_name = "NAME", value_parser = stack_name, add = ArgValueCandidates::new(complete::stacks))]
    pub stack: Option<String>,
    /// Work on a local AWS (installed and started if needed).
    #[arg(help_heading = "Global options", long, global = true)]
    pub local: bool,
    /// JSON output: one document, or JSON lines for what takes time.
    #[arg(help_heading = "Global options", long, global = true)]
    pub json: bool,
    /// Show full policies, each step, and the number of AWS calls.
    #[arg(help_heading = "Global options", short, long, global = true)]
    pub verbose: bool,
    /// Show results and errors only: no progress, no notes.
    #[arg(help_heading = "Global options", short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Colours: auto (on terminals, unless NO_COLOR is set), always, never.
    #[arg(
        help_heading = "Global options",
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    // On terminals, unless NO_COLOR is set or TERM is dumb. Doc comments would make each help a page longer.
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    /// The same for the help and for wrong arguments, which are told before the arguments are known.
    pub(super) fn asked(arguments: &[OsString]) -> clap::ColorChoice {
        let mut words = arguments.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--");
        let mut color = Self::Auto;
        while let Some(word) = words.next() {
            let value = if word == "--color" { words.next() } else { word.strip_prefix("--color=") };
            color = value.and_then(|value| Self::from_str(value, false).ok()).unwrap_or(color);
        }
        match color {
            Self::Auto => clap::ColorChoice::Auto,
            Self::Always => clap::ColorChoice::Always,
            Self::Never => clap::ColorChoice::Never,
        }
    }
}

fn stack_name(name: &str) -> Result<String, String> {
    match why_no_stack_name(name) {
        None => Ok(name.to_owned()),
        Some([what, why, hint]) => Err(format!("{what}\n  why:  {why}\n  hint: {hint}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_the_help_are_those_that_were_asked_for() {
        use clap::ColorChoice::{Always, Auto, Never};
        for (line, expected) in [
            ("provisioner --help", Auto),
            ("provisioner --color never --help", Never),
            ("provisioner up --color=always --help", Always),
            ("provisioner up --color=sometimes", Auto),
            ("provisioner inspect -- --color=never", Auto),
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(Color::asked(&words), expected, "{line}");
        }
    }
}
