//! A bound for the time that following coded pictures takes.
//!
//! A picture as large as can be may take a few dozen bytes, since a code may take a
//! hundredth of a bit or none, and a file may hold many. So what is done for all pictures
//! of a file together is counted, and must be in proportion to the length of the file.

/// Steps besides those that a file's length allows: well under a second, and several empty
/// pictures of 100 megapixels. Fuzzers shall not spend their time on it.
const STEPS: u64 = if cfg!(fuzzing) { 1 << 20 } else { 1 << 26 };

/// Steps that may still be made.
pub(crate) struct Work {
    left: u64,
}

impl Work {
    /// For a file of so many bytes.
    pub(crate) fn new(bytes: usize, steps_per_byte: u64) -> Self {
        Self { left: STEPS + steps_per_byte * bytes as u64 }
    }

    /// Takes steps, before they are made.
    ///
    /// # Errors
    /// Why a file cannot be proven clean that would take more.
    #[inline]
    pub(crate) fn spend(&mut self, steps: u64) -> Result<(), &'static str> {
        self.left = self.left.checked_sub(steps).ok_or("too large a picture for so few bytes")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_in_proportion_to_the_file() {
        let mut work = Work::new(10, 64);
        work.spend(STEPS).unwrap();
        work.spend(10 * 64).unwrap();
        work.spend(1).unwrap_err();
    }
}
