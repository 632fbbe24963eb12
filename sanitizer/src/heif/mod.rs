//! HEIC and AVIF (ISO/IEC 23008-12 on top of ISO/IEC 14496-12).

use bytes::Bytes;

use crate::{Error, Format, Options, Sanitized};

/// Tells the format of an ISO base media file by its brands.
pub(crate) fn brand(_input: &[u8]) -> Result<Format, Error> {
    Err(Error::UnsupportedFormat { name: "ISO base media" })
}

/// Cleans a HEIF file.
pub(crate) fn sanitize(_input: Bytes, _format: Format, _options: &Options) -> Result<Sanitized, Error> {
    Err(Error::UnsupportedFormat { name: "HEIF" })
}
