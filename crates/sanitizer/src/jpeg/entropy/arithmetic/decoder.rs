//! The decisions of a scan, and what they mean.

use std::ops::Range;

use super::{
    coder::{Bin, Coder},
    states::FIXED,
};
use crate::{
    Cancellation,
    jpeg::{
        entropy::{
            bits::Fault,
            coefficient_sink::{BlockSink, CoefficientSink},
            progressive::{History, Parameters},
        },
        frame::Process,
    },
};

/// What the arithmetic coder needs to know of a picture from scan to scan.
pub(in super::super) struct Arithmetic {
    /// For each DC table the bounds L and U of small differences (F.1.4.4.1.2).
    small: [(u8, u8); 4],
    /// For each AC table the last low coefficient, Kx (F.1.4.4.2).
    low: [u8; 4],
    /// Whether the picture's encoder kept the zeros at the end of its data, which it may
    /// discard (D.1.8). All or none: else they could be counted.
    keeps_zeros: Option<bool>,
    /// Decisions that may still be made, besides those that the data of the interval allow.
    decisions_left: u64,
    /// Looked at after each block.
    pub cancellation: Cancellation,
}

/// Decisions of all scans together, besides [`DECISIONS_PER_BYTE`] of coded data. Since a decision can
/// take as little as 0.00002 bits, a tiny file may hold a huge picture, and a hundred
/// scans of it; so its work needs a bound. This is enough for ten scans of an empty
/// picture of 100 megapixels, and takes about 0.2 s. Fuzzers shall not spend their time on it.
pub(super) const DECISIONS: u64 = if cfg!(fuzzing) { 1 << 20 } else { 1 << 25 };
/// Real pictures have 10 to 40.
const DECISIONS_PER_BYTE: u64 = 256;

/// One component of a scan.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Unit {
    /// Its blocks in an MCU.
    pub blocks: usize,
    pub dc: usize,
    pub ac: usize,
}

/// How a scan is coded.
pub(in super::super) struct Coded<'a> {
    pub process: Process,
    pub parameters: Parameters,
    pub units: &'a [Unit],
}

/// Why following an interval failed.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Failure {
    pub why: Why,
    /// About where.
    pub position: usize,
    /// Whether the file ends there.
    pub at_end_of_file: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Why {
    /// The data mean nothing.
    Fault(Fault),
    /// No encoder ends its data like this.
    End,
    /// Zeros at the end, here and not there.
    Zeros,
    /// Too many decisions for so few bytes.
    Work,
}

impl Arithmetic {
    pub(in super::super) fn new() -> Self {
        Self {
            small: [(0, 1); 4],
            low: [5; 4],
            keeps_zeros: None,
            decisions_left: DECISIONS,
            cancellation: Cancellation::default(),
        }
    }

    /// Takes a conditioning table (DAC, B.2.4.3): its class and destination in one
    /// byte, and its value. `None` when they are impossible.
    pub(in super::super) fn condition(&mut self, destination: u8, value: u8) -> Option<()> {
        let number = usize::from(destination & 15);
        match destination >> 4 {
            0 if value & 15 <= value >> 4 => *self.small.get_mut(number)? = (value & 15, value >> 4),
            1 if (1..=63).contains(&value) => *self.low.get_mut(number)? = value,
            _ => return None,
        }
        Some(())
    }

    /// Follows a scan or restart interval, MCUs `mcus` of those in the scan, from
    /// `position` of `data` on, and stores its coefficients in `sink` if there is
    /// one. Gives where it ends.
    pub(in super::super) fn follow(
        &mut self,
        coded: &Coded<'_>,
        data: &[u8],
        position: usize,
        mcus: Range<u64>,
        history: Option<&mut History>,
        sink: Option<&mut CoefficientSink<'_>>,
    ) -> Result<usize, Failure> {
        let &Coded { process, parameters, units } = coded;
        let mut interval = Interval {
            conditioning: self,
            start: position,
            coder: Coder::new(data, position),
            bins: Box::new(Bins { dc: [[0; 64]; 4], ac: [[0; 256]; 4], fixed: FIXED }),
            contexts: [0; 4],
        };
        let followed = match (process, history) {
            (Process::Progressive, Some(history)) if parameters.start > 0 => {
                interval.band(parameters, units, history, mcus, sink)
            }
            (Process::Progressive, _) if parameters.high > 0 => interval.dc_bits(units, mcus, sink),
            (Process::Progressive, _) => interval.blocks(units, mcus, false, sink),
            _ => interval.blocks(units, mcus, true, sink),
        };
        let Interval { coder, .. } = interval;
        let (reached, at_end_of_file) = (coder.position(), coder.at_end_of_file());
        let fail = |why| Failure { why, position: reached, at_end_of_file };
        let decisions = coder.decisions;
        followed.map_err(fail)?;
        let end = coder.finish().ok_or_else(|| fail(Why::End))?;
        let allowed = self.decisions_left + DECISIONS_PER_BYTE * (end.position - position) as u64;
        self.decisions_left = allowed.saturating_sub(decisions);
        if end.zeros == 0 {
            return Ok(end.position);
        }
        let zeros = data[end.position..].iter().take_while(|&&byte| byte == 0).count() as u64;
        let kept = zeros >= end.zeros;
        match *self.keeps_zeros.get_or_insert(kept) {
            true if !kept => Err(fail(Why::Zeros)),
            true => Ok(end.position + end.zeros as usize),
            false => Ok(end.position),
        }
    }
}

