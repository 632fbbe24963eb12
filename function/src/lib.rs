//! The Lambda function of the pipeline: an S3 event says that a picture arrived
//! in the source bucket; its clean copy appears under the same key in the
//! destination bucket.
//!
//! ```text
//! an event -> handler.rs -> clean.rs -> source.rs       GetObject, HeadObject
//!                                    -> sanitizer       bytes in, clean pieces out
//!                                    -> destination.rs  PutObject
//!                        -> log.rs                      one JSON line per picture
//! ```
//!
//! **Guarantees.** What cannot be cleaned is not published. A rejection is final:
//! the log tells it, and the invocation succeeds, since trying again would end the
//! same. Nothing else is swallowed: every failure is an error of the invocation, so
//! that Lambda tries again (twice). Events
//! may arrive twice and in any order: the clean copy ends up being that of the
//! newest upload (see [`clean`]).
//!
//! **Caveats.** Without `mirror_deletes` the function's role may not delete. When a
//! picture is replaced by one that cannot be cleaned, or is deleted, an earlier clean copy stays.

#![forbid(unsafe_code)]
#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "tests write files in their own way"))]

pub mod allocator;
pub mod bucket_owner;
pub mod budget;
pub mod cache_control;
pub mod clean;
pub mod client;
pub mod clock;
pub mod destination;
pub mod error;
pub mod handler;
pub mod log;
pub mod memory;
pub mod payload;
mod pieces;
pub mod settings;
pub mod source;
pub mod startup;
mod take_down;
mod worker;
