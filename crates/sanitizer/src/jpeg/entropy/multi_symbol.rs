//! Multi-symbol Huffman tables, the fast way through a big sequential scan: several
//! codes at one lookup, several readers interleaved, and no jump that the processor
//! would have to guess.
//!
//! A code and its extra bits take about seven bits, so a window of 12 mostly
//! shows more than one. For every window, tables tell how many bits and
//! coefficients the codes in it lead on and whether they end the block. There
//! are two tables for each kind of block: one for its beginning (the DC code and AC
//! codes behind it), and one for within. Which table is next is looked up, too, so
//! that the ends of blocks, which come as they please, cost no mispredicted branch.
//!
//! Still a look has to wait for the one before it, some 25 cycles. So there are
//! [`READERS`], each with a place and data of its own, which take turns: while one
//! waits, the others look. [`interleaved`](super::interleaved) gives them what to read.

use super::{
    bits::Bits,
    huffman::Table,
    sequential::{Block, skip_code},
};

/// How many bits one look sees. 2^12 entries of two bytes are 8 KiB a table, so
/// that the four of a colour picture share a first-level cache of 32 KiB.
const WINDOW: u32 = 12;
const ENTRIES: usize = 1 << WINDOW;

/// The most kinds of blocks: those of luminance and of chrominance.
const KINDS: usize = 2;

/// Readers that take turns. While the others look once each, about as long goes by as a look takes to
/// be answered; more than seven no longer fit into what a processor has in hand at once.
pub(super) const READERS: usize = 6;

/// Looks of each reader before its blocks are counted. Each ends at most one block.
const LOOKUPS: u32 = 6;

/// The most bits that a reader goes on in a round: as many codes as looks, of
/// 16 bits and 15 extra bits each.
pub(super) const BITS_A_ROUND: u32 = LOOKUPS * 31;

/// Bytes of data, without stuffed ones, that a reader has at a time.
pub(super) const CHUNK: usize = 2048;

/// The data of a reader: a chunk, and as much as is loaded at once.
pub(super) type Chunk = [u8; CHUNK + 8];

/// An entry: what one lookup tells, laid out as it is added to a [`State`]: the coefficients to
/// go on (lowest eight bits), whether the last code ends the block (one of
/// three), and the bits to go on (five).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry(u16);

impl Entry {
    /// When not even one code is in the window: more coefficients than a block has.
    const NONE: Self = Self(127);
    /// No code at all.
    const NOTHING: Self = Self(0);

    fn new(bits: u32, coefficients: u32, ends_block: bool) -> Self {
        if bits == 0 {
            return Self::NONE;
        }
        Self((bits << State::BIT | u32::from(ends_block) << State::ENDED | coefficients) as u16)
    }
}

/// A reader's place in its chunk. Two numbers, so that those of all readers fit into registers.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    /// From the lowest: the coefficient of the block (eight bits), blocks that
    /// ended and were not counted (three), and the bit of the chunk.
    sum: u32,
    /// Where the table starts to look into next (lowest 16 bits), and the block
    /// of the MCU (highest eight).
    block: u32,
}

impl State {
    const COEFFICIENT: u32 = 0xFF;
    const ENDED: u32 = 8;
    const ONE_ENDED: u32 = 1 << Self::ENDED;
    const BIT: u32 = 11;
    /// Of a coefficient that no block has.
    const OUTSIDE: u32 = 0xC0;
    /// The block of a reader that goes on no more: its table has only entries of nothing.
    const DONE: u32 = (MultiSymbolTables::MOST_BLOCKS as u32) << 24 | (2 * KINDS * ENTRIES) as u32;

    /// The next bit of the chunk.
    pub(super) fn bit(self) -> u32 {
        self.sum >> Self::BIT
    }

    /// The place in the MCU.
    pub(super) fn place(self) -> Place {
        Place { block: (self.block >> 24) as usize, k: self.sum & Self::COEFFICIENT }
    }

    /// Of a reader that has nothing to do.
    pub(super) fn done() -> Self {
        Self { sum: 0, block: Self::DONE }
    }

    /// Whether all blocks have ended, see [`MultiSymbolTables::once`].
    pub(super) fn is_done(self) -> bool {
        self.block == Self::DONE
    }

    /// Takes the blocks out that have ended.
    fn take_ended(&mut self) -> u64 {
        let ended = self.sum >> Self::ENDED & 7;
        self.sum &= !(7 << Self::ENDED);
        ended.into()
    }
}

/// A place in an MCU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The block of the MCU.
    pub block: usize,
    /// The coefficient of the block.
    pub k: u32,
}

