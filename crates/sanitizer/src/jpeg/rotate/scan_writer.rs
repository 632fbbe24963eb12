//! Writes the scans of a turned picture (ITU-T T.81 F.1.2 and G.1.2). Each is gone
//! through as symbols, which are either counted, to make tables of, or written.

use super::{bit_writer::BitWriter, codes::Codes};
use crate::{
    Cancellation,
    jpeg::{
        coefficients::{Block, Coefficients, Plane},
        frame::Component,
    },
};

/// The class of tables for DC values.
pub(super) const DC: usize = 0;
/// The class of tables for all others.
pub(super) const AC: usize = 1;

/// What becomes of the symbols of a scan.
pub(super) trait Symbols {
    /// Takes a symbol of a table, and the extra bits behind it that are part of its number.
    fn take(&mut self, class: usize, table: usize, symbol: u8, extra: u32);
    /// Takes more bits behind a symbol.
    fn take_bits(&mut self, bits: u32, width: u32);
    /// Whether nothing more is wanted.
    fn is_enough(&self) -> bool;
}

/// Counts how often each symbol occurs, by class and table.
pub(super) struct Count<'c> {
    pub counts: Box<[[[u32; 256]; 4]; 2]>,
    pub cancellation: &'c Cancellation,
}

impl Symbols for Count<'_> {
    #[inline(always)]
    fn take(&mut self, class: usize, table: usize, symbol: u8, _: u32) {
        self.counts[class][table][usize::from(symbol)] += 1;
    }

    fn take_bits(&mut self, _: u32, _: u32) {}

    fn is_enough(&self) -> bool {
        self.cancellation.is_cancelled()
    }
}

/// Writes the symbols.
pub(super) struct Write<'c> {
    pub bits: BitWriter,
    /// By class and table.
    pub codes: [[&'c Codes; 4]; 2],
    pub cancellation: &'c Cancellation,
    /// A symbol had no code.
    pub failed: bool,
}

impl Symbols for Write<'_> {
    #[inline(always)]
    fn take(&mut self, class: usize, table: usize, symbol: u8, extra: u32) {
        let (bits, width) = self.codes[class][table].with_extra(symbol, extra);
        self.failed |= width == 0;
        self.bits.put(bits, width);
    }

    fn take_bits(&mut self, bits: u32, width: u32) {
        self.bits.put(bits, width);
    }

    fn is_enough(&self) -> bool {
        self.failed || self.bits.is_full() || self.cancellation.is_cancelled()
    }
}

/// One component of a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScanComponent {
    /// Its place in the frame header.
    pub index: usize,
    /// Its tables, by class.
    pub tables: [usize; 2],
}

/// What a scan is made of.
pub(super) struct Scan<'s> {
    pub coefficients: &'s Coefficients,
    /// The components of the turned picture.
    pub frame: &'s [Component],
    /// MCUs in a row and in a column of a scan of several components.
    pub mcus: (usize, usize),
    pub components: Vec<ScanComponent>,
}