/// The contexts of an interval (tables F.4 and F.5), by table.
struct Bins {
    dc: [[Bin; 64]; 4],
    ac: [[Bin; 256]; 4],
    fixed: Bin,
}

struct Interval<'a, 'd> {
    conditioning: &'a Arithmetic,
    /// Where its data begin.
    start: usize,
    coder: Coder<'d>,
    bins: Box<Bins>,
    /// For each component of the scan what the difference before was like.
    contexts: [u8; 4],
}

impl Interval<'_, '_> {
    /// To be asked after each block, so that nothing goes on for long.
    fn check(&self) -> Result<(), Why> {
        if !self.coder.agrees() || self.conditioning.cancellation.is_cancelled() {
            return Err(Why::End);
        }
        let allowed = self.conditioning.decisions_left
            + DECISIONS_PER_BYTE * (self.coder.written() - self.start) as u64;
        if self.coder.decisions > allowed { Err(Why::Work) } else { Ok(()) }
    }

    /// Blocks of sequential scans (F.2.4), and without AC of first DC scans (G.1.3.1).
    fn blocks(
        &mut self,
        units: &[Unit],
        mcus: Range<u64>,
        with_ac: bool,
        mut sink: Option<&mut CoefficientSink<'_>>,
    ) -> Result<(), Why> {
        for mcu in mcus {
            for (component, unit) in units.iter().enumerate() {
                for block in 0..unit.blocks {
                    let mut block_sink = sink.as_mut().map(|sink| sink.block(component, mcu, block));
                    let difference = self.dc(component, unit.dc).map_err(Why::Fault)?;
                    if let Some(block_sink) = &mut block_sink {
                        block_sink.dc(difference);
                    }
                    if with_ac {
                        self.ac(unit.ac, 1, 63, 0, block_sink).map_err(Why::Fault)?;
                    }
                    self.check()?;
                }
            }
        }
        Ok(())
    }

    /// DC refinement: one bit for each block (G.1.3.1).
    fn dc_bits(
        &mut self,
        units: &[Unit],
        mcus: Range<u64>,
        mut sink: Option<&mut CoefficientSink<'_>>,
    ) -> Result<(), Why> {
        for mcu in mcus {
            for (component, unit) in units.iter().enumerate() {
                for block in 0..unit.blocks {
                    let bit = self.coder.decide(&mut self.bins.fixed);
                    if let Some(sink) = &mut sink {
                        sink.block(component, mcu, block).dc_bit(bit);
                    }
                }
            }
            self.check()?;
        }
        Ok(())
    }

    /// AC scans of progressive pictures (G.1.3.2, G.1.3.3).
    fn band(
        &mut self,
        parameters: Parameters,
        units: &[Unit],
        history: &mut History,
        mcus: Range<u64>,
        mut sink: Option<&mut CoefficientSink<'_>>,
    ) -> Result<(), Why> {
        let Parameters { start, end, high, low } = parameters;
        let table = units.first().map_or(0, |unit| unit.ac);
        let blocks =
            history.blocks(mcus.start as usize..mcus.end as usize).ok_or(Why::Fault(Fault::BlockRun))?;
        for (mcu, nonzero) in mcus.zip(blocks) {
            let block_sink = sink.as_mut().map(|sink| sink.block(0, mcu, 0));
            *nonzero |= if high == 0 {
                self.ac(table, start, end, low, block_sink)
            } else {
                self.ac_refinement(table, start, end, *nonzero, block_sink)
            }
            .map_err(Why::Fault)?;
            self.check()?;
        }
        Ok(())
    }

    /// A difference of DC values (figure F.19).
    fn dc(&mut self, component: usize, table: usize) -> Result<i32, Fault> {
        let (coder, bins) = (&mut self.coder, &mut self.bins.dc[table]);
        let first = self.contexts[component];
        self.contexts[component] = 0;
        if !coder.decide(bin(bins, first)) {
            return Ok(0);
        }
        let negative = u8::from(coder.decide(bin(bins, first + 1)));
        let mut at = first + 2 + negative;
        let mut magnitude = u32::from(coder.decide(bin(bins, at)));
        if magnitude > 0 {
            at = 20;
            at = categories(coder, bins, at, &mut magnitude)?;
        }
        let (lower, upper) = self.conditioning.small[table];
        self.contexts[component] = match magnitude {
            _ if magnitude < (1u32 << lower) >> 1 => 0,
            _ if magnitude > (1u32 << upper) >> 1 => 12 + 4 * negative,
            _ => 4 + 4 * negative,
        };
        Ok(signed(magnitude_bits(coder, bins, at, magnitude), negative == 1))
    }

