//! Terraform and provisioner describe the same stack, proven with the real
//! Terraform (or OpenTofu) on a local AWS, in both directions.
//!
//! Without `terraform` and `tofu` the tests say so and pass; with the variable
//! `CI` set that is a failure.

mod aspects;
mod by_hand;
mod drift;
mod ground;
mod parity;
mod pipeline;
mod variants;
