//! The core of the `provisioner` command line.

pub mod apply;
pub mod artifact;
pub mod aws;
pub mod cli;
pub mod commands;
pub mod config;
pub mod events;
pub mod exit_code;
pub mod failure;
pub mod interrupt;
pub mod local;
pub mod pictures;
pub mod plan;
pub mod policy;
pub mod report;
pub mod resources;
pub mod session;
pub mod stack;
pub mod terraform;
pub mod upload;
pub mod world;
