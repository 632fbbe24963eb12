//! How many pictures are in memory at once: as many as fit together.
//!
//! Most events have one record. What a queue gathered has ten or more, and nearly all of their time is S3's, so some are
//! worked on at once. Each takes from one budget what its picture needs, all of it in one go and before it is allocated,
//! so that no two wait for each other. Where not enough is left its connection is given up, and opened again when its
//! turn has come: none may stand open and silent meanwhile.
//!
//! When an invocation runs out of time its work is cancelled, and ends some milliseconds later. Until then it keeps its
//! share, and who comes after it waits.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{error::Error, memory::Memory};

/// How many records of an event are worked on at once. Their connections and first buffers are in what
/// [`Memory::of_picture`] leaves to the process.
const AT_ONCE: usize = 4;

const MIB: u64 = 1 << 20;

/// The memory for pictures, which those that are being cleaned share.
#[derive(Debug)]
pub struct Budget {
    memory: Memory,
    /// In megabytes.
    left: Arc<Semaphore>,
    whole: u32,
}

/// The right to hold so much memory. Clones are of one share, which ends with the last of them.
#[derive(Debug, Clone)]
pub struct Share(Arc<OwnedSemaphorePermit>);

impl Share {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.num_permits() as u64 * MIB
    }
}

impl Budget {
    /// All the memory that pictures may use.
    #[must_use]
    pub fn new(memory: Memory) -> Self {
        let whole = u32::try_from(memory.of_picture() / MIB).unwrap_or(u32::MAX);
        Self { memory, left: Arc::new(Semaphore::new(whole as usize)), whole }
    }

    /// The memory that it was made of.
    #[must_use]
    pub fn memory(&self) -> Memory {
        self.memory
    }

    /// How many records may be worked on at once. Where addresses are limited they cannot be shared out: what is mapped
    /// does not tell what will be.
    #[must_use]
    pub fn at_once(&self) -> usize {
        if Memory::is_address_space_limited() { 1 } else { AT_ONCE }
    }

    /// Sees to it that `share` covers what a picture takes in all, and tells whether it does. It does not where others
    /// have what is missing: [`wait`](Self::wait) for it then.
    ///
    /// # Errors
    /// [`Error::Rejected`] when it never fits; [`Error::MemoryHeld`] when the process holds what nobody has a share of.
    pub(crate) fn cover(&self, share: &mut Option<Share>, bytes: u64) -> Result<bool, Error> {
        self.memory.fits(bytes)?;
        if share.as_ref().is_none_or(|share| share.bytes() < bytes) {
            // Given back first: nobody may hold some and wait for more.
            *share = None;
            match Arc::clone(&self.left).try_acquire_many_owned(self.megabytes(bytes)) {
                Ok(permit) => *share = Some(Share(Arc::new(permit))),
                Err(_) => return Ok(false),
            }
        }
        // Beside others the sum of the shares decides: what they hold is a part of what they may hold.
        if self.is_only(share.as_ref()) {
            self.memory.fits_now(bytes)?;
        }
        Ok(true)
    }

    /// Waits for a share that covers so many bytes.
    pub(crate) async fn wait(&self, bytes: u64) -> Option<Share> {
        // It is never closed, so there always is one.
        let permit = Arc::clone(&self.left).acquire_many_owned(self.megabytes(bytes)).await.ok()?;
        Some(Share(Arc::new(permit)))
    }

    /// Waits for all of it.
    pub(crate) async fn wait_for_all(&self) -> Option<Share> {
        self.wait(self.memory.of_picture()).await
    }

    fn is_only(&self, share: Option<&Share>) -> bool {
        let mine = share.map_or(0, |share| share.0.num_permits());
        self.left.available_permits() + mine == self.whole as usize
    }

    fn megabytes(&self, bytes: u64) -> u32 {
        u32::try_from(bytes.div_ceil(MIB)).unwrap_or(u32::MAX).clamp(1, self.whole.max(1))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// 88 megabytes for pictures.
    fn budget() -> Budget {
        Budget::new(Memory::smallest())
    }

    fn covered(budget: &Budget, megabytes: u64) -> Option<Share> {
        let mut share = None;
        budget.cover(&mut share, megabytes * MIB).unwrap().then(|| share.unwrap())
    }

    #[test]
    fn shares_are_of_one_whole() {
        let budget = budget();
        let first = covered(&budget, 50).unwrap();
        assert!(covered(&budget, 39).is_none());
        let second = covered(&budget, 38).unwrap();
        assert!(covered(&budget, 1).is_none());
        let clone = first.clone();
        drop((first, second));
        assert!(covered(&budget, 39).is_none(), "a clone keeps it");
        drop(clone);
        assert_eq!(covered(&budget, 88).unwrap().bytes(), 88 * MIB);
    }

    #[test]
    fn a_share_is_kept_or_given_back_whole() {
        let budget = budget();
        let mut share = covered(&budget, 30);
        assert!(budget.cover(&mut share, 10 * MIB).unwrap());
        assert_eq!(share.as_ref().unwrap().bytes(), 30 * MIB);
        let other = covered(&budget, 50).unwrap();
        assert!(!budget.cover(&mut share, 39 * MIB).unwrap());
        assert!(share.is_none(), "it must not be held by who waits");
        drop(other);
        assert!(budget.cover(&mut share, 39 * MIB).unwrap());
    }

    #[test]
    fn what_never_fits_is_rejected() {
        let budget = budget();
        let _other = covered(&budget, 80).unwrap();
        let error = budget.cover(&mut None, 89 * MIB).unwrap_err();
        assert_eq!(error.kind(), "too-large");
    }

    #[tokio::test]
    async fn who_waits_is_not_overtaken() {
        let budget = budget();
        let first = covered(&budget, 60).unwrap();
        let mut large = std::pin::pin!(budget.wait(80 * MIB));
        let timeout = Duration::from_millis(5);
        assert!(tokio::time::timeout(timeout, &mut large).await.is_err());
        assert!(covered(&budget, 1).is_none(), "small ones would keep it waiting for ever");
        drop(first);
        assert_eq!(large.await.unwrap().bytes(), 80 * MIB);
    }

    #[tokio::test]
    async fn all_of_it_is_for_one() {
        let budget = budget();
        let all = budget.wait_for_all().await.unwrap();
        assert!(covered(&budget, 1).is_none());
        drop(all);
        assert!(covered(&budget, 1).is_some());
    }
}
