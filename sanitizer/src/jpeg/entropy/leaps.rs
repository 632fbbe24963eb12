//! The fast way through a big sequential scan: several codes at one look, and
//! no jump that the processor would have to guess.
//!
//! A code and its extra bits take about seven bits, so a window of 13 mostly
//! shows two codes. For every window, tables tell how many bits and
//! coefficients the codes in it lead on and whether they end the block. There
//! are two tables for each kind of block: one for its beginning (the DC code and AC
//! codes behind it), and one for within. Which table is next is a choice
//! between two numbers, so that the ends of blocks, which come as they
//! please, cost no mispredicted branch.

use super::{
    bits::{Bits, Fault},
    huffman::Table,
    sequential::{Block, skip_code},
};

/// How many bits one look sees. 2^13 entries of two bytes are 16 KiB a table.
const WINDOW: u32 = 13;
const ENTRIES: usize = 1 << WINDOW;

/// What one look tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Leap(u16);

impl Leap {
    const END_OF_BLOCK: u16 = 1 << 15;

    /// How many bits to go on, at most 28; 0 when not even one code is in the window.
    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self.0 & 31)
    }

    /// How many coefficients to go on.
    #[inline(always)]
    fn coefficients(self) -> u32 {
        u32::from(self.0 >> 5 & 127)
    }

    /// Whether the last of the codes ends the block.
    #[inline(always)]
    fn ends_block(self) -> bool {
        self.0 & Self::END_OF_BLOCK != 0
    }
}

/// A block of the MCU.
struct Slot {
    /// Its index.
    index: usize,
    /// Where its table for within the block starts.
    within: usize,
    /// Where the table for the beginning of the block behind it starts.
    next_begin: usize,
    /// The index of the block behind it.
    next: usize,
}

/// The tables of a scan.
pub(super) struct Leaps {
    leaps: Vec<Leap>,
    slots: Vec<Slot>,
}

