//! Follows a big scan, or restart interval, from several places at once.
//!
//! To know where a code begins the ones before it must be known, so a reader that begins somewhere
//! in the data begins with a guess. But Huffman codes are such that one that began wrong falls into
//! step with the right ones after some dozens or hundreds of blocks.
//!
//! That is never taken for granted. The data is divided into parts, a reader for each, which notes at
//! some marks of its part where it finds the first MCU behind them. The reader of the part before goes on
//! to these marks, too. Only when it finds the first MCU behind one of them at
//! the very same bit, what the other has read since is what it would have read itself.

use super::{
    abreast::{self, Outcome, Passage, Spot, end_of_interval},
    bits::Bits,
    leaps::{Leaps, READERS},
    sequential::Block,
};

/// Bytes to the first mark of a part. Each other is twice as far, up to the middle of the part.
/// Fuzzers make small files.
const FIRST_MARK: usize = if cfg!(fuzzing) { 64 } else { 2048 };

/// The most marks of a part, of which the last is 128 KiB into it.
const MARKS: usize = 7;

/// How often a reader may guess wrong. Mostly it does so a few times, but data can be made so
/// that there is never a code.
const STUMBLES: u32 = 50;

/// Bytes at the end that are left to be read exactly.
const REST: usize = 64;

/// Skips nearly all of `mcus` MCUs. Gives where the rest begins, and how many that are;
/// `None` when they are better read one after the other.
pub(super) fn skip<'a>(
    leaps: &Leaps,
    begin: &Bits<'a>,
    mcus: u64,
    blocks: &[Block<'_>],
) -> Option<(Bits<'a>, u64)> {
    let (data, position) = begin.data_and_position();
    let end = end_of_interval(data, position);
    let relay = Relay { position, part: (end - position) / READERS, end };
    if relay.marks() == 0 {
        return None;
    }
    let mut runners: [Runner; READERS] = Default::default();
    abreast::read(leaps, blocks, data, |number, outcome| {
        let from = match outcome {
            None => Spot::byte(data, relay.begin(number)),
            Some(Outcome::Read { to, blocks }) => {
                runners[number].blocks += blocks;
                arrive(number, to, &mut runners, &relay)?
            }
            Some(Outcome::Fault { byte }) => {
                // Not by a wrong guess: the first begins with none, nor is wrong who was met.
                let is_right = number == 0 || runners[number - 1].handed_over.is_some();
                if is_right || byte + REST >= end {
                    return None;
                }
                // Wrong so far: again from the next byte, as if an MCU began there.
                let Runner { passed, stumbled, .. } = runners[number];
                runners[number] = Runner { passed, stumbled: stumbled + 1, ..Runner::default() };
                (stumbled < STUMBLES).then(|| Spot::byte(data, byte + 1))?
            }
        };
        Some(Passage { from, goal: relay.mark(number, runners[number].passed), end })
    });

    let mut left = mcus * blocks.len() as u64;
    let mut before = 0;
    for runner in &runners {
        let (blocks, of_next) = runner.handed_over?;
        // None: more than the picture has, so something stands behind it.
        left = left.checked_sub(blocks.checked_sub(before)?)?;
        before = of_next;
    }
    let rest = runners.last()?.end?.bits(data).ok()?;
    Some((rest, left / blocks.len() as u64))
}

/// How the data is divided.
struct Relay {
    position: usize,
    /// Bytes of a part.
    part: usize,
    end: usize,
}

impl Relay {
    fn begin(&self, part: usize) -> usize {
        self.position + part * self.part
    }

    /// Marks that a part has.
    fn marks(&self) -> usize {
        (0..MARKS).take_while(|number| (2 * FIRST_MARK) << number <= self.part).count()
    }

    /// A mark of a part. Behind its own are those of the next part, or the end.
    fn mark(&self, part: usize, number: usize) -> usize {
        match number.checked_sub(self.marks()) {
            None => self.begin(part) + (FIRST_MARK << number),
            Some(_) if part == READERS - 1 => self.end - REST,
            Some(number) => self.begin(part + 1) + (FIRST_MARK << number),
        }
    }
}

/// A reader in its part.
#[derive(Default)]
struct Runner {
    /// Marks that it has passed, those of the next part included.
    passed: usize,
    /// How often it came to what cannot be a code, and began again.
    stumbled: u32,
    /// Blocks since it began, or began again.
    blocks: u64,
    /// For each mark where the first MCU behind it begins, and the blocks until there.
    marks: [Option<(Spot, u64)>; MARKS],
    /// When it has met the next: the blocks until there of both.
    handed_over: Option<(u64, u64)>,
    /// Of the last, where it has ended.
    end: Option<Spot>,
}

/// A runner is at a mark. Gives from where it goes on.
fn arrive(number: usize, at: Spot, runners: &mut [Runner; READERS], relay: &Relay) -> Option<Spot> {
    let (until, behind) = runners.split_at_mut(number + 1);
    let runner = &mut until[number];
    let mark = runner.passed;
    runner.passed += 1;
    match (mark.checked_sub(relay.marks()), behind.first()) {
        (None, _) => runner.marks[mark] = Some((at, runner.blocks)),
        (Some(_), None) => {
            runner.end = Some(at);
            runner.handed_over = Some((runner.blocks, 0));
            return None;
        }
        (Some(mark), Some(next)) => match next.marks.get(mark)? {
            Some((spot, blocks)) if *spot == at => {
                runner.handed_over = Some((runner.blocks, *blocks));
                return None;
            }
            _ if mark + 1 == relay.marks() => return None,
            _ => {}
        },
    }
    Some(at)
}

#[cfg(test)]
mod tests;
