//! The quantised DCT coefficients of a picture, turned in the moment they are stored.
//!
//! A block is put where it belongs in the turned picture, and in it each
//! coefficient at its place there with the sign it has there, so that turning costs
//! no pass of its own and no second copy.

use super::frame::{Component, Frame};
use crate::transform::Transform;

/// The coefficients of 8x8 samples, in zigzag order.
pub(super) type Block = [i16; 64];

/// All coefficients of a picture.
pub(super) struct Coefficients {
    /// One for each component of the frame.
    pub planes: Vec<Plane>,
    /// Where the coefficient at each place of a block goes.
    pub order: [u8; 64],
    /// Which coefficients change their sign, by their place before.
    pub signs: u64,
}

/// The coefficients of a component.
pub(super) struct Plane {
    /// Blocks in a row of the turned picture.
    pub columns: usize,
    /// Rows of blocks in the turned picture.
    pub rows: usize,
    /// The blocks, row by row, and one more that stands for all which are cut off.
    pub blocks: Vec<Block>,
    /// Which coefficients of each block are not zero; the first is never told.
    pub nonzero: Vec<u64>,
    transform: Transform,
    /// Blocks in a row and in a column before turning, less those that are cut off.
    kept: (usize, usize),
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

    /// How many bytes the coefficients of `frame` take.
    pub(super) fn bytes(frame: &Frame) -> u64 {
        Self::blocks(frame) * (size_of::<Block>() + size_of::<u64>()) as u64
    }

    /// Room for the coefficients of `frame`, of which the upper left
    /// `width` x `height` pixels are kept.
    pub(super) fn new(frame: &Frame, transform: Transform, (width, height): (u16, u16)) -> Self {
        let kept_frame = Frame { width, height, ..frame.clone() };
        let plane = |component: &Component| {
            let (columns, rows) = kept_frame.size_in_blocks(*component);
            let kept = (columns as usize, rows as usize);
            let (columns, rows) = if transform.transposes() { (kept.1, kept.0) } else { kept };
            let blocks = columns * rows + 1;
            Plane { columns, rows, blocks: vec![[0; 64]; blocks], nonzero: vec![0; blocks], transform, kept }
        };
        Self {
            planes: frame.components.iter().map(plane).collect(),
            order: transform.order(),
            signs: transform.signs(),
        }
    }
}

impl Plane {
    /// Where the block goes that was at `column` and `row`.
    pub(super) fn place(&self, column: usize, row: usize) -> usize {
        let (columns, rows) = self.kept;
        if column >= columns || row >= rows {
            return columns * rows;
        }
        let column = if self.transform.moves_right_edge() { columns - 1 - column } else { column };
        let row = if self.transform.moves_lower_edge() { rows - 1 - row } else { row };
        if self.transform.transposes() { column * rows + row } else { row * columns + column }
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
            let Coefficients { planes, .. } = Coefficients::new(&frame, transform, (24, 16));
            let plane = &planes[0];
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