    /// The coefficients of a block for the first time (figure F.20). Gives which
    /// are not zero. `low` bits of each are still to come.
    fn ac(
        &mut self,
        table: usize,
        start: u8,
        end: u8,
        low: u8,
        mut block_sink: Option<BlockSink<'_>>,
    ) -> Result<u64, Fault> {
        let (coder, bins) = (&mut self.coder, &mut self.bins.ac[table]);
        let mut nonzero = 0;
        let mut k = start;
        while k <= end {
            if coder.decide(bin(bins, 3 * (k - 1))) {
                break;
            }
            while !coder.decide(bin(bins, 3 * (k - 1) + 1)) {
                k += 1;
                if k > end {
                    return Err(Fault::Run);
                }
            }
            let negative = coder.decide(&mut self.bins.fixed);
            let mut at = 3 * (k - 1) + 2;
            let mut magnitude = u32::from(coder.decide(bin(bins, at)));
            if magnitude > 0 && coder.decide(bin(bins, at)) {
                magnitude = 2;
                at = if k <= self.conditioning.low[table] { 189 } else { 217 };
                at = categories(coder, bins, at, &mut magnitude)?;
            }
            // As much as a coefficient can be, or decoders would not agree whether it is zero.
            if magnitude << low >= 0x4000 {
                return Err(Fault::Meaning);
            }
            let value = signed(magnitude_bits(coder, bins, at, magnitude), negative);
            if let Some(block_sink) = &mut block_sink {
                block_sink.ac(k.into(), value);
            }
            nonzero |= 1 << k;
            k += 1;
        }
        Ok(nonzero)
    }

    /// One more bit of the coefficients that are known to be `nonzero`, and those
    /// that become so (figure G.10). Gives these.
    fn ac_refinement(
        &mut self,
        table: usize,
        start: u8,
        end: u8,
        nonzero: u64,
        mut block_sink: Option<BlockSink<'_>>,
    ) -> Result<u64, Fault> {
        let (coder, bins) = (&mut self.coder, &mut self.bins.ac[table]);
        // Up to the last of them no end of the block can come.
        let known = nonzero & (u64::MAX >> (63 - end));
        let last_known = known.checked_ilog2().unwrap_or(0);
        let mut new = 0;
        let mut k = start;
        while k <= end {
            if u32::from(k) > last_known && coder.decide(bin(bins, 3 * (k - 1))) {
                break;
            }
            loop {
                if nonzero >> k & 1 == 1 {
                    let bit = coder.decide(bin(bins, 3 * (k - 1) + 2));
                    if let Some(block_sink) = &mut block_sink {
                        block_sink.ac_bit(k.into(), bit);
                    }
                    break;
                }
                if coder.decide(bin(bins, 3 * (k - 1) + 1)) {
                    let negative = coder.decide(&mut self.bins.fixed);
                    if let Some(block_sink) = &mut block_sink {
                        block_sink.ac(k.into(), signed(0, negative));
                    }
                    new |= 1 << k;
                    break;
                }
                k += 1;
                if k > end {
                    return Err(Fault::Run);
                }
            }
            k += 1;
        }
        Ok(new)
    }
}

fn bin<const N: usize>(bins: &mut [Bin; N], at: u8) -> &mut Bin {
    &mut bins[usize::from(at)]
}

/// How many bits a value has (figure F.23); gives the bin that ended it.
fn categories<const N: usize>(
    coder: &mut Coder<'_>,
    bins: &mut [Bin; N],
    mut at: u8,
    magnitude: &mut u32,
) -> Result<u8, Fault> {
    while coder.decide(bin(bins, at)) {
        *magnitude <<= 1;
        if *magnitude == 0x8000 {
            return Err(Fault::Meaning);
        }
        at += 1;
    }
    Ok(at)
}

/// The bits below the highest of a value (figure F.24); gives it with them.
fn magnitude_bits<const N: usize>(coder: &mut Coder<'_>, bins: &mut [Bin; N], at: u8, magnitude: u32) -> u32 {
    let highest = magnitude.checked_ilog2().map_or(0, |bits| 1 << bits);
    let mut value = highest;
    for shift in (0..magnitude.checked_ilog2().unwrap_or(0)).rev() {
        value |= u32::from(coder.decide(bin(bins, at + 14))) << shift;
    }
    value
}

/// The value of which the magnitude less one was coded (Sz, F.1.4.1).
fn signed(less_one: u32, negative: bool) -> i32 {
    let value = less_one as i32 + 1;
    if negative { -value } else { value }
}
