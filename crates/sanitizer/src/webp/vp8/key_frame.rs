//! Reads a key frame to the last bool of each partition.

use super::bools::Bools;
use super::tables::{SUBBLOCK_MODE, TOKEN_DEFAULT, TOKEN_UPDATE, TokenProbs};
use crate::webp::bitstream::Kept;
use crate::work::Work;

/// The frame tag and the start code with the size.
const FRAME_HEADER: usize = 10;

/// Decoders load a few bytes before they need them, and encoders write a few
/// more than needed: so many after the last byte needed may stay.
const LOOK_AHEAD: usize = 3;

/// The mode of sub-blocks that are outside, or of macroblocks without modes of
/// their own: DC, TM, V, H.
const DC: u8 = 0;
const TRUE_MOTION: u8 = 1;
const VERTICAL: u8 = 2;
const HORIZONTAL: u8 = 3;

/// The tree of sub-block modes (11.2): leaves are negative modes less one.
const SUBBLOCK_TREE: [i8; 18] = [-1, 2, -2, 4, -3, 6, 8, 12, -4, 10, -6, -7, -5, 14, -8, 16, -9, -10];

/// The band of each coefficient (13.3).
const BANDS: [usize; 16] = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7];

/// The probabilities of the extra bits of the larger categories (13.2).
const EXTRA_BITS: [&[u8]; 4] = [
    &[173, 148, 140],
    &[176, 155, 140, 135],
    &[180, 157, 141, 134, 130],
    &[254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129],
];

/// What stays of the data of a key frame of this size.
pub(in super::super) fn kept(
    data: &[u8],
    width: u32,
    height: u32,
    work: &Work,
) -> Result<Vec<Kept>, &'static str> {
    const TOO_SHORT: &str = "a partition is longer than the image data";
    const TOO_EARLY: &str = "the image data ends too early";
    let tag = data.first_chunk::<3>().map_or(0, |&[a, b, c]| u32::from_le_bytes([a, b, c, 0]));
    let modes_end = FRAME_HEADER + (tag >> 5) as usize;
    let mut modes = Bools::new(data.get(FRAME_HEADER..modes_end).ok_or(TOO_SHORT)?);
    let header = Header::read(&mut modes);

    let table_end = modes_end + 3 * (header.partitions - 1);
    let table = data.get(modes_end..table_end).ok_or(TOO_SHORT)?;
    let mut starts = vec![table_end];
    for &[a, b, c] in table.as_chunks::<3>().0 {
        starts.push(starts[starts.len() - 1] + u32::from_le_bytes([a, b, c, 0]) as usize);
    }
    starts.push(data.len());
    let mut partitions = Vec::new();
    for ends in starts.windows(2) {
        partitions.push(Bools::new(data.get(ends[0]..ends[1]).ok_or(TOO_SHORT)?));
    }

    let columns = width.div_ceil(16) as usize;
    let mut above = vec![Neighbour::default(); columns];
    for row in 0..height.div_ceil(16) as usize {
        let partition = &mut partitions[row % header.partitions];
        let mut left = Neighbour::default();
        if work.is_cancelled() {
            return Err("cancelled");
        }
        for above in &mut above {
            header.macroblock(&mut modes, partition, above, &mut left);
            // After its end a partition reads as zeros, for as many macroblocks as the size calls for.
            if modes.is_overdrawn() || partition.is_overdrawn() {
                return Err(TOO_EARLY);
            }
        }
    }

    let keep = |start: usize, end: usize, bools: &Bools<'_>| {
        let length = end - start;
        if bools.needed() > length {
            return Err(TOO_EARLY);
        }
        Ok(length.min(bools.needed() + LOOK_AHEAD))
    };
    let modes_len = keep(FRAME_HEADER, modes_end, &modes)?;
    let mut lengths = Vec::new();
    for (ends, bools) in starts.windows(2).zip(&partitions) {
        lengths.push(keep(ends[0], ends[1], bools)?);
    }
    // The sizes before the partitions, as they are now. Both had room for the longer ones.
    let tag = (modes_len as u32) << 5 | (tag & 0x1F);
    let mut kept = number(0, tag);
    kept.push(Kept::Range(3..FRAME_HEADER + modes_len));
    for (at, &length) in (modes_end..table_end).step_by(3).zip(&lengths) {
        kept.extend(number(at, length as u32));
    }
    for (&start, &length) in starts.iter().zip(&lengths) {
        kept.push(Kept::Range(start..start + length));
    }
    Ok(kept)
}

/// A number of three bytes.
fn number(at: usize, value: u32) -> Vec<Kept> {
    let [a, b, c, _] = value.to_le_bytes();
    vec![
        Kept::Byte { at, value: a },
        Kept::Byte { at: at + 1, value: b },
        Kept::Byte { at: at + 2, value: c },
    ]
}

/// What the next macroblocks have to know of one.
#[derive(Clone, Default)]
struct Neighbour {
    /// The modes of the four sub-blocks at the edge.
    modes: [u8; 4],
    /// Whether blocks at the edge have coefficients: luma, chroma U and V.
    luma: [bool; 4],
    chroma: [[bool; 2]; 2],
    /// The same for the block of luma DCs.
    luma_dc: bool,
}

/// What the frame header says of how macroblocks are read.
struct Header {
    /// The probabilities of the segment's bits, if macroblocks have segments.
    segments: Option<[u8; 3]>,
    /// The probability of macroblocks that have coefficients, if others are marked.
    skip: Option<u8>,
    partitions: usize,
    tokens: TokenProbs,
}

