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
//! - The variables are readable to the role by a grant to its principal. A role that was made again needs a new grant,
//!   which Lambda makes when the variables come anew; for that moment there are none, and events are tried again.
//! - A new role cannot be assumed for some seconds, so creation may wait.
//! - Tags that others set stay; layers, VPC, dead-letter target and tracing that others set do not.

mod asynchronous;
mod concurrency;
mod execute;
mod observe;
mod settings;

pub use asynchronous::Asynchronous;
pub use concurrency::{Concurrency, concurrency};
pub use observe::observe;
pub use settings::{HANDLER, RUNTIME, Settings};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format as DateTimeFormat;
use serde_json::json;

use super::{Address, Context, Line, Need, ResourceChange, Shown, role, tags};
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
    /// When it was changed last, in UTC: `2026-01-02T03:04:05.000+0000`.
    pub last_modified: String,
    /// Reserved concurrency.
    pub reserved_concurrency: Option<u32>,
    /// What becomes of events that fail.
    pub asynchronous: Asynchronous,
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
    /// Take the variables off and set them again, so that Lambda makes a new grant for the role.
    RenewGrant {
        /// The variables.
        settings: Box<Settings>,
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
    /// Write what becomes of events that fail.
    SetAsynchronous {
        /// As it is.
        from: Box<Asynchronous>,
        /// As it should be.
        to: Box<Asynchronous>,
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
pub fn diff(
    stack: &Stack,
    code_sha256: &str,
    observed: Option<&Observed>,
    role: Option<&role::Observed>,
) -> Vec<Change> {
    let settings = Box::new(Settings::wanted(stack));
    let architecture = stack.config.function.architecture.as_str();
    let concurrency = stack.config.function.reserved_concurrency;
    let asynchronous = Box::new(Asynchronous::wanted(stack));
    let Some(observed) = observed else {
        let mut changes = vec![
            Change::Create { code_sha256: code_sha256.to_owned(), architecture, settings },
            Change::Wait { state: None },
        ];
        if concurrency.is_some() {
            changes.push(Change::SetConcurrency { from: None, to: concurrency });
        }
        let none = Box::new(Asynchronous::default());
        if none != asynchronous {
            changes.push(Change::SetAsynchronous { from: none, to: asynchronous });
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
    if role.is_some_and(|role| observed.is_older_than(role)) {
        changes.extend(renewal(stack, observed));
    }
    if observed.settings != *settings {
        changes.push(Change::SetSettings { from: Box::new(observed.settings.clone()), to: settings });
    }
    if observed.reserved_concurrency != concurrency {
        changes.push(Change::SetConcurrency { from: observed.reserved_concurrency, to: concurrency });
    }
    if observed.asynchronous != *asynchronous {
        changes.push(Change::SetAsynchronous {
            from: Box::new(observed.asynchronous.clone()),
            to: asynchronous,
        });
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

/// What a function that exists needs when its role is made anew: a grant that names the new principal. One that has
/// no variables or another role has none to renew.
#[must_use]
pub fn renewal(stack: &Stack, observed: &Observed) -> Option<Change> {
    let settings = Box::new(Settings::wanted(stack));
    let has_grant = observed.settings.role == settings.role && !observed.settings.environment.is_empty();
    has_grant.then_some(Change::RenewGrant { settings })
}

impl Observed {
    /// Whether the role was made after the function was changed last. Lambda lets the role decrypt the variables by a
    /// grant to its principal, and a role that was deleted and made again under the same name is another principal
    /// (<https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors>).
    fn is_older_than(&self, role: &role::Observed) -> bool {
        let changed = self
            .last_modified
            .get(..19)
            .and_then(|time| DateTime::from_str(&format!("{time}Z"), DateTimeFormat::DateTime).ok());
        changed.zip(role.created_at).is_some_and(|(changed, created)| created > changed.secs())
    }
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
            Self::RenewGrant { .. } => Line::set(
                "role grant",
                Shown::text("names a role that was deleted"),
                Shown::text("names the role"),
            )
            .note("without it the function cannot decrypt its variables"),
            Self::SetSettings { from, to } => {
                let (from, to) = Settings::differences(from, to);
                Line::set("settings", from, to)
            }
            Self::SetConcurrency { from, to } => {
                let shown = |most: &Option<_>| most.and_then(|most| Shown::value(most, most));
                Line::set("reserved concurrency", shown(from), shown(to))
            }
            Self::SetAsynchronous { from, to } => {
                let (from, to) = Asynchronous::differences(from, to);
                Line::set("failed events", from, to)
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
            // A new grant comes before anything else that makes the function look younger than its role.
            Self::Wait { .. } | Self::SetTags { .. } | Self::RenewGrant { .. } => 1,
            // Two updates at once are a conflict, so they come one after the other.
            Self::SetCode { .. } => 2,
            Self::SetSettings { .. } => 3,
            Self::SetConcurrency { .. } | Self::SetAsynchronous { .. } | Self::Delete => 4,
        }
    }

    fn needs(&self) -> Vec<Need> {
        match self {
            Self::Create { .. } | Self::RenewGrant { .. } | Self::SetSettings { .. } => {
                vec![Need::Created(Address::Role)]
            }
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
