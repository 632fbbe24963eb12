//! Where the coefficients of a scan go when they are wanted.

use super::bits::{Bits, Fault};
use crate::jpeg::{
    coefficients::{Block, Dense, Plane, Turn},
    frame::Component,
};

/// The coefficients that a scan is about.
pub(super) struct CoefficientSink<'c> {
    /// For each component of the scan.
    units: Vec<Unit<'c>>,
    turn: Turn,
    /// MCUs in a row.
    columns: usize,
    /// Bits still missing after this scan (Al).
    low: u8,
}

struct Unit<'c> {
    plane: &'c mut Plane,
    /// Blocks in a row and in a column of an MCU.
    h: usize,
    v: usize,
    /// The last DC value (PRED, T.81 F.1.1.5.1).
    dc: i32,
}

impl<'c> CoefficientSink<'c> {
    /// For a scan of the components with these indices in the frame, increasing.
    pub(super) fn new(
        coefficients: &'c mut Dense,
        components: &[Component],
        indices: &[usize],
        columns: u64,
        low: u8,
    ) -> Self {
        let lone = indices.len() == 1;
        let planes = coefficients.planes.iter_mut().zip(components).enumerate();
        let units = planes.filter(|(index, _)| indices.contains(index)).map(|(_, (plane, component))| {
            let size = |factor: u8| if lone { 1 } else { usize::from(factor) };
            Unit { plane, h: size(component.h), v: size(component.v), dc: 0 }
        });
        Self { units: units.collect(), turn: coefficients.turn, columns: columns as usize, low }
    }

    /// A scan or restart interval begins: DC is predicted from zero.
    pub(super) fn restart(&mut self) {
        for unit in &mut self.units {
            unit.dc = 0;
        }
    }

    /// The place of a block: the `block`th in an MCU of the component `unit`.
    #[inline(always)]
    pub(super) fn block(&mut self, unit: usize, mcu: u64, block: usize) -> BlockSink<'_> {
        let (row, column) = (mcu as usize / self.columns, mcu as usize % self.columns);
        let unit = &mut self.units[unit];
        let place =
            unit.plane.geometry.place(column * unit.h + block % unit.h, row * unit.v + block / unit.h);
        BlockSink {
            block: &mut unit.plane.blocks[place],
            nonzero: &mut unit.plane.nonzero[place],
            dc: &mut unit.dc,
            order: &self.turn.order,
            signs: self.turn.signs,
            low: self.low,
        }
    }
}

pub(super) struct BlockSink<'t> {
    block: &'t mut Block,
    nonzero: &'t mut u64,
    dc: &'t mut i32,
    order: &'t [u8; 64],
    signs: u64,
    low: u8,
}

impl BlockSink<'_> {
    /// Takes the difference of the DC value to the block's before. One that is too large for a
    /// picture wraps, as in libjpeg.
    #[inline(always)]
    pub(super) fn dc(&mut self, difference: i32) {
        *self.dc = self.dc.wrapping_add(difference);
        self.block[0] = (*self.dc << self.low) as i16;
    }

    /// Takes one more bit of the DC value (T.81 G.1.2.1).
    pub(super) fn dc_bit(&mut self, bit: bool) {
        self.block[0] |= i16::from(bit) << self.low;
    }

    /// Takes coefficient `k` when it is first told; `value` may be zero.
    #[inline(always)]
    pub(super) fn ac(&mut self, k: u32, value: i32) {
        let k = k & 63;
        let to = self.order[k as usize] & 63;
        let flip = -((self.signs >> k & 1) as i32);
        self.block[usize::from(to)] = (((value ^ flip) - flip) << self.low) as i16;
        *self.nonzero |= u64::from(value != 0) << to;
    }

    /// Takes one more bit of coefficient `k`, which is not zero (G.1.2.3).
    pub(super) fn ac_bit(&mut self, k: u32, bit: bool) {
        let coefficient = &mut self.block[usize::from(self.order[(k & 63) as usize] & 63)];
        *coefficient += coefficient.signum() * (i16::from(bit) << self.low);
    }

    /// Takes one more bit of each coefficient in the set `known`.
    pub(super) fn ac_bits(&mut self, bits: &mut Bits<'_>, mut known: u64) -> Result<(), Fault> {
        while known != 0 {
            self.ac_bit(known.trailing_zeros(), bits.take(1)? == 1);
            known &= known - 1;
        }
        Ok(())
    }
}

/// The number that the extra bits `bits` stand for (EXTEND, F.2.2.1).
#[inline(always)]
pub(super) fn extend(bits: u32, size: u32) -> i32 {
    if size == 0 || bits >> (size - 1) != 0 { bits as i32 } else { bits as i32 - (1 << size) + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_bits_extend_to_both_signs() {
        for (bits, size, value) in
            [(0, 0, 0), (0, 1, -1), (1, 1, 1), (0b01, 2, -2), (0b10, 2, 2), (0, 10, -1023)]
        {
            assert_eq!(extend(bits, size), value);
        }
    }

    /// A picture whose DC values grow beyond 16 bits is passed unturned, so it must not
    /// become an error when it is turned.
    #[test]
    fn too_large_a_dc_value_wraps() {
        let (mut block, mut nonzero, mut dc) = ([0; 64], 0, i32::from(i16::MAX));
        let order = [0; 64];
        let mut block_sink = BlockSink {
            block: &mut block,
            nonzero: &mut nonzero,
            dc: &mut dc,
            order: &order,
            signs: 0,
            low: 0,
        };
        block_sink.dc(1);
        assert_eq!((block[0], dc), (i16::MIN, 0x8000));
    }
}
