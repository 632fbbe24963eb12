//! Remembers what was found in a zip that the user names, by the zip's hash: to unpack it takes longer than all else that
//! a run without changes computes.
//!
//! The notes are in the user's cache folder and can be deleted at any time. Without such a folder nothing is remembered.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Error, Package, cache::write, elf::Elf, package::code_sha256};

/// What was found in a zip.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    bootstrap_bytes: u64,
    elf: Elf,
}

/// Where the notes are.
pub(super) fn folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "provisioner")?;
    Some(folders.cache_dir().join("zips"))
}

/// The package of a zip; `path` is where it was read from, for errors.
pub(super) fn package(zip: Bytes, path: &Path, folder: Option<&Path>) -> Result<Package, Error> {
    let hash = code_sha256(&zip);
    // Base64 has slashes.
    let note_path = folder.map(|folder| folder.join(format!("{}.json", hash.replace('/', "_"))));
    if let Some(Note { bootstrap_bytes, elf }) = note_path.as_deref().and_then(read) {
        return Ok(Package::known(zip, hash, bootstrap_bytes, elf));
    }
    let package = Package::of_zip(zip, hash, path)?;
    if let Some(note_path) = note_path {
        remember(&note_path, &Note { bootstrap_bytes: package.bootstrap_bytes, elf: package.elf() });
    }
    Ok(package)
}

fn read(note_path: &Path) -> Option<Note> {
    serde_json::from_slice(&std::fs::read(note_path).ok()?).ok()
}

/// Without effect where nothing can be written: the notes only save time.
fn remember(note_path: &Path, note: &Note) {
    let Some(folder) = note_path.parent() else { return };
    if let (Ok(()), Ok(note)) = (std::fs::create_dir_all(folder), serde_json::to_vec(note)) {
        let _ = write(note_path, &note);
    }
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
        let note_path = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        let remembered = Note { bootstrap_bytes: 1, elf: made.elf() };
        remember(&note_path, &remembered);
        assert_eq!(found().bootstrap_bytes, 1);
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
