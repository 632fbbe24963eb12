//! Writes a file so that there is either all of it or nothing.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, IoSlice, Write};
use std::path::Path;

use super::folder::{Folder, Kind, Status, other_kind};
use super::system::keep_access;

/// Who may read a new file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Access<'a> {
    /// Its owner alone.
    Owner,
    /// Whoever the user's umask lets.
    Umask,
    /// Whoever may read the file that this is of.
    Like(&'a Metadata),
}

/// What to do with a file that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Keep it, and fail.
    Keep,
    /// Replace it.
    Replace,
    /// Replace it, and wait until the new one is on the disk: it is the
    /// original, and there is no other copy of the picture.
    ReplaceOriginal,
}

/// Writes the pieces to a new file in `folder`, and gives it the name `name` when it is complete.
///
/// Except for an original nothing waits for the disk (nor does `cp`): after a
/// power cut the file may be missing or empty while the input is still there.
///
/// # Errors
/// When the system says no, or what has the name is no regular file. Nothing is left behind then.
pub(crate) fn write(
    folder: &Folder,
    name: &OsStr,
    pieces: &[impl AsRef<[u8]>],
    access: Access<'_>,
    existing: Existing,
) -> io::Result<()> {
    let mode = if matches!(access, Access::Umask) { 0o666 } else { 0o600 };
    let mut temporary = Temporary::new(folder, mode)?;
    if let Access::Like(like) = access {
        keep_access(&temporary.file, like, existing == Existing::ReplaceOriginal)?;
    }
    write_all(&temporary.file, pieces)?;
    match existing {
        Existing::Keep => temporary.becomes(name, Folder::rename_new),
        Existing::Replace => {
            must_be_regular(folder, name)?;
            temporary.becomes(name, Folder::rename)
        }
        Existing::ReplaceOriginal => {
            temporary.file.sync_all()?;
            must_be_regular(folder, name)?;
            temporary.becomes(name, Folder::rename)?;
            // The name, too, is on the disk only after this.
            folder.sync()
        }
    }
}

/// Writes `content` to the file at `path`, which is replaced if it is there. Nobody but its owner may read it.
///
/// # Errors
/// As [`write()`].
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| other_kind(Kind::Folder, Kind::File))?;
    write(&folder_of(path)?, name, &[content], Access::Owner, Existing::Replace)
}

/// The same for a file whose old content is nowhere else: the new one is on the disk before it takes the old one's place.
///
/// # Errors
/// As [`write()`].
pub(crate) fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| other_kind(Kind::Folder, Kind::File))?;
    write(&folder_of(path)?, name, &[content], Access::Owner, Existing::ReplaceOriginal)
}

/// Writes `content` to a new file at `path`.
///
/// # Errors
/// As [`write()`]; [`io::ErrorKind::AlreadyExists`] when something is there.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| other_kind(Kind::Folder, Kind::File))?;
    write(&folder_of(path)?, name, &[content], Access::Umask, Existing::Keep)
}

/// Writes `content` to the file at `path`, which is replaced if it is there.
///
/// # Errors
/// As [`write()`].
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| other_kind(Kind::Folder, Kind::File))?;
    write(&folder_of(path)?, name, &[content], Access::Umask, Existing::Replace)
}

/// The folder that a path is in.
pub(super) fn folder_of(path: &Path) -> io::Result<Folder> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Folder::open(folder.unwrap_or(Path::new(".")))
}

/// A rename would replace pipes and device files, too.
fn must_be_regular(folder: &Folder, name: &OsStr) -> io::Result<()> {
    match folder.status(name)? {
        None | Some(Status { kind: Kind::File, .. }) => Ok(()),
        Some(Status { kind, .. }) => Err(other_kind(kind, Kind::File)),
    }
}

/// A file without its name yet. It goes when that is not given to it.
struct Temporary<'a> {
    folder: &'a Folder,
    name: OsString,
    file: File,
    is_named: bool,
}

