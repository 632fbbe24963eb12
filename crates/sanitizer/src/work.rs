//! A bound for the time that following coded pictures takes.
//!
//! A picture as large as can be may take a few dozen bytes, since a code may take a
//! hundredth of a bit or none, and a file may hold many. So what is done for all pictures
//! of a file together is counted, and must be in proportion to their coded data. Only to that: metadata, which
//! goes, must not allow what the clean picture then would be refused for.

/// Steps besides those that coded data allow: well under a second, and several empty
/// pictures of 100 megapixels. Fuzzers shall not spend their time on it.
const STEPS: u64 = if cfg!(fuzzing) { 1 << 20 } else { 1 << 26 };

/// Steps that may still be made.
pub(crate) struct Work {
    left: u64,
    steps_per_byte: u64,
}

impl Work {
    /// For a file whose coded data allow so many steps a byte.
    pub(crate) fn new(steps_per_byte: u64) -> Self {
        Self { left: STEPS, steps_per_byte }
    }

    /// Adds the steps that so many bytes of coded data allow, which stay in the clean picture.
    pub(crate) fn earn(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(self.steps_per_byte.saturating_mul(bytes as u64));
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
    fn work_is_in_proportion_to_the_coded_data() {
        let mut work = Work::new(64);
        work.earn(10);
        work.spend(STEPS).unwrap();
        work.spend(10 * 64).unwrap();
        work.spend(1).unwrap_err();
    }
}
