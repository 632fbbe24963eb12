//! The blocks of a turned picture, however they are stored.

use crate::jpeg::{
    coefficients::{Dense, Geometry},
    packed::{Packed, PackedBlock},
};

/// The coefficients of a picture.
pub(super) trait Source {
    /// A block.
    type Block<'b>: Coded
    where
        Self: 'b;
    /// The size of a component.
    fn geometry(&self, component: usize) -> Geometry;
    /// The block at `place` of a component.
    fn block(&self, component: usize, place: usize) -> Option<Self::Block<'_>>;
}

/// A block.
pub(super) trait Coded: Copy {
    /// Its DC value.
    fn dc(&self) -> i16;
    /// Which of its other coefficients are not zero.
    fn nonzero(&self) -> u64;
    /// How many extra bits the coefficient at `k` has, and these. It must be the next of those that are not zero.
    fn size_and_extra(&mut self, k: u32) -> (u32, u32);
}

impl Source for Dense {
    type Block<'b> = (&'b [i16; 64], u64);

    fn geometry(&self, component: usize) -> Geometry {
        self.planes[component].geometry
    }

    #[inline(always)]
    fn block(&self, component: usize, place: usize) -> Option<Self::Block<'_>> {
        let plane = &self.planes[component];
        Some((plane.blocks.get(place)?, *plane.nonzero.get(place)?))
    }
}

impl Coded for (&[i16; 64], u64) {
    #[inline(always)]
    fn dc(&self) -> i16 {
        self.0[0]
    }

    #[inline(always)]
    fn nonzero(&self) -> u64 {
        self.1
    }

    #[inline(always)]
    fn size_and_extra(&mut self, k: u32) -> (u32, u32) {
        size_and_extra(self.0[k as usize & 63].into())
    }
}

impl Source for Packed {
    type Block<'b> = PackedBlock<'b>;

    fn geometry(&self, component: usize) -> Geometry {
        self.planes[component].geometry
    }

    #[inline(always)]
    fn block(&self, component: usize, place: usize) -> Option<Self::Block<'_>> {
        self.block(&self.planes[component], place)
    }
}

impl Coded for PackedBlock<'_> {
    #[inline(always)]
    fn dc(&self) -> i16 {
        self.dc
    }

    #[inline(always)]
    fn nonzero(&self) -> u64 {
        self.nonzero
    }

    #[inline(always)]
    fn size_and_extra(&mut self, _: u32) -> (u32, u32) {
        self.next().size_and_extra()
    }
}

/// For each value of up to ten bits, with 1024 added, its extra bits and in the lowest four how many these are.
static SMALL: [u16; 2048] = {
    let mut small = [0; 2048];
    let mut index = 0;
    while index < 2048 {
        let (size, extra) = computed(index as i32 - 1024);
        small[index] = (extra << 4 | size) as u16;
        index += 1;
    }
    small
};

/// How many bits a value takes, and these (F.1.2.1.1).
#[inline(always)]
pub(super) fn size_and_extra(value: i32) -> (u32, u32) {
    // Counting a number's bits takes many processors longer than looking it up.
    match SMALL.get((value + 1024) as usize) {
        Some(&small) => (u32::from(small) & 15, u32::from(small) >> 4),
        None => computed(value),
    }
}

const fn computed(value: i32) -> (u32, u32) {
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
        for value in -70_000..70_000 {
            assert_eq!(size_and_extra(value), computed(value), "{value}");
        }
    }
}