impl Leaps {
    /// Makes the tables for MCUs of `blocks`. Takes about 0.1 ms.
    pub(super) fn new(blocks: &[Block<'_>]) -> Self {
        let mut kinds: Vec<&Block<'_>> = Vec::new();
        let mut leaps = Vec::new();
        let mut begins = Vec::new();
        for block in blocks {
            let same = |kind: &&Block<'_>| std::ptr::eq(kind.dc, block.dc) && std::ptr::eq(kind.ac, block.ac);
            let kind = kinds.iter().position(same).unwrap_or_else(|| {
                kinds.push(block);
                fill(&mut leaps, Some(block.dc), block.ac);
                fill(&mut leaps, None, block.ac);
                kinds.len() - 1
            });
            begins.push(2 * kind * ENTRIES);
        }
        let slot = |index: usize| {
            let next = (index + 1) % blocks.len();
            Slot { index, within: begins[index] + ENTRIES, next_begin: begins[next], next }
        };
        Self { leaps, slots: (0..blocks.len()).map(slot).collect() }
    }

    /// Skips `mcus` MCUs. `blocks` are those that the tables were made of.
    pub(super) fn skip_blocks(
        &self,
        bits: &mut Bits<'_>,
        mcus: u64,
        blocks: &[Block<'_>],
    ) -> Result<(), Fault> {
        let mut at = *bits;
        let result = self.skip(&mut at, mcus * blocks.len() as u64, blocks);
        *bits = at;
        result
    }

    #[inline(always)]
    fn skip(&self, bits: &mut Bits<'_>, mut left: u64, blocks: &[Block<'_>]) -> Result<(), Fault> {
        let mut slot = &self.slots[0];
        // Begins where the block behind the last one of the MCU begins.
        let mut table = self.slots[self.slots.len() - 1].next_begin;
        let mut k = 0;
        while left > 0 {
            // 56 bits are enough for two leaps of 28.
            bits.load()?;
            for _ in 0..2 {
                let leap = self.leaps[table + bits.peek(WINDOW)];
                let mut next = k + leap.coefficients();
                let mut ended = leap.ends_block();
                if leap.bits() == 0 || next > 63 {
                    // A long code, or a block that is full to the brim: it has no
                    // end of block, so what follows is not for these tables.
                    bits.ensure(32)?;
                    next = skip_code(bits, &blocks[slot.index], k)?;
                    ended = next > 63;
                    bits.load()?;
                } else {
                    bits.skip(leap.bits());
                }
                table = if ended { slot.next_begin } else { slot.within };
                k = if ended { 0 } else { next };
                slot = if ended { &self.slots[slot.next] } else { slot };
                left -= u64::from(ended);
                if left == 0 {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Adds one table: for every window what the codes in it tell.
fn fill(leaps: &mut Vec<Leap>, dc: Option<&Table>, ac: &Table) {
    let mut window = 0;
    while window < ENTRIES {
        let (leap, seen) = look(window, dc, ac);
        // All windows that begin with the bits that mattered are alike.
        let alike = 1 << (WINDOW - seen);
        leaps.extend(std::iter::repeat_n(leap, alike));
        window += alike;
    }
}

/// What the codes in a window tell, and how many of its bits that depends on.
fn look(window: usize, dc: Option<&Table>, ac: &Table) -> (Leap, u32) {
    let (mut used, mut seen, mut coefficients) = (0, 0, 0);
    let mut next_is_dc = dc;
    while used < WINDOW {
        // What lies behind the window shows as zeros, but then the code does not fit.
        let next = (window << (32 - WINDOW) << used) >> 16 & 0xFFFF;
        let code = next_is_dc.unwrap_or(ac).find(next);
        let length = u32::from(code.length);
        let (run, extra) = (u32::from(code.symbol >> 4), u32::from(code.symbol & 15));
        let end = code.symbol == 0 && next_is_dc.is_none();
        let meaningless = extra == 0 && run != 15 && code.symbol != 0;
        if length == 0 || used + length > WINDOW || meaningless || coefficients + run > 62 {
            return (Leap(used as u16 | (coefficients as u16) << 5), WINDOW);
        }
        seen = used + length;
        // Extra bits may lie outside: they are only counted.
        used = seen + extra;
        if end {
            return (Leap(used as u16 | (coefficients as u16) << 5 | Leap::END_OF_BLOCK), seen);
        }
        coefficients += run + 1;
        next_is_dc = None;
    }
    (Leap(used as u16 | (coefficients as u16) << 5), seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaps_over_several_codes() {
        let payload = super::super::huffman::tests::example();
        let (table, _) = Table::read(&payload).unwrap();
        let leap = |window: u16, dc| {
            let (leap, _) = look(usize::from(window >> (16 - WINDOW)), dc, &table);
            (leap.bits(), leap.coefficients(), leap.ends_block())
        };
        // 01 x, 100 xx, 1010, and one bit left over
        assert_eq!(leap(0b0101_0011_0101_0111, None), (12, 1 + 2 + 16, false));
        // 01 x, 00: the rest belongs to the next block
        assert_eq!(leap(0b0110_0010_0000_1111, None), (5, 1, true));
        // 1010 three times leaves one bit
        assert_eq!(leap(0b1010_1010_1010_0000, None), (12, 48, false));
        // DC 00, then 01 x, then 00
        assert_eq!(leap(0b0001_1001_1111_1111, Some(&table)), (7, 2, true));
        assert_eq!(leap(0xB000, None), (0, 0, false), "longer than the window");
        assert_eq!(leap(0xEE00, None), (0, 0, false), "no code");
    }

    #[test]
    fn alike_windows_are_filled_alike() {
        let payload = super::super::huffman::tests::example();
        let (table, _) = Table::read(&payload).unwrap();
        for dc in [None, Some(&table)] {
            let mut leaps = Vec::new();
            fill(&mut leaps, dc, &table);
            let each: Vec<_> = (0..ENTRIES).map(|window| look(window, dc, &table).0).collect();
            assert_eq!(leaps, each);
        }
    }
}
