//! File locks (`flock`): the kernel drops them when their holder ends, however it ends, so unlike a file
//! with a process id in it they are never stale.

use super::{Error, OnProgress, Progress, wait};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

/// Between two looks at a lock that someone else has.
const POLL: Duration = Duration::from_millis(50);

fn open(path: &Path) -> Result<File, Error> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(Error::file("open the lock", path))
}

/// Takes the lock, waiting for its present holder; it is ours until the result is dropped.
pub(super) async fn take(
    path: &Path,
    patience: Duration,
    on_progress: OnProgress<'_>,
) -> Result<File, Error> {
    let file = open(path)?;
    let mut told = false;
    let taken = wait::until(POLL, patience, async || match file.try_lock() {
        Ok(()) => Ok(Some(())),
        Err(TryLockError::Error(error)) => Err(Error::file("lock", path)(error)),
        Err(TryLockError::WouldBlock) => {
            if !told {
                on_progress(Progress::WaitingForOther);
                told = true;
            }
            Ok(None)
        }
    });
    match taken.await? {
        Some(()) => Ok(file),
        None => Err(Error::Busy { path: path.to_owned(), seconds: patience.as_secs() }),
    }
}

/// Whether someone holds the lock for themselves right now.
pub(super) fn is_held(path: &Path) -> Result<bool, Error> {
    if !path.exists() {
        return Ok(false);
    }
    match open(path)?.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(Error::file("lock", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lock_has_one_holder_and_ends_with_it() {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("lock");
        assert!(!is_held(&path).unwrap());
        let held = take(&path, Duration::ZERO, &|_| ()).await.unwrap();
        assert!(is_held(&path).unwrap());
        let error = take(&path, Duration::from_millis(60), &|_| ()).await.unwrap_err();
        assert!(matches!(error, Error::Busy { .. }));
        drop(held);
        assert!(!is_held(&path).unwrap());
        take(&path, Duration::ZERO, &|_| ()).await.unwrap();
    }
}
