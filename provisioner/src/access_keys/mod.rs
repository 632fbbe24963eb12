//! Access keys of the stack's users: those that live as long as a run, and those that are given to somebody.

mod key;
mod leftover;
mod listed;
mod profile;
mod proof;
mod this_run;

pub(crate) use key::{AccessKey, not_known_yet};
pub(crate) use listed::{LastUse, Listed, ON_SCREEN, list, revoke, settle};
pub(crate) use profile::Profile;
pub(crate) use proof::prove;
