//! The local AWS for real: started, used over TLS, stopped, killed, and started again.
//!
//! Each test has a home of its own; the installed program is shared with the user's. What we correct of ministack is in
//! `corrections`: each of its tests fails without the correction.

mod commands;
mod corrections;
mod ephemeral;
mod functions;
pub(crate) mod home;
mod https;
mod keys;
mod lifetime;
pub(crate) mod queue;
mod strangers;
