//! What was removed from a picture.

use serde::Serialize;

use crate::{Format, facts::Facts};

/// What was removed, and what became of the orientation. Never holds a value
/// of the metadata, except in [`Report::facts`] when these were asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The format of the picture.
    pub format: Format,
    /// Width in pixels as stored in the output.
    pub width: u32,
    /// Height in pixels as stored in the output.
    pub height: u32,
    /// What was removed, in the order of the input.
    pub removed: Vec<Removal>,
    /// What became of the orientation.
    pub orientation: OrientationOutcome,
    /// What the removed metadata would have told, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
}

impl Report {
    /// A report with nothing in it yet.
    pub(crate) fn new(format: Format, width: u32, height: u32) -> Self {
        Self {
            format,
            width,
            height,
            removed: Vec::new(),
            orientation: OrientationOutcome::AlreadyUpright,
            facts: None,
        }
    }

    /// Notes a removal. Neighbours of one category become one entry.
    pub(crate) fn remove(&mut self, category: Category, location: &'static str, offset: usize, bytes: usize) {
        if let Some(last) = self.removed.last_mut()
            && last.category == category
            && last.location == location
            && last.offset + last.bytes == offset
        {
            last.bytes += bytes;
            return;
        }
        self.removed.push(Removal { category, location, offset, bytes });
    }

    /// Bytes removed in all.
    #[must_use]
    pub fn removed_bytes(&self) -> usize {
        self.removed.iter().map(|removal| removal.bytes).sum()
    }

    /// The categories removed, each once, in order of first appearance.
    #[must_use]
    pub fn categories(&self) -> Vec<Category> {
        let mut categories = Vec::new();
        for removal in &self.removed {
            if !categories.contains(&removal.category) {
                categories.push(removal.category);
            }
        }
        categories
    }
}

/// One thing that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removal {
    /// What kind of thing.
    pub category: Category,
    /// In which part of the file: a marker (`APP1`), a chunk (`eXIf`), or a
    /// place in words (`after EOI`).
    pub location: &'static str,
    /// Where in the input, in bytes from its start.
    pub offset: usize,
    /// How many bytes, headers included.
    pub bytes: usize,
}

/// Kinds of things that are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Category {
    /// EXIF: camera, times, position, maker notes, its thumbnail.
    Exif,
    /// XMP, extended XMP included.
    Xmp,
    /// IPTC and other Photoshop resources (APP13).
    Iptc,
    /// Comments: COM, PNG text, GIF comments.
    Comment,
    /// A thumbnail outside EXIF (JFIF, JFXX).
    Thumbnail,
    /// A second picture (MPF, gain map, preview) in the same file.
    SecondPicture,
    /// Provenance manifests (C2PA, JUMBF).
    Provenance,
    /// A colour profile that the options drop.
    ColorProfile,
    /// Segments or chunks of an application that are none of the above.
    Application,
    /// Time stamps of the format itself (PNG `tIME`).
    Time,
    /// Data after the picture's end.
    Trailer,
    /// Bytes in places that no decoder reads: slack, junk, padding.
    Hidden,
}

/// What became of the orientation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OrientationOutcome {
    /// It was upright already.
    AlreadyUpright,
    /// The picture was turned, exactly.
    Turned,
    /// The picture was turned, and partial blocks at its edges were cut off.
    TurnedAndTrimmed,
    /// A minimal tag was kept, as asked.
    TagKept,
    /// A minimal tag was kept, since the picture cannot be turned exactly.
    TagKeptNotExact,
    /// It was dropped, as asked: the picture may show sideways.
    Dropped,
}
