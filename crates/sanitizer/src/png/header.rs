//! IHDR (W3C PNG, third edition, 11.2.1) and what follows from it.

use super::chunk::malformed;
use crate::Error;

/// The fields of IHDR that decide how long the image data is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) depth: u8,
    pub(super) color: Color,
    pub(super) interlaced: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Color {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    Rgba,
}

impl Color {
    fn samples(self) -> u64 {
        match self {
            Self::Grey | Self::Palette => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// The passes of Adam7: first column, first row, column step, row step (8.2).
const ADAM7: [(u32, u32, u32, u32); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

impl Header {
    /// Reads the data of IHDR, which starts at `offset`.
    pub(super) fn read(data: &[u8], offset: usize) -> Result<Self, Error> {
        let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, color, compression, filter, interlace] = data else {
            return Err(malformed(offset, "IHDR is not 13 bytes long"));
        };
        let width = u32::from_be_bytes([w0, w1, w2, w3]);
        let height = u32::from_be_bytes([h0, h1, h2, h3]);
        if !(1..=0x7FFF_FFFF).contains(&width) || !(1..=0x7FFF_FFFF).contains(&height) {
            return Err(malformed(offset, "width or height is out of range"));
        }
        let color = match (color, depth) {
            (0, 1 | 2 | 4 | 8 | 16) => Color::Grey,
            (2, 8 | 16) => Color::Rgb,
            (3, 1 | 2 | 4 | 8) => Color::Palette,
            (4, 8 | 16) => Color::GreyAlpha,
            (6, 8 | 16) => Color::Rgba,
            _ => return Err(malformed(offset, "no such colour type and bit depth")),
        };
        if compression != 0 || filter != 0 || interlace > 1 {
            return Err(malformed(offset, "no such compression, filter or interlace method"));
        }
        Ok(Self { width, height, depth, color, interlaced: interlace == 1 })
    }

    pub(super) fn bits_per_pixel(&self) -> u64 {
        self.color.samples() * u64::from(self.depth)
    }

    /// How many bytes the image data of a frame of this size has when it is
    /// inflated: the rows of every pass, each with its filter byte. `None` when
    /// no computer holds that many.
    pub(super) fn inflated_len(&self, width: u32, height: u32) -> Option<u64> {
        let rows = |width: u32, height: u32| {
            if width == 0 {
                return Some(0);
            }
            (1 + self.row_len(width)).checked_mul(u64::from(height))
        };
        self.passes(width, height)
            .try_fold(0_u64, |sum, (columns, lines)| sum.checked_add(rows(columns, lines)?))
    }

    /// The bytes of a row of so many pixels, without its filter.
    pub(super) fn row_len(&self, width: u32) -> u64 {
        (u64::from(width) * self.bits_per_pixel()).div_ceil(8)
    }

    /// Columns and rows of each pass of a frame of this size.
    pub(super) fn passes(&self, width: u32, height: u32) -> impl Iterator<Item = (u32, u32)> {
        let passes = if self.interlaced { &ADAM7[..] } else { &[(0, 0, 1, 1)] };
        passes.iter().map(move |&(x, y, dx, dy)| {
            (width.saturating_sub(x).div_ceil(dx), height.saturating_sub(y).div_ceil(dy))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(depth: u8, color: Color, interlaced: bool) -> Header {
        Header { width: 1, height: 1, depth, color, interlaced }
    }

    #[test]
    fn lengths_of_image_data() {
        assert_eq!(header(8, Color::Rgb, false).inflated_len(10, 3), Some(93));
        assert_eq!(header(1, Color::Grey, false).inflated_len(9, 2), Some(6));
        // 8x8 of one bit: the passes have 1, 1, 1, 2, 2, 4 and 4 rows of one byte and a filter byte.
        assert_eq!(header(1, Color::Grey, true).inflated_len(8, 8), Some(30));
        // The passes that have no column have no row either.
        assert_eq!(header(8, Color::Grey, true).inflated_len(1, 1), Some(2));
        assert!(header(16, Color::Rgba, false).inflated_len(0x7FFF_FFFF, 0x7FFF_FFFF).is_none());
    }
}
