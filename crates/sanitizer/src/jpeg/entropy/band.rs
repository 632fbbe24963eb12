//! The fast way through the AC scans of progressive pictures (ITU-T T.81 G.1.2.2 and G.1.2.3).
//!
//! Stuffed bytes are left out beforehand, a chunk at a time, so that loading bits takes no branch.
//!
//! In a first scan one look tells all codes of a window: how many bits and coefficients they lead on, which of these
//! are not zero, and how many blocks end. What comes next is computed from that, so the ends of blocks, which come as
//! they please, cost no mispredicted branch. There are two tables: at the beginning of a block it is known how many
//! coefficients it has, within one it is not.
//!
//! In a refinement scan how far a code leads depends on the coefficients that are known. Where the zeros of a block are
//! is listed beforehand, so that a run of them is one look into the list, and the bits between two of them are the
//! difference of their places.
//!
//! Only what is as it should be is followed. Whatever else there is (no code, a run that is too long, the last bytes of
//! the data) is left to [`progressive`](super::progressive), which goes on from there, one code after the other.

use super::{
    bits::Fault,
    coding::MCUS_PER_LOOK,
    huffman::Table,
    interleaved::{BitPosition, Filled, end_of_interval, unstuff},
    multi_symbol::{CHUNK, Chunk},
    progressive::Parameters,
};
use crate::Cancellation;

/// How many bits one look sees: 16 KiB a table of a first scan.
const WINDOW: u32 = 11;
const ENTRIES: usize = 1 << WINDOW;

/// More bytes than a block of a refinement scan takes (63 codes of 16 bits, as many signs and corrections, a run of
/// blocks), and the corrections of blocks that [`MOST_PENDING`] lets come together.
const MARGIN: usize = 320;

/// Corrections of ended blocks are passed together, when there are so many or when the next block has a code.
const MOST_PENDING: u32 = 512;

/// The tables of a scan.
pub(super) enum Band {
    /// A first scan: the table for the beginning of blocks, and the one for within.
    First(Box<[First; 2 * ENTRIES]>),
    Refinement(Box<[Refinement; ENTRIES]>),
}

/// Where a scan is left to be followed code by code.
pub(super) struct Left {
    pub position: BitPosition,
    /// The block that is next.
    pub index: usize,
    /// The coefficient of it that is next; more than the first only in first scans.
    pub k: u32,
    /// How many blocks from there on have ended.
    pub ended: usize,
}

/// What a look in a first scan tells, from the lowest bit: the bits to go on (6), the coefficients to go on (10), one
/// more where the last code ends the block; how many blocks end (16), and which of the coefficients are not zero (32).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct First(u64);

impl First {
    /// Not even one code can be told.
    const NONE: Self = Self(0);

    /// What the codes in `window` tell, and how many of its bits that depends on. `room` is how many coefficients
    /// the block has left, if that is known.
    fn new(window: usize, table: &Table, low: u8, room: Option<u32>) -> (Self, u32) {
        let (mut used, mut seen, mut coefficients, mut nonzero) = (0, 0, 0, 0u32);
        let known = |used: u32, coefficients: u32, ended: u64, nonzero: u32| {
            Self(u64::from(nonzero) << 32 | ended << 16 | u64::from(coefficients << 6 | used))
        };
        while used < WINDOW && room != Some(coefficients) {
            // What lies behind the window shows as zeros, but then the code does not fit.
            let next = (window << (32 - WINDOW) << used) >> 16 & 0xFFFF;
            let code = table.find(next);
            let length = u32::from(code.length);
            let (run, extra) = (u32::from(code.symbol >> 4), u32::from(code.symbol & 15));
            let fits = length > 0 && used + length <= WINDOW;
            if fits && extra == 0 && run != 15 {
                if used + length + run > WINDOW {
                    break;
                }
                let behind = (window << (32 - WINDOW) << (used + length)) as u32;
                let more = u64::from(behind) >> (32 - run);
                used += length + run;
                return (known(used, coefficients + 1, (1 << run) + more, nonzero), used);
            }
            let place = coefficients + run;
            if !fits || extra + u32::from(low) > 15 || place > 31 || room.is_some_and(|room| place >= room) {
                break;
            }
            seen = used + length;
            used = seen + extra;
            coefficients = place + 1;
            nonzero |= u32::from(extra > 0) << place;
        }
        if used >= WINDOW || room == Some(coefficients) {
            return (known(used, coefficients, 0, nonzero), seen);
        }
        (if used == 0 { Self::NONE } else { known(used, coefficients, 0, nonzero) }, WINDOW)
    }
}

