//! What the suites that run the program as a whole have in common.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

pub mod proxy;
pub mod stage;
