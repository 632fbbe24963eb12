//! A bound for the time that following the coded images takes.
//!
//! Of both codings a picture as large as can be may take a few dozen bytes, and an
//! animation has as many frames as its maker likes. So what is done for all of them
//! together is counted, and must be in proportion to the length of the file.

use super::vp8l::Failure;

/// Steps besides [`STEPS_PER_BYTE`]: about 0.2 s, and four lossy pictures of the largest size.
const STEPS: u64 = if cfg!(fuzzing) { 1 << 20 } else { 1 << 26 };
/// Real pictures take less than ten.
const STEPS_PER_BYTE: u64 = 256;

/// Steps that may still be made. One is about what a pixel of a lossless image takes.
pub(super) struct Work {
    left: u64,
}

impl Work {
    /// For a file of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: STEPS + STEPS_PER_BYTE * bytes as u64 }
    }

    /// Takes steps, before they are made.
    #[inline]
    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Failure> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Failure::Unprovable("too large a picture for so few bytes")),
        }
    }
}
