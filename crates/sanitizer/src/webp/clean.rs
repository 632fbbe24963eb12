//! The way from a file to a clean one.

use bytes::Bytes;

use super::{
    chunk::{Chunk, malformed},
    walk::{FILE_HEADER, Walk},
};
use crate::{Error, Format, Options, Report, Sanitized, facts::Facts};

/// What the codes of a lossless picture's groups take. libwebp makes some hundred groups of some kilobytes; a file that
/// has more is refused when it comes to that.
pub(crate) const MEMORY: u64 = 8 << 20;

/// Cleans a WebP file.
pub(crate) fn sanitize(input: Bytes, options: &Options) -> Result<Sanitized, Error> {
    let truncated = |what| Error::Truncated { format: Format::Webp, offset: input.len(), what };
    let Some(&[l0, l1, l2, l3]) = input.get(4..8) else {
        return Err(truncated("expected the length of the file"));
    };
    let end = (u32::from_le_bytes([l0, l1, l2, l3]) as usize).saturating_add(8);
    if input.len() < end {
        return Err(truncated("the file is shorter than its header says"));
    }
    if end < FILE_HEADER {
        return Err(malformed(4, "the file is too short"));
    }
    let Some(first) = Chunk::read(&input, FILE_HEADER, end)? else {
        return Err(malformed(FILE_HEADER, "there is no image"));
    };
    let mut report = Report::new(Format::Webp, 0, 0);
    report.facts = Facts::wanted(options);
    let mut walk = Walk::new(&input, options, report, end);
    if first.kind == *b"VP8X" {
        walk.extended(&first)?;
    } else {
        walk.simple(&first)?;
    }
    walk.finish()
}
