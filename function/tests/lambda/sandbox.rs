//! Limits for the program's memory: a memory cgroup, as Lambda has one, or an address space.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use testkit::tools;

/// A memory cgroup. The kernel kills what goes beyond its limit.
pub(crate) struct Cgroup {
    folder: PathBuf,
}

/// Where memory cgroups are, and the file of their limit, in versions 1 and 2.
const PLACES: [(&str, &str); 2] =
    [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];

impl Cgroup {
    /// One of so many megabytes; `None`, and a line that says so, where none can be made.
    pub(crate) fn new(megabytes: u64) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("bootstrap-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let made = PLACES.iter().find_map(|&(place, limit)| {
            let cgroup = Self { folder: Path::new(place).join(&name) };
            fs::create_dir(&cgroup.folder).ok()?;
            // What is there in version 2 shall not be swapped.
            let _ = fs::write(cgroup.folder.join("memory.swap.max"), "0");
            fs::write(cgroup.folder.join(limit), (megabytes << 20).to_string()).ok()?;
            Some(cgroup)
        });
        if made.is_none() {
            tools::skip("cgroup", "no memory cgroup can be made", "run as root on Linux");
        }
        made
    }

    /// What starts the program in it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "echo $$ > \"$PROCESSES\" && exec \"$BOOTSTRAP\""]);
        command.env("PROCESSES", self.folder.join("cgroup.procs"));
        command
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Not while the process that was killed is still there; then it stays until the next start of the machine.
        let _ = fs::remove_dir(&self.folder);
    }
}

/// What starts the program with an address space of so many megabytes (`RLIMIT_AS`).
pub(crate) fn address_space(megabytes: u64) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v \"$KILOBYTES\" && exec \"$BOOTSTRAP\""]);
    command.env("KILOBYTES", (megabytes * 1024).to_string());
    command
}
