//! How much may be under way at once.

/// Half as much whenever calls had to be tried again, since AWS was throttling or failing, and one more for each piece of
/// work that went well. So throttling makes a run slower, and does not use up the tries that each call has.
#[derive(Debug)]
pub struct Pace {
    limit: usize,
    least: usize,
    most: usize,
    retries: isize,
}

impl Pace {
    /// Begins with `most` at once; `retries` is [`crate::aws::Aws::retries`] now.
    #[must_use]
    pub fn new(least: usize, most: usize, retries: isize) -> Self {
        Self { limit: most, least: least.min(most), most, retries }
    }

    /// What may be under way now.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// After a piece of work: `retries` is how many calls were tried again by now.
    pub fn adapt(&mut self, retries: isize) {
        if retries > self.retries {
            self.retries = retries;
            self.halve();
        } else {
            self.limit = (self.limit + 1).min(self.most);
        }
    }

    /// Half as much from now on.
    pub fn halve(&mut self) {
        self.limit = (self.limit / 2).max(self.least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_halve_the_pace_and_success_brings_it_back() {
        let mut pace = Pace::new(4, 128, 0);
        for retries in 1..20 {
            pace.adapt(retries);
        }
        assert_eq!(pace.limit(), 4);
        (0..3).for_each(|_| pace.adapt(19));
        assert_eq!(pace.limit(), 7);
        (0..500).for_each(|_| pace.adapt(19));
        assert_eq!(pace.limit(), 128);
    }

    #[test]
    fn the_least_is_never_more_than_the_most() {
        let mut pace = Pace::new(4, 1, 0);
        pace.halve();
        assert_eq!(pace.limit(), 1);
    }
}
