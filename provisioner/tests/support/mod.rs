//! What the suites that run the program as a whole have in common.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]
#![expect(unreachable_pub, reason = "shared by the modules of a test program, which nothing else can reach")]

pub mod proxy;
pub mod stage;
