//! Reads the coefficients of sequential scans (ITU-T T.81 F.2.2).
//!
//! Most codes and their extra bits fit into a window of ten bits, so one
//! look into a table tells the run, the value, and how far to go on.

use super::{
    bits::{Bits, Fault},
    coefficient_sink::{BlockSink, CoefficientSink, extend},
    huffman::Table,
};

/// How many bits one look sees: 4 KiB a table, so that all fit into a first-level cache.
const WINDOW: u32 = 10;

/// A run that goes past the end of any block: the end of the block.
const END_OF_BLOCK: u32 = 127;

/// What one look tells, from the lowest bit: the bits to go on (6), the
/// zeros before the coefficient (7), and in the upper half its value. Zero
/// when the code and its extra bits do not fit into the window.
#[derive(Clone, Copy, Default)]
struct Entry(u32);

/// An AC table with the values.
pub(super) struct Values<'t> {
    entries: Box<[Entry; 1 << WINDOW]>,
    table: &'t Table,
}

/// How the blocks of a component are coded.
pub(super) struct Unit<'t> {
    /// Blocks in an MCU.
    pub blocks: usize,
    pub dc: &'t Table,
    pub ac: Values<'t>,
}

impl<'t> Values<'t> {
    pub(super) fn new(table: &'t Table) -> Self {
        let mut entries = Box::new([Entry::default(); 1 << WINDOW]);
        for (window, entry) in (0..).zip(entries.iter_mut()) {
            let code = table.find(window << (16 - WINDOW));
            let (length, size) = (u32::from(code.length), u32::from(code.symbol & 15));
            let run = match code.symbol {
                0 => END_OF_BLOCK,
                symbol => u32::from(symbol >> 4),
            };
            let meaningless = size == 0 && code.symbol != 0 && run != 15;
            if length == 0 || length + size > WINDOW || meaningless {
                continue;
            }
            let bits = window as u32 >> (WINDOW - length - size) & ((1 << size) - 1);
            *entry = Entry((extend(bits, size) as u32) << 16 | run << 6 | (length + size));
        }
        Self { entries, table }
    }

    /// The zeros before the next coefficient, and its value. At least 32 bits must be loaded.
    #[inline(always)]
    fn read(&self, bits: &mut Bits<'_>) -> Result<(u32, i32), Fault> {
        let Entry(entry) = self.entries[bits.peek(WINDOW)];
        if entry == 0 {
            let (after, read) = self.read_long(*bits);
            *bits = after;
            return read;
        }
        bits.skip(entry & 63);
        Ok((entry >> 6 & 127, entry as i32 >> 16))
    }

    /// Takes and returns the bits, so that they stay in registers where this is not called.
    #[cold]
    #[inline(never)]
    fn read_long<'b>(&self, mut bits: Bits<'b>) -> (Bits<'b>, Result<(u32, i32), Fault>) {
        let read = self.table.decode(&mut bits).and_then(|symbol| {
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (0, 0) => Ok((END_OF_BLOCK, 0)),
                (15, 0) => Ok((15, 0)),
                (_, 0) => Err(Fault::Meaning),
                _ => {
                    let value = extend(bits.peek(size) as u32, size);
                    bits.skip(size);
                    Ok((run, value))
                }
            }
        });
        (bits, read)
    }
}

/// Reads MCUs of sequential blocks.
pub(super) fn read_blocks(
    bits: &mut Bits<'_>,
    mcus: std::ops::Range<u64>,
    units: &[Unit<'_>],
    sink: &mut CoefficientSink<'_>,
) -> Result<(), Fault> {
    let mut at = *bits;
    let result = read(&mut at, mcus, units, sink);
    *bits = at;
    result
}

#[inline(always)]
fn read(
    bits: &mut Bits<'_>,
    mcus: std::ops::Range<u64>,
    units: &[Unit<'_>],
    sink: &mut CoefficientSink<'_>,
) -> Result<(), Fault> {
    for mcu in mcus {
        for (index, unit) in units.iter().enumerate() {
            for block in 0..unit.blocks {
                read_block(bits, unit, sink.block(index, mcu, block))?;
            }
        }
    }
    Ok(())
}

#[inline(always)]
fn read_block(bits: &mut Bits<'_>, unit: &Unit<'_>, mut block_sink: BlockSink<'_>) -> Result<(), Fault> {
    bits.ensure(32)?;
    let size = u32::from(unit.dc.decode(bits)?);
    let difference = if size == 0 { 0 } else { extend(bits.peek(size) as u32, size) };
    bits.skip(size);
    block_sink.dc(difference);
    let mut k = 1;
    while k < 64 {
        bits.ensure(32)?;
        let (run, value) = unit.ac.read(bits)?;
        k += run;
        if k > 63 {
            return if run == END_OF_BLOCK { Ok(()) } else { Err(Fault::Run) };
        }
        block_sink.ac(k, value);
        k += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_or_two_tell_the_same() {
        let payload = super::super::huffman::tests::example();
        let (table, _) = Table::read(&payload).unwrap();
        let values = Values::new(&table);
        for window in 0..=u16::MAX {
            let data = [(window >> 8) as u8, window as u8, 0, 0, 0, 0, 0, 0, 0];
            if data[..2].contains(&0xFF) {
                continue;
            }
            let mut bits = Bits::new(&data, 0);
            bits.load().unwrap();
            let mut one = bits;
            let one_look = values.read(&mut one);
            let (two, two_looks) = values.read_long(bits);
            assert_eq!(one_look, two_looks, "{window:016b}");
            assert_eq!(one.stop(), two.stop(), "{window:016b}");
        }
    }
}
