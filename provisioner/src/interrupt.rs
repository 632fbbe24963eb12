//! Ctrl-C and SIGTERM: the first one lets calls under way finish, the second
//! one ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use tokio::sync::Notify;

use crate::exit_code::ExitCode;
use crate::failure::Failure;

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
        let inner = Arc::clone(&interrupt.0);
        tokio::spawn(async move {
            loop {
                let code = tokio::select! {
                    _ = ctrl_c.recv() => ExitCode::Interrupted,
                    _ = terminate.recv() => ExitCode::Terminated,
                };
                if inner.stop.swap(true, Ordering::Relaxed) {
                    exit_at_once(code);
                }
                inner.code.store(code as u8, Ordering::Relaxed);
                inner.notify.notify_waiters();
                on_first();
            }
        });
        Ok(interrupt)
    }

    /// Turns true at the first signal.
    #[must_use]
    pub fn flag(&self) -> &AtomicBool {
        &self.0.stop
    }

    /// The failure to end with, once interrupted.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.0.stop.load(Ordering::Relaxed).then(|| {
            let terminated = self.0.code.load(Ordering::Relaxed) == ExitCode::Terminated as u8;
            Failure::Interrupted(if terminated { ExitCode::Terminated } else { ExitCode::Interrupted })
        })
    }

    /// Runs what changes nothing, and drops it at the first signal.
    ///
    /// # Errors
    /// [`Failure::Interrupted`], or the work's own error.
    pub async fn or<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
    where
        Failure: From<E>,
    {
        let stopped = self.0.notify.notified();
        tokio::pin!(stopped);
        stopped.as_mut().enable();
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        tokio::select! {
            result = work => result.map_err(Failure::from),
            () = stopped => Err(self.failure().unwrap_or(Failure::Interrupted(ExitCode::Interrupted))),
        }
    }
}

#[expect(clippy::exit, reason = "the second signal asks for exactly this")]
fn exit_at_once(code: ExitCode) -> ! {
    std::process::exit(code as i32)
}
