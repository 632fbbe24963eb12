//! The fast way through a big sequential scan: several codes at one look, and
//! no jump that the processor would have to guess.
//!
//! A code and its extra bits take about seven bits, so a window of 12 mostly
//! shows more than one. For every window, tables tell how many bits and
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

/// How many bits one look sees. 2^12 entries of two bytes are 8 KiB a table, so
/// that the four of a colour picture share a first-level cache of 32 KiB. 11 and
/// 13 bits were a little slower.
const WINDOW: u32 = 12;
const ENTRIES: usize = 1 << WINDOW;

/// The most bits of a leap, so that three of them fit into the 56 that are
/// loaded. Extra bits may reach beyond the window, since they are only counted.
const LONGEST: u32 = 18;

/// The most components that a scan has, so that many kinds of blocks.
const KINDS: usize = 4;

/// What one look tells: the bits to go on (lowest six), whether the last
/// code ends the block, and the coefficients to go on (highest seven).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Leap(u16);

impl Leap {
    /// When not even one code is in the window: more coefficients than a block has.
    const NONE: Self = Self(127 << 9);
    const END_OF_BLOCK: u16 = 1 << 6;

    fn new(bits: u32, coefficients: u32, ends_block: bool) -> Self {
        let end = if ends_block { Self::END_OF_BLOCK } else { 0 };
        if bits == 0 { Self::NONE } else { Self((coefficients << 9 | bits) as u16 | end) }
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self.0 & 63)
    }

    #[inline(always)]
    fn coefficients(self) -> u32 {
        u32::from(self.0 >> 9)
    }

    #[inline(always)]
    fn ends_block(self) -> u32 {
        u32::from(self.0 >> 6 & 1)
    }
}

/// A block of the MCU, as four numbers of 16 bits, from the lowest: where its table
/// for within the block starts, where the table for the beginning of the next
/// block starts, its own index, and the index of the next block. Shifted by 16,
/// the second and the fourth are where the first and the third were.
#[derive(Debug, Clone, Copy, Default)]
struct Slot(u64);

impl Slot {
    /// Table and slot for what comes next. This is no choice but a shift, so
    /// that the compiler cannot make a jump of it, which would be guessed wrong
    /// once a block.
    #[inline(always)]
    fn next(self, ended: u32) -> (u16, usize) {
        let numbers = self.0 >> (16 * ended);
        (numbers as u16, (numbers >> 32) as usize & 15)
    }
}

/// The tables of a scan.
pub(super) struct Leaps {
    leaps: Box<[Leap; 2 * KINDS * ENTRIES]>,
    slots: [Slot; 16],
}

impl Leaps {
    /// Makes the tables for MCUs of `blocks`. Takes about 0.1 ms.
    pub(super) fn new(blocks: &[Block<'_>]) -> Option<Self> {
        let mut kinds: Vec<&Block<'_>> = Vec::new();
        let mut leaps = vec![Leap::NONE; 2 * KINDS * ENTRIES].into_boxed_slice();
        let mut begins = Vec::new();
        for block in blocks {
            let same = |kind: &&Block<'_>| std::ptr::eq(kind.dc, block.dc) && std::ptr::eq(kind.ac, block.ac);
            let kind = kinds.iter().position(same).unwrap_or(kinds.len());
            if kind == kinds.len() {
                kinds.push(block);
                let (begin, within) = leaps.get_mut(2 * kind * ENTRIES..)?.split_at_mut_checked(ENTRIES)?;
                fill(begin, Some(block.dc), block.ac);
                fill(within.get_mut(..ENTRIES)?, None, block.ac);
            }
            begins.push(2 * kind * ENTRIES);
        }
        let mut slots = [Slot::default(); 16];
        for (index, slot) in slots.iter_mut().enumerate().take(blocks.len()) {
            let next = (index + 1) % blocks.len();
            let numbers = [begins[index] + ENTRIES, begins[next], index, next];
            *slot = Slot(numbers.iter().rev().fold(0, |slot, &number| slot << 16 | number as u64));
        }
        Some(Self { leaps: leaps.try_into().ok()?, slots })
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
    fn skip(&self, bits: &mut Bits<'_>, left: u64, blocks: &[Block<'_>]) -> Result<(), Fault> {
        let mut place = Place { table: 0, slot: 0, k: 0, left };
        // Three looks can end three blocks.
        while place.left > 3 {
            bits.load()?;
            let _ = self.look(bits, &mut place) && self.look(bits, &mut place) && self.look(bits, &mut place)
                || self.step(bits, &mut place, blocks)?;
        }
        while place.left > 0 {
            bits.load()?;
            let _ = self.look(bits, &mut place) || self.step(bits, &mut place, blocks)?;
        }
        Ok(())
    }

    /// Looks once and leaps. `false` when that cannot be done: there is a code longer than
    /// the window, or the block is full to the brim. Such a block has no
    /// end of block, so what follows it is not for the table.
    #[inline(always)]
    fn look(&self, bits: &mut Bits<'_>, place: &mut Place) -> bool {
        let leap = self.leaps[usize::from(place.table.wrapping_add(bits.peek(WINDOW) as u16))];
        let next = place.k + leap.coefficients();
        if next > 63 {
            return false;
        }
        bits.skip(leap.bits());
        self.go_on(place, next, leap.ends_block());
        true
    }

    #[inline(always)]
    fn go_on(&self, place: &mut Place, next: u32, ended: u32) {
        (place.table, place.slot) = self.slots[place.slot].next(ended);
        place.k = next & ended.wrapping_sub(1);
        place.left -= u64::from(ended);
    }

    /// Skips a single code.
    #[inline(always)]
    fn step(&self, bits: &mut Bits<'_>, place: &mut Place, blocks: &[Block<'_>]) -> Result<bool, Fault> {
        let (at, next) = step_apart(*bits, &blocks[place.slot], place.k);
        *bits = at;
        let next = next?;
        self.go_on(place, next, next / 64);
        Ok(true)
    }
}

