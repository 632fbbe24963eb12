//! Folders by their handles. A path may lead elsewhere each time it is used; a handle stays.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::system::{Handle, kind_at};

/// What a name stands for, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(windows, expect(dead_code, reason = "folders on Windows hold neither pipes nor sockets"))]
pub(crate) enum Kind {
    File,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

impl Kind {
    /// What `path` stands for; `None` when there is nothing.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        kind_at(path)
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
/// followed. What the system has for that, and what it cannot promise, is in [`super::system`].
#[derive(Debug)]
pub(crate) struct Folder(Handle);

impl Folder {
    /// The folder at a path that a person named: links on the way are followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Handle::open(path).map(Self)
    }

    /// A folder in this one.
    pub(super) fn folder(&self, name: &OsStr) -> io::Result<Self> {
        self.0.folder(name).map(Self)
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
        match self.0.make(name) {
            // Another thread was quicker.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.folder(name),
        }
    }

    fn again(&self) -> io::Result<Self> {
        self.0.again().map(Self)
    }

    /// Opens a regular file in this folder. What is none is not even opened: pipes would block, and devices may act.
    pub(crate) fn file(&self, name: &OsStr) -> io::Result<File> {
        match self.status(name)? {
            // The system says in its own words that there is nothing.
            None | Some(Status { kind: Kind::File, .. }) => self.0.file(name),
            Some(Status { kind, .. }) => Err(other_kind(kind, Kind::File)),
        }
    }

    /// What a name stands for here; `None` when there is nothing.
    pub(super) fn status(&self, name: &OsStr) -> io::Result<Option<Status>> {
        self.0.status(name)
    }

    /// The names of what is in this folder, in order.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = self.0.names()?;
        names.sort_unstable();
        Ok(names)
    }

    /// Makes a file that was not there, for writing.
    pub(super) fn create(&self, name: &OsStr, mode: u32) -> io::Result<File> {
        self.0.create(name, mode)
    }

    /// Gives a file another name, in place of whatever has it.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.0.rename(from, to)
    }

    /// Gives a file another name, if nothing has it.
    pub(super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.0.rename_new(from, to)
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        self.0.remove(name)
    }

    /// Waits until the names in this folder are on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }

    /// The same for all handles of one folder.
    pub(super) fn identity(&self) -> io::Result<(u64, u64)> {
        self.0.identity()
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
