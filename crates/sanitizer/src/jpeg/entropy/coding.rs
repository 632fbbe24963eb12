//! How the MCUs of a Huffman-coded scan are followed.

use std::ops::Range;

use super::{
    arithmetic::Unit,
    band::Band,
    bits::{Bits, Fault, Stop},
    coefficient_sink::CoefficientSink,
    huffman::Table,
    intervals,
    multi_symbol::MultiSymbolTables,
    packed_sink::PackedSink,
    progressive::{self, History, Parameters},
    self_synchronisation,
    sequential::{self, Block},
    values::{self, Values},
};
use crate::{Cancellation, jpeg::frame::Process};

/// How the MCUs of a scan are coded.
pub(super) enum Coding<'t> {
    /// Sequential.
    Blocks(Vec<Block<'t>>),
    /// Sequential, and big.
    MultiSymbol {
        /// The blocks of an MCU, or one for all of them when they are coded alike.
        blocks: Vec<Block<'t>>,
        /// How many of these make an MCU.
        times: u64,
        tables: Box<MultiSymbolTables>,
    },
    /// Sequential, and the coefficients are wanted.
    Values(Vec<values::Unit<'t>>),
    /// One code a data unit: lossless, and first DC scans. For each component
    /// the table and the data units in an MCU.
    Differences(Vec<(&'t Table, usize)>),
    /// DC refinement: one bit for each of so many blocks of each component.
    Bits(Vec<usize>),
    /// AC scans of progressive pictures.
    Band {
        table: &'t Table,
        parameters: Parameters,
        /// Where the scan may be big.
        fast: Option<Band>,
    },
}

/// Where coefficients go.
pub(super) enum Sink<'c> {
    /// Those of a picture that several scans tell of, or one of arithmetic code.
    Dense(CoefficientSink<'c>),
    /// Those of a sequential one.
    Packed(PackedSink<'c>),
}

impl<'c> Sink<'c> {
    pub(super) fn dense(&mut self) -> Option<&mut CoefficientSink<'c>> {
        match self {
            Self::Dense(sink) => Some(sink),
            Self::Packed(_) => None,
        }
    }

    /// A scan or restart interval begins: DC is predicted from zero.
    pub(super) fn restart(&mut self) {
        match self {
            Self::Dense(sink) => sink.restart(),
            Self::Packed(sink) => sink.restart(),
        }
    }
}

/// What is done with a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Its end is to be found; there are so many bytes to look at.
    Skip { bytes: usize },
    /// Its coefficients are wanted.
    Read,
}

/// Scans from this size on are worth the time that [`MultiSymbolTables`] take to make.
pub(super) const BIG: usize = if cfg!(fuzzing) { 1024 } else { 128 * 1024 };

/// AC scans of progressive pictures from this size on are worth the time that the tables of a [`Band`] take to make.
pub(super) const BIG_BAND: usize = if cfg!(fuzzing) { 1024 } else { 16 * 1024 };

impl<'t> Coding<'t> {
    /// `units` are for each component the data units in an MCU and the DC and
    /// AC table. `None` when a table is missing.
    pub(super) fn new(
        (process, big_band): (Process, usize),
        tables: &'t [[Option<Box<Table>>; 4]; 2],
        parameters: Parameters,
        units: &[Unit],
        purpose: Purpose,
    ) -> Option<Self> {
        let [dc_tables, ac_tables] = tables;
        let dc_tables = || units.iter().map(|unit| dc_tables[unit.dc].as_deref());
        let ac_tables = || units.iter().map(|unit| ac_tables[unit.ac].as_deref());
        let counts = || units.iter().map(|unit| unit.blocks);
        Some(match process {
            Process::Sequential if purpose == Purpose::Read => {
                let units = dc_tables().zip(ac_tables());
                let units = units.map(|(dc, ac)| Some(values::Unit { dc: dc?, ac: Values::new(ac?) }));
                Self::Values(units.collect::<Option<_>>()?)
            }
            Process::Sequential => {
                let mut blocks = Vec::new();
                for ((dc, ac), count) in dc_tables().zip(ac_tables()).zip(counts()) {
                    let (dc, ac) = (dc?, ac?);
                    blocks.extend((0..count).map(|_| Block { dc, ac }));
                }
                if !matches!(purpose, Purpose::Skip { bytes: BIG.. }) {
                    return Some(Self::Blocks(blocks));
                }
                // Of blocks that are coded alike nobody can tell which of the MCU one is, nor has to.
                let alike = blocks.iter().all(|block| block.is_coded_like(&blocks[0]));
                let times = if alike { blocks.len() } else { 1 };
                match MultiSymbolTables::new(&blocks[..blocks.len() / times]) {
                    Some(tables) => {
                        blocks.truncate(blocks.len() / times);
                        Self::MultiSymbol { blocks, times: times as u64, tables }
                    }
                    None => Self::Blocks(blocks),
                }
            }
            Process::Progressive if parameters.start > 0 => {
                let table = ac_tables().next()??;
                let is_big = matches!(purpose, Purpose::Skip { bytes } if bytes >= big_band);
                let fast = is_big.then(|| Band::new(table, parameters));
                Self::Band { table, parameters, fast }
            }
            Process::Progressive if parameters.high > 0 => Self::Bits(counts().collect()),
            Process::Progressive | Process::Lossless => Self::Differences(
                dc_tables()
                    .zip(counts())
                    .map(|(table, count)| Some((table?, count)))
                    .collect::<Option<_>>()?,
            ),
        })
    }

    /// Skips `count` restart intervals of `mcus` MCUs and the markers behind them where that is quicker than one
    /// after the other, see [`intervals`].
    pub(super) fn skip_intervals(
        &mut self,
        data: &[u8],
        count: u64,
        mcus: u64,
        cancellation: &Cancellation,
        check: impl FnMut(&Stop) -> bool,
    ) -> Option<usize> {
        match self {
            Self::MultiSymbol { blocks, times, tables } if count > 1 => {
                intervals::skip(tables, data, count, mcus * *times, blocks, cancellation, check)
            }
            _ => None,
        }
    }

    /// Follows some MCUs of the scan, and stores their coefficients in `sink`
    /// if there is one. `history` is that of a progressive picture's first component. It stops with any fault when it is
    /// cancelled.
    pub(super) fn follow(
        &self,
        bits: &mut Bits<'_>,
        mcus: Range<u64>,
        history: Option<&mut History>,
        sink: Option<&mut Sink<'_>>,
        cancellation: &Cancellation,
    ) -> Result<(), Fault> {
        let count = mcus.end - mcus.start;
        let parts = |mcus| Parts { left: mcus, cancellation };
        match (self, sink) {
            (Self::Blocks(blocks), _) => {
                parts(mcus).each(|part| sequential::skip_blocks(bits, part.end - part.start, blocks))
            }
            (Self::MultiSymbol { blocks, times, tables }, _) => {
                let count = count * times;
                let left = match self_synchronisation::skip(tables, bits, count, blocks, cancellation) {
                    Some((rest, left)) => {
                        *bits = rest;
                        left
                    }
                    None => count,
                };
                parts(0..left).each(|part| sequential::skip_blocks(bits, part.end - part.start, blocks))
            }
            (Self::Values(units), Some(Sink::Packed(sink))) => {
                parts(mcus).each(|part| values::read_blocks(bits, part, units, sink))
            }
            (Self::Differences(units), Some(Sink::Dense(sink))) => {
                parts(mcus).each(|part| progressive::read_differences(bits, part, units, sink))
            }
            (Self::Differences(units), _) => {
                parts(mcus).each(|part| sequential::skip_samples(bits, part.end - part.start, units))
            }
            (Self::Bits(blocks), Some(Sink::Dense(sink))) => {
                parts(mcus).each(|part| progressive::read_dc_bits(bits, part, blocks, sink))
            }
            (Self::Bits(blocks), _) => bits.skip_many(count * blocks.iter().sum::<usize>() as u64),
            (Self::Band { table, parameters, fast }, sink) => match history {
                Some(history) => {
                    let blocks = mcus.start as usize..mcus.end as usize;
                    let sink = sink.and_then(Sink::dense);
                    history.follow_ac(bits, (table, fast.as_ref()), *parameters, blocks, sink, cancellation)
                }
                None => Err(Fault::BlockRun),
            },
            // Made only to be read.
            (Self::Values(_), _) => Err(Fault::Meaning),
        }
    }
}

/// MCUs between two looks at whether the work was cancelled.
pub(super) const MCUS_PER_LOOK: u64 = 4096;

/// MCUs that are followed in parts, until it is cancelled.
struct Parts<'c> {
    left: Range<u64>,
    cancellation: &'c Cancellation,
}

impl Parts<'_> {
    fn each(mut self, mut follow: impl FnMut(Range<u64>) -> Result<(), Fault>) -> Result<(), Fault> {
        while !self.left.is_empty() {
            if self.cancellation.is_cancelled() {
                return Err(Fault::End);
            }
            let end = self.left.end.min(self.left.start + MCUS_PER_LOOK);
            follow(self.left.start..end)?;
            self.left.start = end;
        }
        Ok(())
    }
}
