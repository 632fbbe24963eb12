//! Plans and events for people, for logs and for programs. Nothing here decides.

mod arrival;
mod json;
mod live;
mod plain;
mod plan_json;
mod plan_text;
mod policy_diff;
mod screen;
mod transfer_bar;
mod tree;
mod units;

pub use arrival::{arrival_json, arrival_line, printable};
pub use json::JsonLines;
pub use live::Live;
pub use plain::Plain;
pub use plan_json::plan_json;
pub use plan_text::{plan_text, step_title};
pub use screen::{Screen, error_text};
pub use transfer_bar::TransferBar;
pub use units::{bytes, far, seconds};