impl Place {
    /// Where an MCU begins.
    pub(super) const FIRST: Self = Self { block: 0, k: 0 };
}

/// What follows a look: the next [`State::block`], and what stays of [`State::sum`].
type Transition = (u32, u32);

/// The multi-symbol tables of a scan.
pub(super) struct MultiSymbolTables {
    /// Those of each kind of blocks, and one of a reader that is done.
    entries: [Entry; (2 * KINDS + 1) * ENTRIES],
    /// For each block of the MCU, and 256 behind it for its end.
    transitions: [Transition; 512],
}

impl MultiSymbolTables {
    /// The most blocks that can be told apart.
    pub(super) const MOST_BLOCKS: usize = 255;

    /// Makes the tables for MCUs of `blocks`; `None` when these are of too many kinds. Takes
    /// about 0.1 ms.
    pub(super) fn new(blocks: &[Block<'_>]) -> Option<Box<Self>> {
        let mut kinds: Vec<&Block<'_>> = Vec::new();
        let mut new = Box::new(Self { entries: [Entry::NONE; _], transitions: [(0, 0); _] });
        let (tables, done) = new.entries.split_at_mut(2 * KINDS * ENTRIES);
        done.fill(Entry::NOTHING);
        for (index, block) in blocks.iter().enumerate() {
            let kind = kinds.iter().position(|kind| kind.is_coded_like(block)).unwrap_or(kinds.len());
            if kind == kinds.len() {
                kinds.push(block);
                let (begin, within) = tables.get_mut(2 * kind * ENTRIES..)?.split_at_mut_checked(ENTRIES)?;
                fill(begin, Some(block.dc), block.ac);
                fill(within.get_mut(..ENTRIES)?, None, block.ac);
            }
            new.transitions[index].0 = ((2 * kind + 1) * ENTRIES) as u32;
        }
        new.come_again(blocks.len(), 1);
        Some(new)
    }

    /// From now on the `blocks` of an MCU come again and again, and are told apart in as many MCUs.
    fn come_again(&mut self, blocks: usize, mcus: usize) {
        let all = blocks * mcus;
        let within = |transitions: &[Transition; 512], index: usize| transitions[index % blocks].0 & 0xFFFF;
        for index in 0..all {
            let next = (index + 1) % all;
            let begin = within(&self.transitions, next) - ENTRIES as u32;
            self.transitions[index] = ((index << 24) as u32 | within(&self.transitions, index), u32::MAX);
            self.transitions[256 + index] = ((next << 24) as u32 | begin, !State::COEFFICIENT);
        }
    }

    /// Does `read` with tables in which the `blocks` of an MCU come in so many MCUs and no more.
    pub(super) fn once<T>(&mut self, blocks: usize, mcus: usize, read: impl FnOnce(&Self) -> T) -> T {
        self.come_again(blocks, mcus);
        self.transitions[256 + blocks * mcus - 1] = (State::DONE, !State::COEFFICIENT);
        self.transitions[Self::MOST_BLOCKS] = (State::DONE, u32::MAX);
        let result = read(self);
        self.come_again(blocks, 1);
        result
    }

    /// A reader that begins at a bit of its chunk.
    pub(super) fn begin(&self, bit: u32, place: Place) -> State {
        // The table for within a block follows that for its beginning.
        let within = self.transitions[place.block].0;
        let block = if place.k == 0 { within - ENTRIES as u32 } else { within };
        State { sum: bit << State::BIT | place.k, block }
    }

    /// Takes each reader on, `rounds` times, and counts the blocks that end. `Err` with the number
    /// of one that is at what cannot be a code; then all have gone a part of the way.
    #[inline(never)]
    pub(super) fn go_on(
        &self,
        chunks: &[Chunk; READERS],
        states: &mut [State; READERS],
        ended: &mut [u64; READERS],
        rounds: u32,
        blocks: &[Block<'_>],
    ) -> Result<(), usize> {
        let mut at = *states;
        let mut result = Ok(());
        'rounds: for _ in 0..rounds {
            // One look of each in turn, so that those of others are near enough to be done meanwhile.
            for _ in 0..LOOKUPS {
                for reader in 0..READERS {
                    let state = at[reader];
                    at[reader] = match self.look_up(&chunks[reader], state) {
                        Some(state) => state,
                        None => match self.step(&chunks[reader], state, blocks) {
                            Some(state) => state,
                            None => {
                                result = Err(reader);
                                break 'rounds;
                            }
                        },
                    };
                }
            }
            at.iter_mut().zip(&mut *ended).for_each(|(state, ended)| *ended += state.take_ended());
        }
        at.iter_mut().zip(ended).for_each(|(state, ended)| *ended += state.take_ended());
        *states = at;
        result
    }

    /// Looks once and goes on. `None` when that cannot be done: there is a code longer than
    /// the window, or the block is full to the brim. Such a block has no
    /// end of block, so what follows it is not for the table.
    #[inline(always)]
    fn look_up(&self, chunk: &Chunk, state: State) -> Option<State> {
        let byte = (state.sum >> (State::BIT + 3)) as usize % CHUNK;
        let word = u32::from_be_bytes([chunk[byte], chunk[byte + 1], chunk[byte + 2], chunk[byte + 3]]);
        let window = word << (state.sum >> State::BIT & 7) >> (32 - WINDOW);
        let entry = self.entries[(state.block & 0xFFFF).wrapping_add(window) as usize];
        let sum = state.sum.wrapping_add(entry.0.into());
        if sum & State::OUTSIDE != 0 {
            return None;
        }
        Some(self.transition(state, sum, u32::from(entry.0) & State::ONE_ENDED))
    }

    #[inline(always)]
    fn transition(&self, state: State, sum: u32, ended: u32) -> State {
        let (block, stays) = self.transitions[(ended | state.block >> 24) as usize];
        State { sum: sum & stays, block }
    }

    /// Goes on by a single code.
    #[cold]
    #[inline(never)]
    fn step(&self, chunk: &Chunk, state: State, blocks: &[Block<'_>]) -> Option<State> {
        let Place { block, k } = state.place();
        let (byte, used) = ((state.bit() / 8) as usize % CHUNK, state.bit() % 8);
        let word = u64::from_be_bytes(*chunk[byte..].first_chunk()?);
        let mut bits = Bits::of_word(word << used, 64 - used);
        let next = skip_code(&mut bits, blocks.get(block)?, k).ok()?;
        let sum = state.sum.wrapping_add((64 - used - bits.count()) << State::BIT);
        Some(match next {
            64 => self.transition(state, sum + State::ONE_ENDED, State::ONE_ENDED),
            next => self.transition(state, sum - k + next, 0),
        })
    }
}

/// Makes one table: for every window what the codes in it tell.
fn fill(entries: &mut [Entry], dc: Option<&Table>, ac: &Table) {
    let mut window = 0;
    while window < ENTRIES {
        let (entry, seen) = entry_of(window, dc, ac);
        // All windows that begin with the bits that mattered are alike.
        let alike = 1 << (WINDOW - seen);
        entries[window..window + alike].fill(entry);
        window += alike;
    }
}

/// What the codes in a window tell, and how many of its bits that depends on. Extra bits
/// may reach beyond the window, since they are only counted.
fn entry_of(window: usize, dc: Option<&Table>, ac: &Table) -> (Entry, u32) {
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
            return (Entry::new(used, coefficients, false), WINDOW);
        }
        seen = used + length;
        used = seen + extra;
        if end {
            return (Entry::new(used, coefficients, true), seen);
        }
        coefficients += run + 1;
        next_is_dc = None;
    }
    (Entry::new(used, coefficients, false), seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_sees_several_codes() {
        let payload = super::super::huffman::tests::example();
        let (table, _) = Table::read(&payload).unwrap();
        let entry = |window: u16, dc| {
            let (entry, _) = entry_of(usize::from(window >> (16 - WINDOW)), dc, &table);
            (entry.0 >> State::BIT, entry.0 & 0xFF, entry.0 >> State::ENDED & 7 == 1)
        };
        // 01 x, 100 xx, 1010, and one bit left over
        assert_eq!(entry(0b0111_0011_1010_0111, None), (12, 1 + 2 + 16, false));
        // 01 x, 00: the rest belongs to the next block
        assert_eq!(entry(0b0110_0010_0000_1111, None), (5, 1, true));
        // 1010 three times leaves one bit
        assert_eq!(entry(0b1010_1010_1010_0000, None), (12, 48, false));
        // DC 00, then 01 x, then 00
        assert_eq!(entry(0b0001_1001_1111_1111, Some(&table)), (7, 2, true));
        assert_eq!(entry(0xB000, None), (0, 127, false), "longer than the window");
        assert_eq!(entry(0xEE00, None), (0, 127, false), "no code");
    }

    #[test]
    fn alike_windows_are_filled_alike() {
        let payload = super::super::huffman::tests::example();
        let (table, _) = Table::read(&payload).unwrap();
        for dc in [None, Some(&table)] {
            let mut entries = [Entry::NONE; ENTRIES];
            fill(&mut entries, dc, &table);
            let each: Vec<_> = (0..ENTRIES).map(|window| entry_of(window, dc, &table).0).collect();
            assert_eq!(entries[..], each);
        }
    }
}
