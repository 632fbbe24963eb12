//! The function: code, configuration, reserved concurrency
//! (<https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html>).
//!
//! # Expected flow
//! Create with the role, wait until it is `Active`, then limit its concurrency. Later: code, then settings, each
//! followed by a wait, as Lambda refuses a second update while one is in progress.
//!
//! # Guarantees
//! - `Failed` is an error with AWS's reason, never "ready"; new code is uploaded to get out of it.
//! - Values of environment variables are never shown: they may be secrets.
//!
//! # Assumptions
//! - The package was built before: its hash is what `CodeSha256` must be.
//!
//! # Caveats
//! - A new role cannot be assumed for some seconds, so creation may wait.
//! - Tags that others set stay; layers, VPC, dead-letter target and tracing that others set do not.

mod execute;
mod observe;
mod settings;

pub use observe::observe;
pub use settings::{HANDLER, RUNTIME, Settings};

use serde_json::json;

use super::{Address, Context, Line, Need, ResourceChange, Shown, tags};
use crate::aws::AwsError;
use crate::stack::{Stack, Tags};

/// The function as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Its settings.
    pub settings: Settings,
    /// Instruction set.
    pub architecture: String,
    /// SHA-256 of the code package, base64.
    pub code_sha256: String,
    /// Size of the code package in bytes.
    pub code_size: i64,
    /// `Active`, `Pending`, ...
    pub state: String,
    /// Why it is in this state.
    pub state_reason: Option<String>,
    /// When it was changed last.
    pub last_modified: String,
    /// Reserved concurrency.
    pub reserved_concurrency: Option<u32>,
    /// Tags.
    pub tags: Tags,
}

/// A change of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create it, with code, settings and tags.
    Create {
        /// Hash of the code.
        code_sha256: String,
        /// Instruction set.
        architecture: &'static str,
        /// Its settings.
        settings: Box<Settings>,
    },
    /// Upload new code.
    SetCode {
        /// As it is: hash and instruction set.
        from: (String, String),
        /// As it should be.
        to: (String, &'static str),
    },
    /// Write the settings.
    SetSettings {
        /// As they are.
        from: Box<Settings>,
        /// As they should be.
        to: Box<Settings>,
    },
    /// Set or remove reserved concurrency.
    SetConcurrency {
        /// As it is.
        from: Option<u32>,
        /// As it should be.
        to: Option<u32>,
    },
    /// Set tags.
    SetTags {
        /// As they are.
        from: Tags,
        /// Those to set.
        to: Tags,
    },
    /// Wait for a function that AWS is still busy with.
    Wait {
        /// The state it is in; `None`: it was just made.
        state: Option<String>,
    },
    /// Delete it.
    Delete,
}

/// What is to be done. `code_sha256` is the hash of the package to run.
#[must_use]
pub fn diff(stack: &Stack, code_sha256: &str, observed: Option<&Observed>) -> Vec<Change> {
    let settings = Box::new(Settings::wanted(stack));
    let architecture = stack.config.function.architecture.as_str();
    let concurrency = stack.config.function.reserved_concurrency;
    let Some(observed) = observed else {
        let mut changes = vec![
            Change::Create { code_sha256: code_sha256.to_owned(), architecture, settings },
            Change::Wait { state: None },
        ];
        if concurrency.is_some() {
            changes.push(Change::SetConcurrency { from: None, to: concurrency });
        }
        return changes;
    };
    let mut changes = Vec::new();
    if observed.code_sha256 != code_sha256 || observed.architecture != architecture {
        changes.push(Change::SetCode {
            from: (observed.code_sha256.clone(), observed.architecture.clone()),
            to: (code_sha256.to_owned(), architecture),
        });
    }
    if observed.settings != *settings {
        changes.push(Change::SetSettings { from: Box::new(observed.settings.clone()), to: settings });
    }
    if observed.reserved_concurrency != concurrency {
        changes.push(Change::SetConcurrency { from: observed.reserved_concurrency, to: concurrency });
    }
    if let Some(to) = tags::missing(stack, &observed.tags) {
        changes.push(Change::SetTags { from: observed.tags.clone(), to });
    }
    match observed.state.as_str() {
        "Active" | "Inactive" => {}
        // New code is the way out of a failed creation or update.
        "Failed" if !changes.iter().any(|change| matches!(change, Change::SetCode { .. })) => {
            changes.push(Change::SetCode {
                from: (observed.code_sha256.clone(), observed.architecture.clone()),
                to: (code_sha256.to_owned(), architecture),
            });
        }
        "Failed" => {}
        state => changes.push(Change::Wait { state: Some(state.to_owned()) }),
    }
    changes
}

/// The first characters of a hash tell enough.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match self {
            Self::Create { code_sha256, architecture, settings } => Line::create().note(format!(
                "{RUNTIME}, {architecture}, {} MB, {} s, code {}",
                settings.memory,
                settings.timeout,
                short(code_sha256)
            )),
            Self::SetCode { from, to } => {
                let code = |hash: &str, architecture: &str| {
                    let words = if from.1 == to.1 {
                        short(hash).to_owned()
                    } else {
                        format!("{} ({architecture})", short(hash))
                    };
                    Shown::value(words, json!({"code_sha256": hash, "architecture": architecture}))
                };
                Line::set("code", code(&from.0, &from.1), code(&to.0, to.1))
            }
            Self::SetSettings { from, to } => {
                let (from, to) = Settings::differences(from, to);
                Line::set("settings", from, to)
            }
            Self::SetConcurrency { from, to } => {
                let shown = |most: &Option<_>| most.and_then(|most| Shown::value(most, most));
                Line::set("reserved concurrency", shown(from), shown(to))
            }
            Self::SetTags { from, to } => tags::line(from, to),
            Self::Wait { state } => {
                Line::set("state", state.as_ref().and_then(Shown::text), Shown::text("Active"))
            }
            Self::Delete => Line::delete(),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Create { .. } => 0,
            Self::Wait { .. } | Self::SetTags { .. } => 1,
            // Two updates at once are a conflict, so they come one after the other.
            Self::SetCode { .. } => 2,
            Self::SetSettings { .. } => 3,
            Self::SetConcurrency { .. } | Self::Delete => 4,
        }
    }

    fn needs(&self) -> Vec<Need> {
        match self {
            Self::Create { .. } | Self::SetSettings { .. } => vec![Need::Created(Address::Role)],
            _ => Vec::new(),
        }
    }

    fn narrows(&self) -> bool {
        // It writes into a bucket.
        matches!(self, Self::Delete)
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        execute::execute(self, context).await
    }
}

#[cfg(test)]
mod tests;
