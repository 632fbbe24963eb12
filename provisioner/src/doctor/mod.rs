//! `doctor`: what this program needs, looked at piece by piece.

mod aws;
mod machine;

use crate::cli::Global;
use crate::failure::Failure;
use crate::suggest::Suggest;

pub(crate) use aws::{connected, unconnected};
pub(crate) use machine::{configuration, function, python};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Configuration,
    Function,
    Python,
    Credentials,
    Endpoint,
    Clock,
    Rights,
    Concurrency,
}

impl Subject {
    /// Its word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Function => "function",
            Self::Python => "python",
            Self::Credentials => "credentials",
            Self::Endpoint => "endpoint",
            Self::Clock => "clock",
            Self::Rights => "rights",
            Self::Concurrency => "concurrency",
        }
    }
}

/// How it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As it should be, in words.
    Ok(String),
    /// It works, and could be better.
    Warning {
        /// What it is.
        what: String,
        /// How to mend it.
        fix: String,
    },
    /// It does not work.
    Problem {
        /// What is wrong.
        what: String,
        /// How to mend it, when we know.
        fix: Option<String>,
    },
    /// It cannot be looked at.
    Skipped(String),
}

impl Verdict {
    /// A failure, as every other command would show it.
    fn of(failure: &Failure, global: &Global) -> Self {
        Self::Problem { what: failure.to_string(), fix: failure.hint(&Suggest::of(global)) }
    }
}

/// A piece that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// Which.
    pub(crate) subject: Subject,
    /// How it is.
    pub(crate) verdict: Verdict,
}
