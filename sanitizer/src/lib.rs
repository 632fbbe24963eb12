//! Removes the metadata from pictures and leaves the pixels alone.
//!
//! [`sanitize`] takes the bytes of a picture and returns the pieces of a clean
//! one, together with a [`Report`] of what was taken out. It works by
//! allowlist: what is not needed to show the picture goes. What cannot be
//! proven clean is refused with a typed [`Error`]; the input is never handed
//! back instead.
//!
//! No AWS, no files, no network: bytes in, bytes out.

mod error;
pub mod facts;
mod format;
mod gif;
mod heif;
mod icc;
mod jpeg;
mod options;
mod orientation;
mod pieces;
mod png;
mod report;
mod sanitized;
mod webp;
mod work;

pub use bytes::Bytes;
pub use error::Error;
pub use format::Format;
pub use options::{IccPolicy, Options, Orientation, PartialEdges};
pub use report::{Category, OrientationOutcome, Removal, Report};
pub use sanitized::Sanitized;

/// Cleans one picture.
///
/// The format is told by the content, never by a name.
///
/// # Errors
/// See [`Error`]: what is no picture, what is damaged, and what could not be
/// proven clean. Nothing of the input is returned with an error.
pub fn sanitize(input: impl Into<Bytes>, options: &Options) -> Result<Sanitized, Error> {
    let input = input.into();
    match Format::detect(&input)? {
        Format::Jpeg => jpeg::sanitize(input, options),
        Format::Png => png::sanitize(input, options),
        Format::Webp => webp::sanitize(input, options),
        Format::Gif => gif::sanitize(input, options),
        format @ (Format::Heic | Format::Avif) => heif::sanitize(input, format, options),
    }
}