impl Scan<'_> {
    /// All of each block (F.1.2).
    pub(super) fn sequential(&self, symbols: &mut impl Symbols) {
        let mut predictions = [0; 4];
        self.each_block(symbols, |symbols, position, block| {
            let [dc, ac] = self.components[position].tables;
            // What fills an MCU up is as cheap as can be: the DC value again, and nothing else.
            let Some((block, nonzero)) = block else {
                symbols.take(DC, dc, 0, 0);
                return symbols.take(AC, ac, 0, 0);
            };
            take_dc(symbols, dc, block, &mut predictions[position]);
            let last = take_ac(symbols, ac, block, nonzero, 0);
            if last < 63 {
                symbols.take(AC, ac, 0, 0);
            }
        });
    }

    /// The DC values alone (G.1.2.1).
    pub(super) fn dc(&self, symbols: &mut impl Symbols) {
        let mut predictions = [0; 4];
        self.each_block(symbols, |symbols, position, block| {
            let table = self.components[position].tables[DC];
            match block {
                Some((block, _)) => take_dc(symbols, table, block, &mut predictions[position]),
                None => symbols.take(DC, table, 0, 0),
            }
        });
    }

    /// Some of the other coefficients of one component (G.1.2.2).
    pub(super) fn band(&self, symbols: &mut impl Symbols, start: u32, end: u32) {
        let table = self.components[0].tables[AC];
        let band = (u64::MAX << start) & (u64::MAX >> (63 - end));
        // Blocks in a row that have nothing more to come.
        let mut ended = 0u32;
        self.each_block(symbols, |symbols, _, block| {
            let Some((block, nonzero)) = block else { return };
            if nonzero & band != 0 {
                end_blocks(symbols, table, &mut ended);
                if take_ac(symbols, table, block, nonzero & band, start - 1) == end {
                    return;
                }
            }
            ended += 1;
            if ended == 0x7FFF {
                end_blocks(symbols, table, &mut ended);
            }
        });
        end_blocks(symbols, table, &mut ended);
    }

    /// All blocks in the order of the scan, each with the position of its component;
    /// `None` stands for a block that fills an MCU up at an edge.
    #[inline(always)]
    fn each_block<S: Symbols>(
        &self,
        symbols: &mut S,
        mut take: impl FnMut(&mut S, usize, Option<(&Block, u64)>),
    ) {
        if let [component] = self.components[..] {
            let plane = &self.coefficients.planes[component.index];
            for row in 0..plane.rows {
                if symbols.is_enough() {
                    return;
                }
                for column in 0..plane.columns {
                    take(symbols, 0, block_at(plane, column, row));
                }
            }
            return;
        }
        for row in 0..self.mcus.1 {
            if symbols.is_enough() {
                return;
            }
            for column in 0..self.mcus.0 {
                for (position, component) in self.components.iter().enumerate() {
                    let Component { h, v, .. } = self.frame[component.index];
                    let (h, v) = (usize::from(h), usize::from(v));
                    let plane = &self.coefficients.planes[component.index];
                    for y in row * v..row * v + v {
                        for x in column * h..column * h + h {
                            take(symbols, position, block_at(plane, x, y));
                        }
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn block_at(plane: &Plane, x: usize, y: usize) -> Option<(&Block, u64)> {
    if x >= plane.columns || y >= plane.rows {
        return None;
    }
    let at = y * plane.columns + x;
    Some((plane.blocks.get(at)?, *plane.nonzero.get(at)?))
}

#[inline(always)]
fn take_dc(symbols: &mut impl Symbols, table: usize, block: &Block, prediction: &mut i32) {
    let value = i32::from(block[0]);
    let difference = value - *prediction;
    *prediction = value;
    let (size, extra) = size_and_extra(difference);
    symbols.take(DC, table, size as u8, extra);
}

/// Takes the coefficients that are not zero, each with the zeros since the one
/// before, which is `last` at first. Gives the last one's place.
#[inline(always)]
fn take_ac(symbols: &mut impl Symbols, table: usize, block: &Block, mut nonzero: u64, mut last: u32) -> u32 {
    while nonzero != 0 {
        let k = nonzero.trailing_zeros();
        nonzero &= nonzero - 1;
        let mut run = k - last - 1;
        last = k;
        while run > 15 {
            symbols.take(AC, table, 0xF0, 0);
            run -= 16;
        }
        let (size, extra) = size_and_extra(block[k as usize & 63].into());
        symbols.take(AC, table, (run << 4 | size) as u8, extra);
    }
    last
}

/// Writes that so many blocks have ended (EOBn).
fn end_blocks(symbols: &mut impl Symbols, table: usize, ended: &mut u32) {
    if let Some(n) = ended.checked_ilog2() {
        symbols.take(AC, table, (n << 4) as u8, 0);
        symbols.take_bits(*ended - (1 << n), n);
    }
    *ended = 0;
}

/// How many bits a value takes, and these (F.1.2.1.1).
#[inline(always)]
fn size_and_extra(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let negative = (value >> 31) as u32;
    (size, (value as u32).wrapping_add(negative) & !(u32::MAX << size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_size_and_bits() {
        for (value, size, extra) in [
            (0, 0, 0),
            (1, 1, 1),
            (-1, 1, 0),
            (2, 2, 2),
            (-2, 2, 1),
            (-3, 2, 0),
            (1023, 10, 1023),
            (-1023, 10, 0),
        ] {
            assert_eq!(size_and_extra(value), (size, extra), "{value}");
        }
    }
}
