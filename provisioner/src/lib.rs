//! The core of the `provisioner` command line.

pub mod aws;
pub mod config;
