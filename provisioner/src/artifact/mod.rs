//! The function's package: build the function, check the result, zip it.
//!
//! ```text
//! workspace.rs  where is the source code?
//! toolchain.rs  with which of the tools that are here?   (pure)
//! build.rs      run cargo
//! elf.rs        would Lambda start this file?            (pure)
//! package.rs    the same file makes the same zip         (pure)
//! cache.rs      the zip of an unchanged file is kept
//! known_zip.rs  a zip that the user names is unpacked once
//! ```

mod build;
mod cache;
mod elf;
mod error;
mod installed;
mod known_zip;
mod package;
mod prepare;
mod toolchain;
mod workspace;

pub(crate) use build::Target;
pub(crate) use error::Error;
pub(crate) use package::Package;
pub(crate) use prepare::{could_build, package};
