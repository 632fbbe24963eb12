//! What can go wrong with the local AWS, each with what a user can do about it.

use std::io;
use std::path::PathBuf;

/// Why the local AWS could not be installed, started or stopped. [`Error::hint`] says how to go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// This system can run neither the server nor the function.
    #[error(
        "the local AWS does not run on {}: it runs the function, a program for Linux, on this machine",
        name_of(system)
    )]
    Unsupported {
        /// As [`std::env::consts::OS`] has it.
        system: &'static str,
    },
    /// The system does not say where this user's cache is.
    #[error("there is no cache folder for this user, so the local AWS has no place to live")]
    NoCacheFolder,
    /// The folder that should be a home holds something else.
    #[error(
        "{} is not a folder of the local AWS: it holds {holds:?} and not our mark, so nothing in it is touched",
        folder.display()
    )]
    NotAHome {
        /// The folder.
        folder: PathBuf,
        /// One of the things in it.
        holds: String,
    },
    /// A file or a folder did not work.
    #[error("cannot {action} {}", path.display())]
    File {
        /// As a verb: "create", "read".
        action: &'static str,
        /// Which one.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// No interpreter that ministack can run on.
    #[error("the local AWS needs Python {wanted}, and there is none here ({found})")]
    NoPython {
        /// The versions that will do.
        wanted: String,
        /// What was looked at.
        found: String,
    },
    /// Debian and Ubuntu ship Python without the module `venv`.
    #[error("{python} cannot make a virtual environment, because its module `venv` is not installed")]
    NoVenv {
        /// The interpreter.
        python: String,
    },
    /// pip or uv failed.
    #[error("the local AWS could not be installed: `{command}` failed\n{output}")]
    Install {
        /// The command, shortened.
        command: String,
        /// Its last lines.
        output: String,
    },
    /// The port that was asked for is in use.
    #[error("port {port} of 127.0.0.1 is in use by another program")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The server ended before it answered.
    #[error("the local AWS ended while it was starting ({status})\n{log_tail}")]
    Exited {
        /// Its exit status.
        status: String,
        /// The end of its log.
        log_tail: String,
        /// The whole log.
        log: PathBuf,
    },
    /// The server runs and does not answer.
    #[error("the local AWS does not answer after {seconds} seconds: {last}\n{log_tail}")]
    NotAnswering {
        /// How long we waited.
        seconds: u64,
        /// What the last try said.
        last: String,
        /// The end of its log.
        log_tail: String,
        /// The whole log.
        log: PathBuf,
    },
    /// Another process holds one of our locks for very long.
    #[error("another process has been working on {} for {seconds} seconds", path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
        /// How long we waited.
        seconds: u64,
    },
    /// The server survived even being killed.
    #[error("the local AWS (process {pid}) does not end")]
    NotStopping {
        /// The process.
        pid: i32,
    },
    /// A certificate could not be made.
    #[error("the certificate of the local AWS could not be made: {0}")]
    Certificate(String),
}

impl Error {
    /// How to fix it, in one sentence or two.
    pub fn hint(&self) -> String {
        match self {
            Self::Unsupported { .. } => "Run it in a Linux, such as WSL (https://learn.microsoft.com/windows/wsl/install), or leave \
                                         --local out to work on an AWS account."
                .into(),
            Self::NoCacheFolder => "Set HOME (or XDG_CACHE_HOME) to a folder that you may write to.".into(),
            Self::NotAHome { .. } => "Set PROVISIONER_LOCAL_HOME to a folder that is empty or does not exist yet, or unset \
                                      it to use the one in your cache."
                .into(),
            Self::File { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "Free some disk space: the local AWS needs about 150 MB.".into()
            }
            Self::File { path, .. } => format!("Check that {} may be written by you.", path.display()),
            Self::NoPython { .. } => {
                "Install the package `python3` (macOS: `brew install python`), or `uv`, which brings its own \
                 Python."
                    .into()
            }
            Self::NoVenv { .. } => {
                "Install the package `python3-venv` (`sudo apt install python3-venv`), or `uv`.".into()
            }
            Self::Install { .. } => "Installing needs the Python Package Index once. Check the network, and a proxy \
                                     or mirror in HTTPS_PROXY or pip's configuration, then run the command again."
                .into(),
            Self::PortTaken { .. } => "Choose another port, or none at all to get a free one.".into(),
            Self::Exited { log, .. } => format!("The whole log is {}.", log.display()),
            Self::NotAnswering { log, .. } => {
                format!("The whole log is {}. `provisioner local stop` ends a server that hangs.", log.display())
            }
            Self::Busy { path, .. } => {
                format!("Look for another `provisioner` that hangs; whoever holds {} has to end.", path.display())
            }
            Self::NotStopping { pid } => format!("Look at it with `ps -p {pid}`, and end it by hand."),
            Self::Certificate(_) => "This is a bug, please report it.".into(),
        }
    }

    /// For `map_err`: which file, and what was wanted of it.
    pub(super) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}

/// A system as people write it.
fn name_of(system: &str) -> &str {
    match system {
        "windows" => "Windows",
        other => other,
    }
}