/// A place in a scan.
#[derive(Clone, Copy)]
struct Place {
    /// The table to look into next.
    table: u16,
    /// The block of the MCU.
    slot: usize,
    /// The coefficient of the block.
    k: u32,
    /// The blocks of the scan that have not ended.
    left: u64,
}

/// Takes and returns the bits, so that they stay in registers where this is not called.
#[cold]
#[inline(never)]
fn step_apart<'a>(mut bits: Bits<'a>, block: &Block<'_>, k: u32) -> (Bits<'a>, Result<u32, Fault>) {
    let next = bits.ensure(32).and_then(|()| skip_code(&mut bits, block, k));
    (bits, next)
}

/// Makes one table: for every window what the codes in it tell.
fn fill(leaps: &mut [Leap], dc: Option<&Table>, ac: &Table) {
    let mut window = 0;
    while window < ENTRIES {
        let (leap, seen) = look(window, dc, ac);
        // All windows that begin with the bits that mattered are alike.
        let alike = 1 << (WINDOW - seen);
        leaps[window..window + alike].fill(leap);
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
        let fits = used + length <= WINDOW && used + length + extra <= LONGEST;
        if length == 0 || !fits || meaningless || coefficients + run > 62 {
            return (Leap::new(used, coefficients, false), WINDOW);
        }
        seen = used + length;
        used = seen + extra;
        if end {
            return (Leap::new(used, coefficients, true), seen);
        }
        coefficients += run + 1;
        next_is_dc = None;
    }
    (Leap::new(used, coefficients, false), seen)
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
            (leap.bits(), leap.coefficients(), leap.ends_block() == 1)
        };
        // 01 x, 100 xx, 1010, and one bit left over
        assert_eq!(leap(0b0111_0011_1010_0111, None), (12, 1 + 2 + 16, false));
        // 01 x, 00: the rest belongs to the next block
        assert_eq!(leap(0b0110_0010_0000_1111, None), (5, 1, true));
        // 1010 three times leaves one bit
        assert_eq!(leap(0b1010_1010_1010_0000, None), (12, 48, false));
        // DC 00, then 01 x, then 00
        assert_eq!(leap(0b0001_1001_1111_1111, Some(&table)), (7, 2, true));
        assert_eq!(leap(0xB000, None), (0, 127, false), "longer than the window");
        assert_eq!(leap(0xEE00, None), (0, 127, false), "no code");
    }

    #[test]
    fn alike_windows_are_filled_alike() {
        let payload = super::super::huffman::tests::example();
        let (table, _) = Table::read(&payload).unwrap();
        for dc in [None, Some(&table)] {
            let mut leaps = [Leap::NONE; ENTRIES];
            fill(&mut leaps, dc, &table);
            let each: Vec<_> = (0..ENTRIES).map(|window| look(window, dc, &table).0).collect();
            assert_eq!(leaps[..], each);
        }
    }
}