impl Header {
    /// Reads the frame header (9.2 to 9.11, 19.2).
    fn read(bools: &mut Bools<'_>) -> Self {
        // A value that may be left out, with its sign.
        fn optional(bools: &mut Bools<'_>, bits: u32) {
            if bools.flag() {
                bools.literal(bits + 1);
            }
        }
        // Colour space, clamping.
        bools.literal(2);
        let mut segments = None;
        if bools.flag() {
            let (map, values) = (bools.flag(), bools.flag());
            if values {
                bools.flag();
                (0..4).for_each(|_| optional(bools, 7));
                (0..4).for_each(|_| optional(bools, 6));
            }
            if map {
                segments =
                    Some([(); 3].map(|()| if bools.flag() { bools.literal(8) as u8 } else { u8::MAX }));
            }
        }
        // The loop filter: type, level, sharpness, adjustments.
        bools.literal(10);
        if bools.flag() && bools.flag() {
            (0..8).for_each(|_| optional(bools, 6));
        }
        let partitions = 1 << bools.literal(2);
        // Quantizer indices; whether probabilities outlive the frame.
        bools.literal(7);
        (0..5).for_each(|_| optional(bools, 4));
        bools.flag();
        let mut tokens = TOKEN_DEFAULT;
        let all = tokens.as_flattened_mut().as_flattened_mut().as_flattened_mut();
        let updates = TOKEN_UPDATE.as_flattened().as_flattened().as_flattened();
        for (probability, &update) in all.iter_mut().zip(updates) {
            if bools.read(update) {
                *probability = bools.literal(8) as u8;
            }
        }
        let skip = bools.flag().then(|| bools.literal(8) as u8);
        Self { segments, skip, partitions, tokens }
    }

    fn macroblock(
        &self,
        modes: &mut Bools<'_>,
        partition: &mut Bools<'_>,
        above: &mut Neighbour,
        left: &mut Neighbour,
    ) {
        if let Some([first, low, high]) = self.segments {
            let second = if modes.read(first) { high } else { low };
            modes.read(second);
        }
        let skipped = self.skip.is_some_and(|probability| modes.read(probability));
        let has_luma_dc = read_modes(modes, above, left);
        if skipped {
            above.luma = [false; 4];
            above.chroma = [[false; 2]; 2];
            left.luma = [false; 4];
            left.chroma = [[false; 2]; 2];
            if has_luma_dc {
                (above.luma_dc, left.luma_dc) = (false, false);
            }
            return;
        }
        let mut first = 0;
        let mut luma = &self.tokens[3];
        if has_luma_dc {
            let coded = block(partition, &self.tokens[1], 0, above.luma_dc, left.luma_dc);
            (above.luma_dc, left.luma_dc) = (coded, coded);
            (first, luma) = (1, &self.tokens[0]);
        }
        for left in &mut left.luma {
            for above in &mut above.luma {
                let coded = block(partition, luma, first, *above, *left);
                (*above, *left) = (coded, coded);
            }
        }
        for (above, left) in above.chroma.iter_mut().zip(&mut left.chroma) {
            for left in left {
                for above in &mut *above {
                    let coded = block(partition, &self.tokens[2], 0, *above, *left);
                    (*above, *left) = (coded, coded);
                }
            }
        }
    }
}

/// Reads the modes of a macroblock (11.2 to 11.4) and says whether it has a
/// block of luma DCs.
fn read_modes(bools: &mut Bools<'_>, above: &mut Neighbour, left: &mut Neighbour) -> bool {
    let whole = bools.read(145);
    if whole {
        let mode = match bools.read(156) {
            false if bools.read(163) => VERTICAL,
            false => DC,
            true if bools.read(128) => TRUE_MOTION,
            true => HORIZONTAL,
        };
        above.modes = [mode; 4];
        left.modes = [mode; 4];
    } else {
        for left in &mut left.modes {
            for above in &mut above.modes {
                let mode = subblock_mode(bools, &SUBBLOCK_MODE[usize::from(*above)][usize::from(*left)]);
                (*above, *left) = (mode, mode);
            }
        }
    }
    // The mode of chroma.
    if bools.read(142) && bools.read(114) {
        bools.read(183);
    }
    whole
}

fn subblock_mode(bools: &mut Bools<'_>, probabilities: &[u8; 9]) -> u8 {
    let mut node = 0;
    loop {
        let next = SUBBLOCK_TREE[node + usize::from(bools.read(probabilities[node / 2]))];
        match usize::try_from(next) {
            Ok(next) => node = next,
            Err(_) => return next.unsigned_abs() - 1,
        }
    }
}

/// Reads the tokens of one block (13.2) and says whether there was one before
/// the end of the block.
fn block(bools: &mut Bools<'_>, probs: &[[[u8; 11]; 3]; 8], first: usize, above: bool, left: bool) -> bool {
    let mut at = first;
    let mut context = usize::from(above) + usize::from(left);
    while at < 16 {
        let mut p = &probs[BANDS[at]][context];
        if !bools.read(p[0]) {
            return at > first;
        }
        while !bools.read(p[1]) {
            at += 1;
            if at == 16 {
                return true;
            }
            p = &probs[BANDS[at]][0];
        }
        context = if bools.read(p[2]) {
            large_value(bools, p);
            2
        } else {
            1
        };
        // The sign.
        bools.flag();
        at += 1;
    }
    true
}

/// Reads the rest of a value above one.
fn large_value(bools: &mut Bools<'_>, p: &[u8; 11]) {
    if !bools.read(p[3]) {
        if bools.read(p[4]) {
            bools.read(p[5]);
        }
    } else if !bools.read(p[6]) {
        if bools.read(p[7]) {
            bools.read(165);
            bools.read(145);
        } else {
            bools.read(159);
        }
    } else {
        let high = usize::from(bools.read(p[8]));
        let low = usize::from(bools.read(p[9 + high]));
        for &probability in EXTRA_BITS[2 * high + low] {
            bools.read(probability);
        }
    }
}
