//! Windows, on which there is no local AWS: see [`super::supported`].

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::ExitStatus;

pub(super) const CAN_RUN: bool = false;

pub(in super::super) fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(in super::super) fn create_private_folder(_path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(in super::super) fn protect_folder(_path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(in super::super) fn is_executable(_file: &Path) -> bool {
    false
}

pub(in super::super) fn end(_pid: i32) {}

pub(in super::super) fn kill_group(_pid: i32) {}

pub(in super::super) fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}
