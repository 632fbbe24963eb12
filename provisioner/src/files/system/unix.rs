//! Linux and macOS: `openat` and its relatives.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, Metadata, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use crate::files::folder::{Kind, Status, other_kind};

/// Enough to use what is in a folder. Where there is `O_PATH`, it needs no right to list it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const HANDLE: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const HANDLE: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

fn kind_of(kind: FileType) -> Kind {
    match kind {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        _ => Kind::Device,
    }
}

/// What `path` stands for; `None` when there is nothing.
pub(in crate::files) fn kind_at(path: &Path) -> Option<Kind> {
    let stat = rustix::fs::lstat(path).ok()?;
    Some(kind_of(FileType::from_raw_mode(stat.st_mode)))
}

/// The handle of a folder.
#[derive(Debug)]
pub(in crate::files) struct Handle(File);

impl Handle {
    /// The folder at a path: links on the way are followed.
    pub(in crate::files) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(rustix::fs::open(path, HANDLE, Mode::empty())?.into()))
    }

    /// A folder in this one.
    pub(in crate::files) fn folder(&self, name: &OsStr) -> io::Result<Self> {
        match rustix::fs::openat(&self.0, name, HANDLE | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(handle) => Ok(Self(handle.into())),
            // Systems do not agree on the error for a link.
            Err(error @ (Errno::LOOP | Errno::MLINK | Errno::NOTDIR)) => match self.status(name) {
                Ok(Some(Status { kind, .. })) if kind != Kind::Folder => Err(other_kind(kind, Kind::Folder)),
                _ => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a folder in this one.
    pub(in crate::files) fn make(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o777))?)
    }

    /// Another handle of the same folder.
    pub(in crate::files) fn again(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Opens what was a regular file in this folder a moment ago.
    pub(in crate::files) fn file(&self, name: &OsStr) -> io::Result<File> {
        // It may have been exchanged since, so it must not block now, either.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.0, name, flags, Mode::empty()) {
            Err(Errno::LOOP | Errno::MLINK) => return Err(other_kind(Kind::Link, Kind::File)),
            result => File::from(result?),
        };
        let kind = kind_of(FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode));
        if kind == Kind::File { Ok(file) } else { Err(other_kind(kind, Kind::File)) }
    }

    /// What a name stands for here; `None` when there is nothing.
    pub(in crate::files) fn status(&self, name: &OsStr) -> io::Result<Option<Status>> {
        match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => {
                let kind = kind_of(FileType::from_raw_mode(stat.st_mode));
                Ok(Some(Status { kind, bytes: u64::try_from(stat.st_size).unwrap_or(0) }))
            }
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of what is in this folder, in any order.
    pub(in crate::files) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::new(self.listable()?)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsStr::from_bytes(name).to_owned());
            }
        }
        Ok(names)
    }

    /// Makes a file that was not there, for writing.
    pub(in crate::files) fn create(&self, name: &OsStr, mode: u32) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_bits_truncate(mode as rustix::fs::RawMode);
        Ok(rustix::fs::openat(&self.0, name, flags, mode)?.into())
    }

    /// Gives a file another name, in place of whatever has it.
    pub(in crate::files) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Gives a file another name, if nothing has it.
    pub(in crate::files) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match rustix::fs::renameat_with(&self.0, from, &self.0, to, RenameFlags::NOREPLACE) {
            // Not every file system can. A second name cannot replace anything, either.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                rustix::fs::linkat(&self.0, from, &self.0, to, AtFlags::empty())?;
                self.remove(from)
            }
            result => Ok(result?),
        }
    }

    /// Removes a file.
    pub(in crate::files) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Waits until the names in this folder are on the disk.
    pub(in crate::files) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(self.listable()?)?)
    }

    /// A handle with which it can be listed, too.
    fn listable(&self) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, c".", flags, Mode::empty())?)
    }

    /// The same for all handles of one folder.
    pub(in crate::files) fn identity(&self) -> io::Result<(u64, u64)> {
        let metadata: Metadata = self.0.metadata()?;
        Ok((metadata.dev(), metadata.ino()))
    }
}

/// Lets those read a new file who may read the one that it is of; with its owner, if it takes its place.
pub(in crate::files) fn keep_access(file: &File, like: &Metadata, takes_its_place: bool) -> io::Result<()> {
    if takes_its_place {
        // Only root can; for everybody else the file is their own already.
        let _ = std::os::unix::fs::fchown(file, Some(like.uid()), Some(like.gid()));
    }
    file.set_permissions(Permissions::from_mode(like.mode() & 0o777))
}

/// Which file it is, and its content as far as can be told without reading it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    file: (u64, u64),
    bytes: u64,
    modified: (i64, i64),
    /// Names that it has: more than one with hard links.
    names: u64,
}

impl State {
    /// The state of an open file now.
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let of = file.metadata()?;
        let (bytes, names) = (of.len(), of.nlink());
        Ok(Self { file: (of.dev(), of.ino()), bytes, modified: (of.mtime(), of.mtime_nsec()), names })
    }

    /// Whether it has names besides the one that it was opened by.
    pub(crate) fn has_other_names(&self) -> bool {
        self.names > 1
    }

    /// Whether it is the same file as then, and was not written to since.
    pub(crate) fn is_unchanged(&self, since: &Self) -> bool {
        (self.file, self.bytes, self.modified) == (since.file, since.bytes, since.modified)
    }
}

/// Reads a part of a file, wherever others read it.
pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    file.read_exact_at(buffer, offset)
}

/// Makes a folder that only its owner can look into, and its parents.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
