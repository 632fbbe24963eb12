//! The zip that is uploaded: the same program makes the same bytes, on every
//! machine and at every time, so that `CodeSha256` tells whether the code differs.

use std::{
    io::{Cursor, Read, Write},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{
    Error,
    build::Target,
    elf::{self, Elf, Glibc},
    toolchain::triple,
};
use engine::config::Architecture;

/// The file that Lambda starts, as it must be called in the zip.
const ENTRY: &str = "bootstrap";

/// Lambda's limit for a zip in `CreateFunction`.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_ZIP: u64 = 50 << 20;

/// Lambda's limit for what is in it (same page).
const MAX_UNZIPPED: u64 = 250 << 20;

/// The function, ready to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// The zip.
    pub zip: Bytes,
    /// Its hash as Lambda reports it: SHA-256 in Base64.
    pub code_sha256: String,
    /// Size of the program in it.
    pub bootstrap_bytes: u64,
    /// The processor the program is for.
    pub architecture: Architecture,
    /// The newest glibc the program needs.
    pub glibc: Option<Glibc>,
}

impl Package {
    /// Size of the zip.
    #[must_use]
    pub(crate) fn zip_bytes(&self) -> u64 {
        self.zip.len() as u64
    }

    /// Puts a zip and what is known of its program together.
    pub(super) fn new(zip: Bytes, bootstrap_bytes: u64, elf: Elf) -> Self {
        let code_sha256 = code_sha256(&zip);
        Self::known(zip, code_sha256, bootstrap_bytes, elf)
    }

    /// The same, when the hash of the zip is known.
    pub(super) fn known(zip: Bytes, code_sha256: String, bootstrap_bytes: u64, elf: Elf) -> Self {
        Self { zip, code_sha256, bootstrap_bytes, architecture: elf.architecture, glibc: elf.glibc }
    }

    /// What its program says about itself.
    pub(super) fn elf(&self) -> Elf {
        Elf { architecture: self.architecture, glibc: self.glibc }
    }

    /// Checks a program and zips it.
    pub(super) fn of_program(program: &[u8], path: &Path) -> Result<Self, Error> {
        let elf = elf::read(program).map_err(|what| Error::NotElf { path: path.to_path_buf(), what })?;
        let zip = zip(program)
            .map_err(|error| Error::BadZip { path: path.to_path_buf(), what: error.to_string() })?;
        Ok(Self::new(zip.into(), program.len() as u64, elf))
    }

    /// Takes a zip that was made before, as it is.
    pub(super) fn of_zip(bytes: Bytes, code_sha256: String, path: &Path) -> Result<Self, Error> {
        let bad = |what: String| Error::BadZip { path: path.to_path_buf(), what };
        let mut archive = ZipArchive::new(Cursor::new(&bytes)).map_err(|error| bad(error.to_string()))?;
        let entry = archive.by_name(ENTRY).map_err(|_| bad(format!("it has no entry {ENTRY:?}")))?;
        let mut program = Vec::new();
        // One byte more than allowed is enough to know.
        entry.take(MAX_UNZIPPED + 1).read_to_end(&mut program).map_err(|error| bad(error.to_string()))?;
        let elf = elf::read(&program).map_err(|what| Error::NotElf { path: path.join(ENTRY), what })?;
        Ok(Self::known(bytes.clone(), code_sha256, program.len() as u64, elf))
    }

    /// Whether `target` would take it.
    pub(super) fn check(&self, target: Target, path: &Path) -> Result<(), Error> {
        // On this machine the program was just built to run here, and nothing limits it.
        let Target::Lambda(architecture) = target else { return Ok(()) };
        if self.architecture != architecture {
            let (found, wanted) = (self.architecture.as_str(), architecture.as_str());
            return Err(Error::Architecture { path: path.to_path_buf(), found, wanted });
        }
        if let Some(needed) = self.glibc.filter(|glibc| *glibc > elf::LAMBDA_GLIBC) {
            let (path, triple) = (path.to_path_buf(), triple(architecture));
            return Err(Error::GlibcTooNew { path, needed, available: elf::LAMBDA_GLIBC, triple });
        }
        for (what, bytes, limit) in
            [("zip", self.zip_bytes(), MAX_ZIP), ("program in it", self.bootstrap_bytes, MAX_UNZIPPED)]
        {
            if bytes > limit {
                return Err(Error::TooLarge { what, bytes, limit });
            }
        }
        Ok(())
    }
}

