//! Writes a clean picture so that there is either all of it or nothing.

use std::fs::{self, File, Permissions};
use std::io::{self, IoSlice, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use sanitizer::Bytes;

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

/// Writes the pieces to a new file in the folder of `path`, and gives it that
/// name when it is complete. The permission bits are those of `like`.
///
/// Except for an original nothing waits for the disk (nor does `cp`): after a
/// power cut the file may be missing or empty while the input is still there.
///
/// # Errors
/// When the system says no. Nothing is left behind then.
pub(crate) fn write(
    path: &Path,
    pieces: &[Bytes],
    like: Option<&fs::Metadata>,
    existing: Existing,
) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".provisioner-");
    // What the user's umask leaves of it.
    let open = Permissions::from_mode(0o666);
    let file = builder.permissions(open).tempfile_in(folder)?;
    if let Some(like) = like {
        if existing == Existing::ReplaceOriginal {
            // Only root can; for everybody else the file is their own already.
            let _ = std::os::unix::fs::fchown(file.as_file(), Some(like.uid()), Some(like.gid()));
        }
        file.as_file().set_permissions(Permissions::from_mode(like.mode() & 0o777))?;
    }
    write_all(file.as_file(), pieces)?;
    match existing {
        Existing::Keep => drop(file.persist_noclobber(path)?),
        Existing::Replace => drop(file.persist(path)?),
        Existing::ReplaceOriginal => {
            file.as_file().sync_all()?;
            file.persist(path)?;
            // The name, too, is on the disk only after this.
            File::open(folder)?.sync_all()?;
        }
    }
    Ok(())
}

/// Writes all pieces, as many with one call as the system takes.
pub(super) fn write_all(mut to: impl Write, pieces: &[Bytes]) -> io::Result<()> {
    let mut slices: Vec<_> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
    let mut rest = &mut slices[..];
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
        let pieces: Vec<Bytes> = (1..3000u32).map(|n| n.to_string().into()).collect();
        let mut slow = Slow(Vec::new(), false);
        write_all(&mut slow, &pieces).unwrap();
        assert_eq!(slow.0, pieces.concat());
    }

    #[test]
    fn what_exists_is_kept_or_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.jpg");
        let write_one = |text: &'static str, existing| write(&path, &[text.into()], None, existing);
        write_one("one", Existing::Keep).unwrap();
        assert_eq!(write_one("two", Existing::Keep).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write_one("three", Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        write_one("four", Existing::ReplaceOriginal).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"four");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn permissions_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let original = folder.path().join("original");
        fs::write(&original, "x").unwrap();
        for mode in [0o600, 0o644, 0o444, 0o666] {
            fs::set_permissions(&original, Permissions::from_mode(mode)).unwrap();
            let path = folder.path().join(format!("{mode:o}"));
            write(&path, &["y".into()], Some(&fs::metadata(&original).unwrap()), Existing::Keep).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, mode);
        }
    }
}
