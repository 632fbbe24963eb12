//! Folders by their handles. A path may lead elsewhere each time it is used; a handle stays.
//!
//! All that this needs of Unix is in this file: other systems have other calls for it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

/// Enough to use what is in a folder. Where there is `O_PATH`, it needs no right to list it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const HANDLE: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const HANDLE: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// What a name stands for, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

impl Kind {
    fn of(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Folder,
            FileType::Symlink => Self::Link,
            FileType::Fifo => Self::Pipe,
            FileType::Socket => Self::Socket,
            _ => Self::Device,
        }
    }

    /// What `path` stands for; `None` when there is nothing.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let stat = rustix::fs::lstat(path).ok()?;
        Some(Self::of(FileType::from_raw_mode(stat.st_mode)))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "a regular file",
            Self::Folder => "a folder",
            Self::Link => "a symbolic link",
            Self::Pipe => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
        })
    }
}

/// What a folder says of one of its names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Status {
    pub(super) kind: Kind,
    pub(super) bytes: u64,
}

/// A folder below another one that cannot be used.
#[derive(Debug)]
pub(crate) struct Blocked {
    /// Its path from there.
    pub(crate) at: PathBuf,
    /// Why not.
    pub(crate) source: io::Error,
}

/// The handle of a folder. What is done by it is done in this very folder, wherever it is moved to, and no link is
/// followed.
#[derive(Debug)]
pub(crate) struct Folder(File);

impl Folder {
    /// The folder at a path that a person named: links on the way are followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(rustix::fs::open(path, HANDLE, Mode::empty())?.into()))
    }

    /// A folder in this one.
    pub(super) fn folder(&self, name: &OsStr) -> io::Result<Self> {
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

    /// The folder at `relative`, which has names only, below this one.
    pub(super) fn below(&self, relative: &Path) -> io::Result<Self> {
        let mut folder = self.again()?;
        for name in names(relative)? {
            folder = folder.folder(name)?;
        }
        Ok(folder)
    }

    /// As [`Self::below`]; folders that are missing are made.
    pub(super) fn made_below(&self, relative: &Path) -> Result<Self, Blocked> {
        let mut at = PathBuf::new();
        let blocked = |at: &Path, source| Blocked { at: at.to_owned(), source };
        let mut folder = self.again().map_err(|error| blocked(&at, error))?;
        for name in names(relative).map_err(|error| blocked(relative, error))? {
            at.push(name);
            folder = match folder.folder(name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => folder.make(name),
                result => result,
            }
            .map_err(|error| blocked(&at, error))?;
        }
        Ok(folder)
    }

    fn make(&self, name: &OsStr) -> io::Result<Self> {
        match rustix::fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o777)) {
            // Another thread was quicker.
            Ok(()) | Err(Errno::EXIST) => self.folder(name),
            Err(error) => Err(error.into()),
        }
    }

    fn again(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Opens a regular file in this folder. What is none is not even opened: pipes would block, and devices may act.
    pub(crate) fn file(&self, name: &OsStr) -> io::Result<File> {
        match self.status(name)? {
            None => return Err(Errno::NOENT.into()),
            Some(Status { kind: Kind::File, .. }) => {}
            Some(Status { kind, .. }) => return Err(other_kind(kind, Kind::File)),
        }
        // It may have been exchanged since, so it must not block now, either.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.0, name, flags, Mode::empty()) {
            Err(Errno::LOOP | Errno::MLINK) => return Err(other_kind(Kind::Link, Kind::File)),
            result => File::from(result?),
        };
        let kind = Kind::of(FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode));
        if kind == Kind::File { Ok(file) } else { Err(other_kind(kind, Kind::File)) }
    }

    /// What a name stands for here; `None` when there is nothing.
    pub(super) fn status(&self, name: &OsStr) -> io::Result<Option<Status>> {
        match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => {
                let kind = Kind::of(FileType::from_raw_mode(stat.st_mode));
                Ok(Some(Status { kind, bytes: u64::try_from(stat.st_size).unwrap_or(0) }))
            }
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of what is in this folder, in order.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::new(self.listable()?)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsStr::from_bytes(name).to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Makes a file that was not there, for writing.
    pub(super) fn create(&self, name: &OsStr, mode: u32) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_bits_truncate(mode as rustix::fs::RawMode);
        Ok(rustix::fs::openat(&self.0, name, flags, mode)?.into())
    }

    /// Gives a file another name, in place of whatever has it.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Gives a file another name, if nothing has it.
    pub(super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
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
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Waits until the names in this folder are on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(self.listable()?)?)
    }

    /// A handle with which it can be listed, too.
    fn listable(&self) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, c".", flags, Mode::empty())?)
    }

    /// The same for all handles of one folder.
    pub(super) fn identity(&self) -> io::Result<(u64, u64)> {
        let metadata: Metadata = self.0.metadata()?;
        Ok((metadata.dev(), metadata.ino()))
    }
}

