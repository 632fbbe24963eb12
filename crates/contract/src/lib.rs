//! What the command line and the Lambda function agree on.
//!
//! `provisioner up` writes the [`environment`], the function reads it; S3 and the command line send an [`event`], the
//! function reads it, and has an [`answer`], or one for a [`batch`]; the function writes [`log`] lines that carry [`metrics`], `provisioner upload` reads them, and the [`provenance`] of each
//! clean copy, `provisioner pending` reads it. Each of these is a type here, used on both sides, so that they cannot drift
//! apart.
//!
//! Both sides also tell errors alike: [`error_chain`].
#![forbid(unsafe_code)]

pub mod answer;
pub mod batch;
pub mod cleaning;
pub mod environment;
mod error_chain;
pub mod event;
pub mod log;
pub mod metrics;
pub mod provenance;

pub use error_chain::error_chain;