/// What a look in a refinement scan tells, from the lowest bit: the length of the code (8) with its sign, the run of
/// zeros (8), and whether there is a new coefficient (1). Length 0 where it is none of these codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Refinement(u32);

impl Refinement {
    fn new(next: usize, table: &Table, seen: u32) -> Self {
        let code = table.find(next);
        let length = u32::from(code.length);
        let (run, extra) = (u32::from(code.symbol >> 4), u32::from(code.symbol & 15));
        match (run, extra) {
            _ if !(1..=seen).contains(&length) => Self(0),
            (15, 0) | (_, 1) => Self(extra << 16 | run << 8 | (length + extra)),
            _ => Self(0),
        }
    }
}

impl Band {
    /// The tables for a scan. Takes about 0.05 ms.
    pub(super) fn new(table: &Table, scan: Parameters) -> Self {
        if scan.high > 0 {
            let mut entries = Box::new([Refinement(0); ENTRIES]);
            for (window, entry) in (0..).zip(entries.iter_mut()) {
                *entry = Refinement::new(window << (16 - WINDOW), table, WINDOW);
            }
            return Self::Refinement(entries);
        }
        let mut entries = Box::new([First::NONE; 2 * ENTRIES]);
        let rooms = [Some(u32::from(scan.end - scan.start) + 1), None];
        for (entries, room) in entries.as_chunks_mut::<ENTRIES>().0.iter_mut().zip(rooms) {
            let mut window = 0;
            while window < ENTRIES {
                let (entry, seen) = First::new(window, table, scan.low, room);
                // All windows that begin with the bits that mattered are alike.
                let alike = 1 << (WINDOW - seen);
                entries[window..window + alike].fill(entry);
                window += alike;
            }
        }
        Self::First(entries)
    }

    /// Follows a scan or restart interval from a byte on as far as it can. `nonzero` are its blocks. `None` when
    /// there is too little to follow.
    pub(super) fn follow(
        &self,
        (data, position): (&[u8], usize),
        table: &Table,
        scan: Parameters,
        nonzero: &mut [u64],
        cancellation: &Cancellation,
    ) -> Result<Option<Left>, Fault> {
        let end = end_of_interval(data, position);
        if end - position < MARGIN {
            return Ok(None);
        }
        let mut source = Source {
            data: &data[..end],
            chunk: Box::new([0; CHUNK + 8]),
            filled: Filled { from: position, to: position, length: 0 },
            cancellation,
        };
        let mut at = Reader::default();
        let (index, k, ended) = match self {
            Self::First(entries) => {
                let (index, k) = follow_first(entries, &mut source, &mut at, table, scan, nonzero)?;
                (index, k, 0)
            }
            Self::Refinement(entries) => {
                let (index, ended) = follow_refinement(entries, &mut source, &mut at, table, scan, nonzero)?;
                (index, u32::from(scan.start), ended)
            }
        };
        Ok(Some(Left { position: source.position(at), index, k, ended }))
    }
}

/// The data of an interval.
struct Source<'a> {
    data: &'a [u8],
    chunk: Box<Chunk>,
    filled: Filled,
    cancellation: &'a Cancellation,
}

impl Source<'_> {
    /// The bytes of the chunk.
    fn length(&self) -> usize {
        self.filled.length as usize
    }

    /// Where a reader stands in the data.
    fn position(&self, at: Reader) -> BitPosition {
        let bit = at.bit();
        let byte = bit / 8;
        // Each of these was followed by a stuffed one.
        let stuffed = memchr::memchr_iter(0xFF, &self.chunk[..byte.min(CHUNK)]).count();
        BitPosition { byte: self.filled.from + byte + stuffed, used: (bit % 8) as u32 }
    }

    /// Fills the chunk with what is next. Gives whether there are at least so many bytes.
    fn fill(&mut self, at: &mut Reader, margin: usize) -> Result<bool, Fault> {
        if self.cancellation.is_cancelled() {
            return Err(Fault::End);
        }
        if self.filled.to == self.data.len() && self.length() > 0 {
            return Ok(false);
        }
        let BitPosition { byte, used } = self.position(*at);
        self.filled = unstuff(self.data, byte, &mut self.chunk);
        *at = Reader::default();
        at.jump(&self.chunk, used as usize);
        Ok(self.length() >= margin)
    }
}

