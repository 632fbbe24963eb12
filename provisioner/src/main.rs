//! The `provisioner` command line: commands, screens, pictures, uploads, the function's package.
#![forbid(unsafe_code)]
#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "tests write files in their own way"))]

mod access;
mod access_keys;
mod artifact;
mod audit;
mod cli;
mod commands;
mod doctor;
mod exit_code;
mod explain;
mod failure;
mod files;
mod graph;
mod interrupt;
mod json;
mod known_names;
mod moment;
mod offline;
mod page;
mod pictures;
mod report;
mod role_session;
mod run;
mod session;
mod suggest;
mod terraform;
mod upload;
mod verify;

fn main() -> std::process::ExitCode {
    run::run()
}
