//! Some of many: each with the same chance, however many there turn out to be.

use std::hash::{BuildHasher, RandomState};

/// A sample of a stream whose length is not known before (Vitter's algorithm R,
/// <https://doi.org/10.1145/3147.3165>).
#[derive(Debug)]
pub(crate) struct Sample<T> {
    most: usize,
    seen: u64,
    kept: Vec<T>,
    random: RandomState,
}

impl<T> Sample<T> {
    /// At most so many.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, seen: 0, kept: Vec::new(), random: RandomState::new() }
    }

    /// Another one of the stream.
    pub(crate) fn offer(&mut self, one: T) {
        self.seen += 1;
        if self.kept.len() < self.most {
            self.kept.push(one);
            return;
        }
        let place = self.random.hash_one(self.seen) % self.seen;
        if let Some(kept) = usize::try_from(place).ok().and_then(|place| self.kept.get_mut(place)) {
            *kept = one;
        }
    }

    /// Those that were chosen.
    pub(crate) fn into_kept(self) -> Vec<T> {
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_same_chance() {
        let mut counts = [0_u32; 20];
        for _ in 0..4000 {
            let mut sample = Sample::new(5);
            (0..20).for_each(|one| sample.offer(one));
            let kept = sample.into_kept();
            assert_eq!(kept.len(), 5);
            kept.into_iter().for_each(|one: usize| counts[one] += 1);
        }
        // 1000 of each are expected; this is nine standard deviations away.
        assert!(counts.iter().all(|count| (750..1250).contains(count)), "{counts:?}");
        let mut few = Sample::new(5);
        few.offer('a');
        assert_eq!(few.into_kept(), ['a']);
    }
}
