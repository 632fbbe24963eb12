//! Follows a big scan with restart markers in several intervals at once, since each begins anew.

use super::{
    bits::Stop,
    interleaved::{self, BitPosition, Outcome, Passage, end_of_interval, unstuff},
    multi_symbol::{CHUNK, MultiSymbolTables, Place, READERS, State},
    sequential::{self, Block},
};

use crate::Cancellation;

/// Bytes at the end of an interval that are read exactly.
const REST: usize = 16;

/// Rounds after which readers of short intervals are looked after.
const ROUNDS: u32 = 4;

/// Skips `count` restart intervals of `mcus` MCUs and the markers behind them, and lets `check` see where each
/// ends. Gives the first byte behind; `None` when something is not as it should be, which is then found by
/// reading one after the other.
pub(super) fn skip(
    tables: &mut MultiSymbolTables,
    data: &[u8],
    count: u64,
    mcus: u64,
    blocks: &[Block<'_>],
    cancellation: &Cancellation,
    check: impl FnMut(&Stop) -> bool,
) -> Option<usize> {
    let intervals = Intervals { data, position: 0, begun: 0, count, cancellation };
    // Each of the short ones must fit into a chunk, and few are twice as long as the mean.
    let few_blocks = mcus * blocks.len() as u64 <= MultiSymbolTables::MOST_BLOCKS as u64;
    if few_blocks && data.len() as u64 / count < CHUNK as u64 / 2 {
        let mcus = mcus as usize;
        tables.once(blocks.len(), mcus, |tables| skip_short(intervals, tables, &blocks.repeat(mcus), check))
    } else {
        skip_long(intervals, tables, mcus, blocks, check)
    }
}

/// The intervals that were not begun yet.
struct Intervals<'a> {
    data: &'a [u8],
    position: usize,
    begun: u64,
    count: u64,
    /// None begins when it is cancelled.
    cancellation: &'a Cancellation,
}

impl Intervals<'_> {
    /// Begins one. Gives its first byte and that behind its last; `None` when there is none.
    fn begin(&mut self) -> Option<(usize, usize)> {
        if self.begun == self.count || self.cancellation.is_cancelled() {
            return None;
        }
        let (from, end) = (self.position, end_of_interval(self.data, self.position));
        let marker = [0xFF, 0xD0 + (self.begun % 8) as u8];
        if self.data.get(end..end + 2)? != marker {
            return None;
        }
        self.begun += 1;
        self.position = end + 2;
        Some((from, end))
    }
}

/// Intervals that may be longer than a chunk. Their ends are read code by code.
fn skip_long(
    mut intervals: Intervals<'_>,
    tables: &MultiSymbolTables,
    mcus: u64,
    blocks: &[Block<'_>],
    mut check: impl FnMut(&Stop) -> bool,
) -> Option<usize> {
    let data = intervals.data;
    let mut ends = [0; READERS];
    let mut done = 0;
    interleaved::read(tables, blocks, data, intervals.cancellation, |reader, outcome| {
        match outcome {
            None => {}
            Some(Outcome::Fault { .. }) => return None,
            Some(Outcome::Read { to, blocks: read }) => {
                let left = (mcus * blocks.len() as u64).checked_sub(read)?;
                let mut bits = to.bits(data).ok()?;
                sequential::skip_blocks(&mut bits, left / blocks.len() as u64, blocks).ok()?;
                let stop = bits.stop().ok()?;
                if stop.position != ends[reader] || !check(&stop) {
                    return None;
                }
                done += 1;
            }
        }
        let (from, end) = intervals.begin()?;
        ends[reader] = end;
        Some(Passage { from: BitPosition::byte(data, from), goal: from.max(end.saturating_sub(REST)), end })
    });
    (done == intervals.count).then_some(intervals.position)
}

/// Intervals of few `blocks`. A reader's tables end with the last of these, so that it stands right behind.
fn skip_short(
    mut intervals: Intervals<'_>,
    tables: &MultiSymbolTables,
    blocks: &[Block<'_>],
    mut check: impl FnMut(&Stop) -> bool,
) -> Option<usize> {
    let mut chunks = Box::new([[0; _]; READERS]);
    let mut states = [State::done(); READERS];
    // Of each that is being read its end, and how many bytes it has.
    let mut under_way: [Option<(usize, u32)>; READERS] = [None; READERS];
    let mut done = 0;
    loop {
        for (number, interval) in under_way.iter_mut().enumerate() {
            if !states[number].is_done() {
                continue;
            }
            if let Some((end, length)) = interval.take() {
                let padding = (length * 8).checked_sub(states[number].bit()).filter(|&bits| bits < 8)?;
                let last = chunks[number][length as usize - 1];
                let stop = Stop { position: end, padding, value: last & ((1 << padding) - 1) };
                if !check(&stop) {
                    return None;
                }
                done += 1;
            }
            if let Some((from, end)) = intervals.begin() {
                let filled = unstuff(&intervals.data[..end], from, &mut chunks[number]);
                if filled.to != end {
                    return None;
                }
                states[number] = tables.begin(0, Place::FIRST);
                *interval = Some((end, filled.length));
            }
        }
        if under_way.iter().all(Option::is_none) {
            return (done == intervals.count).then_some(intervals.position);
        }
        tables.go_on(&chunks, &mut states, &mut [0; READERS], ROUNDS, blocks).ok()?;
    }
}
