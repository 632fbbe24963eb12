//! The quantised DCT coefficients of a picture, turned in the moment they are stored.
//!
//! A block is put where it belongs in the turned picture, and in it each
//! coefficient at its place there with the sign it has there, so that turning costs
//! no pass of its own and no second copy.

use super::{
    frame::{Component, Frame},
    packed::Packed,
};
use crate::transform::Transform;

/// The coefficients of 8x8 samples, in zigzag order.
pub(super) type Block = [i16; 64];

/// All coefficients of a picture.
pub(super) enum Coefficients {
    /// With room for all of each block: several scans tell of it.
    Dense(Dense),
    /// One scan tells all of each block.
    Packed(Packed),
}

/// Coefficients with room for all of each block.
pub(super) struct Dense {
    /// One for each component of the frame.
    pub planes: Vec<Plane>,
    pub turn: Turn,
}

/// The coefficients of a component.
pub(super) struct Plane {
    pub geometry: Geometry,
    /// The blocks, row by row, and one more that stands for all which are cut off.
    pub blocks: Vec<Block>,
    /// Which coefficients of each block are not zero; the first is never told.
    pub nonzero: Vec<u64>,
}

/// What turning does to the coefficients of a block.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    /// Where the coefficient at each place of a block goes.
    pub order: [u8; 64],
    /// Which coefficients change their sign, by their place before.
    pub signs: u64,
    /// Both in one.
    pub steps: [Step; 64],
}

/// What turning does to one coefficient of a block.
#[derive(Clone, Copy)]
pub(super) struct Step(u8);

impl Step {
    /// Where it goes.
    #[inline(always)]
    pub(super) fn to(self) -> usize {
        usize::from(self.0 & 63)
    }

    /// All ones when it changes its sign, else zeros.
    #[inline(always)]
    pub(super) fn flip(self) -> u64 {
        i64::from(self.0 as i8 >> 7) as u64
    }
}

impl Turn {
    fn new(transform: Transform) -> Self {
        let (order, signs) = (transform.order(), transform.signs());
        let steps = std::array::from_fn(|k| Step(order[k] | ((signs >> k & 1) as u8) << 7));
        Self { order, signs, steps }
    }
}

/// Where turning puts the blocks of a component.
#[derive(Clone, Copy)]
pub(super) struct Geometry {
    /// Blocks in a row of the turned picture.
    pub columns: usize,
    /// Rows of blocks in the turned picture.
    pub rows: usize,
    /// Blocks in a row and in a column before turning, less those that are cut off.
    kept: (usize, usize),
    /// Where the first block goes, and how much further the next in its row and the next in its column.
    origin: isize,
    steps: (isize, isize),
}

impl Coefficients {
    /// How many blocks `frame` has, and for each component one that stands for those that are cut off.
    pub(super) fn blocks(frame: &Frame) -> u64 {
        let blocks = |component: &Component| {
            let (columns, rows) = frame.size_in_blocks(*component);
            columns * rows + 1
        };
        frame.components.iter().map(blocks).sum()
    }

    /// How many bytes the coefficients of `frame` take at most, in a file of so many bytes.
    pub(super) fn bytes(frame: &Frame, length: u64) -> u64 {
        let blocks = Self::blocks(frame);
        Packed::bytes(frame, length).unwrap_or(blocks * (size_of::<Block>() + size_of::<u64>()) as u64)
    }

    /// Room for the coefficients of `frame`, of which the upper left
    /// `width` x `height` pixels are kept, in a file of so many bytes.
    pub(super) fn new(frame: &Frame, transform: Transform, (width, height): (u16, u16), length: u64) -> Self {
        let turn = Turn::new(transform);
        let kept = Frame { width, height, ..frame.clone() };
        let geometries = kept.components.iter().map(|&component| {
            let (columns, rows) = kept.size_in_blocks(component);
            Geometry::new(transform, (columns as usize, rows as usize))
        });
        if let Some(bytes) = Packed::bytes(frame, length) {
            return Self::Packed(Packed::new(geometries, turn, bytes));
        }
        let plane = |geometry: Geometry| {
            let blocks = geometry.blocks();
            Plane { geometry, blocks: vec![[0; 64]; blocks], nonzero: vec![0; blocks] }
        };
        Self::Dense(Dense { planes: geometries.map(plane).collect(), turn })
    }

    /// What turning does to each block.
    pub(super) fn turn(&self) -> Turn {
        match self {
            Self::Dense(dense) => dense.turn,
            Self::Packed(packed) => packed.turn,
        }
    }
}

impl Geometry {
    /// For so many columns and rows before turning.
    fn new(transform: Transform, kept: (usize, usize)) -> Self {
        let (columns, rows) = if transform.transposes() { (kept.1, kept.0) } else { kept };
        let (to_column, to_row) = if transform.transposes() { (columns, 1) } else { (1, columns) };
        let mut origin = 0;
        let mut step = |moves: bool, count: usize, step: usize| {
            let step = step as isize;
            if moves {
                origin += (count as isize - 1) * step;
                -step
            } else {
                step
            }
        };
        let steps = (
            step(transform.moves_right_edge(), kept.0, to_column),
            step(transform.moves_lower_edge(), kept.1, to_row),
        );
        Self { columns, rows, kept, origin, steps }
    }

    /// How many blocks there are, with the one that stands for those that are cut off.
    pub(super) fn blocks(&self) -> usize {
        self.columns * self.rows + 1
    }

    /// Where the block goes that was at `column` and `row`.
    #[inline(always)]
    pub(super) fn place(&self, column: usize, row: usize) -> usize {
        let (columns, rows) = self.kept;
        if column >= columns || row >= rows {
            return columns * rows;
        }
        (self.origin + column as isize * self.steps.0 + row as isize * self.steps.1) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_go_where_the_picture_is_turned_to() {
        let component = Component { id: 1, h: 1, v: 1 };
        let frame = Frame { sof: 0xC0, precision: 8, width: 24, height: 16, components: vec![component] };
        let places = |transform| {
            let Coefficients::Packed(packed) = Coefficients::new(&frame, transform, (24, 16), 1000) else {
                panic!("one scan tells all of it")
            };
            let plane = packed.planes[0].geometry;
            let mut places = [[0; 3]; 2];
            for (row, places) in places.iter_mut().enumerate() {
                for (column, place) in places.iter_mut().enumerate() {
                    *place = plane.place(column, row);
                }
            }
            assert_eq!(plane.place(3, 0), 6, "what is cut off has a place of its own");
            assert_eq!(plane.columns * plane.rows, 6);
            places
        };
        assert_eq!(places(Transform::FlipH), [[2, 1, 0], [5, 4, 3]]);
        assert_eq!(places(Transform::FlipV), [[3, 4, 5], [0, 1, 2]]);
        assert_eq!(places(Transform::Rotate180), [[5, 4, 3], [2, 1, 0]]);
        assert_eq!(places(Transform::Transpose), [[0, 2, 4], [1, 3, 5]]);
        assert_eq!(places(Transform::Rotate90), [[1, 3, 5], [0, 2, 4]]);
        assert_eq!(places(Transform::Rotate270), [[4, 2, 0], [5, 3, 1]]);
        assert_eq!(places(Transform::Transverse), [[5, 3, 1], [4, 2, 0]]);
    }
}
