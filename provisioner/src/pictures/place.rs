//! Decides where each clean picture goes, before the first one is written.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::{Found, Input};
use crate::files::{Kind, OutputFolder, as_one_name};
use crate::report::foreign_path;

/// Where a clean picture goes.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// Standard output.
    Stdout,
    /// This file.
    File(PathBuf),
    /// This path in a folder.
    Below(Arc<OutputFolder>, PathBuf),
    /// The place of the input.
    Original,
}

impl Place {
    /// The path of a new file.
    #[must_use]
    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.clone()),
            Self::Below(folder, relative) => Some(folder.path().join(relative)),
            Self::Stdout | Self::Original => None,
        }
    }
}

/// Why no place can be given.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlaceError {
    /// There is one stdout.
    #[error("-o - takes one picture, and there are {0}")]
    ManyToStdout(usize),
    /// Stdin has no place.
    #[error("stdin has no place to be cleaned in")]
    StdinInPlace,
    /// A picture in a folder has the name of its input.
    #[error("what comes from stdin has no name, so it cannot go into the folder {0}")]
    StdinIntoFolder(String),
    /// Many pictures, and the output is a file.
    #[error("{0} is no folder, and there is more than one picture")]
    ManyToFile(String),
    /// The output is a pipe, a device or a link.
    #[error("{output} is {kind}, and only regular files are replaced")]
    NotRegular {
        /// The output.
        output: String,
        /// What it is.
        kind: Kind,
    },
    /// The output would be found as an input the next time.
    #[error("{output} is in {input}: the clean pictures would be among the inputs")]
    Inside {
        /// The folder for the clean pictures.
        output: String,
        /// The folder that is read.
        input: String,
    },
    /// Two pictures of one name.
    #[error("{first} and {second} would both become {output}")]
    Twice {
        /// An input.
        first: String,
        /// Another one.
        second: String,
        /// Their output.
        output: String,
    },
    /// An input would be replaced.
    #[error("{0} is one of the inputs, and would be replaced")]
    Input(String),
}

impl PlaceError {
    /// How to go on.
    #[must_use]
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::ManyToStdout(_) | Self::ManyToFile(_) => "give a folder with -o",
            Self::NotRegular { kind: Kind::Link, .. } => {
                "name the file that it leads to, or choose another output"
            }
            Self::NotRegular { .. } => "to write into it, write to stdout with -o - and redirect that",
            Self::StdinInPlace => "write it to stdout with -o -",
            Self::StdinIntoFolder(_) => "name a file in it with -o, or write it to stdout with -o -",
            Self::Inside { .. } => "choose a folder elsewhere, or clean them with --in-place",
            Self::Twice { .. } => {
                "name the folder that holds both with --recursive, or clean them one after the other"
            }
            Self::Input(_) => "choose another output, or say --in-place",
        }
    }
}

