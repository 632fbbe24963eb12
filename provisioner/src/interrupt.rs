//! Ctrl-C and SIGTERM: after the first one calls under way have some time to
//! finish, the second one ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::exit_code::ExitCode;
use crate::failure::Failure;

/// So long calls under way may take after the first signal. Most take a second; what takes longer hangs, or has a long
/// way to go, and is let go of. AWS may do it or not, as when the process is killed.
pub const GRACE: Duration = Duration::from_secs(10);

/// Whether somebody wants us to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stop: AtomicBool,
    code: AtomicU8,
    notify: Notify,
}

impl Interrupt {
    /// Listens for signals from now on. `on_first` is called at the first one.
    ///
    /// # Errors
    /// When the system gives us no signal handler.
    pub fn listen(on_first: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = Self::default();
        let mut ctrl_c = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let listening = interrupt.clone();
        tokio::spawn(async move {
            loop {
                let code = tokio::select! {
                    _ = ctrl_c.recv() => ExitCode::Interrupted,
                    _ = terminate.recv() => ExitCode::Terminated,
                };
                if listening.failure().is_some() {
                    exit_at_once(code);
                }
                listening.raise(code);
                on_first();
            }
        });
        Ok(interrupt)
    }

    fn raise(&self, code: ExitCode) {
        self.0.code.store(code as u8, Ordering::Relaxed);
        self.0.stop.store(true, Ordering::Release);
        self.0.notify.notify_waiters();
    }

    /// Turns true at the first signal.
    #[must_use]
    pub fn flag(&self) -> &AtomicBool {
        &self.0.stop
    }

    /// The failure to end with, once interrupted.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.0.stop.load(Ordering::Acquire).then(|| {
            let terminated = self.0.code.load(Ordering::Relaxed) == ExitCode::Terminated as u8;
            Failure::Interrupted(if terminated { ExitCode::Terminated } else { ExitCode::Interrupted })
        })
    }

    /// Ends at the first signal, or at once after it, with the failure to end with.
    pub async fn signal(&self) -> Failure {
        let signal = self.0.notify.notified();
        tokio::pin!(signal);
        signal.as_mut().enable();
        if let Some(failure) = self.failure() {
            return failure;
        }
        signal.await;
        self.failure().unwrap_or(Failure::Interrupted(ExitCode::Interrupted))
    }

    /// Ends when what was under way at the first signal has had its time.
    pub async fn grace(&self) -> Failure {
        let failure = self.signal().await;
        tokio::time::sleep(GRACE).await;
        failure
    }

    /// Runs what changes nothing, and drops it at the first signal.
    ///
    /// # Errors
    /// [`Failure::Interrupted`], or the work's own error.
    pub async fn or<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
    where
        Failure: From<E>,
    {
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        tokio::select! {
            result = work => result.map_err(Failure::from),
            failure = self.signal() => Err(failure),
        }
    }

    /// Runs what should not be left half done, such as cleaning up, also after a signal; but not for ever.
    ///
    /// # Errors
    /// [`Failure::Interrupted`], or the work's own error.
    pub async fn or_grace<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
    where
        Failure: From<E>,
    {
        tokio::select! {
            result = work => result.map_err(Failure::from),
            failure = self.grace() => Err(failure),
        }
    }
}

#[expect(clippy::exit, reason = "the second signal asks for exactly this")]
fn exit_at_once(code: ExitCode) -> ! {
    std::process::exit(code as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn takes(time: Duration) -> Result<(), Failure> {
        tokio::time::sleep(time).await;
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_under_way_at_a_signal_has_its_time_and_no_more() {
        let interrupt = Interrupt::default();
        let (soon, never) = (Duration::from_secs(8), Duration::from_secs(1000));
        let start = tokio::time::Instant::now();
        let (dropped, finished, abandoned, ()) = tokio::join!(
            interrupt.or(takes(soon)),
            interrupt.or_grace(takes(soon)),
            interrupt.or_grace(takes(never)),
            async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                interrupt.raise(ExitCode::Terminated);
            },
        );
        assert!(matches!(dropped, Err(Failure::Interrupted(ExitCode::Terminated))));
        assert!(finished.is_ok());
        assert!(matches!(abandoned, Err(Failure::Interrupted(ExitCode::Terminated))));
        assert_eq!(start.elapsed(), Duration::from_secs(1) + GRACE);
        // Cleaning up that begins after the signal has its time, too.
        assert!(interrupt.or_grace(takes(soon)).await.is_ok());
        assert!(interrupt.or(takes(soon)).await.is_err());
    }
}
