//! How much memory cleaning a picture takes, told from its first bytes.

use crate::{Format, Options, heif, jpeg, png, webp};

/// What any picture may take: tables to read with, and what is written anew of headers.
pub(crate) const ANY: u64 = 1 << 20;

/// The most memory in bytes that cleaning takes besides the input, for a file of `length` bytes that begins with `start`.
///
/// It is what [`Options::max_memory`] is compared with, so that a picture can be refused before it is read whole. `None`
/// when its header goes on behind `start`: a JPEG may have megabytes of metadata in front of it. What is no picture takes
/// next to nothing, since it is refused.
///
/// What the first bytes cannot tell is not in it: an orientation that a PNG tells behind its image data, damage that is
/// mended by writing image data anew, transparent pixels and what it takes to blank some. Cleaning asks for these when it comes to them, and ends with
/// [`crate::Error::Memory`] when there is too little.
#[must_use]
pub fn memory_needed(start: &[u8], length: u64, options: &Options) -> Option<u64> {
    let more = match Format::detect(start) {
        Ok(Format::Jpeg) => jpeg::memory_needed(start, length, options)?,
        Ok(Format::Png) => png::memory_needed(start, length, options)?,
        Ok(Format::Webp) => webp::MEMORY,
        Ok(Format::Heic) if options.verify_entropy => heif::memory_needed(length),
        Ok(Format::Heic | Format::Avif | Format::Gif) | Err(_) => 0,
    };
    Some(more.saturating_add(ANY))
}
