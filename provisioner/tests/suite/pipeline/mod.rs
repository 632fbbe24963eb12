//! The pipeline for real: the CLI as a user runs it, a local AWS with IAM
//! enforced, the compiled function executed.

mod access;
mod alarms;
mod audit;
mod backfill;
mod batch_job;
mod behind;
mod completions;
mod doctor;
mod drift;
mod end_to_end;
mod logs;
mod mirror_deletes;
mod odd_keys;
mod on_failure;
mod own_namespace;
mod pending;
mod permissions;
mod role_again;
mod screens;
mod stage;
mod status;
mod unreadable;
mod user_roles;
mod verify;
mod who_may;
mod written;
