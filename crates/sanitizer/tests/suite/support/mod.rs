//! Pictures that the tests build, and what they ask of them.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

pub(crate) mod canary;
pub(crate) mod gain_map;
pub(crate) mod gif;
pub(crate) mod heif;
pub(crate) mod heif_checks;
pub(crate) mod png;
pub(crate) mod webp;
