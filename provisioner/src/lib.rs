//! The core of the `provisioner` command line.

pub mod config;
