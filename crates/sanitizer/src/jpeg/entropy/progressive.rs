//! Follows the scans of progressive pictures (ITU-T T.81 G).
//!
//! How long the code of a refinement scan is depends on which coefficients are
//! known to be nonzero from the scans before. One bit for each coefficient
//! is enough to remember: one `u64` a block. The coefficients themselves are
//! only read where there is a [`CoefficientSink`] for them.

use super::band::{Band, Left};
use super::bits::{Bits, Fault};
use super::coding::MCUS_PER_LOOK;
use super::coefficient_sink::{CoefficientSink, extend};
use super::huffman::Table;
use crate::Cancellation;

/// Which coefficients of a component are nonzero so far, and how exactly they are known.
pub(super) struct History {
    /// Blocks in a row of the component.
    columns: usize,
    /// One bit a coefficient, in zigzag order, for each block. Empty until the
    /// first AC scan.
    nonzero: Vec<u64>,
    rows: usize,
    /// For each coefficient the bits still missing (Al of its last scan).
    missing: [Option<u8>; 64],
}

/// The parameters of a scan (T.81 B.2.3).
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameters {
    /// First coefficient.
    pub start: u8,
    /// Last coefficient.
    pub end: u8,
    /// Bits missing before, 0 for the first scan of these coefficients.
    pub high: u8,
    /// Bits missing after.
    pub low: u8,
}

impl History {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self { columns, nonzero: Vec::new(), rows, missing: [None; 64] }
    }

    /// Notes that a scan comes, and refuses it when the ones before do not
    /// allow it. Each bit of a coefficient is coded once, so nothing hides in a
    /// scan that a later one overwrites, and the number of scans is bounded.
    pub(super) fn advance(&mut self, scan: Parameters) -> Result<(), &'static str> {
        if scan.start > 0 && self.missing[0].is_none() {
            return Err("an AC scan comes before the DC scan of its component");
        }
        for missing in &mut self.missing[usize::from(scan.start)..=usize::from(scan.end)] {
            let expected = if scan.high == 0 { None } else { Some(scan.high) };
            if *missing != expected {
                return Err("a scan does not continue the ones before it");
            }
            *missing = Some(scan.low);
        }
        if scan.start > 0 && self.nonzero.is_empty() {
            self.nonzero = vec![0; self.columns * self.rows];
        }
        Ok(())
    }

    /// Of some blocks, which of their coefficients are not zero.
    pub(super) fn blocks(&mut self, blocks: std::ops::Range<usize>) -> Option<&mut [u64]> {
        self.nonzero.get_mut(blocks)
    }

    /// The part of an AC scan between two restarts: blocks `from..to`.
    pub(super) fn follow_ac(
        &mut self,
        bits: &mut Bits<'_>,
        (table, fast): (&Table, Option<&Band>),
        scan: Parameters,
        blocks: std::ops::Range<usize>,
        sink: Option<&mut CoefficientSink<'_>>,
        cancellation: &Cancellation,
    ) -> Result<(), Fault> {
        let mut at = *bits;
        let first = blocks.start;
        let nonzero = self.nonzero.get_mut(blocks).ok_or(Fault::BlockRun)?;
        let mut from = From { index: 0, k: scan.start.into(), ended: 0 };
        if let (Some(band), None) = (fast, &sink)
            && let Some(left) = band.follow(at.data_and_position(), table, scan, nonzero, cancellation)?
        {
            let Left { position, index, k, ended } = left;
            from = From { index, k, ended };
            let (data, _) = at.data_and_position();
            at = position.bits(data)?;
        }
        let blocks = Blocks { nonzero, first, from, cancellation };
        let result = if scan.high == 0 {
            follow_first(&mut at, table, scan, blocks, sink)
        } else {
            follow_refinement(&mut at, table, scan, blocks, sink)
        };
        *bits = at;
        result
    }
}

/// Some blocks of a component.
struct Blocks<'h> {
    /// Which of their coefficients are not zero.
    nonzero: &'h mut [u64],
    /// The number of the first in the scan.
    first: usize,
    from: From,
    cancellation: &'h Cancellation,
}

/// Where to begin.
#[derive(Clone, Copy)]
struct From {
    /// The block.
    index: usize,
    /// The coefficient of it.
    k: u32,
    /// How many blocks from there on have nothing more to come.
    ended: usize,
}

impl Blocks<'_> {
    /// Stops when it is cancelled.
    fn look(&self) -> Result<(), Fault> {
        if self.cancellation.is_cancelled() { Err(Fault::End) } else { Ok(()) }
    }
}

/// The bits of first DC scans (G.1.2.1): one difference for each block. Other
/// scans of one code a block are skipped by [`sequential`](super::sequential).
pub(super) fn read_differences(
    bits: &mut Bits<'_>,
    mcus: std::ops::Range<u64>,
    units: &[(&Table, usize)],
    sink: &mut CoefficientSink<'_>,
) -> Result<(), Fault> {
    for mcu in mcus {
        for (unit, &(table, blocks)) in units.iter().enumerate() {
            for block in 0..blocks {
                bits.ensure(32)?;
                let size = table.decode(bits)?.into();
                let difference = extend(bits.take(size)?, size);
                sink.block(unit, mcu, block).dc(difference);
            }
        }
    }
    Ok(())
}

