//! Terraform and provisioner describe the same stack, proven with the real
//! Terraform (or OpenTofu) on a local AWS, in both directions.
//!
//! Without a `terraform` or `tofu` that can initialise, one line says so and the tests are skipped; where
//! `PROVISIONER_REQUIRE_TOOLS` names `terraform`, that is a failure.

mod aspects;
mod by_hand;
mod drift;
mod ground;
mod parity;
mod pipeline;
mod variants;
