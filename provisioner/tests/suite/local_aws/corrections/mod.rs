//! Where ministack answers otherwise than AWS and it matters to us. These tests fail without the corrections.

mod access_keys;
mod alarm_states;
mod async_events;
mod bucket_abac;
mod bucket_encryption;
mod bucket_names;
mod destinations;
mod function_policies;
mod listings;
mod log_events;
mod metrics;
mod notifications;
mod permissions;
mod queue_sources;
mod simulation;
mod versions;
