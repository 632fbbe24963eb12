//! The headers of the coded images, and how much of a chunk they make up.

use std::ops::Range;

use super::{
    chunk::malformed,
    vp8,
    vp8l::{self, Ending, Failure},
    walk::Budget,
};
use crate::{Error, work::Work};

/// About what an empty one takes.
const STEPS_PER_MACROBLOCK: u64 = 16;

/// A part of a chunk's data that stays; positions count from its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kept {
    /// As it is.
    Range(Range<usize>),
    /// One byte, with this value.
    Byte { at: usize, value: u8 },
}

impl Kept {
    fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::Byte { .. } => 1,
        }
    }
}

pub(super) struct Lossy {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) kept: Vec<Kept>,
}

pub(super) struct Lossless {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) has_alpha: bool,
    pub(super) kept: Vec<Kept>,
}

/// Reads a `VP8 ` chunk's data, which start at `offset`: a key frame (RFC 6386, 9.1).
pub(super) fn lossy(data: &[u8], offset: usize, budget: &mut Budget<'_>) -> Result<Lossy, Error> {
    let Some(&[t0, t1, t2, 0x9D, 0x01, 0x2A, w0, w1, h0, h1]) = data.first_chunk() else {
        return Err(malformed(offset, "the image has no key frame header"));
    };
    let tag = u32::from_le_bytes([t0, t1, t2, 0]);
    let (is_key_frame, version, is_shown) = (tag & 1 == 0, (tag >> 1) & 7, (tag >> 4) & 1 == 1);
    if !is_key_frame || version > 3 || !is_shown {
        return Err(malformed(offset, "the image is no key frame that is shown"));
    }
    // The upper two bits scale the picture for display.
    let width = u32::from(u16::from_le_bytes([w0, w1]) & 0x3FFF);
    let height = u32::from(u16::from_le_bytes([h0, h1]) & 0x3FFF);
    if width == 0 || height == 0 {
        return Err(malformed(offset, "the image has no pixels"));
    }
    budget.pixels.add(width, height)?;
    let kept = vp8::kept(data, width, height, &budget.work).map_err(|what| malformed(offset, what))?;
    // Paid for afterwards, when it is known how much of the data counts: there are 16 megasteps at most.
    let macroblocks = u64::from(width.div_ceil(16)) * u64::from(height.div_ceil(16));
    let work = &mut budget.work;
    work.earn(kept.iter().map(Kept::len).sum());
    work.spend(STEPS_PER_MACROBLOCK * macroblocks).map_err(|what| Failure::Unprovable(what).at(offset))?;
    Ok(Lossy { width, height, kept })
}

/// Reads a `VP8L` chunk's data, which start at `offset` (RFC 9649, 3.4).
pub(super) fn lossless(data: &[u8], offset: usize, budget: &mut Budget<'_>) -> Result<Lossless, Error> {
    let Some(&[0x2F, b0, b1, b2, b3]) = data.first_chunk() else {
        return Err(malformed(offset, "the image has no lossless header"));
    };
    let bits = u32::from_le_bytes([b0, b1, b2, b3]);
    let (width, height) = ((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
    let has_alpha = (bits >> 28) & 1 == 1;
    if bits >> 29 != 0 {
        return Err(malformed(offset, "no such version of the lossless format"));
    }
    budget.pixels.add(width, height)?;
    let ending =
        vp8l::ending(&data[5..], width, height, &mut budget.work).map_err(|error| error.at(offset))?;
    Ok(Lossless { width, height, has_alpha, kept: up_to(data, 5, &ending) })
}

/// Reads an `ALPH` chunk's data, which start at `offset` (2.7.1.2).
pub(super) fn alpha(
    data: &[u8],
    offset: usize,
    width: u32,
    height: u32,
    work: &mut Work,
) -> Result<Vec<Kept>, Error> {
    let Some((&header, coded)) = data.split_first() else {
        return Err(malformed(offset, "ALPH is empty"));
    };
    let mut kept = vec![Kept::Byte { at: 0, value: header & 0x3F }];
    match header & 3 {
        0 => {
            let length = width as usize * height as usize;
            if coded.len() < length {
                return Err(malformed(offset, "ALPH is shorter than the picture"));
            }
            kept.push(Kept::Range(1..1 + length));
        }
        1 => {
            let ending = vp8l::ending(coded, width, height, work).map_err(|error| error.at(offset))?;
            kept.extend(up_to(data, 1, &ending));
        }
        _ => return Err(malformed(offset, "no such compression of alpha")),
    }
    Ok(kept)
}

/// What stays of `data` when the coded part starts at `start` and ends like
/// this: the bits after the last one become zero.
fn up_to(data: &[u8], start: usize, ending: &Ending) -> Vec<Kept> {
    let (end, bits) = (start + ending.whole_bytes, ending.bits);
    let from = if start == 1 { 1 } else { 0 };
    let mut kept = vec![Kept::Range(from..end)];
    if bits > 0 {
        kept.push(Kept::Byte { at: end, value: data[end] & ((1 << bits) - 1) });
    }
    kept
}
