//! Reads the coefficients of sequential scans (ITU-T T.81 F.2.2).
//!
//! One look into a table tells the run, how many extra bits follow, and how far to go on: that is what the next look
//! has to wait for. The extra bits are stored as they are, since they will be written again.

use super::{
    bits::{Bits, Fault},
    coefficient_sink::extend,
    huffman::{Code, Table},
    packed_sink::PackedSink,
};
use crate::jpeg::{coefficients::Turn, packed::CodedValue};

/// How many bits one look sees: 4 KiB a table, so that all fit into a first-level cache. Longer codes are rare.
const WINDOW: u32 = 10;

/// What one look tells, from the lowest bit: the bits to go on (6), how many of
/// them are extra bits (4), the length of the code (6), and the zeros before the
/// coefficient (4). Where there are no extra bits, one of those below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry(u32);

impl Entry {
    /// There is no code, or it does not fit into the window.
    const LONG: Self = Self(0);
    const SIZE: u32 = 15 << 6;
    /// The code ends the block; else, where there are no extra bits, it stands for 16 zeros.
    const END: u32 = 1 << 31;
}

/// An AC table with the values.
pub(super) struct Values<'t> {
    entries: Box<[Entry; 1 << WINDOW]>,
    table: &'t Table,
}

/// How the blocks of a component are coded.
pub(super) struct Unit<'t> {
    pub dc: &'t Table,
    pub ac: Values<'t>,
}

impl<'t> Values<'t> {
    pub(super) fn new(table: &'t Table) -> Self {
        let mut entries = Box::new([Entry::LONG; 1 << WINDOW]);
        for (window, entry) in (0..).zip(entries.iter_mut()) {
            let code = table.find(window << (16 - WINDOW));
            if (1..=WINDOW).contains(&u32::from(code.length)) {
                *entry = Self::entry(code);
            }
        }
        Self { entries, table }
    }

    fn entry(Code { length, symbol }: Code) -> Entry {
        let (length, run, size) = (u32::from(length), u32::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (0, 0) => Entry(Entry::END | length),
            (15, 0) => Entry(length),
            (_, 0) => Entry::LONG,
            _ => Entry(run << 16 | length << 10 | size << 6 | (length + size)),
        }
    }

    /// What the next code tells. At least 16 bits must be loaded.
    #[inline(always)]
    fn look(&self, bits: &Bits<'_>) -> Result<Entry, Fault> {
        match self.entries[bits.peek(WINDOW)] {
            Entry::LONG => self.look_long(bits.peek(16)),
            entry => Ok(entry),
        }
    }

    #[cold]
    #[inline(never)]
    fn look_long(&self, next: usize) -> Result<Entry, Fault> {
        match self.table.find(next) {
            Code { length: 0, .. } => Err(Fault::Code),
            code => match Self::entry(code) {
                Entry::LONG => Err(Fault::Meaning),
                entry => Ok(entry),
            },
        }
    }
}

/// Reads MCUs of sequential blocks.
pub(super) fn read_blocks(
    bits: &mut Bits<'_>,
    mcus: std::ops::Range<u64>,
    units: &[Unit<'_>],
    sink: &mut PackedSink<'_>,
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
    sink: &mut PackedSink<'_>,
) -> Result<(), Fault> {
    let turn = sink.turn();
    let mut values = [CodedValue::default(); 64];
    let mut place = sink.place(mcus.start);
    for _ in mcus {
        for (index, unit) in units.iter().enumerate() {
            let (h, v) = sink.size_of(index);
            for y in 0..v {
                for x in 0..h {
                    let (difference, nonzero) = read_block(bits, unit, &turn, &mut values)?;
                    sink.take(index, place, (x, y), difference, (nonzero, &values));
                }
            }
        }
        place = sink.after(place);
    }
    Ok(())
}

/// Reads a block: the difference of its DC value, and which of its coefficients are not zero. These are put
/// into `values`, each where it goes.
#[inline(always)]
fn read_block(
    bits: &mut Bits<'_>,
    unit: &Unit<'_>,
    turn: &Turn,
    values: &mut [CodedValue; 64],
) -> Result<(i32, u64), Fault> {
    bits.ensure(32)?;
    let size = u32::from(unit.dc.decode(bits)?);
    let difference = if size == 0 { 0 } else { extend(bits.peek(size) as u32, size) };
    bits.skip(size);
    let mut nonzero = 0;
    let mut k = 1;
    while k < 64 {
        bits.ensure(32)?;
        let Entry(entry) = unit.ac.look(bits)?;
        let extra = bits.ahead(entry >> 10 & 63);
        bits.skip(entry & 63);
        if entry & Entry::SIZE == 0 {
            if entry & Entry::END != 0 {
                break;
            }
            k += 16;
            if k > 63 {
                return Err(Fault::Run);
            }
            continue;
        }
        k += entry >> 16;
        if k > 63 {
            return Err(Fault::Run);
        }
        let step = turn.steps[k as usize & 63];
        // Extra bits of a number of the other sign are the complement (F.1.2.1.1). So there is no need to know which
        // number it is.
        let size = entry >> 6 & 15;
        let extra = (extra ^ step.flip()) >> (64 - size);
        let to = step.to();
        values[to] = CodedValue::new(size, extra as u32);
        nonzero |= 1 << to;
        k += 1;
    }
    Ok((difference, nonzero))
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
            assert_eq!(values.look(&bits), values.look_long(window.into()), "{window:016b}");
        }
    }

    #[test]
    fn entries_tell_what_codes_stand_for() {
        let entry = |length, symbol| Values::entry(Code { length, symbol });
        assert_eq!(entry(4, 0x00), Entry(Entry::END | 4));
        assert_eq!(entry(11, 0xF0), Entry(11));
        assert_eq!(entry(9, 0x50), Entry::LONG);
        assert_eq!(entry(16, 0xFA), Entry(15 << 16 | 16 << 10 | 10 << 6 | 26));
    }
}
