//! Terraform and provisioner describe the same stack, proven with the real
//! Terraform (or OpenTofu) on a local AWS, in both directions.
//!
//! Without `terraform` and `tofu` the tests say so and pass; with the variable
//! `CI` set that is a failure.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

mod aspects;
mod by_hand;
mod drift;
mod ground;
mod parity;
mod pipeline;
mod variants;
