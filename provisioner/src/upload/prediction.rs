//! What the function will do with a picture, found out here: the same library
//! looks at the same bytes.

use bytes::Bytes;
use contract::cleaning::Cleaning;
use sanitizer::facts::{FactKind, Facts};
use sanitizer::{Category, OrientationOutcome, ProfileOutcome, Report};

use crate::pictures::{gain_map_note, hidden_pixels_note};
use crate::report::bytes;

/// What will become of a picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Prediction {
    /// A clean copy of so many bytes, without what the report lists.
    Clean {
        /// Length of the clean copy.
        length: u64,
        /// What is removed from it.
        report: Box<Report>,
    },
    /// It will be rejected.
    Refused {
        /// A stable word for the reason.
        kind: &'static str,
        /// The reason.
        reason: String,
    },
    /// Too large to be looked at here.
    Unknown,
}

impl Prediction {
    /// Cleans the picture as the function does, on a thread of its own, and keeps what that tells.
    pub(crate) async fn of(content: Bytes, cleaning: Cleaning) -> Self {
        let mut options = cleaning.options();
        options.facts = true;
        match tokio::task::spawn_blocking(move || sanitizer::sanitize(content, &options)).await {
            Ok(Ok(clean)) => Self::Clean { length: clean.len() as u64, report: Box::new(clean.report) },
            Ok(Err(error)) => Self::Refused { kind: error.kind(), reason: error.to_string() },
            // A bug of the sanitizer must not end the upload; the function will tell.
            Err(_) => Self::Unknown,
        }
    }
}

/// What was removed, in words that never hold a value of the metadata.
#[must_use]
pub(crate) fn what_was_removed(report: &Report) -> String {
    let mut words = report.facts.as_ref().map(told).unwrap_or_default();
    let categories = report.categories();
    for category in &categories {
        if let Some(word) = untold(*category, report.facts.as_ref(), words.is_empty()) {
            words.push(word.to_owned());
        }
    }
    if words.is_empty() {
        // Metadata that tells nothing we have a word for, or none at all.
        words.extend(
            categories.iter().filter_map(|category| untold(*category, None, true)).map(str::to_owned),
        );
    }
    let mut text = match report.removed_bytes() {
        0 => "nothing to remove".to_owned(),
        removed => format!("{} ({} removed)", words.join(", "), bytes(removed as u64)),
    };
    match report.orientation {
        OrientationOutcome::Turned => text.push_str(", turned upright"),
        OrientationOutcome::TurnedAndTrimmed => text.push_str(", turned upright and trimmed"),
        OrientationOutcome::TagKeptNotExact => {
            text.push_str(", orientation tag kept (it cannot be turned exactly)");
        }
        OrientationOutcome::TagKept => text.push_str(", orientation tag kept"),
        OrientationOutcome::Dropped => text.push_str(", orientation dropped"),
        _ => {}
    }
    match report.color_profile {
        ProfileOutcome::Lost => text.push_str(", colour profile lost"),
        ProfileOutcome::AddedAdobeRgb => text.push_str(", Adobe RGB profile put in"),
        _ => {}
    }
    if let Some(note) = hidden_pixels_note(report.hidden_pixels) {
        text.push_str(&format!(", {note}"));
    }
    if let Some(note) = gain_map_note(report.gain_map) {
        text.push_str(&format!(", {note}"));
    }
    text
}

/// What the metadata tells, the most personal first.
fn told(facts: &Facts) -> Vec<String> {
    let mut words = Vec::new();
    let mut tell = |count: usize, one: &str, many: &str| match count {
        0 => {}
        1 => words.push(one.to_owned()),
        _ => words.push(format!("{count} {many}")),
    };
    let count = |kind: FactKind| facts.items.iter().filter(|fact| fact.kind == kind).count();
    tell(facts.positions.len(), "GPS position", "GPS positions");
    for (kind, one, many) in [
        (FactKind::Person, "name of a person", "names of persons"),
        (FactKind::Place, "name of a place", "names of places"),
        (FactKind::Device, "device", "devices"),
        (FactKind::Serial, "serial number", "serial numbers"),
        (FactKind::Lens, "lens", "lenses"),
        (FactKind::Time, "time", "times"),
        (FactKind::Text, "text", "texts"),
        (FactKind::Software, "software", "names of software"),
        (FactKind::History, "editing history", "entries of editing history"),
        (FactKind::Thumbnail, "thumbnail", "thumbnails"),
        (FactKind::HiddenPicture, "hidden picture", "hidden pictures"),
        (FactKind::HiddenPixels, "hidden pixels", "kinds of hidden pixels"),
    ] {
        tell(count(kind), one, many);
    }
    words
}

