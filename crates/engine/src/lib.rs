//! The engine: from a configuration to a stack that is as it says.
//!
//! ```text
//! config ─► stack ───────────────────────┐ desired
//!                                        ├─► plan ─► apply ─► resources::execute ─► AWS
//! AWS ────► world (resources::observe) ──┘ observed     └─► events
//!               ▲                                       │
//!               └────────── recheck after up and down ──┘
//! ```
//!
//! It knows no terminal: it returns values and tells [`events`]; who shows them is the caller's business.
#![forbid(unsafe_code)]

pub mod access;
pub mod apply;
pub mod aws;
pub mod backfill;
pub mod batch_job;
pub mod config;
pub mod cost;
pub mod events;
pub mod graph;
pub mod interrupt;
pub mod logs;
pub mod pace;
pub mod pending;
pub mod permissions;
pub mod plan;
pub mod policy;
pub mod recheck;
pub mod resources;
pub mod sightings;
pub mod stack;
pub mod stacks;
pub mod status;
pub mod survey;
#[cfg(test)]
mod testing;
pub mod units;
pub mod world;