impl<'a> Temporary<'a> {
    fn new(folder: &'a Folder, mode: u32) -> io::Result<Self> {
        loop {
            // Each state is another random number.
            let name = OsString::from(format!(".provisioner-{:016x}", RandomState::new().hash_one(())));
            match folder.create(&name, mode) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                file => return Ok(Self { folder, name, file: file?, is_named: false }),
            }
        }
    }

    fn becomes(
        &mut self,
        name: &OsStr,
        rename: fn(&Folder, &OsStr, &OsStr) -> io::Result<()>,
    ) -> io::Result<()> {
        rename(self.folder, &self.name, name)?;
        self.is_named = true;
        Ok(())
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.is_named {
            let _ = self.folder.remove(&self.name);
        }
    }
}

/// Writes all pieces, as many with one call as the system takes.
pub(crate) fn write_all(mut to: impl Write, pieces: &[impl AsRef<[u8]>]) -> io::Result<()> {
    let mut slices: Vec<_> = pieces.iter().map(|piece| IoSlice::new(piece.as_ref())).collect();
    let mut rest = &mut slices[..];
    // Empty pieces at the front would look like a full disk.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match to.write_vectored(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => IoSlice::advance_slices(&mut rest, count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    /// Takes a few bytes at a time, and is interrupted in between.
    struct Slow(Vec<u8>, bool);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let count = bytes.len().min(3);
            self.0.extend(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_byte_of_every_piece_is_written() {
        let mut pieces: Vec<String> = (1..3000u32).map(|n| n.to_string()).collect();
        pieces.insert(0, String::new());
        let mut slow = Slow(Vec::new(), false);
        write_all(&mut slow, &pieces).unwrap();
        assert_eq!(slow.0, pieces.concat().as_bytes());
        write_all(&mut slow, &[""]).unwrap();
    }

    #[test]
    fn what_exists_is_kept_or_replaced_and_nothing_else_is_left() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = Folder::open(scratch.path()).unwrap();
        let path = scratch.path().join("a.jpg");
        let write = |text: &str, existing| {
            write(&folder, OsStr::new("a.jpg"), &[text], Access::Umask, existing)
                .map_err(|error| error.kind())
        };
        write("one", Existing::Keep).unwrap();
        assert_eq!(write("two", Existing::Keep), Err(io::ErrorKind::AlreadyExists));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write("three", Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        write("four", Existing::ReplaceOriginal).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"four");
        write_private(&path, b"five").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"five");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_regular_files_are_replaced() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = Folder::open(scratch.path()).unwrap();
        fs::create_dir(scratch.path().join("folder")).unwrap();
        fs::write(scratch.path().join("file"), "kept").unwrap();
        std::os::unix::fs::symlink("file", scratch.path().join("link")).unwrap();
        let pipe = scratch.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for (name, text) in [
            ("folder", "a folder, not a regular file"),
            ("link", "a symbolic link, not a regular file"),
            ("pipe", "a named pipe, not a regular file"),
        ] {
            for existing in [Existing::Replace, Existing::ReplaceOriginal] {
                let error = write(&folder, OsStr::new(name), &["x"], Access::Umask, existing).unwrap_err();
                assert_eq!(error.to_string(), text);
            }
        }
        assert_eq!(folder.names().unwrap(), ["file", "folder", "link", "pipe"]);
        assert_eq!(fs::read(scratch.path().join("link")).unwrap(), b"kept");
    }

    #[test]
    fn permissions_are_kept() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = Folder::open(scratch.path()).unwrap();
        let original = scratch.path().join("original");
        fs::write(&original, "x").unwrap();
        for mode in [0o600, 0o644, 0o444, 0o666] {
            fs::set_permissions(&original, Permissions::from_mode(mode)).unwrap();
            let name = format!("{mode:o}");
            let like = fs::metadata(&original).unwrap();
            write(&folder, OsStr::new(&name), &["y"], Access::Like(&like), Existing::Keep).unwrap();
            assert_eq!(fs::metadata(scratch.path().join(name)).unwrap().mode() & 0o7777, mode);
        }
    }
}
