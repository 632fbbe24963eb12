//! What turning a picture takes, and the way through it.

use super::{exact::is_exact_part, read, write};
use crate::{
    Error,
    jpeg::{
        coefficients::Coefficients,
        frame::{FrameHeader, Process},
        walk::Walked,
    },
    transform::Transform,
};

/// Turns a picture that was walked through, or a part of it.
///
/// The application segments that stay (JFIF, Adobe, ICC, ...) are
/// carried over as they are; everything else is written anew from the
/// coefficients. Progressive stays progressive; arithmetic coding becomes Huffman's,
/// and restart intervals are not kept. The part that has the given size and
/// begins in the upper left is turned: the whole, or what [`trimmed`](super::trimmed) leaves.
///
/// The data is followed as strictly as [`Verifier`](crate::jpeg::entropy::Verifier) does, and
/// nothing but coefficients gets into the result, so it needs no other proof.
///
/// # Errors
/// - [`Error::TooLarge`] before anything is allocated, when the coefficients
///   would take more than `max_memory`, or later when the output would.
/// - [`Error::NotRotatable`] when it cannot be done exactly, or the coding
///   process is not supported. The picture may be fine.
/// - Those of the verifier, when the data are damaged.
pub(in crate::jpeg) fn turn(
    walked: &Walked,
    transform: Transform,
    (width, height): (u16, u16),
    max_memory: u64,
) -> Result<Vec<u8>, Error> {
    let header = &walked.header;
    let frame = &header.frame;
    check_supported(header)?;
    if !is_exact_part(frame, transform, (width, height)) {
        return Err(Error::NotRotatable { what: "its size is no multiple of the block size" });
    }
    if width == 0 || height == 0 {
        return Err(Error::NotRotatable { what: "trimming its partial blocks would leave nothing" });
    }

    let mut coefficients = Coefficients::bytes(frame);
    if header.process == Process::Progressive {
        coefficients += coefficients / 16;
    }
    let layout = walked.layout();
    let needed = coefficients.saturating_add(SLACK).saturating_add(layout.len() as u64);
    if needed > max_memory {
        return Err(Error::TooLarge { needed, limit: max_memory });
    }
    let picture = read::read(&layout, header, transform, (width, height), max_memory)?;

    let mut start = Vec::with_capacity(layout.len() + layout.len() / 8);
    start.extend([0xFF, 0xD8]);
    for piece in layout.applications() {
        start.extend_from_slice(&piece);
    }
    let limit = usize::try_from(max_memory - coefficients - SLACK).unwrap_or(usize::MAX);
    write::write(&picture, start, limit)
}

/// Beyond the coefficients: tables to read and to write with. They take about 60 KiB.
const SLACK: u64 = 1 << 17;

/// Refuses what is not made of coefficients, or of others than we know.
fn check_supported(header: &FrameHeader) -> Result<(), Error> {
    let frame = &header.frame;
    if header.process == Process::Lossless {
        return Err(Error::NotRotatable { what: "lossless pictures are not supported" });
    }
    if frame.precision != 8 {
        return Err(Error::NotRotatable { what: "only pictures with 8 bits per sample are supported" });
    }
    if header.has_dnl {
        return Err(Error::NotRotatable { what: "the header does not tell its size" });
    }
    Ok(())
}
