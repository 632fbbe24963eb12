//! What was removed from a picture.

use crate::{Format, Rights, Unseen, facts::Facts, rights::Statement};

/// How many removals are listed one by one. Enough for any honest file; a
/// hostile one of a million tiny segments shall not make a long list.
const MOST_LISTED: usize = 256;

/// What was removed, and what became of the orientation. Never holds a value
/// of the metadata, except in [`Report::facts`] when these were asked for.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
    /// What became of an HDR gain map.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "GainMapOutcome::is_none"))]
    pub gain_map: GainMapOutcome,
    /// What became of pixels that nobody sees.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "HiddenPixelsOutcome::is_none"))]
    pub hidden_pixels: HiddenPixelsOutcome,
    /// What became of the colour profile.
    pub color_profile: ProfileOutcome,
    /// What became of words about rights, where the options keep some.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "RightsOutcome::is_empty"))]
    pub rights: RightsOutcome,
    /// What the removed metadata would have told, when asked for.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
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
            gain_map: GainMapOutcome::None,
            hidden_pixels: HiddenPixelsOutcome::None,
            color_profile: ProfileOutcome::None,
            rights: RightsOutcome::default(),
            facts: None,
        }
    }

    /// Notes a removal. Neighbours of one category become one entry; so do,
    /// when the list is long, all of one category and location.
    pub(crate) fn remove(&mut self, category: Category, location: &'static str, offset: usize, bytes: usize) {
        if let Some(last) = self.removed.last_mut()
            && last.category == category
            && last.location == location
            && last.offset + last.bytes == offset
        {
            last.bytes += bytes;
            return;
        }
        if self.removed.len() >= MOST_LISTED
            && let Some(same) = self
                .removed
                .iter_mut()
                .rev()
                .find(|removal| removal.category == category && removal.location == location)
        {
            same.bytes += bytes;
            return;
        }
        self.removed.push(Removal { category, location, offset, bytes });
    }

    /// Notes the words about rights that stay. Facts that tell the same are of nothing that was removed.
    pub(crate) fn keep_rights(&mut self, statement: &Statement, outcome: RightsOutcome) {
        self.rights = outcome;
        if let Some(facts) = &mut self.facts
            && !outcome.kept.is_empty()
        {
            facts.items.retain(|fact| !statement.says(&fact.value));
        }
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
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Removal {
    /// What kind of thing.
    pub category: Category,
    /// In which part of the file: a marker (`APP1`), a chunk (`eXIf`), or a
    /// place in words (`after EOI`).
    pub location: &'static str,
    /// Where in the input, in bytes from its start.
    pub offset: usize,
    /// How many bytes, headers included. In a long list, of all that have this
    /// category and location.
    pub bytes: usize,
}

/// Kinds of things that are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
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
    /// A whole colour profile: see [`Report::color_profile`].
    ColorProfile,
    /// What a colour profile told besides colours: device, serial number, date, texts.
    ProfileDetails,
    /// Segments or chunks of an application that are none of the above.
    Application,
    /// Time stamps of the format itself (PNG `tIME`).
    Time,
    /// Data after the picture's end.
    Trailer,
    /// Pixels that nobody sees: see [`Report::hidden_pixels`].
    HiddenPixels,
    /// Bytes in places that no decoder reads: slack, junk, padding.
    Hidden,
}

/// What became of the orientation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
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

/// What became of an HDR gain map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum GainMapOutcome {
    /// There is none.
    #[default]
    None,
    /// It was kept: the picture is HDR as before.
    Kept,
    /// It was dropped: the picture looks less bright on HDR screens.
    Dropped {
        /// Why, as a clause about the map ("it is cut off").
        why: &'static str,
    },
}

impl GainMapOutcome {
    #[cfg(feature = "serde")]
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// What became of pixels that nobody sees. Of several kinds the first is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum HiddenPixelsOutcome {
    /// There were none.
    #[default]
    None,
    /// They were kept, as asked.
    Kept {
        /// What nobody sees.
        what: Unseen,
    },
    /// The picture was written anew without them, and shows the same.
    Blanked {
        /// What nobody saw.
        what: Unseen,
    },
}

impl HiddenPixelsOutcome {
    #[cfg(feature = "serde")]
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// What became of words about rights: see [`crate::Options::keep`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RightsOutcome {
    /// Those that were found, and stay.
    pub kept: Rights,
    /// Why some may be lost, as a clause ("its XMP cannot be read").
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub unread: Option<&'static str>,
}

impl RightsOutcome {
    /// Whether nothing was found, or nothing was to be kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What became of the colour profile. Pictures of HEIC and AVIF may have several: of
/// those that went the worst is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum ProfileOutcome {
    /// There was none.
    None,
    /// It was written anew: colours are exactly the same, and nothing else is in it.
    Rebuilt,
    /// EXIF alone told that the picture is in Adobe RGB; a profile that says so was put in.
    AddedAdobeRgb,
    /// It was dropped, as asked.
    Dropped,
    /// It cannot be read and was dropped: colour profile lost. The picture may show
    /// other colours than before where viewers could read it.
    Lost,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_one_entry() {
        let mut report = Report::new(Format::Jpeg, 1, 1);
        report.remove(Category::Exif, "APP1", 0, 10);
        report.remove(Category::Exif, "APP1", 10, 5);
        report.remove(Category::Exif, "APP1", 20, 5);
        assert_eq!(report.removed.len(), 2);
        assert_eq!(report.removed[0].bytes, 15);
    }

    #[test]
    fn a_million_removals_make_a_short_list() {
        let mut report = Report::new(Format::Jpeg, 1, 1);
        for offset in 0..1_000_000 {
            let category = if offset % 2 == 0 { Category::Exif } else { Category::Comment };
            report.remove(category, "APP1", offset, 1);
        }
        assert!(report.removed.len() <= MOST_LISTED);
        assert_eq!(report.removed_bytes(), 1_000_000);
    }
}
