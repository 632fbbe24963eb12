//! Exact rotation of a JPEG's coefficients, as jpegtran does it.
//!
//! Mirroring a block of DCT coefficients is changing the sign of the odd
//! ones, and transposing it is transposing the matrix, so a picture can be
//! turned by rearranging what it already holds: nothing is decoded to pixels
//! and nothing is lost. Blocks at the right and lower edge that are only partly
//! filled cannot move to the left or the upper edge; whether there are any is
//! what [`is_exact`] tells.
//!
//! This module decides and bounds. The one that calls the C library is
//! `libjpeg`, below.

mod libjpeg;

use crate::{Error, Format};

use self::libjpeg::{Failure, Job};
use super::entropy::{Component, Frame};

/// A way to turn a picture. The names say what is done to it, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transform {
    /// Mirror left and right.
    FlipH,
    /// Turn by 180 degrees.
    Rotate180,
    /// Mirror top and bottom.
    FlipV,
    /// Mirror along the diagonal from the upper left.
    Transpose,
    /// Turn by 90 degrees clockwise.
    Rotate90,
    /// Mirror along the diagonal from the upper right.
    Transverse,
    /// Turn by 270 degrees clockwise.
    Rotate270,
}

impl Transform {
    /// What makes a picture with this EXIF orientation upright; `None` when
    /// it is already (1), or when the number means nothing.
    pub(crate) fn for_orientation(orientation: u8) -> Option<Self> {
        match orientation {
            2 => Some(Self::FlipH),
            3 => Some(Self::Rotate180),
            4 => Some(Self::FlipV),
            5 => Some(Self::Transpose),
            6 => Some(Self::Rotate90),
            7 => Some(Self::Transverse),
            8 => Some(Self::Rotate270),
            _ => None,
        }
    }

    /// Whether the right edge of the picture moves away from the right.
    fn moves_right_edge(self) -> bool {
        matches!(self, Self::FlipH | Self::Rotate270 | Self::Transverse | Self::Rotate180)
    }

    /// Whether the lower edge of the picture moves away from the bottom.
    fn moves_lower_edge(self) -> bool {
        matches!(self, Self::FlipV | Self::Rotate90 | Self::Transverse | Self::Rotate180)
    }
}

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
/// coefficients. Progressive stays progressive and arithmetic stays
/// arithmetic; restart intervals are not kept. With `trim`, partial blocks at
/// an edge that moves are cut off; without it such a picture is refused.
///
/// The whole program must be built with `panic = "unwind"`, see `libjpeg`.
///
/// # Errors
/// - [`Error::TooLarge`] before anything is allocated, when the coefficients
///   would take more than `max_memory`, or later when the output would.
/// - [`Error::NotRotatable`] when it cannot be done exactly, or the coding
///   process is not supported. The picture may be fine.
/// - [`Error::Malformed`] when the library as much as warns about the
///   data: it would have gone on with garbled pixels.
pub(crate) fn turn(jpeg: &[u8], transform: Transform, trim: bool, max_memory: u64) -> Result<Vec<u8>, Error> {
    let header = Header::read(jpeg)?;
    let frame = &header.frame;
    check_supported(frame, jpeg, header.first_scan)?;
    if !is_exact(frame, transform) {
        if !trim {
            return Err(Error::NotRotatable { what: "its size is no multiple of the block size" });
        }
        // libjpeg trims nothing here, and would leave the blocks unturned.
        let (width, height) = mcu_size(&frame.components);
        if transform.moves_right_edge() && frame.width < width
            || transform.moves_lower_edge() && frame.height < height
        {
            return Err(Error::NotRotatable { what: "trimming its partial blocks would leave nothing" });
        }
    }

    let coefficients = 2 * coefficient_bytes(frame);
    let needed = coefficients.saturating_add(SLACK).saturating_add(jpeg.len() as u64);
    if needed > max_memory {
        return Err(Error::TooLarge { needed, limit: max_memory });
    }

    let mut start = vec![0xFF, 0xD8];
    for range in header.applications {
        start.extend_from_slice(&jpeg[range]);
    }
    let after_start = start.len();
    let job = Job {
        jpeg,
        start,
        transform,
        trim,
        progressive: matches!(frame.sof, 0xC2 | 0xCA),
        arithmetic: matches!(frame.sof, 0xC9 | 0xCA),
        optimize: header.optimized_huffman,
        max_working: coefficients + SLACK,
        max_output: max_memory - coefficients - SLACK,
    };
    let mut turned = libjpeg::transcode(job).map_err(|failure| match failure {
        Failure::Data { offset } => Error::Malformed {
            format: Format::Jpeg,
            offset,
            what: "the coded data cannot be decoded without errors",
        },
        Failure::Transform => {
            Error::NotRotatable { what: "its tables or components do not allow writing it again losslessly" }
        }
        Failure::Memory => Error::TooLarge { needed: max_memory.saturating_add(1), limit: max_memory },
    })?;
    // What the library wrote begins with an SOI of its own.
    turned.drain(after_start..after_start + 2);
    Ok(turned)
}

