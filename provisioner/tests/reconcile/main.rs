//! The program as a whole, on an AWS where anything can happen. See `../support/proxy`.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]
#![expect(clippy::print_stdout, reason = "what was measured is printed")]

#[path = "../support/mod.rs"]
mod support;

mod calls;
mod crash;
mod emptying;
mod foreign_entries;
mod interrupted;
mod many_users;
mod mistaken;
mod never_open;
mod ownership;
mod sweep;
mod terminal;
mod two_at_once;
mod weather;
