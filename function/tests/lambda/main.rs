//! The program `bootstrap` as Lambda runs it: behind a Runtime API, with an S3, in a sandbox that has only so much memory.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]
#![expect(clippy::disallowed_methods, reason = "tests write files in their own way")]

mod at_once;
mod host;
mod http;
mod memory;
mod order;
mod pictures;
mod sandbox;
mod words;
