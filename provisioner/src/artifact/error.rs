//! Why there is no package of the function, each with what to do about it.

use std::{io, path::PathBuf};

use super::{elf::Glibc, prepare::BOOTSTRAP_VARIABLE};
use crate::suggest::Suggest;

/// Why there is no package of the function. [`Error::hint`] says how to go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// There is no checkout of this project to build from.
    #[error("the function's source code is not here: neither {} nor a folder above it is this project's", looked.display())]
    NoWorkspace {
        /// Where the search began.
        looked: PathBuf,
    },
    /// `cargo` cannot be started.
    #[error("the function cannot be built: `cargo` does not start ({source})")]
    NoCargo {
        /// The system's words.
        source: io::Error,
    },
    /// `cargo` ended with an error.
    #[error("the function cannot be built: `{command}` failed\n{output}")]
    Compile {
        /// What was run.
        command: String,
        /// The end of what it said.
        output: String,
    },
    /// `cargo` was content but named no program.
    #[error("`{command}` built no program named `bootstrap`")]
    NoProgram {
        /// What was run.
        command: String,
    },
    /// The standard library for the function's processor is not installed.
    #[error(
        "Rust's standard library for {triple} is not installed, so the function cannot be built for Lambda"
    )]
    NoTarget {
        /// The target triple.
        triple: &'static str,
    },
    /// There is no linker and C compiler for the function's processor.
    #[error(
        "this machine has no linker and C compiler for {triple}, so the function cannot be built for Lambda"
    )]
    NoLinker {
        /// The target triple.
        triple: &'static str,
    },
    /// A file does not work.
    #[error("cannot read {}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It is no program for Linux.
    #[error("{} is no program that Lambda can start: {what}", path.display())]
    NotElf {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// It is for another processor.
    #[error("{} is for {found}, but the function's architecture is {wanted}", path.display())]
    Architecture {
        /// The file.
        path: PathBuf,
        /// What it is for.
        found: &'static str,
        /// What config.toml says.
        wanted: &'static str,
    },
    /// It needs a newer C library than Lambda's `provided.al2023` has.
    #[error("{} needs glibc {needed}, but Lambda's provided.al2023 has {available}: the function would not start", path.display())]
    GlibcTooNew {
        /// The file.
        path: PathBuf,
        /// The newest version it asks for.
        needed: Glibc,
        /// Lambda's.
        available: Glibc,
        /// The target triple.
        triple: &'static str,
    },
    /// Lambda would refuse the upload.
    #[error("the {what} has {bytes} bytes, but Lambda takes at most {limit}")]
    TooLarge {
        /// The zip, or the program in it.
        what: &'static str,
        /// Its size.
        bytes: u64,
        /// Lambda's limit.
        limit: u64,
    },
    /// The prebuilt zip cannot be used.
    #[error("{} is no package of the function: {what}", path.display())]
    BadZip {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

impl Error {
    /// How to go on.
    #[must_use]
    pub(crate) fn hint(&self, suggest: &Suggest) -> Option<String> {
        let hint = match self {
            Self::NoWorkspace { .. } => format!(
                "run it in a checkout of this project, use the archive or the wheel of a release, which have the function \
                 with them, or name a built one: {BOOTSTRAP_VARIABLE}=path/to/bootstrap"
            ),
            Self::NoCargo { .. } => format!(
                "install Rust from https://rustup.rs, or name a built function: {BOOTSTRAP_VARIABLE}=path/to/bootstrap"
            ),
            Self::Compile { output, .. } if output.contains("--locked") => {
                "Cargo.lock does not fit Cargo.toml: run `cargo update --workspace`".to_owned()
            }
            Self::Compile { .. } => "the compiler's words are above; then run it again".to_owned(),
            Self::NoProgram { .. } | Self::File { .. } => return None,
            Self::NoTarget { triple } => format!("rustup target add {triple}"),
            Self::NoLinker { triple } => format!("{}, and run it again", zig_commands(triple)),
            Self::NotElf { .. } => {
                "the file has to be the `bootstrap` that cargo builds from this project's folder `function`"
                    .to_owned()
            }
            Self::Architecture { found, .. } => {
                format!("set function.architecture = {found:?}, or build for the other")
            }
            Self::GlibcTooNew { triple, .. } => {
                format!("build against an older glibc: {}, and run it again", zig_commands(triple))
            }
            Self::TooLarge { .. } => "build with the profile `lambda`, which strips symbols".to_owned(),
            Self::BadZip { .. } => format!("make it with `{}`", suggest.command("package")),
        };
        Some(hint)
    }
}

/// zig is a linker and C compiler for every target, and brings every glibc.
fn zig_commands(triple: &str) -> String {
    format!("rustup target add {triple} && cargo install cargo-zigbuild && pip install ziglang")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_what_why_and_how_to_fix() {
        let path = PathBuf::from("target/lambda/bootstrap");
        let triple = "aarch64-unknown-linux-gnu";
        let source = || io::Error::new(io::ErrorKind::NotFound, "no such file");
        let errors = [
            Error::NoWorkspace { looked: PathBuf::from("/home/me") },
            Error::NoCargo { source: source() },
            Error::Compile { command: "cargo build".to_owned(), output: "error: oh".to_owned() },
            Error::NoProgram { command: "cargo build".to_owned() },
            Error::NoTarget { triple },
            Error::NoLinker { triple },
            Error::File { path: path.clone(), source: source() },
            Error::NotElf { path: path.clone(), what: "a library".to_owned() },
            Error::Architecture { path: path.clone(), found: "arm64", wanted: "x86_64" },
            Error::GlibcTooNew { path: path.clone(), needed: Glibc(2, 39), available: Glibc(2, 34), triple },
            Error::TooLarge { what: "zip", bytes: 60_000_000, limit: 52_428_800 },
            Error::BadZip { path, what: "no entry named `bootstrap`".to_owned() },
        ];
        let screen: Vec<String> = errors
            .iter()
            .map(|error| {
                format!("{error}\n  hint: {}", error.hint(&Suggest::default()).as_deref().unwrap_or("-"))
            })
            .collect();
        insta::assert_snapshot!(screen.join("\n"));
    }
}
