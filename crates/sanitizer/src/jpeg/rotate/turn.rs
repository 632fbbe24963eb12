//! Whether a picture can be turned, what it takes, and the way through it.

use std::ops::Range;

use img_parts::jpeg::markers::{APP0, APP15, SOF0, SOF15, SOS};

use super::{read, write};
use crate::{
    Error,
    jpeg::{
        coefficients::Coefficients,
        frame::{Component, Frame, FrameHeader, Process},
        malformed, segment,
    },
    transform::Transform,
};

/// Whether `transform` keeps every pixel: the edges that it moves are made of
/// whole MCUs. The same rule as `jpegtran -perfect`.
pub(crate) fn is_exact(frame: &Frame, transform: Transform) -> bool {
    let (width, height) = mcu_size(&frame.components);
    let whole = |length: u16, mcu: u16| mcu != 0 && length.is_multiple_of(mcu);
    (!transform.moves_right_edge() || whole(frame.width, width))
        && (!transform.moves_lower_edge() || whole(frame.height, height))
}

/// Turns a clean JPEG.
///
/// The application segments before the first scan (JFIF, Adobe, ICC, ...) are
/// carried over byte for byte; everything else is written anew from the
/// coefficients. Progressive stays progressive; arithmetic coding becomes Huffman's,
/// and restart intervals are not kept. With `trim`, partial blocks at
/// an edge that moves are cut off; without it such a picture is refused.
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
pub(crate) fn turn(jpeg: &[u8], transform: Transform, trim: bool, max_memory: u64) -> Result<Vec<u8>, Error> {
    let Start { header, applications, behind } = Start::read(jpeg)?;
    let frame = &header.frame;
    check_supported(&header)?;
    let (mut width, mut height) = (frame.width, frame.height);
    if !is_exact(frame, transform) {
        if !trim {
            return Err(Error::NotRotatable { what: "its size is no multiple of the block size" });
        }
        let (mcu_width, mcu_height) = mcu_size(&frame.components);
        if transform.moves_right_edge() {
            width -= width % mcu_width;
        }
        if transform.moves_lower_edge() {
            height -= height % mcu_height;
        }
        if width == 0 || height == 0 {
            return Err(Error::NotRotatable { what: "trimming its partial blocks would leave nothing" });
        }
    }

    let mut coefficients = Coefficients::bytes(frame);
    if header.process == Process::Progressive {
        coefficients += coefficients / 16;
    }
    let needed = coefficients.saturating_add(SLACK).saturating_add(jpeg.len() as u64);
    if needed > max_memory {
        return Err(Error::TooLarge { needed, limit: max_memory });
    }
    let picture = read::read(jpeg, behind, &header, transform, (width, height), max_memory)?;

    let mut start = Vec::with_capacity(jpeg.len() + jpeg.len() / 8);
    start.extend([0xFF, 0xD8]);
    for range in applications {
        start.extend_from_slice(&jpeg[range]);
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
    if frame.width == 0 || frame.height == 0 {
        return Err(Error::NotRotatable { what: "the header does not tell its size" });
    }
    Ok(())
}

/// The size of an MCU in pixels. The sampling factors of a lone component mean nothing.
fn mcu_size(components: &[Component]) -> (u16, u16) {
    if components.len() == 1 {
        return (8, 8);
    }
    let h = components.iter().map(|component| component.h).max().unwrap_or(0);
    let v = components.iter().map(|component| component.v).max().unwrap_or(0);
    (8 * u16::from(h), 8 * u16::from(v))
}

/// What stands before the first scan.
pub(super) struct Start {
    pub header: FrameHeader,
    /// The application segments, whole.
    pub applications: Vec<Range<usize>>,
    /// Where the segments begin that must be read, tables among them.
    pub behind: usize,
}

impl Start {
    pub(super) fn read(jpeg: &[u8]) -> Result<Self, Error> {
        let mut header = None;
        let mut applications = Vec::new();
        let mut at = jpeg.len().min(2);
        loop {
            let segment = segment::read(jpeg, at)?;
            at = segment.payload.end;
            match (segment.marker, header) {
                (APP0..=APP15, known) => {
                    applications.push(segment.range());
                    header = known;
                }
                // DHT, JPG and DAC have numbers between those of the frame headers.
                (marker @ SOF0..=SOF15, None) if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                    header = Some(FrameHeader::read(marker, &jpeg[segment.payload.clone()], segment.start)?);
                }
                (SOS, Some(header)) => return Ok(Self { header, applications, behind: 2 }),
                (SOS, None) => return Err(malformed(segment.start, "a scan before the frame header")),
                (_, known) => header = known,
            }
        }
    }
}