/// The place of each of `found`. `inputs` are the arguments they come from.
///
/// # Errors
/// When two pictures would go to one place, or an input be replaced unasked.
pub(crate) fn places(
    inputs: &[PathBuf],
    found: &[Found],
    output: Option<&Path>,
) -> Result<Vec<Place>, PlaceError> {
    let Some(output) = output else { return in_place(found) };
    if output.as_os_str() == "-" {
        return if found.len() == 1 {
            Ok(vec![Place::Stdout])
        } else {
            Err(PlaceError::ManyToStdout(found.len()))
        };
    }
    let one_file = matches!(inputs, [one] if !one.is_dir());
    let last = output.as_os_str().as_encoded_bytes().last();
    let ends_as_folder = last.is_some_and(|byte| std::path::is_separator(char::from(*byte)));
    if one_file && !output.is_dir() && !ends_as_folder {
        if let Some(kind) = Kind::at(output).filter(|kind| *kind != Kind::File) {
            return Err(PlaceError::NotRegular { output: foreign_path(output), kind });
        }
        let places = vec![Place::File(output.to_owned())];
        no_input_replaced(found, &places)?;
        return Ok(places);
    }
    if !output.is_dir() && Kind::at(output).is_some() {
        return Err(PlaceError::ManyToFile(foreign_path(output)));
    }
    if found.iter().any(|found| found.input == Input::Stdin) {
        return Err(PlaceError::StdinIntoFolder(foreign_path(output)));
    }
    let whole = real(output);
    for input in inputs.iter().filter(|input| input.is_dir()) {
        if whole.starts_with(real(input)) {
            return Err(PlaceError::Inside { output: foreign_path(output), input: foreign_path(input) });
        }
    }
    let mut taken: HashMap<OsString, &Found> = HashMap::new();
    for found in found.iter().filter(|found| found.unfit.is_none()) {
        if let Some(first) = taken.insert(as_one_name(&found.relative), found) {
            let (first, second) = (first.input.name(), found.input.name());
            return Err(PlaceError::Twice {
                first,
                second,
                output: foreign_path(&output.join(&found.relative)),
            });
        }
    }
    let folder = Arc::new(OutputFolder::new(output));
    let places: Vec<_> =
        found.iter().map(|found| Place::Below(Arc::clone(&folder), found.relative.clone())).collect();
    no_input_replaced(found, &places)?;
    Ok(places)
}

fn in_place(found: &[Found]) -> Result<Vec<Place>, PlaceError> {
    found
        .iter()
        .map(|found| match &found.input {
            Input::Stdin => Err(PlaceError::StdinInPlace),
            Input::File(_) => Ok(Place::Original),
        })
        .collect()
}

fn no_input_replaced(found: &[Found], places: &[Place]) -> Result<(), PlaceError> {
    let inputs: HashSet<PathBuf> =
        found.iter().filter_map(|found| found.input.path()).map(|path| real(&path)).collect();
    for path in places.iter().filter_map(Place::path) {
        if inputs.contains(&real(&path)) {
            return Err(PlaceError::Input(foreign_path(&path)));
        }
    }
    Ok(())
}

