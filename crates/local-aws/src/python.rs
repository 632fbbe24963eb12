//! Which Python, and which installer, this machine has.

use super::{Error, system};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// What ministack and the pinned wheels support, the best first.
const MINORS: [u32; 5] = [13, 12, 14, 11, 10];

/// An interpreter that will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Python {
    /// To be run.
    pub(super) program: PathBuf,
    /// Such as `3.13`.
    pub(super) version: String,
}

/// For messages and for `uv`: the versions that will do.
pub(super) fn wanted() -> String {
    "3.10 to 3.14".to_owned()
}

/// Finds a program in a search path (the form of `PATH`).
pub(super) fn find_program(name: &str, search_path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(search_path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| system::is_executable(file))
}

/// Finds an interpreter: `python3`, else a named version. An interpreter that is there but fails (a shim
/// of a version manager, an unfinished Xcode) is passed over.
pub(super) async fn find(search_path: &OsStr) -> Result<Python, Error> {
    let mut found = Vec::new();
    let names = std::iter::once("python3".to_owned()).chain(MINORS.map(|minor| format!("python3.{minor}")));
    for name in names {
        let Some(program) = find_program(&name, search_path) else { continue };
        match version(&program).await {
            Some((3, minor)) if MINORS.contains(&minor) => {
                return Ok(Python { program, version: format!("3.{minor}") });
            }
            Some((major, minor)) => found.push(format!("{name} is {major}.{minor}")),
            None => found.push(format!("{name} does not run")),
        }
    }
    let found = if found.is_empty() { "no python3 in PATH".to_owned() } else { found.join(", ") };
    Err(Error::NoPython { wanted: wanted(), found })
}

/// Asks an interpreter for its version; `None` when it can't say.
async fn version(program: &Path) -> Option<(u32, u32)> {
    let output = Command::new(program)
        .args(["-I", "-c", "import sys; print(*sys.version_info[:2])"])
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Writes an executable script. A child does it: were the file open in this process while another
    /// test's thread forks, running it would fail with "text file busy".
    pub(in super::super) fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
        let path = folder.join(name);
        let status = std::process::Command::new("/bin/sh")
            .args(["-c", "printf '#!/bin/sh\\n%s\\n' \"$SCRIPT\" > \"$0\" && chmod 755 \"$0\""])
            .arg(&path)
            .env("SCRIPT", script)
            .status()
            .unwrap();
        assert!(status.success());
        path
    }

    #[tokio::test]
    async fn the_first_that_runs_and_is_new_enough_wins() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "python3", "echo 3 9");
        program(folder.path(), "python3.13", "echo broken shim >&2; exit 127");
        program(folder.path(), "python3.12", "echo 3 12");
        let python = find(folder.path().as_os_str()).await.unwrap();
        assert_eq!(python, Python { program: folder.path().join("python3.12"), version: "3.12".into() });
    }

    #[tokio::test]
    async fn the_error_says_what_was_found() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "python3", "echo 3 8");
        program(folder.path(), "python3.11", "exit 1");
        let error = find(folder.path().as_os_str()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the local AWS needs Python 3.10 to 3.14, and there is none here (python3 is 3.8, python3.11 does not run)"
        );
        assert!(error.hint().contains("`python3`"));
    }

    #[tokio::test]
    async fn a_relative_search_path_finds_nothing() {
        assert!(find(OsStr::new(":.")).await.is_err());
    }
}
