//! The walk through a folder that a person named. Whatever is a link in there is not followed: it may lead out of the
//! folder, or in circles. What is neither a file nor a folder is not opened.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{Folder, Kind, Status};
use super::location::{Location, Root};

/// Folders in folders that are gone into. Each takes a handle, and systems give 256 or more.
const DEEPEST: usize = 128;

/// Something in a folder.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Where it is.
    pub(crate) location: Location,
    /// Its path from the folder that was named.
    pub(crate) relative: PathBuf,
    /// What it is.
    pub(crate) seen: Seen,
}

/// What was seen there.
#[derive(Debug)]
pub(crate) enum Seen {
    /// A regular file of so many bytes.
    File(u64),
    /// A link, or something special.
    Other(Kind),
    /// A folder that cannot be read: it may hide files.
    Unreadable(io::Error),
}

/// All that is in a folder and the folders in it, in the order of the names. The folder itself may be named by a link.
pub(crate) fn walk(path: &Path) -> Vec<Entry> {
    let opened = Folder::open(path).and_then(|folder| Ok((Root::of(path, &folder)?, folder)));
    match opened {
        Ok((root, folder)) => {
            let mut walk = Walk { root: Arc::new(root), found: Vec::new() };
            walk.folder(&folder, Path::new(""), 0);
            walk.found
        }
        Err(error) => {
            let (location, relative) = (Location::Named(path.to_owned()), PathBuf::new());
            vec![Entry { location, relative, seen: Seen::Unreadable(error) }]
        }
    }
}

struct Walk {
    root: Arc<Root>,
    found: Vec<Entry>,
}

impl Walk {
    fn folder(&mut self, folder: &Folder, at: &Path, depth: usize) {
        let names = match folder.names() {
            Ok(names) => names,
            Err(error) => return self.add(at.to_owned(), Seen::Unreadable(error)),
        };
        for name in names {
            let relative = at.join(&name);
            let seen = match folder.status(&name) {
                // Gone since it was listed.
                Ok(None) => continue,
                Ok(Some(Status { kind: Kind::Folder, .. })) if depth == DEEPEST => {
                    Seen::Unreadable(io::Error::other(format!("more than {DEEPEST} folders deep")))
                }
                Ok(Some(Status { kind: Kind::Folder, .. })) => match folder.folder(&name) {
                    Ok(inner) => {
                        self.folder(&inner, &relative, depth + 1);
                        continue;
                    }
                    Err(error) => Seen::Unreadable(error),
                },
                Ok(Some(Status { kind: Kind::File, bytes })) => Seen::File(bytes),
                Ok(Some(Status { kind, .. })) => Seen::Other(kind),
                Err(error) => Seen::Unreadable(error),
            };
            self.add(relative, seen);
        }
    }

    fn add(&mut self, relative: PathBuf, seen: Seen) {
        let location = if relative.as_os_str().is_empty() {
            Location::Named(self.root.path().to_owned())
        } else {
            Location::Inside(Arc::clone(&self.root), relative.clone())
        };
        self.found.push(Entry { location, relative, seen });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn listed(path: &Path) -> Vec<String> {
        let list = |entry: Entry| match entry.seen {
            Seen::File(bytes) => format!("{} {bytes}", entry.relative.display()),
            Seen::Other(kind) => format!("{} {kind}", entry.relative.display()),
            Seen::Unreadable(error) => format!("{} {error}", entry.relative.display()),
        };
        walk(path).into_iter().map(list).collect()
    }

    #[test]
    fn everything_is_found_in_order_and_no_link_followed() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        fs::create_dir_all(at("b/c")).unwrap();
        for name in ["z.jpg", "a.jpg", "b/c/d.jpg", "b/x"] {
            fs::write(at(name), name).unwrap();
        }
        symlink("/", at("link")).unwrap();
        symlink("..", at("b/circle")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        let all = [
            "a.jpg 5",
            "b/c/d.jpg 9",
            "b/circle a symbolic link",
            "b/x 3",
            "link a symbolic link",
            "pipe a named pipe",
            "z.jpg 5",
        ];
        assert_eq!(listed(scratch.path()), all);
        // The folder itself may be named by a link.
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(scratch.path(), elsewhere.path().join("named")).unwrap();
        assert_eq!(listed(&elsewhere.path().join("named")), all);
    }

    #[test]
    fn folders_that_cannot_be_read_are_told() {
        let scratch = tempfile::tempdir().unwrap();
        let gone = listed(&scratch.path().join("gone"));
        assert_eq!(gone, [" No such file or directory (os error 2)"]);
        let deep: PathBuf = (0..DEEPEST + 2).map(|_| "d").collect();
        fs::create_dir_all(scratch.path().join(&deep)).unwrap();
        fs::write(scratch.path().join(deep.parent().unwrap()).join("hidden"), "").unwrap();
        let found = listed(scratch.path());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].ends_with("/d more than 128 folders deep"), "{found:?}");
    }
}
