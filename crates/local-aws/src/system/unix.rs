//! Linux and macOS.

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs::{DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;

pub(super) const CAN_RUN: bool = true;

/// Who may read, write and run a file.
pub(in super::super) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(mode))
}

/// Makes a folder that only its owner can look into, and its parents.
pub(in super::super) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// The same for a folder that is there.
pub(in super::super) fn protect_folder(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Whether this user may run a file.
pub(in super::super) fn is_executable(file: &Path) -> bool {
    rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok() && file.is_file()
}

/// Asks a process to end. Gone already is what we want.
pub(in super::super) fn end(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, Signal::TERM);
    }
}

/// Kills a server together with the functions that it runs. No such group is what we want.
pub(in super::super) fn kill_group(pid: i32) {
    if let Some(group) = Pid::from_raw(pid) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// The signal that ended a process, if one did.
pub(in super::super) fn signal_of(status: ExitStatus) -> Option<i32> {
    status.signal()
}
