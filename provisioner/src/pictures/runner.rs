//! Works on many pictures at a time, one on each processor.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use sanitizer::Bytes;

/// A worker's memory for the picture it works on, used again for the next:
/// fresh pages from the system cost as much as the copy into them.
#[derive(Debug, Default)]
pub(crate) struct Buffer(Vec<u8>);

impl Buffer {
    /// The memory, empty.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }

    /// Gives it back.
    pub(super) fn put(&mut self, mut bytes: Vec<u8>) {
        bytes.clear();
        self.0 = bytes;
    }

    /// Gives back a picture, unless something still holds a piece of it.
    pub(super) fn put_picture(&mut self, picture: Bytes) {
        if let Ok(mut bytes) = picture.try_into_mut() {
            bytes.clear();
            self.0 = bytes.into();
        }
    }
}

/// Calls `work` for each of `jobs`, as many at a time as there are processors,
/// and `done` on the calling thread after each. Once `stop` is true no further
/// one is begun. The results come back in the order of the jobs.
pub(crate) fn each<J: Sync, R: Send>(
    jobs: &[J],
    stop: &AtomicBool,
    work: impl Fn(&J, &mut Buffer) -> R + Sync,
    mut done: impl FnMut(&R),
) -> Vec<Option<R>> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    let next = AtomicUsize::new(0);
    let mut results: Vec<_> = jobs.iter().map(|_| None).collect();
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let sender = sender.clone();
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                let mut buffer = Buffer::default();
                while !stop.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else { return };
                    if sender.send((index, work(job, &mut buffer))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (index, result) in receiver {
            done(&result);
            results[index] = Some(result);
        }
    });
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let jobs: Vec<_> = (0..1000).collect();
        let mut seen = 0;
        let results = each(&jobs, &AtomicBool::new(false), |job, _| job * 2, |_| seen += 1);
        assert_eq!(seen, 1000);
        assert!(results.iter().enumerate().all(|(index, result)| *result == Some(index * 2)));
    }

    #[test]
    fn nothing_is_begun_after_a_stop() {
        let jobs: Vec<_> = (0..1000).collect();
        let stop = AtomicBool::new(false);
        let results = each(&jobs, &stop, |_, _| stop.store(true, Ordering::Relaxed), |()| ());
        let done = results.iter().flatten().count();
        assert!((1..=thread::available_parallelism().unwrap().get()).contains(&done), "{done}");
    }

    #[test]
    fn the_memory_of_a_picture_is_used_again() {
        let mut buffer = Buffer::default();
        let mut bytes = Vec::with_capacity(4096);
        bytes.extend([7; 100]);
        let picture = Bytes::from(bytes);
        let at = picture.as_ptr();
        buffer.put_picture(picture);
        let again = buffer.take();
        assert_eq!((again.len(), again.as_ptr()), (0, at));

        let shared = Bytes::from(vec![1; 10]);
        let _piece = shared.slice(2..);
        buffer.put_picture(shared);
        assert_eq!(buffer.take().capacity(), 0, "somebody still holds a piece of it");
    }
}