/// DC refinement (G.1.2.1): one bit for each block.
pub(super) fn read_dc_bits(
    bits: &mut Bits<'_>,
    mcus: std::ops::Range<u64>,
    blocks: &[usize],
    sink: &mut CoefficientSink<'_>,
) -> Result<(), Fault> {
    for mcu in mcus {
        for (unit, &blocks) in blocks.iter().enumerate() {
            for block in 0..blocks {
                let bit = bits.take(1)? == 1;
                sink.block(unit, mcu, block).dc_bit(bit);
            }
        }
    }
    Ok(())
}

/// G.1.2.2: like a sequential scan, with runs of blocks that are at their end.
fn follow_first(
    bits: &mut Bits<'_>,
    table: &Table,
    scan: Parameters,
    blocks: Blocks<'_>,
    mut sink: Option<&mut CoefficientSink<'_>>,
) -> Result<(), Fault> {
    let end = u32::from(scan.end);
    let From { mut index, k: mut from_k, .. } = blocks.from;
    let mut next_look = index;
    while index < blocks.nonzero.len() {
        if index >= next_look {
            blocks.look()?;
            next_look = index + MCUS_PER_LOOK as usize;
        }
        let mut k = from_k;
        from_k = scan.start.into();
        let mut nonzero = blocks.nonzero[index];
        let mut ended = 1;
        while k <= end {
            bits.ensure(32)?;
            let symbol = table.decode(bits)?;
            let (run, extra) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if extra == 0 && run != 15 {
                ended = end_of_blocks(bits, run)?;
                break;
            }
            // More than a coefficient can be: decoders would not agree whether it is zero.
            if extra + u32::from(scan.low) > 15 {
                return Err(Fault::Meaning);
            }
            k += run;
            if k > end {
                return Err(Fault::Run);
            }
            if extra > 0 {
                nonzero |= 1 << k;
                if let Some(sink) = &mut sink {
                    let value = extend(bits.peek(extra) as u32, extra);
                    sink.block(0, (blocks.first + index) as u64, 0).ac(k, value);
                }
                bits.skip(extra);
            }
            k += 1;
        }
        blocks.nonzero[index] = nonzero;
        index += ended;
    }
    if index == blocks.nonzero.len() { Ok(()) } else { Err(Fault::BlockRun) }
}

/// G.1.2.3: new coefficients, and in between one bit for each that is known
/// to be nonzero.
fn follow_refinement(
    bits: &mut Bits<'_>,
    table: &Table,
    scan: Parameters,
    blocks: Blocks<'_>,
    mut sink: Option<&mut CoefficientSink<'_>>,
) -> Result<(), Fault> {
    let band = (u64::MAX << scan.start) & (u64::MAX >> (63 - scan.end));
    let From { index, mut ended, .. } = blocks.from;
    for (mcu, nonzero) in (blocks.first as u64..).zip(&mut *blocks.nonzero).skip(index) {
        if mcu % MCUS_PER_LOOK == 0 && blocks.cancellation.is_cancelled() {
            return Err(Fault::End);
        }
        let mut block_sink = sink.as_mut().map(|sink| sink.block(0, mcu, 0));
        // The coefficients of the band that are still to come.
        let mut rest = band;
        while ended == 0 && rest != 0 {
            bits.ensure(32)?;
            let symbol = table.decode(bits)?;
            let (run, extra) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            match (run, extra) {
                (15, 0) | (_, 1) => {}
                (_, 0) => {
                    ended = end_of_blocks(bits, run)?;
                    break;
                }
                _ => return Err(Fault::Meaning),
            }
            // The run counts coefficients that were zero so far.
            let mut zeros = rest & !*nonzero;
            for _ in 0..run {
                zeros &= zeros.wrapping_sub(1);
            }
            if zeros == 0 {
                return Err(Fault::Run);
            }
            let place = zeros & zeros.wrapping_neg();
            let before = rest & (place - 1) & *nonzero;
            if let Some(block_sink) = &mut block_sink {
                let value = if extra > 0 { extend(bits.take(1)?, 1) } else { 0 };
                block_sink.ac_bits(bits, before)?;
                block_sink.ac(place.trailing_zeros(), value);
            } else {
                bits.skip_many(u64::from(extra + before.count_ones()))?;
            }
            if extra > 0 {
                *nonzero |= place;
            }
            rest &= !(place | (place - 1));
        }
        if ended > 0 {
            let corrections = rest & *nonzero;
            match &mut block_sink {
                Some(block_sink) => block_sink.ac_bits(bits, corrections)?,
                None if corrections > 0 => bits.skip_many(corrections.count_ones().into())?,
                None => {}
            }
            ended -= 1;
        }
    }
    if ended == 0 { Ok(()) } else { Err(Fault::BlockRun) }
}

/// How many blocks, this one included, have nothing more to come (EOBn).
fn end_of_blocks(bits: &mut Bits<'_>, n: u32) -> Result<usize, Fault> {
    Ok((1 << n) + bits.take(n)? as usize)
}