pub(super) fn other_kind(is: Kind, wanted: Kind) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{is}, not {wanted}"))
}

/// The names of a path that has nothing else.
fn names(relative: &Path) -> io::Result<Vec<&OsStr>> {
    let name = |component| match component {
        Component::Normal(name) => Ok(name),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "a path that leads out of its folder")),
    };
    relative.components().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn scratch() -> (tempfile::TempDir, Folder) {
        let scratch = tempfile::tempdir().unwrap();
        fs::create_dir_all(scratch.path().join("in/sub")).unwrap();
        fs::create_dir_all(scratch.path().join("elsewhere")).unwrap();
        for file in ["in/sub/a", "elsewhere/a"] {
            fs::write(scratch.path().join(file), file).unwrap();
        }
        let folder = Folder::open(&scratch.path().join("in")).unwrap();
        (scratch, folder)
    }

    /// As somebody does who wants us to write elsewhere.
    fn exchange(scratch: &Path) {
        fs::rename(scratch.join("in/sub"), scratch.join("moved")).unwrap();
        symlink("../elsewhere", scratch.join("in/sub")).unwrap();
    }

    #[test]
    fn a_folder_exchanged_for_a_link_is_not_entered() {
        let (scratch, folder) = scratch();
        folder.below(Path::new("sub")).unwrap();
        exchange(scratch.path());
        let error = folder.below(Path::new("sub")).unwrap_err();
        assert_eq!(error.to_string(), "a symbolic link, not a folder");
        let blocked = folder.made_below(Path::new("sub/new")).unwrap_err();
        assert_eq!((blocked.at, blocked.source.to_string()), ("sub".into(), error.to_string()));
        assert!(!scratch.path().join("elsewhere/new").exists());
    }

    #[test]
    fn a_handle_stays_with_its_folder() {
        let (scratch, folder) = scratch();
        let sub = folder.below(Path::new("sub")).unwrap();
        exchange(scratch.path());
        assert_eq!(io::read_to_string(sub.file(OsStr::new("a")).unwrap()).unwrap(), "in/sub/a");
        sub.create(OsStr::new("b"), 0o600).unwrap();
        sub.rename(OsStr::new("b"), OsStr::new("a")).unwrap();
        sub.sync().unwrap();
        let read = |name: &str| fs::read_to_string(scratch.path().join(name)).unwrap();
        assert_eq!((read("moved/a"), read("elsewhere/a")), (String::new(), "elsewhere/a".to_owned()));
    }

    #[test]
    fn only_regular_files_are_opened() {
        let (scratch, folder) = scratch();
        symlink("sub/a", scratch.path().join("in/link")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(scratch.path().join("in/pipe")).status().unwrap();
        assert!(made.success());
        let _socket = std::os::unix::net::UnixListener::bind(scratch.path().join("in/socket")).unwrap();
        let refused = |name: &str| folder.file(OsStr::new(name)).unwrap_err().to_string();
        assert_eq!(refused("link"), "a symbolic link, not a regular file");
        // It would wait for a writer for ever.
        assert_eq!(refused("pipe"), "a named pipe, not a regular file");
        assert_eq!(refused("socket"), "a socket, not a regular file");
        assert_eq!(refused("sub"), "a folder, not a regular file");
        let gone = folder.file(OsStr::new("gone")).unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn paths_that_lead_out_are_refused() {
        let (_scratch, folder) = scratch();
        for path in ["..", "sub/../..", "/", "/tmp"] {
            assert!(folder.below(Path::new(path)).is_err(), "{path}");
            assert!(folder.made_below(Path::new(path)).is_err(), "{path}");
        }
        folder.below(Path::new("")).unwrap();
    }

    #[test]
    fn a_new_name_replaces_nothing() {
        let (scratch, folder) = scratch();
        fs::write(scratch.path().join("in/new"), "new").unwrap();
        fs::write(scratch.path().join("in/old"), "old").unwrap();
        let rename = |to: &str| folder.rename_new(OsStr::new("new"), OsStr::new(to));
        assert_eq!(rename("old").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        rename("third").unwrap();
        assert_eq!(folder.names().unwrap(), ["old", "sub", "third"]);
    }
}