/// Bits of a chunk.
#[derive(Clone, Copy, Default)]
struct Reader {
    /// The bits that follow, the next one on top. Below the lowest of `count` there may be more of the same.
    buffer: u64,
    count: u32,
    /// The next byte of the chunk to load.
    byte: usize,
}

impl Reader {
    /// The bit that is next.
    fn bit(self) -> usize {
        8 * self.byte - self.count as usize
    }

    /// Loads at least 56 bits.
    #[inline(always)]
    fn load(&mut self, chunk: &Chunk) {
        let Some(bytes) = chunk[self.byte % CHUNK..].first_chunk() else { return };
        self.buffer |= u64::from_be_bytes(*bytes) >> (self.count & 63);
        self.byte += ((63 - (self.count & 63)) / 8) as usize;
        self.count |= 56;
    }

    #[inline(always)]
    fn skip(&mut self, width: u32) {
        self.buffer <<= width & 63;
        self.count = self.count.wrapping_sub(width);
    }

    /// Goes on to a bit of the chunk.
    fn jump(&mut self, chunk: &Chunk, bit: usize) {
        *self = Self { buffer: 0, count: 0, byte: bit / 8 };
        self.load(chunk);
        self.skip((bit % 8) as u32);
    }
}

/// G.1.2.2. Gives the block that is next, and the coefficient of it.
fn follow_first(
    entries: &[First; 2 * ENTRIES],
    source: &mut Source<'_>,
    reader: &mut Reader,
    table: &Table,
    scan: Parameters,
    nonzero: &mut [u64],
) -> Result<(usize, u32), Fault> {
    let (start, brim) = (u32::from(scan.start), u32::from(scan.end) + 1);
    let (mut index, mut k) = (0, start);
    // All ones within a block, zeros at its beginning: numbers, since a branch on them could not be guessed.
    let mut within = 0u32;
    // Two looks, or a single code and its bits.
    const STEP: usize = 16;
    while source.fill(reader, STEP)? {
        let mut at = *reader;
        let chunk = &*source.chunk;
        let length = source.filled.length as usize;
        while at.byte + STEP <= length {
            at.load(chunk);
            for _ in 0..2 {
                let Some(block) = nonzero.get_mut(index) else {
                    *reader = at;
                    return Ok((index, k));
                };
                let window = (at.buffer >> (64 - WINDOW)) as usize;
                let First(entry) = entries[(within as usize & ENTRIES | window) % (2 * ENTRIES)];
                let next = k + (entry as u32 >> 6 & 0x3FF);
                if entry == First::NONE.0 || next > brim {
                    at.load(chunk);
                    let Some((ended, next)) = step(&mut at, block, table, scan, k) else {
                        *reader = at;
                        return Ok((index, k));
                    };
                    index += ended;
                    k = next;
                    within = u32::from(k == start).wrapping_sub(1);
                    break;
                }
                *block |= (entry >> 32) << k;
                at.skip(entry as u32 & 63);
                let ended = ((entry >> 16 & 0xFFFF) as usize).max(usize::from(next == brim));
                index += ended;
                within = u32::from(ended > 0).wrapping_sub(1);
                k = start ^ ((start ^ next) & within);
            }
        }
        *reader = at;
    }
    Ok((index, k))
}

/// A single code, and how many blocks end, and which coefficient is next. `None` when it is none that may be there.
#[inline(never)]
fn step(at: &mut Reader, block: &mut u64, table: &Table, scan: Parameters, k: u32) -> Option<(usize, u32)> {
    let (start, brim) = (u32::from(scan.start), u32::from(scan.end) + 1);
    let code = table.find((at.buffer >> 48) as usize);
    let (run, extra) = (u32::from(code.symbol >> 4), u32::from(code.symbol & 15));
    let length = u32::from(code.length);
    if length == 0 {
        return None;
    }
    if extra == 0 && run != 15 {
        let more = (at.buffer << length >> 32) >> (32 - run);
        at.skip(length + run);
        return Some(((1 << run) + more as usize, start));
    }
    let place = k + run;
    if extra + u32::from(scan.low) > 15 || place >= brim {
        return None;
    }
    *block |= u64::from(extra > 0) << place;
    at.skip(length + extra);
    Some(if place + 1 == brim { (1, start) } else { (0, place + 1) })
}

