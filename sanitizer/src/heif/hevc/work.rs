//! A bound for the time that following slices takes.
//!
//! A bin may take a hundredth of a bit, so a small file may hold a huge picture, or
//! many. What is done for all slices of a file is counted, and must be in proportion
//! to the file's length.

use super::super::bits::Parsed;

/// Steps besides [`STEPS_PER_BYTE`]: about half a second, and several empty pictures
/// of 100 megapixels.
const STEPS: u64 = if cfg!(fuzzing) { 1 << 20 } else { 1 << 26 };
/// Real pictures take less than 16, but for the flattest, which are small.
const STEPS_PER_BYTE: u64 = 64;

/// Steps that may still be made; one is about a bin.
pub(in super::super) struct Work {
    left: u64,
}

impl Work {
    /// For a file of so many bytes.
    pub(in super::super) fn new(bytes: usize) -> Self {
        Self { left: STEPS + STEPS_PER_BYTE * bytes as u64 }
    }

    /// Takes steps, before they are made.
    #[inline]
    pub(super) fn spend(&mut self, steps: u64) -> Parsed<()> {
        self.left = self.left.checked_sub(steps).ok_or("too large a picture for so few bytes")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_in_proportion_to_the_file() {
        let mut work = Work::new(10);
        work.spend(STEPS).unwrap();
        work.spend(10 * STEPS_PER_BYTE).unwrap();
        work.spend(1).unwrap_err();
    }
}
