//! What `--json` prints: one type for each document and line, one file for each command.
//!
//! These types are an interface. `docs/json.md` is made of them and their comments by the tests: a changed field
//! shows there, and in the snapshots. Fields may be added; whatever else changes raises the version.

mod access;
mod audit;
mod changes;
mod config;
mod config_shown;
mod doctor;
mod error;
mod exact;
mod explained;
mod export;
mod inspect;
mod keys;
mod local;
mod logs;
mod package;
pub(crate) mod page;
mod pending;
mod permissions;
mod picture;
mod plan;
mod sanitize;
mod stacks;
mod status;
mod upload;
mod verify;
mod write;

#[cfg(test)]
mod reference;
#[cfg(test)]
pub(crate) mod sample_stack;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub(crate) use access::{Access, AccessAnswer};
pub(crate) use audit::{Audit, Audited};
pub(crate) use changes::{Event, Ready, Removed};
pub(crate) use config::{ConfigChecked, ConfigSchema, Initialized};
pub(crate) use config_shown::ConfigShown;
pub(crate) use doctor::Examined;
pub(crate) use error::Failed;
pub(crate) use exact::exact;
pub(crate) use explained::{Cost, Explained};
pub(crate) use export::{Imports, Policies, Tfvars};
pub(crate) use inspect::Inspected;
pub(crate) use keys::{KeyIssued, KeyRevoked, KeysListed};
pub(crate) use local::{LocalOpened, LocalReset, LocalStarted, LocalStatus, LocalStopped};
pub(crate) use logs::{LogRead, Logged};
pub(crate) use package::Packaged;
pub(crate) use pending::{Backfill, Backfilled, Compared, Pending};
pub(crate) use permissions::Permissions;
pub(crate) use picture::Position;
pub(crate) use plan::Plan;
pub(crate) use sanitize::Sanitized;
pub(crate) use stacks::Stacks;
pub(crate) use status::Status;
pub(crate) use upload::{Upload, Uploaded};
pub(crate) use verify::{Verified, Verify};
pub(crate) use write::{document, line, millis, version_line};