/// The path without links and dots, as far as it exists yet.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for parent in absolute.ancestors() {
        if let Ok(found) = parent.canonicalize() {
            let rest = absolute.strip_prefix(parent).unwrap_or(Path::new(""));
            if !rest.components().any(|component| component == Component::ParentDir) {
                return if rest.as_os_str().is_empty() { found } else { found.join(rest) };
            }
            // What does not exist yet will be a folder, out of which `..` leads to where it is in. That may exist.
            let mut path = found;
            for component in rest.components() {
                match component {
                    Component::ParentDir => drop(path.pop()),
                    other => path.push(other),
                }
            }
            return real(&path);
        }
    }
    absolute
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    struct Scratch(tempfile::TempDir);

    impl Scratch {
        fn new(files: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for file in files {
                let path = folder.path().join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, "x").unwrap();
            }
            Self(folder)
        }

        fn places(&self, inputs: &[&str], output: &str) -> Result<Vec<String>, PlaceError> {
            let inputs: Vec<_> = inputs.iter().map(|input| self.0.path().join(input)).collect();
            let output = self.0.path().join(output);
            let places = places(&inputs, &find(&inputs, true), Some(&output))?;
            let shorten = |place: Place| {
                place.path().unwrap().strip_prefix(self.0.path()).unwrap().to_str().unwrap().to_owned()
            };
            Ok(places.into_iter().map(shorten).collect())
        }
    }

    #[test]
    fn one_picture_goes_to_a_file_or_into_a_folder() {
        let scratch = Scratch::new(&["a.jpg", "folder/x"]);
        assert_eq!(scratch.places(&["a.jpg"], "b.jpg").unwrap(), ["b.jpg"]);
        assert_eq!(scratch.places(&["a.jpg"], "folder").unwrap(), ["folder/a.jpg"]);
        assert_eq!(scratch.places(&["a.jpg"], "new/").unwrap(), ["new/a.jpg"]);
    }

    #[test]
    fn folders_keep_relative_paths() {
        let scratch = Scratch::new(&["in/a.jpg", "in/b/c.jpg", "d.jpg"]);
        assert_eq!(
            scratch.places(&["in", "d.jpg"], "out").unwrap(),
            ["out/a.jpg", "out/b/c.jpg", "out/d.jpg"]
        );
    }

    #[test]
    fn nothing_is_written_twice_or_over_an_input() {
        let scratch = Scratch::new(&["in/a.jpg", "b/a.jpg", "c/A.jpg"]);
        let error = |inputs: &[&str], output| scratch.places(inputs, output).unwrap_err();
        assert!(matches!(error(&["in", "b"], "out"), PlaceError::Twice { .. }));
        // Where file systems take their names for one, --force would replace the first by the second.
        assert_eq!(
            matches!(scratch.places(&["in", "c"], "out"), Err(PlaceError::Twice { .. })),
            cfg!(any(windows, target_os = "macos"))
        );
        assert!(matches!(error(&["in/a.jpg"], "in/a.jpg"), PlaceError::Input(_)));
        assert!(matches!(error(&["in/a.jpg"], "in/../in/a.jpg"), PlaceError::Input(_)));
        assert!(matches!(error(&["in/a.jpg"], "in"), PlaceError::Input(_)));
        // The way there leads through a folder that does not exist yet.
        assert!(matches!(error(&["in/a.jpg"], "new/../in/a.jpg"), PlaceError::Input(_)));
        assert!(matches!(error(&["in"], "new/../in/out"), PlaceError::Inside { .. }));
        assert!(matches!(error(&["in"], "in"), PlaceError::Inside { .. }));
        assert!(matches!(error(&["in"], "in/new/out"), PlaceError::Inside { .. }));
        assert!(matches!(error(&["in", "b"], "b/a.jpg"), PlaceError::ManyToFile(_)));
    }

    #[test]
    fn only_regular_files_are_outputs() {
        let scratch = Scratch::new(&["in/a.jpg", "b.jpg"]);
        let at = |name: &str| scratch.0.path().join(name);
        std::os::unix::fs::symlink("b.jpg", at("link")).unwrap();
        std::os::unix::fs::symlink("gone", at("dangling")).unwrap();
        for (output, is) in [
            (at("link"), Kind::Link),
            (at("dangling"), Kind::Link),
            ("/dev/null".into(), Kind::Device),
            ("/dev/full".into(), Kind::Device),
        ] {
            match scratch.places(&["in/a.jpg"], output.to_str().unwrap()).unwrap_err() {
                PlaceError::NotRegular { kind, .. } => assert_eq!(kind, is, "{output:?}"),
                other => panic!("{output:?}: {other:?}"),
            }
            let many = scratch.places(&["in"], output.to_str().unwrap()).unwrap_err();
            assert!(matches!(many, PlaceError::ManyToFile(_)), "{output:?}: {many:?}");
        }
    }

    #[test]
    fn stdin_goes_to_a_file_and_not_into_a_folder() {
        let scratch = Scratch::new(&["folder/x"]);
        let stdin = [PathBuf::from("-")];
        let to = |output: &str| places(&stdin, &find(&stdin, true), Some(&scratch.0.path().join(output)));
        assert!(matches!(to("a.jpg").unwrap()[..], [Place::File(_)]));
        assert!(matches!(to("folder").unwrap_err(), PlaceError::StdinIntoFolder(_)));
        assert!(matches!(to("new/").unwrap_err(), PlaceError::StdinIntoFolder(_)));
    }

    #[test]
    fn a_link_to_the_input_folder_does_not_hide_that_it_is_the_same() {
        let scratch = Scratch::new(&["in/a.jpg"]);
        std::os::unix::fs::symlink(scratch.0.path().join("in"), scratch.0.path().join("link")).unwrap();
        assert!(matches!(scratch.places(&["in"], "link/out"), Err(PlaceError::Inside { .. })));
    }
}