/// The word for a category that the facts do not speak of already.
fn untold(category: Category, facts: Option<&Facts>, nothing_told: bool) -> Option<&'static str> {
    let has = |kind: FactKind| facts.is_some_and(|facts| facts.items.iter().any(|fact| fact.kind == kind));
    let word = match category {
        Category::Exif if nothing_told => "EXIF",
        Category::Xmp if nothing_told => "XMP",
        Category::Iptc if nothing_told => "IPTC",
        Category::Exif | Category::Xmp | Category::Iptc => return None,
        Category::Comment if has(FactKind::Text) => return None,
        Category::Comment => "comment",
        Category::Thumbnail if has(FactKind::Thumbnail) => return None,
        Category::Thumbnail => "thumbnail",
        Category::SecondPicture if has(FactKind::HiddenPicture) => return None,
        Category::SecondPicture => "second picture",
        Category::Provenance => "provenance manifest",
        Category::ColorProfile => "colour profile",
        Category::ProfileDetails => "details in the colour profile",
        Category::Application => "data of applications",
        Category::Time => "time stamp",
        Category::Trailer if has(FactKind::HiddenPicture) => return None,
        Category::Trailer => "data after its end",
        Category::HiddenPixels if has(FactKind::HiddenPixels) => return None,
        Category::HiddenPixels => "hidden pixels",
        Category::Hidden => "hidden bytes",
        _ => "other data",
    };
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::one_pixel::{self, exif, segment};

    fn picture(segments: &[Vec<u8>], trailer: &[u8]) -> Bytes {
        one_pixel::picture(segments, trailer).into()
    }

    async fn told_of(content: Bytes) -> String {
        match Prediction::of(content, Cleaning::default()).await {
            Prediction::Clean { report, .. } => what_was_removed(&report),
            other => format!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_is_removed_is_told_in_words() {
        let exif = exif();
        let text = told_of(picture(std::slice::from_ref(&exif), b"")).await;
        assert_eq!(text, format!("GPS position, device ({} B removed)", exif.len()));
        assert!(!text.contains("LEAK"), "no value of the metadata");
        let text = told_of(picture(&[segment(0xFE, b"a comment")], b"tail")).await;
        assert_eq!(text, "text, data after its end (17 B removed)");
        let text = told_of(picture(&[segment(0xE1, b"Exif\0\0MM\0\x2A\0\0\0\x08\0\0\0\0\0\0")], b"")).await;
        assert_eq!(text, "EXIF (24 B removed)");
        assert_eq!(told_of(picture(&[], b"")).await, "nothing to remove");
    }

    #[tokio::test]
    async fn what_becomes_of_colours_and_hdr_is_told() {
        let lost = segment(0xE2, b"ICC_PROFILE\0\x01\x01no profile");
        assert_eq!(
            told_of(picture(&[lost], b"")).await,
            "colour profile (28 B removed), colour profile lost"
        );
        let profile = [&b"ICC_PROFILE\0\x01\x01"[..], &testkit::icc::dirty()].concat();
        let text = told_of(picture(&[segment(0xE2, &profile)], b"")).await;
        assert!(text.contains("details in the colour profile (") && !text.contains("lost"), "{text}");
        let missing = segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0");
        let text = told_of(picture(&[missing], b"")).await;
        let dropped =
            ", HDR gain map: dropped (it is not where the file says): looks less bright on HDR screens";
        assert!(text.ends_with(dropped), "{text}");
    }

    #[tokio::test]
    async fn it_is_cleaned_as_the_function_cleans_it() {
        let profile = [&b"ICC_PROFILE\0\x01\x01"[..], &testkit::icc::clean()].concat();
        let content = picture(&[segment(0xE2, &profile)], b"");
        let cleaning = Cleaning { icc: sanitizer::IccPolicy::Drop, ..Cleaning::default() };
        for (cleaning, length) in [(Cleaning::default(), content.len()), (cleaning, picture(&[], b"").len())]
        {
            let Prediction::Clean { length: predicted, .. } = Prediction::of(content.clone(), cleaning).await
            else {
                panic!("not clean")
            };
            assert_eq!(predicted, length as u64, "{cleaning:?}");
        }
    }

    #[tokio::test]
    async fn the_length_is_that_of_the_clean_copy() {
        let clean = picture(&[], b"");
        let Prediction::Clean { length, .. } =
            Prediction::of(picture(&[exif()], b"tail"), Cleaning::default()).await
        else {
            panic!("not clean")
        };
        assert_eq!(length, clean.len() as u64);
    }

    #[tokio::test]
    async fn what_will_be_rejected_is_known_before() {
        let cut = picture(&[], b"").slice(..60);
        let refused = Prediction::of(cut, Cleaning::default()).await;
        assert!(matches!(refused, Prediction::Refused { kind: "truncated", .. }), "{refused:?}");
    }
}
