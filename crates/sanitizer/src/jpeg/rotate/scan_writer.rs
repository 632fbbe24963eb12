//! Writes the scans of a turned picture (ITU-T T.81 F.1.2 and G.1.2). Each is gone
//! through as symbols, which are either counted, to make tables of, or written.

use super::{
    source::{Coded, Source, size_and_extra},
    symbols::{Symbols, Take},
};
use crate::jpeg::{coefficients::Geometry, frame::Component};

/// The class of tables for DC values.
pub(super) const DC: usize = 0;
/// The class of tables for all others.
pub(super) const AC: usize = 1;

/// One component of a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScanComponent {
    /// Its place in the frame header.
    pub index: usize,
    /// Its tables, by class.
    pub tables: [usize; 2],
}

/// What a scan is made of.
pub(super) struct Scan<'s, C> {
    pub coefficients: &'s C,
    /// The components of the turned picture.
    pub frame: &'s [Component],
    /// MCUs in a row and in a column of a scan of several components.
    pub mcus: (usize, usize),
    pub components: Vec<ScanComponent>,
}

/// The most components of a scan (B.2.3).
const COMPONENTS: usize = 4;

impl<C: Source> Scan<'_, C> {
    /// The tables of each component, by class.
    fn tables<S: Symbols>(&self, symbols: &S) -> [[S::Table; 2]; COMPONENTS] {
        std::array::from_fn(|position| {
            let tables = self.components.get(position).map_or([0; 2], |component| component.tables);
            [symbols.table(DC, tables[DC]), symbols.table(AC, tables[AC])]
        })
    }

    /// All of each block (F.1.2).
    pub(super) fn sequential(&self, symbols: &mut impl Symbols) {
        let mut predictions = [0; COMPONENTS];
        let tables = self.tables(symbols);
        self.each_block(symbols, |symbols, position, block| {
            let [dc, ac] = tables[position];
            symbols.block(|take| {
                let Some(block) = block else {
                    // What fills an MCU up is as cheap as can be: the DC value again, and nothing else.
                    take.symbol(dc, 0, 0);
                    return take.symbol(ac, 0, 0);
                };
                take_dc(take, dc, block, &mut predictions[position]);
                let last = take_ac(take, ac, block, u64::MAX, 0);
                if last < 63 {
                    take.symbol(ac, 0, 0);
                }
            });
        });
    }

    /// The DC values alone (G.1.2.1).
    pub(super) fn dc(&self, symbols: &mut impl Symbols) {
        let mut predictions = [0; COMPONENTS];
        let tables = self.tables(symbols);
        self.each_block(symbols, |symbols, position, block| {
            let [table, _] = tables[position];
            symbols.block(|take| match block {
                Some(block) => take_dc(take, table, block, &mut predictions[position]),
                None => take.symbol(table, 0, 0),
            });
        });
    }

    /// Some of the other coefficients of one component (G.1.2.2).
    pub(super) fn band(&self, symbols: &mut impl Symbols, start: u32, end: u32) {
        let [[_, table], ..] = self.tables(symbols);
        let band = (u64::MAX << start) & (u64::MAX >> (63 - end));
        // Blocks in a row that have nothing more to come.
        let mut ended = 0u32;
        self.each_block(symbols, |symbols, _, block| {
            let Some(block) = block else { return };
            if block.nonzero() & band != 0 {
                let mut last = 0;
                symbols.block(|take| {
                    end_blocks(take, table, &mut ended);
                    last = take_ac(take, table, block, band, start - 1);
                });
                if last == end {
                    return;
                }
            }
            ended += 1;
            if ended == 0x7FFF {
                symbols.block(|take| end_blocks(take, table, &mut ended));
            }
        });
        symbols.block(|take| end_blocks(take, table, &mut ended));
    }

    #[inline(always)]
    fn block_at(&self, component: usize, geometry: &Geometry, x: usize, y: usize) -> Option<C::Block<'_>> {
        if x >= geometry.columns || y >= geometry.rows {
            return None;
        }
        self.coefficients.block(component, y * geometry.columns + x)
    }

    /// All blocks in the order of the scan, each with the position of its component;
    /// `None` stands for a block that fills an MCU up at an edge.
    #[inline(always)]
    fn each_block<'b, S: Symbols>(
        &'b self,
        symbols: &mut S,
        mut take: impl FnMut(&mut S, usize, Option<C::Block<'b>>),
    ) {
        // One behind: the next block, which lies anywhere in memory, comes while this one is written.
        let mut waiting = None;
        let mut take = |symbols: &mut S, next: Option<(usize, Option<C::Block<'b>>)>| {
            if let Some((position, block)) = std::mem::replace(&mut waiting, next) {
                take(symbols, position, block);
            }
        };
        if let [component] = self.components[..] {
            let geometry = self.coefficients.geometry(component.index);
            for row in 0..geometry.rows {
                if symbols.is_enough() {
                    return;
                }
                for column in 0..geometry.columns {
                    take(symbols, Some((0, self.block_at(component.index, &geometry, column, row))));
                }
            }
            return take(symbols, None);
        }
        let geometries: Vec<Geometry> =
            self.components.iter().map(|component| self.coefficients.geometry(component.index)).collect();
        for row in 0..self.mcus.1 {
            if symbols.is_enough() {
                return;
            }
            for column in 0..self.mcus.0 {
                let components = self.components.iter().zip(&geometries).enumerate().take(COMPONENTS);
                for (position, (component, geometry)) in components {
                    let Component { h, v, .. } = self.frame[component.index];
                    let (h, v) = (usize::from(h), usize::from(v));
                    for y in row * v..row * v + v {
                        for x in column * h..column * h + h {
                            take(symbols, Some((position, self.block_at(component.index, geometry, x, y))));
                        }
                    }
                }
            }
        }
        take(symbols, None);
    }
}

#[inline(always)]
fn take_dc<T: Take>(take: &mut T, table: T::Table, block: impl Coded, prediction: &mut i32) {
    let value = i32::from(block.dc());
    let difference = value - *prediction;
    *prediction = value;
    let (size, extra) = size_and_extra(difference);
    take.symbol(table, size as u8, extra);
}

/// Takes the coefficients of a band that are not zero, each with the zeros since the one
/// before, which is `last` at first. Gives the last one's place.
#[inline(always)]
fn take_ac<T: Take>(take: &mut T, table: T::Table, mut block: impl Coded, band: u64, mut last: u32) -> u32 {
    let mut nonzero = block.nonzero() & band;
    while nonzero != 0 {
        let k = nonzero.trailing_zeros();
        nonzero &= nonzero - 1;
        let mut run = k - last - 1;
        last = k;
        while run > 15 {
            take.symbol(table, 0xF0, 0);
            run -= 16;
        }
        let (size, extra) = block.size_and_extra(k);
        take.symbol(table, (run << 4 | size) as u8, extra);
    }
    last
}

/// Writes that so many blocks have ended (EOBn).
#[inline(always)]
fn end_blocks<T: Take>(take: &mut T, table: T::Table, ended: &mut u32) {
    if let Some(n) = ended.checked_ilog2() {
        take.symbol(table, (n << 4) as u8, 0);
        take.bits(*ended - (1 << n), n);
    }
    *ended = 0;
}
