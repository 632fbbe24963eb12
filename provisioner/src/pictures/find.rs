//! Finds the files that a command line names.

use std::path::{Path, PathBuf};

use crate::files::{Entry, Location, Seen, walk};
use crate::report::foreign_path;

/// Where a picture comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(Location),
}

/// One file to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where it is.
    pub input: Input,
    /// Its path below the folder that was named, or its own name.
    pub relative: PathBuf,
    /// It was named itself, and not found in a folder: then a person expects
    /// something of it, and skipping it is a failure.
    pub named: bool,
    /// Why it is not even opened.
    pub unfit: Option<String>,
}

impl Input {
    /// The path of a file.
    #[must_use]
    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Stdin => None,
            Self::File(location) => Some(location.path()),
        }
    }

    /// The name to show.
    #[must_use]
    pub(crate) fn name(&self) -> String {
        self.path().map_or_else(|| "stdin".to_owned(), |path| foreign_path(&path))
    }
}

/// Lists the files that `inputs` name, those of a folder in the order of their
/// names. Links are followed when they are named, and listed as unfit when
/// they are found: they may lead out of the folder, or in circles.
#[must_use]
pub(crate) fn find(inputs: &[PathBuf], recursive: bool) -> Vec<Found> {
    let mut found = Vec::new();
    for input in inputs {
        if input.as_os_str() == "-" {
            let relative = PathBuf::from("stdin");
            found.push(Found { input: Input::Stdin, relative, named: true, unfit: None });
        } else if !input.is_dir() {
            found.push(named(input, None));
        } else if recursive {
            found.extend(walk(input).into_iter().map(in_folder));
        } else {
            found.push(named(input, Some("a folder; --recursive goes into folders".to_owned())));
        }
    }
    found
}

fn named(path: &Path, unfit: Option<String>) -> Found {
    let relative = path.file_name().map_or_else(|| path.to_owned(), PathBuf::from);
    // A pipe is fine when it is named: `inspect <(curl ...)`.
    Found { input: Input::File(Location::Named(path.to_owned())), relative, named: true, unfit }
}

fn in_folder(Entry { location, relative, seen }: Entry) -> Found {
    let (named, unfit) = match seen {
        Seen::File(_) => (false, None),
        Seen::Other(kind) => (false, Some(kind.to_string())),
        // A folder that cannot be read hides pictures, so it counts as named.
        Seen::Unreadable(error) => (true, Some(error.to_string())),
    };
    Found { input: Input::File(location), relative, named, unfit }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("b/c")).unwrap();
        for name in ["z.jpg", "a.jpg", "b/c/d.jpg"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        std::os::unix::fs::symlink("/", folder.path().join("link")).unwrap();
        folder
    }

    #[test]
    fn folders_are_listed_in_order_and_links_not_followed() {
        let folder = folder();
        let found = find(&[folder.path().to_owned()], true);
        let listed: Vec<_> =
            found.iter().map(|found| (found.relative.to_str().unwrap(), found.unfit.is_some())).collect();
        assert_eq!(listed, [("a.jpg", false), ("b/c/d.jpg", false), ("link", true), ("z.jpg", false)]);
        assert!(found.iter().all(|found| !found.named));
    }

    #[test]
    fn a_folder_named_by_a_link_is_a_folder() {
        let folder = folder();
        let link = folder.path().join("b/link");
        std::os::unix::fs::symlink(folder.path().join("b/c"), &link).unwrap();
        let found = find(std::slice::from_ref(&link), true);
        let listed: Vec<_> =
            found.iter().map(|found| (found.relative.to_str().unwrap(), &found.unfit)).collect();
        assert_eq!(listed, [("d.jpg", &None)]);
    }

    #[test]
    fn folders_need_to_be_asked_for() {
        let folder = folder();
        let found = find(&[folder.path().to_owned()], false);
        assert_eq!(found.len(), 1);
        assert!(found[0].named);
        assert_eq!(found[0].unfit.as_deref(), Some("a folder; --recursive goes into folders"));
    }

    #[test]
    fn a_dash_is_stdin() {
        assert_eq!(find(&["-".into()], false)[0].input, Input::Stdin);
        assert_eq!(find(&["./-".into()], false)[0].input, Input::File(Location::Named("./-".into())));
    }
}
