//! The chunks of an animation (W3C PNG, third edition, 11.3.6): acTL promises a
//! number of frames, fcTL begins each, and fdAT holds the pixels of all but a
//! first one that IDAT holds. fcTL and fdAT share one sequence of numbers.

use super::{chunk::malformed, header::Header};
use crate::Error;

/// The numbers that fcTL and fdAT get in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sequence(u32);

impl Sequence {
    pub(super) fn next(&mut self) -> u32 {
        let number = self.0;
        self.0 = self.0.wrapping_add(1);
        number
    }
}

/// Width and height of a frame, by the data of its fcTL.
pub(super) fn frame_size(data: &[u8]) -> Option<(u32, u32)> {
    let &[w0, w1, w2, w3, h0, h1, h2, h3] = data.get(4..)?.first_chunk()?;
    Some((u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3])))
}

/// How far the animation is.
pub(super) struct Animation {
    /// Frames promised by acTL.
    promised: u32,
    /// Frames begun.
    begun: u32,
    /// The number that the next fcTL or fdAT has in the input.
    expected: Sequence,
    /// Whether the frame that was begun has no pixels yet, and its size.
    pub(super) waiting: Option<(u32, u32)>,
}

impl Animation {
    /// Reads the data of acTL.
    pub(super) fn read(data: &[u8], offset: usize) -> Result<Self, Error> {
        let &[f0, f1, f2, f3, _, _, _, _] = data else {
            return Err(malformed(offset, "acTL is not 8 bytes long"));
        };
        let promised = u32::from_be_bytes([f0, f1, f2, f3]);
        if promised == 0 {
            return Err(malformed(offset, "the animation has no frames"));
        }
        Ok(Self { promised, begun: 0, expected: Sequence::default(), waiting: None })
    }

    /// Whether all frames that were promised have begun: viewers show no more.
    pub(super) fn is_full(&self) -> bool {
        self.begun == self.promised
    }

    /// Checks the number at the start of fcTL or fdAT.
    pub(super) fn check_number(&mut self, data: &[u8], offset: usize) -> Result<(), Error> {
        let number = data.first_chunk().map(|number| u32::from_be_bytes(*number));
        if number == Some(self.expected.next()) {
            Ok(())
        } else {
            Err(malformed(offset, "the frames of the animation are not in sequence"))
        }
    }

    /// Reads the data of fcTL. `before_data` when IDAT has not come yet.
    pub(super) fn begin_frame(
        &mut self,
        data: &[u8],
        offset: usize,
        header: &Header,
        before_data: bool,
    ) -> Result<(), Error> {
        let Ok(fields) = <&[u8; 26]>::try_from(data) else {
            return Err(malformed(offset, "fcTL is not 26 bytes long"));
        };
        if self.waiting.is_some() {
            return Err(malformed(offset, "a frame of the animation has no pixels"));
        }
        let at = |at: usize| u32::from_be_bytes([fields[at], fields[at + 1], fields[at + 2], fields[at + 3]]);
        let (width, height, x, y) = (at(4), at(8), at(12), at(16));
        let fits = |size: u32, offset: u32, whole: u32| {
            size > 0 && offset.checked_add(size).is_some_and(|end| end <= whole)
        };
        let whole = (width, height) == (header.width, header.height);
        if !fits(width, x, header.width)
            || !fits(height, y, header.height)
            || (before_data && !whole)
            || fields[24] > 2
            || fields[25] > 1
        {
            return Err(malformed(offset, "a frame of the animation does not fit the picture"));
        }
        self.begun += 1;
        self.waiting = Some((width, height));
        Ok(())
    }

    /// Checks at the end that the promise was kept.
    pub(super) fn check_end(&self, offset: usize) -> Result<(), Error> {
        if self.is_full() && self.waiting.is_none() {
            Ok(())
        } else {
            Err(malformed(offset, "the animation has fewer frames than it promises"))
        }
    }
}
