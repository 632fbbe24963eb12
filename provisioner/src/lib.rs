//! The core of the `provisioner` command line.

pub mod apply;
pub mod artifact;
pub mod aws;
pub mod config;
pub mod events;
pub mod local;
pub mod plan;
pub mod policy;
pub mod report;
pub mod resources;
pub mod stack;
pub mod world;
