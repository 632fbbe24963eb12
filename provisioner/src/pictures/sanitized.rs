//! Cleans one picture, and sums up what became of many.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sanitizer::{Bytes, Options, OrientationOutcome, Report, Sanitized};

use super::{Buffer, Existing, Found, Input, Place, ReadError, read, shown, write};

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
        Place::File(path) | Place::InPlace(path) => Some(path.clone()),
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
    if let Place::File(path) = place
        && !force
        && path.symlink_metadata().is_ok()
    {
        return Err(exists(path));
    }
    let before = match &found.input {
        Input::File(path) => Some(fs::metadata(path).map_err(failed)?),
        Input::Stdin => None,
    };
    let picture = read(&found.input, buffer).map_err(|error| match error {
        ReadError::Format(error @ sanitizer::Error::NotAPicture) => Ending::Skipped(error.to_string()),
        ReadError::Format(error) => Ending::Refused(error),
        error => Ending::Failed(error.to_string()),
    })?;
    let result = sanitizer::sanitize(picture.clone(), options)
        .map_err(Ending::Refused)
        .and_then(|clean| store(&picture, clean, place, before.as_ref(), force));
    buffer.put_picture(picture);
    result
}

fn store(
    picture: &Bytes,
    clean: Sanitized,
    place: &Place,
    before: Option<&Metadata>,
    force: bool,
) -> Result<Ending, Ending> {
    let bytes_out = clean.len();
    match place {
        Place::Stdout => write::write_all(io::stdout().lock(), clean.pieces()).map_err(failed)?,
        Place::File(path) => {
            let existing = if force { Existing::Replace } else { Existing::Keep };
            match write(path, clean.pieces(), before, existing) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(exists(path)),
                result => result.map_err(failed)?,
            }
        }
        Place::InPlace(path) => {
            if is_same(picture, clean.pieces()) {
                return Ok(Ending::AlreadyClean(clean.report));
            }
            // The file that a link leads to, not the link.
            let path = path.canonicalize().map_err(failed)?;
            let now = fs::metadata(&path).map_err(failed)?;
            if now.nlink() > 1 {
                let text =
                    "it has more than one name (hard links), and under the others it would stay as it is";
                return Err(Ending::Failed(text.to_owned()));
            }
            let state = |of: &Metadata| (of.ino(), of.len(), of.mtime(), of.mtime_nsec());
            if before.map(state) != Some(state(&now)) {
                return Err(Ending::Failed(
                    "it was changed by somebody while it was cleaned; try again".to_owned(),
                ));
            }
            write(&path, clean.pieces(), before, Existing::ReplaceOriginal).map_err(failed)?;
        }
    }
    Ok(Ending::Cleaned { report: clean.report, bytes_in: picture.len(), bytes_out })
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

fn exists(path: &Path) -> Ending {
    Ending::Failed(format!("{} exists already; --force replaces it", shown(path)))
}

/// The sum of many endings.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Clean pictures written.
    pub cleaned: usize,
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
                    sum.removed_bytes += report.removed_bytes() as u64;
                    sum.bytes += *bytes_in as u64;
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