/// Beyond the coefficients: the library's tables, rows of blocks, and Huffman
/// statistics. It takes about 200 KiB.
const SLACK: u64 = 1 << 20;

/// The most scans we turn. Real encoders write about 10. Each scan walks all
/// blocks of the picture, however few bytes it has, so their number must be bounded.
const MAX_SCANS: usize = 100;

/// Refuses what the library does not know and what would take it too long.
fn check_supported(frame: &Frame, jpeg: &[u8], first_scan: usize) -> Result<(), Error> {
    if !matches!(frame.sof, 0xC0 | 0xC1 | 0xC2 | 0xC9 | 0xCA) {
        return Err(Error::NotRotatable { what: "lossless and hierarchical pictures are not supported" });
    }
    if frame.precision != 8 {
        return Err(Error::NotRotatable { what: "only pictures with 8 bits per sample are supported" });
    }
    if frame.width == 0 || frame.height == 0 {
        return Err(Error::NotRotatable { what: "the header does not tell its size" });
    }
    if !(1..=4).contains(&frame.components.len()) {
        return Err(Error::NotRotatable { what: "it has no component, or more than four" });
    }
    let data = &jpeg[first_scan..];
    let scans = memchr::memchr_iter(0xFF, data).filter(|&at| data.get(at + 1) == Some(&0xDA)).count();
    if scans > MAX_SCANS {
        return Err(Error::NotRotatable { what: "it has more than 100 scans" });
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

/// Bytes of one array of all coefficients, two for each sample of the padded
/// components, as the library allocates it.
fn coefficient_bytes(frame: &Frame) -> u64 {
    let max_h = frame.components.iter().map(|component| u64::from(component.h)).max().unwrap_or(1).max(1);
    let max_v = frame.components.iter().map(|component| u64::from(component.v)).max().unwrap_or(1).max(1);
    let mcus = u64::from(frame.width).div_ceil(8 * max_h) * u64::from(frame.height).div_ceil(8 * max_v);
    let blocks: u64 =
        frame.components.iter().map(|component| u64::from(component.h) * u64::from(component.v)).sum();
    mcus * blocks * 64 * 2
}

/// What stands before the first scan.
struct Header {
    frame: Frame,
    /// The application segments, whole, as ranges of the file.
    applications: Vec<std::ops::Range<usize>>,
    /// The Huffman tables are not the ones that the standard gives as examples
    /// (Annex K), so writing with those would make the file grow.
    optimized_huffman: bool,
    /// Where the first SOS marker stands.
    first_scan: usize,
}

impl Header {
    fn read(jpeg: &[u8]) -> Result<Self, Error> {
        let malformed = |offset, what| Error::Malformed { format: Format::Jpeg, offset, what };
        let mut frame = None;
        let mut applications = Vec::new();
        let mut optimized_huffman = false;
        let mut at = 2;
        loop {
            let Some(&[0xFF, marker, high, low]) = jpeg.get(at..at + 4) else {
                return Err(malformed(at, "a segment was expected before the first scan"));
            };
            let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
            let Some(payload) = jpeg.get(at + 4..end) else {
                return Err(malformed(at, "a segment is longer than the file"));
            };
            match marker {
                0xE0..=0xEF => applications.push(at..end),
                0xC4 => optimized_huffman |= has_optimized_ac_table(payload),
                0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                    frame =
                        Some(read_frame(marker, payload).ok_or_else(|| malformed(at, "bad frame header"))?);
                }
                0xDA => {
                    let frame = frame.ok_or_else(|| malformed(at, "a scan before the frame header"))?;
                    return Ok(Self { frame, applications, optimized_huffman, first_scan: at });
                }
                _ => {}
            }
            at = end;
        }
    }
}

/// Reads the payload of a SOFn segment.
fn read_frame(sof: u8, payload: &[u8]) -> Option<Frame> {
    let (&[precision, h1, h0, w1, w0, _], components) = payload.split_first_chunk::<6>()?;
    let components = components
        .chunks_exact(3)
        .map(|entry| Component { id: entry[0], h: entry[1] >> 4, v: entry[1] & 15 })
        .collect::<Vec<_>>();
    let sane = components.iter().all(|c| (1..=4).contains(&c.h) && (1..=4).contains(&c.v));
    let height = u16::from_be_bytes([h1, h0]);
    let width = u16::from_be_bytes([w1, w0]);
    sane.then_some(Frame { sof, precision, width, height, components })
}

/// Whether a DHT payload holds an AC table with other than 162 symbols.
/// The tables of Annex K have all 162; an optimised one practically never does.
fn has_optimized_ac_table(mut payload: &[u8]) -> bool {
    while let Some((head, rest)) = payload.split_first_chunk::<17>() {
        let symbols = head[1..].iter().map(|&count| usize::from(count)).sum::<usize>();
        if head[0] >> 4 == 1 && symbols != 162 {
            return true;
        }
        payload = rest.get(symbols..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests;
