//! JPEG (ITU-T T.81).

pub(crate) mod entropy;
#[cfg(feature = "rotation")]
pub(crate) mod rotate;

use bytes::Bytes;

use crate::{Error, Options, Sanitized};

/// Cleans a JPEG file.
pub(crate) fn sanitize(_input: Bytes, _options: &Options) -> Result<Sanitized, Error> {
    Err(Error::UnsupportedFormat { name: "JPEG" })
}
