//! The pipeline for real: the CLI as a user runs it, a local AWS with IAM
//! enforced, the compiled function executed.

mod access;
mod alarms;
mod drift;
mod end_to_end;
mod odd_keys;
mod pending;
mod screens;
mod stage;
mod status;
mod verify;
mod whose_bucket;
