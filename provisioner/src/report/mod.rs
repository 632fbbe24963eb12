//! Plans and events for people, for logs and for programs. Nothing here decides.

mod arrival;
mod config_errors;
mod count_bar;
mod foreign;
mod json;
mod ledger;
mod live;
mod pending_text;
mod plain;
mod plan_text;
mod policy_text;
mod progress;
mod screen;
mod stacks_text;
mod status_text;
mod transfer_bar;
mod tree;
mod verify_text;

pub(crate) use arrival::arrival_line;
pub(crate) use config_errors::config_errors_text;
pub(crate) use count_bar::CountBar;
pub(crate) use engine::units::{bytes, seconds};
pub(crate) use foreign::{foreign, foreign_path, is_harmful};
pub(crate) use json::JsonLines;
pub(crate) use ledger::made;
pub(crate) use live::Live;
pub(crate) use pending_text::{backfilled_text, compared_text, outcome_line, pending_line};
pub(crate) use plain::Plain;
pub(crate) use plan_text::{View, changes_text, plan_text, problem_text, step_title};
pub(crate) use progress::far;
pub(crate) use screen::{Screen, error_text};
pub(crate) use stacks_text::stacks_text;
pub(crate) use status_text::{Seen, status_text};
pub(crate) use transfer_bar::{TransferBar, TransferPace};
pub(crate) use verify_text::{check_line, verified_text};
