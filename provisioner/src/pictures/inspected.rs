//! Looks at one picture: what it reveals, and what cleaning would remove.

use std::io::{self, Read};

use sanitizer::facts::{Facts, carve};
use sanitizer::{Bytes, HiddenPixels, HiddenPixelsOutcome, Options, Orientation, Report, Rights};

use super::{Buffer, Found, Input, ReadError, read};

/// What was seen in one file.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// Which file.
    pub input: Input,
    /// Its length in bytes; 0 when it was not read.
    pub bytes: usize,
    /// It was named itself, and not found in a folder.
    pub named: bool,
    /// What was found.
    pub result: Result<Report, Unreadable>,
}

/// Why there is nothing to tell about a file.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// A stable word for it, for programs.
    pub kind: &'static str,
    /// The reason.
    pub reason: String,
    /// What it reveals all the same: its metadata can often be found where
    /// the picture cannot be understood.
    pub facts: Facts,
}

impl Inspection {
    /// Whether `sanitize` would take something out of it.
    #[must_use]
    pub(crate) fn has_something_to_remove(&self) -> bool {
        self.result.as_ref().is_ok_and(|report| {
            !report.removed.is_empty() || report.hidden_pixels != HiddenPixelsOutcome::None
        })
    }

    /// Whether a person who asked about this file got no answer.
    #[must_use]
    pub(crate) fn is_missing(&self) -> bool {
        match &self.result {
            Ok(_) => false,
            Err(error) => self.named || !matches!(error.kind, "not-a-picture" | "skipped"),
        }
    }
}

/// Looks at `found`. It is cleaned in memory, so what is told to be removable
/// is what `sanitize` removes, and hidden places are found as it finds them.
///
/// Words about rights in `keep` stay, and are told as what stays.
pub(crate) fn inspect(found: &Found, keep: Rights, buffer: &mut Buffer) -> Inspection {
    let mut bytes = 0;
    let result = look(found, keep, buffer, &mut bytes);
    Inspection { input: found.input.clone(), bytes, named: found.named, result }
}

fn look(found: &Found, keep: Rights, buffer: &mut Buffer, bytes: &mut usize) -> Result<Report, Unreadable> {
    if let Some(unfit) = &found.unfit {
        let kind = if found.named { "unreadable" } else { "skipped" };
        return Err(Unreadable { kind, reason: unfit.clone(), facts: Facts::default() });
    }
    let picture = read(&found.input, buffer).map_err(|error| match error {
        ReadError::Format(error @ sanitizer::Error::UnsupportedFormat { .. }) => {
            unreadable(error, carve_file(&found.input).unwrap_or_default())
        }
        ReadError::Format(error) => unreadable(error, Facts::default()),
        error => Unreadable { kind: "unreadable", reason: error.to_string(), facts: Facts::default() },
    })?;
    *bytes = picture.len();
    let result = inspect_bytes(picture.clone(), keep);
    buffer.put_picture(picture);
    result
}

/// The same of a picture that is in memory.
///
/// # Errors
/// Why there is nothing to tell about it, or not all.
pub(crate) fn inspect_bytes(picture: Bytes, keep: Rights) -> Result<Report, Unreadable> {
    let mut options = Options::default();
    options.facts = true;
    options.keep = keep;
    // They shall be told, and the rest with them.
    options.hidden_pixels = HiddenPixels::Keep;
    // Nothing is written, so nothing needs to be turned.
    options.orientation = Orientation::Tag;
    let result = sanitizer::sanitize(picture.clone(), &options);
    result.map(|clean| clean.report).map_err(|error| unreadable(error, carve(&picture)))
}

fn unreadable(error: sanitizer::Error, facts: Facts) -> Unreadable {
    Unreadable { kind: error.kind(), reason: error.to_string(), facts }
}

/// Of a picture that cannot be cleaned, as much as metadata may be spread over.
const CARVED: u64 = 64 << 20;

fn carve_file(input: &Input) -> io::Result<Facts> {
    let Input::File(location) = input else { return Ok(Facts::default()) };
    let mut bytes = Vec::new();
    location.open()?.take(CARVED).read_to_end(&mut bytes)?;
    Ok(carve(&bytes))
}
