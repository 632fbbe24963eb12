//! The signals that ask a process to end.

use std::io;

use engine::interrupt::Signal;
use tokio::signal::unix::{self, SignalKind};

/// Listens for them.
pub(super) struct Signals {
    ctrl_c: unix::Signal,
    terminate: unix::Signal,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let [ctrl_c, terminate] = [SignalKind::interrupt(), SignalKind::terminate()].map(unix::signal);
        Ok(Self { ctrl_c: ctrl_c?, terminate: terminate? })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.ctrl_c.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}
