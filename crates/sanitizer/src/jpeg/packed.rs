//! Coefficients of which one scan tells all: one block behind the other, as they come, each with those of its
//! coefficients that are not zero.
//!
//! A third of what they take with room for all, and what is written in a row costs the processor least. Where
//! each block is stands where it belongs in the turned picture.

use super::{
    coefficients::{Coefficients, Geometry, Turn},
    frame::Frame,
};

/// The coefficients of a picture.
pub(super) struct Packed {
    pub planes: Vec<PackedPlane>,
    pub turn: Turn,
    /// The blocks: eight bytes that say which coefficients are not zero (in the order of the turned block; the first
    /// is never told), the DC value, and these coefficients, two bytes each.
    blocks: Vec<u8>,
    /// The last of them, which are yet to be copied there.
    chunk: Box<[u8; CHUNK]>,
    length: usize,
}

/// Where the blocks of a component are.
pub(super) struct PackedPlane {
    pub geometry: Geometry,
    /// Half of the place of each in [`Packed::blocks`].
    places: Vec<u32>,
}

/// Bytes of a chunk, which stays in a first-level cache.
const CHUNK: usize = 4096;

/// The most bytes of a block.
const MOST: usize = HEAD + 2 * 63;

/// Bytes of a block in front of its coefficients.
const HEAD: usize = 10;

/// A coefficient as it is coded: in the lowest four bits how many extra bits it has, at most twelve, and above these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct CodedValue(u16);

impl CodedValue {
    /// Of so many extra bits, which are the lowest of `extra`; the others are zeros.
    #[inline(always)]
    pub(super) fn new(size: u32, extra: u32) -> Self {
        Self((extra << 4 | size) as u16)
    }

    /// How many extra bits it has, and these.
    #[inline(always)]
    pub(super) fn size_and_extra(self) -> (u32, u32) {
        (u32::from(self.0 & 15), u32::from(self.0 >> 4))
    }
}

/// A block as it is read.
#[derive(Clone, Copy)]
pub(super) struct PackedBlock<'p> {
    pub nonzero: u64,
    pub dc: i16,
    /// Those that are not zero, two bytes each.
    values: &'p [u8],
}

impl Packed {
    /// How many bytes the coefficients of `frame` take at most, in a file of so many bytes; `None` when they are
    /// better not packed: several scans tell of a block, or there are more than can be told apart.
    pub(super) fn bytes(frame: &Frame, length: u64) -> Option<u64> {
        let blocks = Coefficients::blocks(frame);
        // A code has at least one bit, and a coefficient that is not zero at least one more.
        let values = length.saturating_mul(4).min(63 * blocks);
        let bytes = HEAD as u64 * blocks + 2 * values + (CHUNK + MOST) as u64;
        let is_one_scan = matches!(frame.sof, 0xC0 | 0xC1);
        (is_one_scan && bytes / 2 <= u32::MAX.into()).then_some(bytes + size_of::<u32>() as u64 * blocks)
    }

    /// Room for blocks of such geometries, in so many bytes.
    pub(super) fn new(geometries: impl Iterator<Item = Geometry>, turn: Turn, bytes: u64) -> Self {
        let plane = |geometry: Geometry| PackedPlane { geometry, places: vec![0; geometry.blocks()] };
        let planes: Vec<PackedPlane> = geometries.map(plane).collect();
        let places: usize = planes.iter().map(|plane| size_of_val(&*plane.places)).sum();
        // Taken up as it fills. At its start is a block of zeros, for what is told nowhere.
        let blocks = Vec::with_capacity((bytes as usize).saturating_sub(places));
        Self { planes, turn, blocks, chunk: Box::new([0; CHUNK]), length: HEAD }
    }

