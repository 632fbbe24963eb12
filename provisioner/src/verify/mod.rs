//! Proves the deployed pipeline from outside, as its users: pictures made on the spot go in with secrets and must come out
//! without them, and every user must be able to do what the configuration says and nothing else.
//!
//! # Expected flow
//! Remove what killed runs have left; make access keys for the users; send each canary and find what became of it; ask for
//! every right of every user; delete all versions of all canaries; remove the keys.
//!
//! # Guarantees
//! - Everything is under one folder that no picture of a user is in, and goes when the run ends, however it ends. What a
//!   killed run leaves, the next one finds.
//! - No secret of a key leaves this process.

mod access;
mod canary;
mod escape;
mod folder;
mod heif;
mod html;
mod judge;
mod junit;
mod pictures;

pub(crate) use access::{Granted, Outsider, Right, everything, matrix, verdict};
pub(crate) use canary::{Canary, Expected, canaries};
pub(crate) use folder::{Folder, base};
pub(crate) use html::Proof;
pub(crate) use judge::{Check, Copy, Shown, Verdict, judge};
pub(crate) use junit::junit;
