//! Interleaves several readers of [`multi_symbol`](super::multi_symbol) tables, and gives them what to read.
//!
//! A reader reads a passage: from a bit on to about a goal, chunk by chunk, in which
//! the stuffed bytes are left out. Near the goal it goes on code by code to where the next
//! MCU begins, so that two readers that come to the same goal stop at the same bit.

use super::{
    bits::{Bits, Fault},
    multi_symbol::{BITS_A_ROUND, CHUNK, Chunk, MultiSymbolTables, Place, READERS, State},
    sequential::{Block, skip_code},
};
use crate::Cancellation;

/// A bit of the coded data, at which an MCU begins or seems to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BitPosition {
    /// The byte, which is no stuffed one.
    pub byte: usize,
    /// The bits of it that belong to the MCU before, 0..=7.
    pub used: u32,
}

impl BitPosition {
    /// The beginning of a byte of `data`, or of the next when that is a stuffed one.
    pub(super) fn byte(data: &[u8], byte: usize) -> Self {
        let stuffed = byte > 0 && data.get(byte - 1..=byte) == Some(&[0xFF, 0]);
        Self { byte: byte + usize::from(stuffed), used: 0 }
    }

    /// Where the bits of `data` go on that are read from here.
    pub(super) fn bits<'a>(self, data: &'a [u8]) -> Result<Bits<'a>, Fault> {
        let mut bits = Bits::new(data, self.byte);
        bits.take(self.used)?;
        Ok(bits)
    }

    /// Where reading stands in `data`.
    fn of(bits: &Bits<'_>, data: &[u8]) -> Result<Self, Fault> {
        let stop = bits.stop()?;
        let stuffed = data.get(..stop.position).is_some_and(|read| read.ends_with(&[0xFF, 0]));
        Ok(match stop.padding {
            0 => Self { byte: stop.position, used: 0 },
            unread => Self { byte: stop.position - if stuffed { 2 } else { 1 }, used: 8 - unread },
        })
    }
}

/// What one reader is to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passage {
    pub from: BitPosition,
    /// It ends where the first MCU begins in this byte or behind.
    pub goal: usize,
    /// Where the data ends: at a marker or with the file.
    pub end: usize,
}

/// How a passage was read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    /// To its goal: where that is, and the blocks until there.
    Read { to: BitPosition, blocks: u64 },
    /// To what cannot be a code, in about this byte.
    Fault { byte: usize },
}

/// Reads passages until there are none. `next` gives the first passage of a reader
/// (by number), and what it reads after an outcome; `None` when there is nothing more. All stop when it is cancelled.
pub(super) fn read(
    tables: &MultiSymbolTables,
    blocks: &[Block<'_>],
    data: &[u8],
    cancellation: &Cancellation,
    mut next: impl FnMut(usize, Option<Outcome>) -> Option<Passage>,
) {
    let mut readers = Readers {
        tables,
        blocks,
        data,
        passages: [None; READERS],
        chunks: Box::new([[0; _]; READERS]),
        filled: [Filled::default(); READERS],
        states: [tables.begin(0, Place::FIRST); READERS],
        ended: [0; READERS],
    };
    for number in 0..READERS {
        let first = next(number, None);
        readers.begin(number, first);
    }
    while !cancellation.is_cancelled() {
        for number in 0..READERS {
            while let Some(passage) = readers.passages[number]
                && readers.rounds(number) == 0
            {
                if readers.filled[number].to < passage.goal.min(passage.end) {
                    readers.fill(number, &passage);
                } else {
                    let outcome = readers.finish(number, &passage);
                    let following = next(number, Some(outcome));
                    readers.begin(number, following);
                }
            }
        }
        let busy = (0..READERS).filter(|&number| readers.passages[number].is_some());
        let Some(busy) = busy.min_by_key(|&number| readers.rounds(number)) else { return };
        if let Err(number) = readers.go_on(busy) {
            let following = next(number, Some(Outcome::Fault { byte: readers.byte(number) }));
            readers.begin(number, following);
        }
    }
}

/// All readers: of each what it reads, and how far it is.
struct Readers<'a> {
    tables: &'a MultiSymbolTables,
    blocks: &'a [Block<'a>],
    data: &'a [u8],
    passages: [Option<Passage>; READERS],
    chunks: Box<[Chunk; READERS]>,
    filled: [Filled; READERS],
    states: [State; READERS],
    /// The blocks of the passage that have ended.
    ended: [u64; READERS],
}

/// What a chunk was filled with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filled {
    /// The first byte of the data that is in it.
    pub from: usize,
    /// The first byte that is not.
    pub to: usize,
    /// How many bytes of it that are.
    pub length: u32,
}