    /// Takes the block at `place` of a plane: its DC value, and those of `values` that are in the set `nonzero`.
    #[inline(always)]
    pub(super) fn take(
        &mut self,
        plane: usize,
        place: usize,
        dc: i16,
        nonzero: u64,
        values: &[CodedValue; 64],
    ) {
        if self.length + MOST + 8 > CHUNK {
            self.flush();
        }
        self.planes[plane].places[place] = ((self.blocks.len() + self.length) / 2) as u32;
        let Some(block) = self.chunk[self.length..].first_chunk_mut::<{ MOST + 8 }>() else { return };
        block[..8].copy_from_slice(&nonzero.to_le_bytes());
        block[8..HEAD].copy_from_slice(&dc.to_le_bytes());
        let (mut left, mut at) = (nonzero, HEAD);
        while left != 0 {
            let CodedValue(value) = values[left.trailing_zeros() as usize & 63];
            left &= left - 1;
            if let Some(bytes) = block.get_mut(at..at + 2) {
                bytes.copy_from_slice(&value.to_le_bytes());
            }
            at += 2;
        }
        self.length += at;
    }

    #[cold]
    #[inline(never)]
    fn flush(&mut self) {
        self.blocks.extend_from_slice(&self.chunk[..self.length]);
        self.length = 0;
    }

    /// To be called behind a scan, before blocks are read.
    pub(super) fn finish(&mut self) {
        self.flush();
    }

    /// The block at `place` of a plane.
    #[inline(always)]
    pub(super) fn block(&self, plane: &PackedPlane, place: usize) -> Option<PackedBlock<'_>> {
        let at = *plane.places.get(place)? as usize * 2;
        let (head, values) = self.blocks.get(at..)?.split_first_chunk::<HEAD>()?;
        let [a, b, c, d, e, f, g, h, low, high] = *head;
        Some(PackedBlock {
            nonzero: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            dc: i16::from_le_bytes([low, high]),
            values,
        })
    }
}

impl PackedBlock<'_> {
    /// The next coefficient that is not zero.
    #[inline(always)]
    pub(super) fn next(&mut self) -> CodedValue {
        match self.values.split_first_chunk::<2>() {
            Some((value, rest)) => {
                self.values = rest;
                CodedValue(u16::from_le_bytes(*value))
            }
            None => CodedValue::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{jpeg::frame::Component, transform::Transform};

    #[test]
    fn what_is_taken_is_read_and_fits() {
        let components = vec![Component { id: 1, h: 1, v: 1 }];
        let frame = Frame { sof: 0xC0, precision: 8, width: 800, height: 8, components };
        let Coefficients::Packed(mut packed) =
            Coefficients::new(&frame, Transform::FlipV, (800, 8), u64::MAX)
        else {
            panic!("one scan tells all of it")
        };
        let values: [CodedValue; 64] = std::array::from_fn(|k| CodedValue::new(k as u32 % 11, k as u32 % 7));
        let set = |place: usize| (u64::MAX >> (place % 64)) & !1 & !(1 << (place % 7 + 1));
        let room = packed.blocks.as_ptr();
        for place in (0..101).rev() {
            packed.take(0, place, place as i16 - 50, set(place), &values);
        }
        packed.finish();
        assert_eq!(packed.blocks.as_ptr(), room, "there was room for all");
        for place in 0..101 {
            let mut block = packed.block(&packed.planes[0], place).unwrap();
            assert_eq!((block.nonzero, block.dc), (set(place), place as i16 - 50));
            for k in (0..64).filter(|k| set(place) >> k & 1 == 1) {
                let value = block.next();
                assert_eq!((value, value.size_and_extra()), (values[k], (k as u32 % 11, k as u32 % 7)));
            }
        }
    }

    #[test]
    fn progressive_and_gigantic_pictures_are_not_packed() {
        let components = vec![Component { id: 1, h: 1, v: 1 }; 4];
        let frame = Frame { sof: 0xC0, precision: 8, width: 4000, height: 3000, components };
        assert!(Packed::bytes(&frame, 1 << 20).is_some());
        assert_eq!(Packed::bytes(&Frame { sof: 0xC2, ..frame.clone() }, 1 << 20), None);
        let gigantic = Frame { width: 65500, height: 65500, ..frame };
        assert_eq!(Packed::bytes(&gigantic, u64::MAX), None);
    }
}
