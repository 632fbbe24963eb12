//! GIF.

use bytes::Bytes;

use crate::{Error, Options, Sanitized};

/// Cleans a GIF file.
pub(crate) fn sanitize(_input: Bytes, _options: &Options) -> Result<Sanitized, Error> {
    Err(Error::UnsupportedFormat { name: "gif" })
}
