//! Where ministack answers otherwise than AWS and it matters to us. Each of these tests fails without its correction.

mod access_keys;
mod alarm_states;
mod async_events;
mod listings;
mod log_events;
mod metrics;
mod notifications;
mod permissions;
