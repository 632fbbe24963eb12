//! What turning a picture takes, and the way through it.

use super::{exact::is_exact_part, read, write};
use crate::{
    Error, Options,
    jpeg::{
        coefficients::Coefficients,
        frame::{Frame, FrameHeader, Process},
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
/// - [`Error::Memory`] before anything is allocated, when it takes more than [`Options::max_memory`], see [`memory`].
/// - [`Error::NotRotatable`] when it cannot be done exactly, or the coding
///   process is not supported. The picture may be fine.
/// - Those of the verifier, when the data are damaged.
pub(in crate::jpeg) fn turn(
    walked: &Walked,
    transform: Transform,
    (width, height): (u16, u16),
    options: &Options,
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

    let layout = walked.layout();
    let needed = memory(frame, layout.len() as u64);
    if needed > options.max_memory {
        return Err(Error::Memory { needed, limit: options.max_memory });
    }
    let picture = read::read(&layout, header, transform, (width, height), options)?;

    // Never made longer, so that there is never a second one to copy it to.
    let mut start = Vec::with_capacity(output(frame, layout.len() as u64) as usize);
    start.extend([0xFF, 0xD8]);
    for piece in layout.applications() {
        start.extend_from_slice(&piece);
    }
    write::write(&picture, start, &options.cancellation)
}

/// What turning a picture of `length` bytes takes besides these: the coefficients, the output, and some tables.
pub(in crate::jpeg) fn memory(frame: &Frame, length: u64) -> u64 {
    let coefficients = Coefficients::bytes(frame, length);
    // Which of a progressive picture's are known to be not zero.
    let history = if matches!(frame.sof, 0xC2 | 0xCA) { 8 * Coefficients::blocks(frame) } else { 0 };
    coefficients + history + output(frame, length) + SLACK
}

/// The most that the output may take. Its codes are at most a few percent longer than those of the best encoders;
/// arithmetic code may take nothing at all for a block where Huffman's takes two bits.
fn output(frame: &Frame, length: u64) -> u64 {
    length + length / 4 + Coefficients::blocks(frame) + SLACK
}

/// Tables to read and to write with. They take about 60 KiB.
const SLACK: u64 = 1 << 17;

/// Refuses what is not made of coefficients, or of others than we know.
pub(in crate::jpeg) fn check_supported(header: &FrameHeader) -> Result<(), Error> {
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
