//! Stops work that nobody waits for any more.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// Stops the cleaning of a picture from another thread: a clone of it goes into
/// [`crate::Options::cancellation`].
///
/// It is looked at once in some thousand blocks, rows or kilobytes, so that it costs nothing and cleaning ends within
/// some milliseconds, with [`crate::Error::Cancelled`].
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Option<Arc<AtomicBool>>);

/// Nobody has the other end of it.
#[cfg(test)]
pub(crate) static NEVER: Cancellation = Cancellation(None);

impl Cancellation {
    /// One that can be cancelled. (The default cannot: nobody has the other end of it.)
    #[must_use]
    pub fn new() -> Self {
        Self(Some(Arc::default()))
    }

    /// Stops what has a clone of it, for good.
    pub fn cancel(&self) {
        if let Some(is_cancelled) = &self.0 {
            is_cancelled.store(true, Relaxed);
        }
    }

    /// Whether it was cancelled.
    #[must_use]
    #[inline]
    pub fn is_cancelled(&self) -> bool {
        self.0.as_ref().is_some_and(|is_cancelled| is_cancelled.load(Relaxed))
    }
}

/// Two are equal when cancelling one cancels the other, or neither can be cancelled.
impl PartialEq for Cancellation {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            (None, None) => true,
            _ => false,
        }
    }
}

impl Eq for Cancellation {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_cancelled_together() {
        let (one, other) = (Cancellation::new(), Cancellation::new());
        let clone = one.clone();
        clone.cancel();
        assert!(one.is_cancelled() && !other.is_cancelled());
        assert!(one == clone && one != other && one != Cancellation::default());
        Cancellation::default().cancel();
        assert!(!Cancellation::default().is_cancelled());
    }
}
