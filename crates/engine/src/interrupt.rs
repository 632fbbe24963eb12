//! A request to stop: after the first one calls under way have some time to finish.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// How long in-flight calls may take after the first signal. Most take a second; what takes longer hangs, or has a
/// long way to go, and is abandoned. AWS may do it or not, as when the process is killed.
pub const GRACE: Duration = Duration::from_secs(10);

/// Who wants us to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// The error of work that was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted(pub Signal);

/// Whether somebody wants us to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stop: AtomicBool,
    terminated: AtomicBool,
    notify: Notify,
}

impl Interrupt {
    /// Asks to stop.
    pub fn raise(&self, signal: Signal) {
        self.0.terminated.store(signal == Signal::Terminate, Ordering::Relaxed);
        self.0.stop.store(true, Ordering::Release);
        self.0.notify.notify_waiters();
    }

    /// Turns true at the first signal.
    #[must_use]
    pub fn flag(&self) -> &AtomicBool {
        &self.0.stop
    }

    /// The error to end with, once interrupted.
    #[must_use]
    pub fn interrupted(&self) -> Option<Interrupted> {
        self.0.stop.load(Ordering::Acquire).then(|| {
            let terminated = self.0.terminated.load(Ordering::Relaxed);
            Interrupted(if terminated { Signal::Terminate } else { Signal::Interrupt })
        })
    }

    /// Ends at the first signal, or at once after it.
    pub async fn signal(&self) -> Interrupted {
        let signal = self.0.notify.notified();
        tokio::pin!(signal);
        signal.as_mut().enable();
        if let Some(interrupted) = self.interrupted() {
            return interrupted;
        }
        signal.await;
        self.interrupted().unwrap_or(Interrupted(Signal::Interrupt))
    }

    /// Ends when what was under way at the first signal has had its time.
    pub async fn grace(&self) -> Interrupted {
        let interrupted = self.signal().await;
        crate::aws::pause(GRACE).await;
        interrupted
    }
}
