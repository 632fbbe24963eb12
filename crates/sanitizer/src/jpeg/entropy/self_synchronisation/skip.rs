//! Divides the data among the readers, and checks that each has met the next.

use super::super::{
    bits::Bits,
    interleaved::{self, BitPosition, Outcome, Passage, end_of_interval},
    multi_symbol::{MultiSymbolTables, READERS},
    sequential::Block,
};
use crate::Cancellation;

/// Bytes to the first checkpoint of a part. Each other is twice as far, up to the middle of the part.
/// Fuzzers make small files.
const FIRST_CHECKPOINT: usize = if cfg!(fuzzing) { 64 } else { 2048 };

/// The most checkpoints of a part, of which the last is 128 KiB into it.
const CHECKPOINTS: usize = 7;

/// How often a reader may guess wrong. Mostly it does so a few times, but data can be made so
/// that there is never a code.
const MAX_RESTARTS: u32 = 50;

/// Bytes at the end that are left to be read exactly.
const REST: usize = 64;

/// Skips nearly all of `mcus` MCUs. Gives where the rest begins, and how many that are;
/// `None` when they are better read one after the other.
pub(in super::super) fn skip<'a>(
    tables: &MultiSymbolTables,
    begin: &Bits<'a>,
    mcus: u64,
    blocks: &[Block<'_>],
    cancellation: &Cancellation,
) -> Option<(Bits<'a>, u64)> {
    let (data, position) = begin.data_and_position();
    let end = end_of_interval(data, position);
    let partition = Partition { position, part: (end - position) / READERS, end };
    if partition.checkpoints() == 0 {
        return None;
    }
    let mut readers: [PartReader; READERS] = Default::default();
    interleaved::read(tables, blocks, data, cancellation, |number, outcome| {
        let from = match outcome {
            None => BitPosition::byte(data, partition.begin(number)),
            Some(Outcome::Read { to, blocks }) => {
                readers[number].blocks += blocks;
                reach(number, to, &mut readers, &partition)?
            }
            Some(Outcome::Fault { byte }) => {
                // Not by a wrong guess: the first begins with none, nor is wrong who was met.
                let is_right = number == 0 || readers[number - 1].synchronised.is_some();
                if is_right || byte + REST >= end {
                    return None;
                }
                // Wrong so far: again from the next byte, as if an MCU began there.
                let PartReader { passed, restarts, .. } = readers[number];
                readers[number] = PartReader { passed, restarts: restarts + 1, ..PartReader::default() };
                (restarts < MAX_RESTARTS).then(|| BitPosition::byte(data, byte + 1))?
            }
        };
        Some(Passage { from, goal: partition.checkpoint(number, readers[number].passed), end })
    });

    let mut left = mcus * blocks.len() as u64;
    let mut before = 0;
    for reader in &readers {
        let (blocks, of_next) = reader.synchronised?;
        // None: more than the picture has, so something stands behind it.
        left = left.checked_sub(blocks.checked_sub(before)?)?;
        before = of_next;
    }
    let rest = readers.last()?.end?.bits(data).ok()?;
    Some((rest, left / blocks.len() as u64))
}

/// How the data is divided.
struct Partition {
    position: usize,
    /// Bytes of a part.
    part: usize,
    end: usize,
}

impl Partition {
    fn begin(&self, part: usize) -> usize {
        self.position + part * self.part
    }

    /// Marks that a part has.
    fn checkpoints(&self) -> usize {
        (0..CHECKPOINTS).take_while(|number| (2 * FIRST_CHECKPOINT) << number <= self.part).count()
    }

    /// A checkpoint of a part. Behind its own are those of the next part, or the end.
    fn checkpoint(&self, part: usize, number: usize) -> usize {
        match number.checked_sub(self.checkpoints()) {
            None => self.begin(part) + (FIRST_CHECKPOINT << number),
            Some(_) if part == READERS - 1 => self.end - REST,
            Some(number) => self.begin(part + 1) + (FIRST_CHECKPOINT << number),
        }
    }
}

/// A reader in its part.
#[derive(Default)]
struct PartReader {
    /// Marks that it has passed, those of the next part included.
    passed: usize,
    /// How often it came to what cannot be a code, and began again.
    restarts: u32,
    /// Blocks since it began, or began again.
    blocks: u64,
    /// For each checkpoint where the first MCU behind it begins, and the blocks until there.
    checkpoints: [Option<(BitPosition, u64)>; CHECKPOINTS],
    /// When it has met the next: the blocks until there of both.
    synchronised: Option<(u64, u64)>,
    /// Of the last, where it has ended.
    end: Option<BitPosition>,
}

/// A reader is at a checkpoint. Gives from where it goes on.
fn reach(
    number: usize,
    at: BitPosition,
    readers: &mut [PartReader; READERS],
    partition: &Partition,
) -> Option<BitPosition> {
    let (until, behind) = readers.split_at_mut(number + 1);
    let reader = &mut until[number];
    let checkpoint = reader.passed;
    reader.passed += 1;
    match (checkpoint.checked_sub(partition.checkpoints()), behind.first()) {
        (None, _) => reader.checkpoints[checkpoint] = Some((at, reader.blocks)),
        (Some(_), None) => {
            reader.end = Some(at);
            reader.synchronised = Some((reader.blocks, 0));
            return None;
        }
        (Some(checkpoint), Some(next)) => match next.checkpoints.get(checkpoint)? {
            Some((position, blocks)) if *position == at => {
                reader.synchronised = Some((reader.blocks, *blocks));
                return None;
            }
            _ if checkpoint + 1 == partition.checkpoints() => return None,
            _ => {}
        },
    }
    Some(at)
}
