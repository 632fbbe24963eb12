//! Remembers what was found in a zip that the user names, by the zip's hash: to unpack it takes longer than all else that
//! a run without changes computes.
//!
//! The notes are in the user's cache folder and can be deleted at any time. Without such a folder nothing is remembered.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Error, Package, elf::Elf, package::code_sha256};
use crate::files::write_private;

/// What was found in a zip.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    bootstrap_bytes: u64,
    elf: Elf,
}

/// Where the notes are.
pub(super) fn folder() -> Option<PathBuf> {
    // Unit tests leave the user's folders alone.
    if cfg!(test) {
        return None;
    }
    let folders = directories::ProjectDirs::from("", "", "provisioner")?;
    Some(folders.cache_dir().join("zips"))
}

/// The package of a zip; `path` is where it was read from, for errors.
pub(super) fn package(zip: Bytes, path: &Path, folder: Option<&Path>) -> Result<Package, Error> {
    let hash = code_sha256(&zip);
    let known = folder.and_then(|folder| read(&note_path(folder, &hash)));
    if let Some(Note { bootstrap_bytes, elf }) = known {
        return Ok(Package::known(zip, hash, bootstrap_bytes, elf));
    }
    let package = Package::of_zip(zip, hash, path)?;
    keep(&package, folder);
    Ok(package)
}

/// Remembers a package, so that its zip is known when it is named. Without effect where nothing can be written: the notes
/// only save time.
pub(super) fn keep(package: &Package, folder: Option<&Path>) {
    let Some(folder) = folder else { return };
    let note = Note { bootstrap_bytes: package.bootstrap_bytes, elf: package.elf() };
    if let (Ok(()), Ok(note)) = (std::fs::create_dir_all(folder), serde_json::to_vec(&note)) {
        let _ = write_private(&note_path(folder, &package.code_sha256), &note);
    }
}

fn note_path(folder: &Path, code_sha256: &str) -> PathBuf {
    // Base64 has slashes.
    folder.join(format!("{}.json", code_sha256.replace('/', "_")))
}

fn read(note_path: &Path) -> Option<Note> {
    serde_json::from_slice(&std::fs::read(note_path).ok()?).ok()
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_zip_is_unpacked_once() {
        let path = Path::new("function.zip");
        let made = Package::of_program(&std::fs::read("/bin/true").unwrap(), path).unwrap();
        let cache = tempfile::tempdir().unwrap();
        let folder = cache.path().join("zips");
        let found = || package(made.zip.clone(), path, Some(&folder)).unwrap();
        assert_eq!(found(), made);
        // What is remembered is what comes back, so the second time nothing was unpacked.
        keep(&Package { bootstrap_bytes: 1, ..made.clone() }, Some(&folder));
        assert_eq!(found().bootstrap_bytes, 1);
        let note_path = note_path(&folder, &made.code_sha256);
        // A damaged note is none.
        std::fs::write(&note_path, "{").unwrap();
        assert_eq!(found(), made);
        assert_eq!(read(&note_path), Some(Note { bootstrap_bytes: made.bootstrap_bytes, elf: made.elf() }));
    }

    #[test]
    fn what_is_wrong_with_a_zip_is_said_each_time() {
        let cache = tempfile::tempdir().unwrap();
        for folder in [Some(cache.path()), Some(cache.path()), None] {
            let refused = package(Bytes::from_static(b"PK\x03\x04nonsense"), Path::new("p.zip"), folder);
            assert!(matches!(refused, Err(Error::BadZip { .. })));
        }
    }
}
