//! The pipeline for real: the CLI as a user runs it, a local AWS with IAM
//! enforced, the compiled function executed.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

mod access;
mod alarms;
mod drift;
mod end_to_end;
mod screens;
mod stage;
