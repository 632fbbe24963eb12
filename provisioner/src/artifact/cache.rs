//! Keeps the zip beside the program, so that an unchanged function is not read,
//! checked and compressed again each time.
//!
//! The cache can be deleted at any time. It is believed only when the program's
//! size and time are those of the note, and the zip's hash is the note's: two
//! commands at once, or one that was killed, cannot mix up the files.

use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::{
    elf::Elf,
    package::{Package, code_sha256},
};
use crate::files::write_private;

/// Changes when the zip of the same program would be another one.
const VERSION: u32 = 2;

/// What is known of a program and its zip.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    version: u32,
    stamp: Stamp,
    code_sha256: String,
    elf: Elf,
}

/// Tells whether the program is still the same, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    bytes: u64,
    modified_nanoseconds: u128,
}

impl Stamp {
    /// The program's stamp now. None when the system has no times for files.
    pub(super) fn of(program: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(program).ok()?;
        let modified =
            metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH).duration_since(UNIX_EPOCH).ok()?;
        Some(Self { bytes: metadata.len(), modified_nanoseconds: modified.as_nanos() })
    }
}

/// The package of the program whose stamp is `stamp`, if it is kept.
pub(super) fn load(program: &Path, stamp: Stamp) -> Option<Package> {
    let note: Note = serde_json::from_slice(&std::fs::read(note_path(program)).ok()?).ok()?;
    if note.version != VERSION || note.stamp != stamp {
        return None;
    }
    let zip = std::fs::read(zip_path(program)).ok()?;
    if code_sha256(&zip) != note.code_sha256 {
        return None;
    }
    Some(Package::known(zip.into(), note.code_sha256, stamp.bytes, note.elf))
}

/// Keeps a package. Without effect where nothing can be written: the cache only
/// saves time.
pub(super) fn store(program: &Path, stamp: Stamp, package: &Package) {
    let note = Note { version: VERSION, stamp, code_sha256: package.code_sha256.clone(), elf: package.elf() };
    let Ok(note) = serde_json::to_vec(&note) else { return };
    if write_private(&zip_path(program), &package.zip).is_ok() {
        let _ = write_private(&note_path(program), &note);
    }
}

fn zip_path(program: &Path) -> PathBuf {
    program.with_extension("package.zip")
}

fn note_path(program: &Path) -> PathBuf {
    program.with_extension("package.json")
}

#[cfg(test)]
mod tests {
    use super::super::elf::Glibc;
    use super::*;
    use engine::config::Architecture;

    fn kept(folder: &Path) -> (PathBuf, Stamp, Package) {
        let program = folder.join("bootstrap");
        std::fs::write(&program, b"program").unwrap();
        let stamp = Stamp::of(&program).unwrap();
        let elf = Elf { architecture: Architecture::Arm64, glibc: Some(Glibc(2, 34)) };
        let package = Package::new(b"zip".to_vec().into(), 7, elf);
        store(&program, stamp, &package);
        (program, stamp, package)
    }

    #[test]
    fn what_is_kept_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let (program, stamp, package) = kept(folder.path());
        assert_eq!(load(&program, stamp), Some(package));
    }

    #[test]
    fn a_changed_program_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let (program, stamp, _) = kept(folder.path());
        assert_eq!(load(&program, Stamp { bytes: stamp.bytes + 1, ..stamp }), None);
        assert_eq!(load(&program, Stamp { modified_nanoseconds: 1, ..stamp }), None);
    }

    #[test]
    fn damaged_files_are_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let (program, stamp, package) = kept(folder.path());
        std::fs::write(zip_path(&program), b"zap").unwrap();
        assert_eq!(load(&program, stamp), None);
        store(&program, stamp, &package);
        std::fs::write(note_path(&program), b"{").unwrap();
        assert_eq!(load(&program, stamp), None);
    }
}
