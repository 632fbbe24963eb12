//! Ctrl-C and SIGTERM: after the first one calls under way have some time to
//! finish, the second one ends the process at once.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use engine::interrupt::Interrupt;

use crate::exit_code::ExitCode;
use crate::failure::Failure;
#[cfg(unix)]
use unix::Signals;
#[cfg(windows)]
use windows::Signals;

/// Listens for signals from now on. `on_first` is called at the first one.
///
/// # Errors
/// When the system gives us no signal handler.
pub(crate) fn listen(on_first: impl Fn() + Send + 'static) -> std::io::Result<Interrupt> {
    let interrupt = Interrupt::default();
    let mut signals = Signals::listen()?;
    let listening = interrupt.clone();
    tokio::spawn(async move {
        loop {
            let signal = signals.next().await;
            if listening.interrupted().is_some() {
                exit_at_once(ExitCode::of_signal(signal));
            }
            listening.raise(signal);
            on_first();
        }
    });
    Ok(interrupt)
}

#[expect(clippy::disallowed_methods, reason = "the second signal asks for exactly this")]
fn exit_at_once(code: ExitCode) -> ! {
    std::process::exit(code as i32)
}

/// Work that a signal ends.
pub(crate) trait Interruptible {
    /// Runs what changes nothing, and drops it at the first signal.
    ///
    /// # Errors
    /// [`Failure::Interrupted`], or the work's own error.
    async fn or<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
    where
        Failure: From<E>;

    /// Runs what should not be left half done, such as cleaning up, also after a signal; but not for ever.
    ///
    /// # Errors
    /// [`Failure::Interrupted`], or the work's own error.
    async fn or_grace<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
    where
        Failure: From<E>;
}

impl Interruptible for Interrupt {
    async fn or<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
    where
        Failure: From<E>,
    {
        if let Some(interrupted) = self.interrupted() {
            return Err(interrupted.into());
        }
        tokio::select! {
            result = work => result.map_err(Failure::from),
            interrupted = self.signal() => Err(interrupted.into()),
        }
    }

    async fn or_grace<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
    where
        Failure: From<E>,
    {
        tokio::select! {
            result = work => result.map_err(Failure::from),
            interrupted = self.grace() => Err(interrupted.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use engine::aws::pause;
    use engine::interrupt::{GRACE, Interrupted, Signal};

    use super::*;

    async fn takes(time: Duration) -> Result<(), Failure> {
        pause(time).await;
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
                pause(Duration::from_secs(1)).await;
                interrupt.raise(Signal::Terminate);
            },
        );
        assert!(matches!(dropped, Err(Failure::Interrupted(Interrupted(Signal::Terminate)))));
        assert!(finished.is_ok());
        assert!(matches!(abandoned, Err(Failure::Interrupted(Interrupted(Signal::Terminate)))));
        assert_eq!(start.elapsed(), Duration::from_secs(1) + GRACE);
        // Cleaning up that begins after the signal has its time, too.
        assert!(interrupt.or_grace(takes(soon)).await.is_ok());
        assert!(interrupt.or(takes(soon)).await.is_err());
    }
}
