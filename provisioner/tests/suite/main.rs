//! The program as a whole, as a user runs it. One test program: the modules are the suites.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]
#![expect(clippy::disallowed_methods, reason = "tests wait and write files in their own way")]
#![expect(clippy::print_stdout, reason = "what was measured is printed")]

mod artifact;
mod colours;
mod connection;
mod files;
mod hidden_pixels;
mod inspect;
mod local_aws;
mod page;
mod pipeline;
mod reconcile;
mod rights;
mod sanitize;
mod setup;
mod terraform_parity;
mod upload;
