//! Follows a big scan with restart markers in several intervals at once, since each begins anew.

use super::{
    abreast::{self, Outcome, Passage, Spot, end_of_data},
    bits::Stop,
    leaps::{Leaps, READERS},
    sequential::{self, Block},
};

/// Bytes at the end of an interval that are read exactly.
const REST: usize = 16;

/// Skips `count` restart intervals of `mcus` MCUs and the markers behind them, and lets `check` see where each
/// ends. Gives the first byte behind; `None` when something is not as it should be, which is then found by
/// reading one after the other.
pub(super) fn skip(
    leaps: &Leaps,
    data: &[u8],
    count: u64,
    mcus: u64,
    blocks: &[Block<'_>],
    mut check: impl FnMut(&Stop) -> bool,
) -> Option<usize> {
    let mut position = 0;
    let mut begun = 0;
    let mut done = 0;
    let mut ends = [0; READERS];
    abreast::read(leaps, blocks, data, |reader, outcome| {
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
        if begun == count {
            return None;
        }
        let (from, end) = (position, end_of_data(data, position));
        let marker = data.get(end..end + 2)?;
        if marker != [0xFF, 0xD0 + (begun % 8) as u8] {
            return None;
        }
        ends[reader] = end;
        begun += 1;
        position = end + 2;
        Some(Passage { from: Spot::byte(data, from), goal: from.max(end.saturating_sub(REST)), end })
    });
    (done == count).then_some(position)
}
