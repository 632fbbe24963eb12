//! Errors of a JPEG, each with its place in the file.

use crate::{Error, Format};

/// The file ends at `offset`, where `what` was expected.
pub(super) fn truncated(offset: usize, what: &'static str) -> Error {
    Error::Truncated { format: Format::Jpeg, offset, what }
}

/// The file breaks a rule at `offset`.
pub(super) fn malformed(offset: usize, what: &'static str) -> Error {
    Error::Malformed { format: Format::Jpeg, offset, what }
}

/// The file holds something at `offset` that cannot be proven clean.
pub(super) fn unprovable(offset: usize, what: &'static str) -> Error {
    Error::Unprovable { format: Format::Jpeg, offset, what }
}
