//! WEBP.

use bytes::Bytes;

use crate::{Error, Options, Sanitized};

/// Cleans a WEBP file.
pub(crate) fn sanitize(_input: Bytes, _options: &Options) -> Result<Sanitized, Error> {
    Err(Error::UnsupportedFormat { name: "webp" })
}
