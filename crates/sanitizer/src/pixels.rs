//! How many pixels a picture may have.
//!
//! Coded data bound nothing here: a few megabytes of JPEG can be a picture of four gigapixels, which takes this crate
//! seconds, and a viewer, which makes pixels of it, gigabytes. So pixels are counted by what the headers say, before
//! anything of the coded data is followed: of an animation those of all frames, of a HEIC or AVIF those of all tiles.

use crate::{Error, Options};

/// Pixels in a megapixel.
const MEGA: u64 = 1_000_000;

/// Counts the pixels of one picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pixels {
    counted: u64,
    limit: u64,
}

impl Pixels {
    pub(crate) fn new(options: &Options) -> Self {
        Self { counted: 0, limit: u64::from(options.max_megapixels) * MEGA }
    }

    /// Counts those of a frame or tile.
    ///
    /// # Errors
    /// When there are more than the options allow.
    pub(crate) fn add(&mut self, width: u32, height: u32) -> Result<(), Error> {
        self.counted = self.counted.saturating_add(u64::from(width) * u64::from(height));
        self.check(self.counted)
    }

    /// Checks the size of the whole, to which what is counted belongs: the canvas of an animation, the output of a grid.
    ///
    /// # Errors
    /// When there are more than the options allow.
    pub(crate) fn check_whole(&self, width: u32, height: u32) -> Result<(), Error> {
        self.check(u64::from(width) * u64::from(height))
    }

    fn check(&self, pixels: u64) -> Result<(), Error> {
        if pixels > self.limit { Err(Error::TooManyPixels { pixels, limit: self.limit }) } else { Ok(()) }
    }
}

/// So many pixels in megapixels, rounded up to tenths: what is over a limit must not look as if it was not.
pub(crate) fn megapixels(pixels: u64) -> String {
    let tenths = pixels.div_ceil(MEGA / 10);
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_inclusive_and_counts_everything() {
        let options = Options { max_megapixels: 2, ..Options::default() };
        let mut pixels = Pixels::new(&options);
        pixels.add(1000, 1000).unwrap();
        pixels.add(1000, 1000).unwrap();
        pixels.check_whole(2000, 1000).unwrap();
        let error = pixels.check_whole(2001, 1000).unwrap_err();
        assert_eq!(error, Error::TooManyPixels { pixels: 2_001_000, limit: 2_000_000 });
        assert_eq!(error.to_string(), "it has 2.1 megapixels, more than the limit of 2");
        pixels.add(1, 1).unwrap_err();
        pixels.add(u32::MAX, u32::MAX).unwrap_err();
    }

    #[test]
    fn megapixels_are_rounded_up() {
        for (pixels, text) in [(1, "0.1"), (1_000_000, "1"), (1_000_001, "1.1"), (4_290_774_016, "4290.8")] {
            assert_eq!(megapixels(pixels), text);
        }
    }
}
