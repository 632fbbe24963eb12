//! Bounds for the time and the memory that following coded pictures takes, and its cancellation.
//!
//! A picture as large as can be may take a few dozen bytes, since a code may take a
//! hundredth of a bit or none, and a file may hold many. So what is done for all pictures
//! of a file together is counted, and must be in proportion to their coded data. Only to that: metadata, which
//! goes, must not allow what the clean picture then would be refused for.

use crate::{Cancellation, Options};

/// Steps besides those that coded data allow: well under a second, and several empty
/// pictures of 100 megapixels. Fuzzers shall not spend their time on it.
const STEPS: u64 = if cfg!(fuzzing) { 1 << 20 } else { 1 << 26 };

/// Steps between two looks at whether the work was cancelled: less than a millisecond.
const STEPS_PER_LOOK: u64 = 1 << 16;

/// What is said of a file that would take more memory than there is, where no more is known.
pub(crate) const TOO_MUCH_MEMORY: &str = "it takes more memory than the options allow";

/// Steps that may still be made.
pub(crate) struct Work {
    left: u64,
    steps_per_byte: u64,
    /// How many steps are left at the next look.
    next_look: u64,
    max_memory: u64,
    cancellation: Cancellation,
}

impl Work {
    /// For a file whose coded data allow so many steps a byte.
    pub(crate) fn new(steps_per_byte: u64, options: &Options) -> Self {
        Self {
            left: STEPS,
            steps_per_byte,
            next_look: STEPS,
            max_memory: options.max_memory,
            cancellation: options.cancellation.clone(),
        }
    }

    /// Adds the steps that so many bytes of coded data allow, which stay in the clean picture.
    pub(crate) fn earn(&mut self, bytes: usize) {
        let steps = self.steps_per_byte.saturating_mul(bytes as u64);
        self.left = self.left.saturating_add(steps);
        self.next_look = self.next_look.saturating_add(steps);
    }

    /// Takes steps, before they are made.
    ///
    /// # Errors
    /// Why a file cannot be proven clean that would take more; anything once the work was cancelled.
    #[inline]
    pub(crate) fn spend(&mut self, steps: u64) -> Result<(), &'static str> {
        self.left = self.left.checked_sub(steps).ok_or("too large a picture for so few bytes")?;
        if self.left < self.next_look { self.look() } else { Ok(()) }
    }

    #[cold]
    fn look(&mut self) -> Result<(), &'static str> {
        // Who tries again after an error is told the same.
        if self.cancellation.is_cancelled() {
            return Err("cancelled");
        }
        self.next_look = self.left.saturating_sub(STEPS_PER_LOOK);
        Ok(())
    }

    /// Whether nobody waits for it any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// To be asked before so many bytes are taken.
    ///
    /// # Errors
    /// When there are not so many.
    pub(crate) fn check_memory(&self, bytes: usize) -> Result<(), &'static str> {
        if bytes as u64 > self.max_memory { Err(TOO_MUCH_MEMORY) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_in_proportion_to_the_coded_data() {
        let mut work = Work::new(64, &Options::default());
        work.earn(10);
        work.spend(STEPS).unwrap();
        work.spend(10 * 64).unwrap();
        work.spend(1).unwrap_err();
    }

    #[test]
    fn cancelled_work_ends_soon() {
        let cancellation = Cancellation::new();
        let options = Options { cancellation: cancellation.clone(), ..Options::default() };
        let mut work = Work::new(64, &options);
        work.spend(1).unwrap();
        cancellation.cancel();
        work.earn(1000);
        let steps = (0..).take_while(|_| work.spend(8).is_ok()).count();
        assert!(steps <= STEPS_PER_LOOK as usize / 8, "{steps}");
        work.earn(1000);
        work.spend(1).unwrap_err();
        assert!(work.left > 0);
    }

    #[test]
    fn memory_is_bounded() {
        let work = Work::new(64, &Options { max_memory: 10, ..Options::default() });
        work.check_memory(10).unwrap();
        work.check_memory(11).unwrap_err();
    }
}
