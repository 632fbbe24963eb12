//! Cleans one picture, and sums up what became of many.

#![expect(clippy::result_large_err, reason = "one value a picture, and none is passed far")]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use sanitizer::{Bytes, GainMapOutcome, Options, OrientationOutcome, ProfileOutcome, Report, Sanitized};

use super::read::read_file;
use super::{Buffer, Found, Input, Place, ReadError, read};
use crate::files::{Access, Existing, Folder, Kind, Opened, State, write, write_all};
use crate::report::foreign_path;

/// What became of one file.
#[derive(Debug)]
pub(crate) struct Cleaned {
    /// Which file.
    pub input: Input,
    /// Where the clean picture goes, unless that is stdout.
    pub output: Option<PathBuf>,
    /// It was named itself, and not found in a folder.
    pub named: bool,
    /// How it ended.
    pub ending: Ending,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// A clean picture was written.
    Cleaned {
        /// What was removed.
        report: Report,
        /// Length of the input in bytes.
        bytes_in: usize,
        /// Length of the output in bytes.
        bytes_out: usize,
    },
    /// It was clean already, and is its own clean picture.
    AlreadyClean(Report),
    /// It is no picture, or a link that was found on the way.
    Skipped(String),
    /// A picture that cannot be cleaned; nothing was written.
    Refused(sanitizer::Error),
    /// It could not be read or written.
    Failed(String),
}

impl Cleaned {
    /// Whether a person who wanted this picture clean does not have it now.
    #[must_use]
    pub(crate) fn is_missing(&self) -> bool {
        match self.ending {
            Ending::Cleaned { .. } | Ending::AlreadyClean(_) => false,
            Ending::Skipped(_) => self.named,
            Ending::Refused(_) | Ending::Failed(_) => true,
        }
    }
}

/// Cleans the picture `found` and writes it to `place`. `force` replaces a
/// file that is there.
pub(crate) fn clean(
    found: &Found,
    place: &Place,
    options: &Options,
    force: bool,
    buffer: &mut Buffer,
) -> Cleaned {
    let output = match place {
        Place::File(_) | Place::Below(..) => place.path(),
        Place::Original => found.input.path(),
        Place::Stdout => None,
    };
    let ending = attempt(found, place, options, force, buffer).unwrap_or_else(|ending| ending);
    Cleaned { input: found.input.clone(), output, named: found.named, ending }
}

fn attempt(
    found: &Found,
    place: &Place,
    options: &Options,
    force: bool,
    buffer: &mut Buffer,
) -> Result<Ending, Ending> {
    if let Some(unfit) = &found.unfit {
        return Err(if found.named { Ending::Failed(unfit.clone()) } else { Ending::Skipped(unfit.clone()) });
    }
    if let Some(path) = place.path() {
        // It is looked at once more before it is replaced. Here it spares the work.
        may_be_written(&path, force)?;
    }
    let (file, origin) = Origin::open(&found.input, place).map_err(failed)?;
    // Closed when it is read: where it is replaced, some file systems of Windows ask for that.
    let picture = match file {
        None => read(&found.input, buffer),
        Some(file) => read_file(&file, buffer),
    };
    let picture = picture.map_err(|error| match error {
        ReadError::Format(error @ sanitizer::Error::NotAPicture) => Ending::Skipped(error.to_string()),
        ReadError::Format(error) => Ending::Refused(error),
        error => Ending::Failed(error.to_string()),
    })?;
    let result = sanitizer::sanitize(picture.clone(), options)
        .map_err(Ending::Refused)
        .and_then(|clean| store(&picture, clean, place, &origin, force));
    buffer.put_picture(picture);
    result
}

/// What is known of an input that was opened.
enum Origin {
    Stdin,
    File(Metadata),
    /// One to be replaced: it is read, checked and replaced in the same folder, whatever its path leads to meanwhile.
    Original {
        folder: Folder,
        name: OsString,
        metadata: Metadata,
        before: State,
    },
}

impl Origin {
    /// Opens it; stdin is open.
    fn open(input: &Input, place: &Place) -> io::Result<(Option<File>, Self)> {
        let Input::File(location) = input else { return Ok((None, Self::Stdin)) };
        if matches!(place, Place::Original) {
            let Opened { file, folder, name } = location.open_regular()?;
            let (metadata, before) = (file.metadata()?, State::of(&file)?);
            return Ok((Some(file), Self::Original { folder, name, metadata, before }));
        }
        let file = location.open()?;
        let metadata = file.metadata()?;
        Ok((Some(file), Self::File(metadata)))
    }

    fn access(&self) -> Access<'_> {
        match self {
            Self::Stdin => Access::Umask,
            Self::File(metadata) | Self::Original { metadata, .. } => Access::Like(metadata),
        }
    }
}

fn store(
    picture: &Bytes,
    clean: Sanitized,
    place: &Place,
    origin: &Origin,
    force: bool,
) -> Result<Ending, Ending> {
    let bytes_out = clean.len();
    match (place, origin) {
        (Place::Stdout, _) => write_all(io::stdout().lock(), clean.pieces()).map_err(failed)?,
        (Place::Original, Origin::Original { folder, name, before, .. }) => {
            if is_same(picture, clean.pieces()) {
                return Ok(Ending::AlreadyClean(clean.report));
            }
            may_be_replaced(folder, name, before)?;
            write(folder, name, clean.pieces(), origin.access(), Existing::ReplaceOriginal)
                .map_err(failed)?;
        }
        _ => {
            let (path, folder) = target(place)?;
            let name = path.file_name().unwrap_or_default();
            let existing = if force { Existing::Replace } else { Existing::Keep };
            write(&folder, name, clean.pieces(), origin.access(), existing).map_err(|error| {
                match error.kind() {
                    io::ErrorKind::AlreadyExists => exists(&path),
                    _ => Ending::Failed(format!("{}: {error}", foreign_path(&path))),
                }
            })?;
        }
    }
    Ok(Ending::Cleaned { report: clean.report, bytes_in: picture.len(), bytes_out })
}

