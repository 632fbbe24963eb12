//! Errors of a GIF, each with its place in the file.

use crate::{Error, Format};

pub(super) fn truncated(input: &[u8], what: &'static str) -> Error {
    Error::Truncated { format: Format::Gif, offset: input.len(), what }
}

pub(super) fn malformed(offset: usize, what: &'static str) -> Error {
    Error::Malformed { format: Format::Gif, offset, what }
}