/// SHA-256 in Base64, as in `CodeSha256`.
pub(super) fn code_sha256(zip: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(zip))
}

/// The zip of one executable file, without a time or anything of this machine.
fn zip(program: &[u8]) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        // The least: more takes a second longer and saves a tenth.
        .compression_level(Some(1))
        // 1980-01-01, the first day that a zip knows.
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(program.len() / 2)));
    writer.start_file(ENTRY, options)?;
    writer.write_all(program)?;
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(architecture: Architecture, glibc: Option<Glibc>) -> Package {
        Package::new(Bytes::from_static(b"zip"), 3, Elf { architecture, glibc })
    }

    #[test]
    fn the_bytes_never_change() {
        let program: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(n) >> 9).to_le_bytes()[0]).collect();
        let first = zip(&program).unwrap();
        assert_eq!(zip(&program).unwrap(), first);
        // Frozen: a new version of the compressor that changes it would upload
        // every function again, and should not go unnoticed.
        assert_eq!(code_sha256(&first), "pjl3xHYB3gkQ5BXJhpqRnMJ/eGx5tv21NwRb63Gvt2A=");
    }

    #[test]
    fn the_entry_is_executable_and_has_no_time() {
        let zip = zip(b"program").unwrap();
        let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        assert_eq!(archive.len(), 1);
        let entry = archive.by_index(0).unwrap();
        assert_eq!(entry.name().unwrap(), "bootstrap");
        assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        assert_eq!(entry.last_modified(), Some(DateTime::default()));
        assert!(entry.extra_data().is_none_or(|extra| extra.is_empty()));
    }

    #[test]
    fn lambda_is_stricter_than_this_machine() {
        let path = Path::new("bootstrap");
        let lambda = Target::Lambda(Architecture::X86_64);
        assert!(package(Architecture::X86_64, Some(Glibc(2, 34))).check(lambda, path).is_ok());
        assert!(package(Architecture::X86_64, None).check(lambda, path).is_ok());
        let newer = package(Architecture::X86_64, Some(Glibc(2, 35)));
        assert!(matches!(newer.check(lambda, path), Err(Error::GlibcTooNew { .. })));
        assert!(newer.check(Target::Host, path).is_ok());
        let other = package(Architecture::Arm64, None);
        assert!(matches!(other.check(lambda, path), Err(Error::Architecture { .. })));
        let large = Package { bootstrap_bytes: MAX_UNZIPPED + 1, ..package(Architecture::X86_64, None) };
        assert!(matches!(large.check(lambda, path), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn foreign_zips_are_refused() {
        let path = Path::new("p.zip");
        let refused = |bytes: Vec<u8>| Package::of_zip(bytes.into(), String::new(), path).unwrap_err();
        assert!(matches!(refused(b"PK\x03\x04nonsense".to_vec()), Error::BadZip { .. }));
        assert!(matches!(refused(zip(b"#!/bin/sh").unwrap()), Error::NotElf { .. }));
        assert!(matches!(Package::of_program(b"#!/bin/sh", path), Err(Error::NotElf { .. })));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_zip_comes_back_as_it_was_made() {
        let path = Path::new("/proc/self/exe");
        let program = std::fs::read("/bin/true").or_else(|_| std::fs::read(path)).unwrap();
        let made = Package::of_program(&program, path).unwrap();
        assert_eq!(Package::of_zip(made.zip.clone(), made.code_sha256.clone(), path).unwrap(), made);
    }
}