impl Readers<'_> {
    fn begin(&mut self, number: usize, passage: Option<Passage>) {
        self.passages[number] = passage;
        if let Some(passage) = passage {
            self.states[number] = self.tables.begin(passage.from.used, Place::FIRST);
            self.filled[number] = Filled { from: passage.from.byte, ..Filled::default() };
            self.ended[number] = 0;
            self.fill(number, &passage);
        }
    }

    /// Fills the chunk with what is next.
    fn fill(&mut self, number: usize, passage: &Passage) {
        let from = self.byte(number);
        // Behind the goal as much as a reader may not go into, so that it comes near.
        let until = passage.end.min(passage.goal + BITS_A_ROUND as usize / 8);
        self.filled[number] = unstuff(&self.data[..until], from, &mut self.chunks[number]);
        let state = &mut self.states[number];
        *state = self.tables.begin(state.bit() % 8, state.place());
    }

    /// How many rounds stay within the chunk.
    fn rounds(&self, number: usize) -> u32 {
        (self.filled[number].length * 8).saturating_sub(self.states[number].bit()) / BITS_A_ROUND
    }

    /// The byte of the data that the next bit is in.
    fn byte(&self, number: usize) -> usize {
        let bytes = (self.states[number].bit() / 8) as usize;
        // Each of these was followed by a stuffed one.
        let stuffed = memchr::memchr_iter(0xFF, &self.chunks[number][..bytes.min(CHUNK)]).count();
        self.filled[number].from + bytes + stuffed
    }

    /// Takes all on as far as reader `busy` can go. Those that have nothing to read do the same. `Err`
    /// with the number of one that is at what cannot be a code.
    fn go_on(&mut self, busy: usize) -> Result<(), usize> {
        for number in 0..READERS {
            if self.passages[number].is_none() {
                self.chunks[number] = self.chunks[busy];
                self.states[number] = self.states[busy];
            }
        }
        let rounds = self.rounds(busy);
        self.tables
            .go_on(&self.chunks, &mut self.states, &mut self.ended, rounds, self.blocks)
            .map_err(|number| if self.passages[number].is_some() { number } else { busy })
    }

    /// Reads what is left of the passage, code by code.
    fn finish(&self, number: usize, passage: &Passage) -> Outcome {
        let (state, byte) = (self.states[number], self.byte(number));
        let read = || {
            let bits = BitPosition { byte, used: state.bit() % 8 }.bits(self.data)?;
            read_on(self.data, bits, state.place(), passage.goal, self.blocks)
        };
        match read() {
            Ok((to, ended)) => Outcome::Read { to, blocks: self.ended[number] + ended },
            Err(_) => Outcome::Fault { byte },
        }
    }
}

/// Reads code by code to where the first MCU begins in byte `goal` or behind. Gives where that is, and
/// the blocks that ended until there.
pub(super) fn read_on(
    data: &[u8],
    mut bits: Bits<'_>,
    mut place: Place,
    goal: usize,
    blocks: &[Block<'_>],
) -> Result<(BitPosition, u64), Fault> {
    let mut ended = 0;
    loop {
        if place == Place::FIRST {
            let position = BitPosition::of(&bits, data)?;
            if position.byte >= goal {
                return Ok((position, ended));
            }
        }
        bits.ensure(32)?;
        let next = skip_code(&mut bits, &blocks[place.block], place.k)?;
        place.k = next % 64;
        if next == 64 {
            place.block = (place.block + 1) % blocks.len();
            ended += 1;
        }
    }
}

/// Where the restart interval, or the scan without any, ends that a byte is in: at the next marker, RSTn
/// included, or with the file.
pub(super) fn end_of_interval(data: &[u8], from: usize) -> usize {
    memchr::memchr_iter(0xFF, &data[from..])
        .map(|at| from + at)
        .find(|at| data.get(at + 1) != Some(&0))
        .unwrap_or(data.len())
}

/// Fills a chunk from a byte of the data on, and leaves the stuffed bytes out.
pub(super) fn unstuff(data: &[u8], from: usize, chunk: &mut Chunk) -> Filled {
    let (mut length, mut to) = (0, from);
    while length < CHUNK && to < data.len() {
        let rest = &data[to..data.len().min(to + CHUNK - length)];
        let (piece, stuffed) = match memchr::memchr(0xFF, rest) {
            Some(at) => (&rest[..=at], 1),
            None => (rest, 0),
        };
        chunk[length..length + piece.len()].copy_from_slice(piece);
        length += piece.len();
        to += piece.len() + stuffed;
    }
    Filled { from, to, length: length as u32 }
}
