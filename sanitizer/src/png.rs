//! PNG.

use bytes::Bytes;

use crate::{Error, Options, Sanitized};

/// Cleans a PNG file.
pub(crate) fn sanitize(_input: Bytes, _options: &Options) -> Result<Sanitized, Error> {
    Err(Error::UnsupportedFormat { name: "png" })
}
