//! The AWS that runs on this machine: `provisioner ... --local`, and the tests.
//!
//! It is [ministack](https://github.com/ministackorg/ministack) (MIT), a Python program that serves S3,
//! IAM, STS, Lambda and CloudWatch Logs on one port, checks signatures and policies, and really runs the
//! function. This module gets it, starts it, and takes it down again:
//!
//! ```text
//! install      a private virtual environment, every file pinned by hash, under the user's cache folder
//! program      the Python program that serves it: `server/`, with what we correct of ministack
//! root_key     a random key per home; without it nothing is served
//! profile      the same as files for the AWS CLI and the SDKs
//! certificate  HTTPS with a certificate authority of its own, so that TLS-only bucket policies hold
//! server       the process: started apart from the terminal, found again by the lock that it holds
//! health       one GET over TLS: does it answer, and is it the version that we want
//! local_aws    start / status / stop / reset of one home, safe against several of us at once
//! wait         the one place that waits; atomic: the one that writes files
//! system       what it needs of the operating system, and `supported`: whether this one has it
//! ephemeral    one for a test: a free port, nothing kept, gone when the test ends however it ends
//! ```
//!
//! A **home** is the folder of one local AWS: its state, certificates, port and log. Several homes run
//! side by side; they share the installed program. Nothing in here prints: what takes long is told to the
//! caller through [`Progress`].

#![forbid(unsafe_code)]
#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "tests make the files they look at"))]

mod atomic;
mod certificate;
mod ephemeral;
mod error;
mod health;
mod home;
mod install;
mod local_aws;
mod lock;
mod profile;
mod program;
mod python;
mod root_key;
mod server;
mod system;
mod wait;

pub use ephemeral::Ephemeral;
pub use error::Error;
pub use install::install;
pub use local_aws::{LocalAws, Running, Settings, Status};
pub use profile::Profile;
pub use server::{ACCOUNT, REGION};
pub use system::supported;

/// The version of ministack that is installed and run, as pinned in `requirements.txt`.
pub const VERSION: &str = "1.5.33";

/// What is going on while the caller waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Another process works on the same home or installation; we wait for it.
    WaitingForOther,
    /// The program is downloaded and installed, which happens once and takes some 15 seconds.
    Installing,
    /// The server was started and is not answering yet, which takes a second or two.
    Starting,
    /// A server that can't be used any more (another version, an old certificate, hung) is stopped first.
    Replacing,
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::WaitingForOther => "waiting for another process that works on the local AWS",
            Self::Installing => "installing the local AWS (once, some 15 seconds)",
            Self::Starting => "starting the local AWS",
            Self::Replacing => "stopping the local AWS that cannot be used any more",
        })
    }
}

/// Who is told about [`Progress`].
pub type OnProgress<'a> = &'a (dyn Fn(Progress) + Send + Sync);
