//! Which run made something, so that a later one can tell whether it still goes on.

use std::fmt::{Display, Formatter};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

/// Stands for a machine that does not tell which it is.
const UNKNOWN: &str = "unknown";

/// A run of this program: a process of a machine, since it was booted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// A hash: it says nothing about the machine.
    machine: String,
    process: u32,
    /// When the process began, in the machine's own measure: numbers of processes come again.
    start: String,
}

/// Whether a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It does.
    Alive,
    /// It has ended.
    Dead,
    /// It is not of this machine, or this machine does not tell.
    Unknown,
}

impl Run {
    /// This one.
    pub(super) fn this() -> Self {
        let process = std::process::id();
        match (machine(), start_of(process)) {
            (Some(machine), Some(start)) => Self { machine, process, start },
            _ => Self { machine: UNKNOWN.to_owned(), process, start: now().as_nanos().to_string() },
        }
    }

    /// Reads what was written.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (machine, process, start) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { machine: machine.to_owned(), process: process.parse().ok()?, start: start.to_owned() })
    }

    /// Whether it goes on.
    pub(super) fn fate(&self) -> Fate {
        if self.machine == UNKNOWN || machine().is_none_or(|machine| machine != self.machine) {
            Fate::Unknown
        } else if start_of(self.process).is_some_and(|start| start == self.start) {
            Fate::Alive
        } else {
            Fate::Dead
        }
    }
}

impl Display for Run {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.machine, self.process, self.start)
    }
}

/// The time since 1970.
pub(super) fn now() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The machine, its boot, and its space of process numbers: containers share the first two. Without `/proc` nothing.
fn machine() -> Option<String> {
    let boot = std::fs::read("/proc/sys/kernel/random/boot_id").ok()?;
    let space = std::fs::read_link("/proc/self/ns/pid").ok()?;
    let id = std::fs::read("/etc/machine-id").unwrap_or_default();
    let hash =
        Sha256::new().chain_update(boot).chain_update(id).chain_update(space.as_os_str().as_encoded_bytes());
    Some(hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}

/// When a process began, in clock ticks since the boot; of one that has ended nothing, even while its parent has not
/// asked for how (<https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>).
fn start_of(process: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, may hold anything.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let state = fields.next()?;
    let start = fields.nth(18)?;
    (!matches!(state, "Z" | "X" | "x")).then(|| start.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_told_alive_from_dead() {
        let this = Run::this();
        assert_eq!(Run::read(&this.to_string()).as_ref(), Some(&this));
        if this.machine == UNKNOWN {
            println!("skipped: this machine has no /proc");
            return;
        }
        assert_eq!(this.fate(), Fate::Alive);
        assert_eq!(Run { start: "1".to_owned(), ..this.clone() }.fate(), Fate::Dead, "the number came again");
        assert_eq!(Run { machine: "0a1b2c3d4e5f".to_owned(), ..this.clone() }.fate(), Fate::Unknown);
        assert_eq!(Run { machine: UNKNOWN.to_owned(), ..this.clone() }.fate(), Fate::Unknown);

        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let other = Run { process: child.id(), start: start_of(child.id()).unwrap(), ..this };
        assert_eq!(other.fate(), Fate::Alive);
        child.kill().unwrap();
        // Until it is waited for, a killed child is still in the table of processes.
        let since = std::time::Instant::now();
        while other.fate() == Fate::Alive && since.elapsed().as_secs() < 10 {
            std::thread::yield_now();
        }
        assert_eq!(other.fate(), Fate::Dead);
        child.wait().unwrap();
        assert_eq!(other.fate(), Fate::Dead);
    }

    #[test]
    fn what_is_no_run_is_not_read() {
        for text in ["", "a", "a-b-c", "a-1", "--"] {
            assert_eq!(Run::read(text), None, "{text:?}");
        }
    }
}
