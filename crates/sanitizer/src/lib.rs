//! Removes the metadata from pictures and leaves the pixels alone.
//!
//! [`sanitize`] takes the bytes of a picture and returns the pieces of a clean
//! one, together with a [`Report`] of what was taken out. It works by
//! allowlist: what is not needed to show the picture goes. What cannot be
//! proven clean is refused with a typed [`Error`]; the input is never handed
//! back instead.
//!
//! No AWS, no files, no network: bytes in, bytes out.
//!
//! ```
//! use sanitizer::{Category, Options, sanitize};
//!
//! // A GIF of one pixel, with a comment.
//! let picture = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\
//!     \x21\xfe\x05Paris\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";
//!
//! let clean = sanitize(&picture[..], &Options::default())?;
//! assert_eq!(clean.report.categories(), [Category::Comment]);
//! assert_eq!((clean.report.width, clean.report.height), (1, 1));
//!
//! // The pieces share the input's memory; a file or a socket takes them one by one.
//! assert_eq!(clean.pieces().iter().map(|piece| piece.len()).sum::<usize>(), clean.len());
//! let clean = clean.into_bytes();
//! assert!(!clean.windows(5).any(|bytes| bytes == b"Paris"));
//!
//! // Cleaning a clean picture changes nothing.
//! assert_eq!(sanitize(clean.clone(), &Options::default())?.into_bytes(), clean);
//! # Ok::<(), sanitizer::Error>(())
//! ```
//!
//! # What is kept
//!
//! | format | kept | to the last bit? |
//! |---|---|---|
//! | JPEG ([T.81](https://www.w3.org/Graphics/JPEG/itu-t81.pdf)) | tables, frame, scans, JFIF without its thumbnail, Adobe's colour transform, ICC | yes, with [`Options::verify_entropy`] |
//! | PNG, APNG ([third edition](https://www.w3.org/TR/png-3/)) | image data, palette, transparency, colour, animation | yes: it is inflated |
//! | WebP ([RFC 9649](https://www.rfc-editor.org/rfc/rfc9649)) | image data, alpha, animation, ICC | yes: it is followed |
//! | GIF ([89a](https://www.w3.org/Graphics/GIF/spec-gif89a.txt)) | frames, palettes, the loop counter | yes: it is followed |
//! | HEIC (H.265 in ISO/IEC 23008-12) | coded pictures, their properties, tiles, ICC | yes, with [`Options::verify_entropy`] |
//! | AVIF ([AV1](https://aomedia.org/av1-avif/)) | the same | **no**: headers are parsed, tiles are not decoded, so bytes behind the last block of a tile stay |
//!
//! An HDR gain map stays with its picture ([`Options::gain_maps`]): in JPEG that of Ultra HDR, ISO 21496-1, Adobe,
//! Samsung and Apple, in HEIC and AVIF the `tmap` item and Apple's auxiliary picture. Its coded data stay bit for bit;
//! the 7 or 17 numbers that say how to apply it are parsed, bounded, rounded to millionths and written anew, and
//! nothing else of what described it stays. One that cannot be read safely goes, and the report says why; no picture
//! is refused for its map.
//!
//! Colour profiles (ICC) are written anew from what decides how colours look: the transform is exactly the same, and
//! device, dates, serial numbers, texts and private tags are gone. Where EXIF alone tells that a JPEG is in Adobe RGB,
//! a small profile that says so is put in.
//!
//! Pixels that nobody sees, such as those that were cropped away but are still there, are blanked where that takes no
//! new coding, else the picture is refused ([`Options::hidden_pixels`], [`Unseen`]).
//!
//! Words about rights (copyright, creator, credit, license) stay where [`Options::keep`] asks for them, in every
//! format, as one small packet of XMP that is written anew ([`Rights`]).
//!
//! Everything else goes: EXIF, XMP, IPTC, comments, thumbnails, second pictures, unknown segments, chunks and
//! boxes, and what stands after the end. TIFF, and what is no picture, is refused.
//!
//! # Bounds
//!
//! No panic, no recursion on the input, time linear in its length (and in what [`Options::max_inflated_bytes`]
//! and [`Options::max_megapixels`] allow). Memory besides the input is mostly below 64 KiB, and always below
//! [`Options::max_memory`]: a rotation takes the coefficients or pixels and the output, a progressive JPEG 8 bytes a
//! block, HEIC a copy of one coded slice at a time, WebP the codes of its groups, a look at transparent pixels two rows of
//! a PNG or 12 bytes a pixel of a lossless WebP, taking hidden pixels out the output, a colour profile (of at most 16 MB)
//! three times its length, XMP where rights are kept (at most 4 MiB) the same. [`memory_needed`] reckons it from a file's
//! first bytes. `Options::facts` come on top. What is under way can be stopped ([`Options::cancellation`]).

// Tests compare with libjpeg, which is C.
#![cfg_attr(not(test), forbid(unsafe_code))]
#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "tests write files in their own way"))]

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

mod cancellation;
mod error;
pub mod facts;
mod format;
mod gain_map;
mod gif;
mod heif;
mod hidden_pixels;
mod icc;
mod jpeg;
mod memory;
mod options;
mod orientation;
mod pieces;
mod pixels;
mod png;
mod report;
mod rights;
mod sanitized;
mod transform;
mod webp;
mod words;
mod work;

pub use bytes::Bytes;
pub use cancellation::Cancellation;
pub use error::Error;
pub use format::Format;
pub use hidden_pixels::Unseen;
pub use memory::memory_needed;
pub use options::{GainMaps, HiddenPixels, IccPolicy, Options, Orientation, PartialEdges, UnreadableProfile};
pub use report::{
    Category, GainMapOutcome, HiddenPixelsOutcome, OrientationOutcome, ProfileOutcome, Removal, Report,
    RightsOutcome,
};
pub use rights::{Right, Rights};
pub use sanitized::Sanitized;
pub use words::UnknownWord;

/// The version of this library, which decides what is removed.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Cleans one picture.
///
/// The format is told by the content, never by a name.
///
/// # Errors
/// See [`Error`]: what is no picture, what is damaged, and what could not be
/// proven clean. Nothing of the input is returned with an error.
pub fn sanitize(input: impl Into<Bytes>, options: &Options) -> Result<Sanitized, Error> {
    let input = input.into();
    let cleaned = match Format::detect(&input)? {
        Format::Jpeg => jpeg::sanitize(input, options),
        Format::Png => png::sanitize(input, options),
        Format::Webp => webp::sanitize(input, options),
        Format::Gif => gif::sanitize(input, options),
        format @ (Format::Heic | Format::Avif) => heif::sanitize(input, format, options),
    };
    // What was cancelled stops wherever it is, as if the data there were damaged.
    if options.cancellation.is_cancelled() { Err(Error::Cancelled) } else { cleaned }
}
