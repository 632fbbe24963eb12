//! Where a file is: at a path that a person named, or in a folder that was walked through.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{Folder, Kind, other_kind};

/// A folder that was named, to be opened again. It holds no handle: there may be more folders than handles.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Root {
    path: PathBuf,
    identity: (u64, u64),
}

impl Root {
    pub(super) fn of(path: &Path, folder: &Folder) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: folder.identity()? })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn open(&self) -> io::Result<Folder> {
        let folder = Folder::open(&self.path)?;
        if folder.identity()? == self.identity {
            Ok(folder)
        } else {
            Err(io::Error::other("its folder was exchanged for another one meanwhile; try again"))
        }
    }
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    /// At a path that was named: its links are followed.
    Named(PathBuf),
    /// In a folder that was named, at this path from there: links are not followed.
    Inside(Arc<Root>, PathBuf),
}

/// An open file, and what it takes to replace it.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The file.
    pub(crate) file: File,
    /// The folder that it is in.
    pub(crate) folder: Folder,
    /// Its name there.
    pub(crate) name: OsString,
}

impl Location {
    /// Its path, to show.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::Named(path) => path.clone(),
            Self::Inside(root, relative) => root.path.join(relative),
        }
    }

    /// Opens it to read. When it was named it may be anything: `inspect <(curl ...)`.
    ///
    /// # Errors
    /// When the system says no, or it was found in a folder and is no regular file there now.
    pub(crate) fn open(&self) -> io::Result<File> {
        match self {
            Self::Named(path) => File::open(path),
            Self::Inside(..) => self.open_regular().map(|opened| opened.file),
        }
    }

    /// Opens a regular file. Of a link that was named it is the file that the link leads to.
    ///
    /// # Errors
    /// When the system says no, or it is no regular file.
    pub(crate) fn open_regular(&self) -> io::Result<Opened> {
        let (folder, path) = match self {
            Self::Named(path) => {
                let path = path.canonicalize()?;
                (super::atomic::folder_of(&path)?, path)
            }
            Self::Inside(root, relative) => {
                let folder = relative.parent().unwrap_or(Path::new(""));
                (root.open()?.below(folder)?, relative.clone())
            }
        };
        let name = path.file_name().ok_or_else(|| other_kind(Kind::Folder, Kind::File))?.to_owned();
        Ok(Opened { file: folder.file(&name)?, folder, name })
    }
}

#[cfg(test)]
mod tests {
    use super::super::walk;
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn scratch() -> (tempfile::TempDir, Vec<Location>) {
        let scratch = tempfile::tempdir().unwrap();
        for file in ["in/sub/a", "elsewhere/sub/a"] {
            let path = scratch.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        let found = walk(&scratch.path().join("in"));
        (scratch, found.into_iter().map(|entry| entry.location).collect())
    }

    #[test]
    fn a_folder_exchanged_between_walk_and_work_is_noticed() {
        let (scratch, found) = scratch();
        let at = |name: &str| scratch.path().join(name);
        assert_eq!(io::read_to_string(found[0].open().unwrap()).unwrap(), "in/sub/a");

        // A folder on the way.
        fs::rename(at("in/sub"), at("moved")).unwrap();
        symlink("../elsewhere/sub", at("in/sub")).unwrap();
        let error = found[0].open_regular().unwrap_err();
        assert_eq!(error.to_string(), "a symbolic link, not a folder");

        // The one that was named.
        fs::rename(at("in"), at("in2")).unwrap();
        symlink("elsewhere", at("in")).unwrap();
        let error = found[0].open().unwrap_err();
        assert!(error.to_string().contains("exchanged"), "{error}");
    }

    #[test]
    fn a_link_that_is_named_is_followed() {
        let (scratch, _) = scratch();
        let link = scratch.path().join("link");
        symlink("in/sub/a", &link).unwrap();
        let opened = Location::Named(link.clone()).open_regular().unwrap();
        assert_eq!((io::read_to_string(opened.file).unwrap(), opened.name), ("in/sub/a".into(), "a".into()));
        let folder = Location::Named(scratch.path().to_owned()).open_regular().unwrap_err();
        assert_eq!(folder.to_string(), "a folder, not a regular file");
    }
}