/// The path of a new file, and the folder for it.
fn target(place: &Place) -> Result<(PathBuf, Folder), Ending> {
    let path = place.path().unwrap_or_default();
    let folder = match place {
        Place::Below(output, relative) => {
            let folder = relative.parent().unwrap_or(Path::new(""));
            output.made_below(folder).map_err(|blocked| {
                Ending::Failed(format!(
                    "{}: {}",
                    foreign_path(&output.path().join(&blocked.at)),
                    blocked.source
                ))
            })?
        }
        _ => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            fs::create_dir_all(folder).and_then(|()| Folder::open(folder)).map_err(failed)?
        }
    };
    Ok((path, folder))
}

/// Looks once more before a clean picture takes the place of its original.
fn may_be_replaced(folder: &Folder, name: &OsStr, before: &State) -> Result<(), Ending> {
    let now = folder.file(name).and_then(|file| State::of(&file)).map_err(failed)?;
    if now.has_other_names() {
        let text = "it has more than one name (hard links), and under the others it would stay as it is";
        return Err(Ending::Failed(text.to_owned()));
    }
    if !now.is_unchanged(before) {
        return Err(Ending::Failed("it was changed by somebody while it was cleaned; try again".to_owned()));
    }
    Ok(())
}

fn is_same(picture: &[u8], pieces: &[Bytes]) -> bool {
    let mut rest = picture;
    for piece in pieces {
        match rest.strip_prefix(&piece[..]) {
            Some(left) => rest = left,
            None => return false,
        }
    }
    rest.is_empty()
}

fn failed(error: io::Error) -> Ending {
    Ending::Failed(error.to_string())
}

fn may_be_written(path: &Path, force: bool) -> Result<(), Ending> {
    match Kind::at(path) {
        None => Ok(()),
        Some(Kind::File) if force => Ok(()),
        Some(Kind::File) => Err(exists(path)),
        Some(kind) => Err(Ending::Failed(format!(
            "{} is {kind}, and only regular files are replaced",
            foreign_path(path)
        ))),
    }
}

fn exists(path: &Path) -> Ending {
    Ending::Failed(format!("{} exists already; --force replaces it", foreign_path(path)))
}

/// The sum of many endings.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Clean pictures written.
    pub cleaned: usize,
    /// Of these, ones of which nothing was removed: they were clean already.
    pub copied: usize,
    /// Clean already, left as they are.
    pub already_clean: usize,
    /// No pictures.
    pub skipped: usize,
    /// Pictures that cannot be cleaned.
    pub refused: usize,
    /// Files that could not be read or written.
    pub failed: usize,
    /// Without a clean picture though one was wanted.
    pub missing: usize,
    /// Pictures turned upright.
    pub turned: usize,
    /// Of these, ones that lost partial blocks at their edges.
    pub trimmed: usize,
    /// Pictures that keep an orientation tag since they cannot be turned exactly.
    pub tag_kept: usize,
    /// Pictures whose colour profile cannot be read and was dropped.
    pub profiles_lost: usize,
    /// Pictures whose HDR gain map was dropped.
    pub gain_maps_dropped: usize,
    /// Bytes of metadata removed.
    pub removed_bytes: u64,
    /// Bytes of the pictures that were cleaned.
    pub bytes: u64,
}

impl Summary {
    /// Sums up.
    #[must_use]
    pub(crate) fn of<'a>(all: impl IntoIterator<Item = &'a Cleaned>) -> Self {
        let mut sum = Self::default();
        for one in all {
            sum.missing += usize::from(one.is_missing());
            match &one.ending {
                Ending::Cleaned { report, bytes_in, .. } => {
                    sum.cleaned += 1;
                    let is_turned = matches!(
                        report.orientation,
                        OrientationOutcome::Turned | OrientationOutcome::TurnedAndTrimmed
                    );
                    sum.copied += usize::from(report.removed_bytes() == 0 && !is_turned);
                    sum.removed_bytes += report.removed_bytes() as u64;
                    sum.bytes += *bytes_in as u64;
                    sum.profiles_lost += usize::from(report.color_profile == ProfileOutcome::Lost);
                    sum.gain_maps_dropped +=
                        usize::from(matches!(report.gain_map, GainMapOutcome::Dropped { .. }));
                    match report.orientation {
                        OrientationOutcome::Turned => sum.turned += 1,
                        OrientationOutcome::TurnedAndTrimmed => {
                            sum.turned += 1;
                            sum.trimmed += 1;
                        }
                        OrientationOutcome::TagKeptNotExact => sum.tag_kept += 1,
                        _ => {}
                    }
                }
                Ending::AlreadyClean(_) => sum.already_clean += 1,
                Ending::Skipped(_) => sum.skipped += 1,
                Ending::Refused(_) => sum.refused += 1,
                Ending::Failed(_) => sum.failed += 1,
            }
        }
        sum
    }
}