/// For each byte the places of its ones, and how many there are.
static ONES: [(u64, u8); 256] = {
    let mut ones = [(0, 0); 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                ones[byte].0 |= bit << (8 * ones[byte].1);
                ones[byte].1 += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    ones
};

/// Lists the places of the ones of `set`, and gives how many there are.
#[inline(always)]
fn list(set: u64, places: &mut [u8; 128]) -> usize {
    let mut count = 0;
    for (number, byte) in (0..).zip(set.to_le_bytes()) {
        let (ones, more) = ONES[usize::from(byte)];
        // No place is more than 63, so nothing is carried into the next.
        let ones = ones + 0x0808_0808_0808_0808 * number;
        if let Some(places) = places.get_mut(count..count + 8) {
            places.copy_from_slice(&ones.to_le_bytes());
        }
        count += usize::from(more);
    }
    count
}

/// G.1.2.3. Gives the block that is next, and how many from there on have ended.
fn follow_refinement(
    entries: &[Refinement; ENTRIES],
    source: &mut Source<'_>,
    reader: &mut Reader,
    table: &Table,
    scan: Parameters,
    nonzero: &mut [u64],
) -> Result<(usize, usize), Fault> {
    let band = (u64::MAX << scan.start) & (u64::MAX >> (63 - scan.end));
    let (mut index, mut ended) = (0, 0);
    let mut places = [0; 128];
    while source.fill(reader, MARGIN)? {
        let chunk = &*source.chunk;
        let last = source.filled.length as usize - MARGIN;
        while reader.byte <= last {
            if ended > 0 {
                // More than there are is an error, and which one depends on what comes first.
                let Some(blocks) = nonzero.get(index..index + ended.min(MCUS_PER_LOOK as usize)) else {
                    return Ok((index, ended));
                };
                let (mut pending, mut passed) = (0, 0);
                for known in blocks {
                    pending += (known & band).count_ones();
                    passed += 1;
                    if pending > MOST_PENDING {
                        break;
                    }
                }
                reader.jump(chunk, reader.bit() + pending as usize);
                index += passed;
                ended -= passed;
                continue;
            }
            let Some(block) = nonzero.get_mut(index) else { return Ok((index, 0)) };
            match refine(entries, chunk, *reader, table, scan, (band, block), &mut places) {
                Some((at, more)) => {
                    *reader = at;
                    // This one is the first of those that have ended.
                    ended = more;
                    index += 1;
                }
                None => return Ok((index, 0)),
            }
        }
    }
    Ok((index, ended))
}

/// One block: where the reader stands then, and how many blocks behind it have ended. `None` when something is not
/// as it should be; then nothing was changed.
#[inline(always)]
fn refine(
    entries: &[Refinement; ENTRIES],
    chunk: &Chunk,
    mut at: Reader,
    table: &Table,
    scan: Parameters,
    (band, block): (u64, &mut u64),
    places: &mut [u8; 128],
) -> Option<(Reader, usize)> {
    let (mut pos, end) = (u32::from(scan.start), u32::from(scan.end));
    let known = *block;
    let zeros = list(band & !known, places);
    let (mut passed, mut new, mut more) = (0, 0, 0);
    while pos <= end {
        at.load(chunk);
        let mut entry = entries[(at.buffer >> (64 - WINDOW)) as usize % ENTRIES];
        if entry.0 == 0 {
            let next = (at.buffer >> 48) as usize;
            entry = Refinement::new(next, table, 16);
            if entry.0 == 0 {
                let code = table.find(next);
                let (n, extra) = (u32::from(code.symbol >> 4), u32::from(code.symbol & 15));
                if code.length == 0 || extra != 0 || n == 15 {
                    return None;
                }
                at.skip(code.length.into());
                more = (1 << n) - 1 + (at.buffer >> 32 >> (32 - n)) as usize;
                at.skip(n);
                at.load(chunk);
                let corrections = (known & band & (u64::MAX << pos)).count_ones();
                pass(&mut at, chunk, corrections);
                break;
            }
        }
        let run = entry.0 >> 8 & 0xFF;
        passed += run as usize;
        if passed >= zeros {
            return None;
        }
        let place = u32::from(places[passed % 128]);
        // All between that are not among the zeros of the run have a correction.
        let corrections = place - pos - run;
        new |= u64::from(entry.0 >> 16) << (place & 63);
        passed += 1;
        pos = place + 1;
        pass(&mut at, chunk, (entry.0 & 0xFF) + corrections);
    }
    *block = known | new;
    Some((at, more))
}

/// Goes on by at most 80 bits, of which 56 are loaded.
#[inline(always)]
fn pass(at: &mut Reader, chunk: &Chunk, width: u32) {
    if width < 56 {
        at.skip(width);
    } else {
        at.jump(chunk, at.bit() + width as usize);
    }
}
