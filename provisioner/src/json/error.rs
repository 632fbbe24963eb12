//! What every command prints when it fails.

use serde::Serialize;

use engine::aws::AwsError;
use engine::config::ConfigErrors;

/// The last line of a command that failed.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Failed {
    /// The command failed.
    Error {
        /// Why.
        error: Error,
    },
}

/// Why a command failed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Error {
    /// What went wrong.
    message: String,
    /// The exit code of the program.
    exit_code: u8,
    /// How to fix it, when that is known.
    hint: Option<String>,
    /// Every error of config.toml. Only with exit code 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<ConfigError>>,
    /// The call to AWS that failed. Only when one did, as the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'static str>,
    /// AWS's code of the error; null when AWS did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Option<String>>,
    /// AWS's id of the call; null when AWS did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<Option<String>>,
}

/// An error of config.toml.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ConfigError {
    /// The file.
    file: String,
    /// Its line, from 1; null when it is about the whole file.
    line: Option<usize>,
    /// Its column, from 1; null when it is about the whole file.
    column: Option<usize>,
    /// What is wrong.
    message: String,
    /// More about it.
    note: Option<String>,
    /// How to fix it.
    help: String,
}

impl Failed {
    pub(crate) fn new(message: String, exit_code: u8, hint: Option<String>) -> Self {
        let error =
            Error { message, exit_code, hint, errors: None, operation: None, code: None, request_id: None };
        Self::Error { error }
    }

    /// The same with the errors of config.toml.
    pub(crate) fn with_config(self, errors: &ConfigErrors) -> Self {
        let Self::Error { error } = self;
        Self::Error { error: Error { errors: Some(ConfigError::all(errors)), ..error } }
    }

    /// The same with the call that failed.
    pub(crate) fn with_call(self, call: &AwsError) -> Self {
        let Self::Error { error } = self;
        Self::Error {
            error: Error {
                operation: Some(call.operation),
                code: Some(call.code.clone()),
                request_id: Some(call.request_id.clone()),
                ..error
            },
        }
    }
}

impl ConfigError {
    pub(crate) fn all(errors: &ConfigErrors) -> Vec<Self> {
        let one = |error| {
            let position = errors.position(error);
            Self {
                file: errors.file().to_owned(),
                line: position.map(|(line, _)| line),
                column: position.map(|(_, column)| column),
                message: error.message().to_owned(),
                note: error.note().map(str::to_owned),
                help: error.help().to_owned(),
            }
        };
        errors.iter().map(one).collect()
    }
}
