//! Where the coefficients of a sequential scan go, block by block.

use crate::jpeg::{
    coefficients::{Geometry, Turn},
    frame::Component,
    packed::{CodedValue, Packed},
};

/// The coefficients that a sequential scan is about.
pub(super) struct PackedSink<'c> {
    packed: &'c mut Packed,
    /// For each component of the scan.
    units: Vec<Unit>,
    /// MCUs in a row.
    columns: usize,
}

struct Unit {
    /// Its place in the frame.
    index: usize,
    geometry: Geometry,
    /// Blocks in a row and in a column of an MCU.
    h: usize,
    v: usize,
    /// The last DC value (PRED, T.81 F.1.1.5.1).
    dc: i32,
}

impl<'c> PackedSink<'c> {
    /// For a scan of the components with these indices in the frame.
    pub(super) fn new(
        packed: &'c mut Packed,
        components: &[Component],
        indices: &[usize],
        columns: u64,
    ) -> Self {
        let size = |factor: u8| if indices.len() == 1 { 1 } else { usize::from(factor) };
        let unit = |&index: &usize| {
            let Component { h, v, .. } = components[index];
            Unit { index, geometry: packed.planes[index].geometry, h: size(h), v: size(v), dc: 0 }
        };
        let units = indices.iter().map(unit).collect();
        Self { packed, units, columns: columns as usize }
    }

    /// A scan or restart interval begins: DC is predicted from zero.
    pub(super) fn restart(&mut self) {
        for unit in &mut self.units {
            unit.dc = 0;
        }
    }

    /// The scan is over.
    pub(super) fn finish(&mut self) {
        self.packed.finish();
    }

    /// What turning does to each block.
    pub(super) fn turn(&self) -> Turn {
        self.packed.turn
    }

    /// The column and the row of an MCU.
    pub(super) fn place(&self, mcu: u64) -> (usize, usize) {
        (mcu as usize % self.columns, mcu as usize / self.columns)
    }

    /// Those of the next.
    #[inline(always)]
    pub(super) fn after(&self, (column, row): (usize, usize)) -> (usize, usize) {
        if column + 1 < self.columns { (column + 1, row) } else { (0, row + 1) }
    }

    /// How many blocks a row and a column of an MCU of a component have.
    #[inline(always)]
    pub(super) fn size_of(&self, unit: usize) -> (usize, usize) {
        (self.units[unit].h, self.units[unit].v)
    }

    /// Takes the block at (`x`, `y`) in the MCU at a column and row: the difference of its DC value to the block's
    /// before, and those of `values` that are in the set `nonzero`. A DC value that is too large for a picture
    /// wraps, as in libjpeg.
    #[inline(always)]
    pub(super) fn take(
        &mut self,
        unit: usize,
        (column, row): (usize, usize),
        (x, y): (usize, usize),
        difference: i32,
        (nonzero, values): (u64, &[CodedValue; 64]),
    ) {
        let unit = &mut self.units[unit];
        unit.dc = unit.dc.wrapping_add(difference);
        let place = unit.geometry.place(column * unit.h + x, row * unit.v + y);
        self.packed.take(unit.index, place, unit.dc as i16, nonzero, values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        jpeg::{coefficients::Coefficients, frame::Frame},
        transform::Transform,
    };

    /// A picture whose DC values grow beyond 16 bits is passed unturned, so it must not
    /// become an error when it is turned.
    #[test]
    fn too_large_a_dc_value_wraps() {
        let components = vec![Component { id: 1, h: 1, v: 1 }];
        let frame = Frame { sof: 0xC0, precision: 8, width: 16, height: 8, components };
        let Coefficients::Packed(mut packed) = Coefficients::new(&frame, Transform::FlipV, (16, 8), 1000)
        else {
            panic!("one scan tells all of it")
        };
        let mut sink = PackedSink::new(&mut packed, &frame.components, &[0], 2);
        sink.take(0, (0, 0), (0, 0), i32::from(i16::MAX), (0, &[CodedValue::default(); 64]));
        sink.take(0, (1, 0), (0, 0), 1, (0, &[CodedValue::default(); 64]));
        sink.finish();
        let dc = |place| packed.block(&packed.planes[0], place).unwrap().dc;
        assert_eq!((dc(0), dc(1)), (i16::MAX, i16::MIN));
    }
}
