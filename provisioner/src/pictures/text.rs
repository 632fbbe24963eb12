//! What was found and what was done, as a person reads it. Pure: values in, text out.

use std::time::Duration;

use sanitizer::facts::{FactKind, Facts, Position};
use sanitizer::{
    Category, Error, Format, GainMapOutcome, HiddenPixelsOutcome, OrientationOutcome, ProfileOutcome, Report,
    Right, Rights,
};

use super::{Cleaned, Ending, Inspection, Summary};
use crate::report::{bytes, foreign, seconds};

/// Kinds of facts with their headings, what is most telling first.
pub(crate) const HEADINGS: [(FactKind, &str); 13] = [
    (FactKind::Place, "Place"),
    (FactKind::Person, "People"),
    (FactKind::Device, "Device"),
    (FactKind::Lens, "Lens"),
    (FactKind::Serial, "Serial"),
    (FactKind::Time, "When"),
    (FactKind::HiddenPicture, "Hidden"),
    (FactKind::HiddenPixels, "Hidden"),
    (FactKind::Thumbnail, "Thumbnail"),
    (FactKind::Software, "Software"),
    (FactKind::History, "History"),
    (FactKind::Text, "Text"),
    (FactKind::Density, "Lost"),
];

/// The heading of HDR gain maps.
const GAIN_MAP: &str = "HDR map";

/// Lines of one kind of fact, unless a person wants all: edited pictures hold
/// hundreds of document ids.
const FEW: usize = 6;

/// What one picture reveals; the first facts of each kind, or `all`.
#[must_use]
pub(crate) fn inspection_text(inspection: &Inspection, all: bool) -> String {
    let report = match &inspection.result {
        Ok(report) => report,
        Err(error) => {
            let head = format!("{}: {}\n", inspection.input.name(), error.reason);
            let mut lines = Lines { text: head, last: "" };
            lines.add_facts(&error.facts, all);
            return lines.text;
        }
    };
    let mut text = format!(
        "{}: {}, {} x {} pixels, {}\n",
        inspection.input.name(),
        report.format,
        report.width,
        report.height,
        bytes(inspection.bytes as u64)
    );
    let turned = report.orientation != OrientationOutcome::AlreadyUpright;
    let is_all_seen = report.hidden_pixels == HiddenPixelsOutcome::None;
    let is_plain = report.gain_map == GainMapOutcome::None && report.rights.is_empty() && is_all_seen;
    if report.removed.is_empty() && is_plain {
        text.push_str(if turned {
            "  Nothing found but how to turn it upright\n"
        } else {
            "  Nothing found: no metadata to remove\n"
        });
        return text;
    }
    let mut lines = Lines { text, last: "" };
    if let Some(facts) = &report.facts {
        lines.add_facts(facts, all);
        // A gain map shows nothing that the picture does not.
        if facts.positions.is_empty() && facts.items.iter().all(|fact| fact.kind == FactKind::GainMap) {
            let nothing = if report.removed.is_empty() { "nothing" } else { "nothing that we can read" };
            lines.add("Reveals", nothing);
        }
        lines.add_kind(facts, FactKind::GainMap, GAIN_MAP, all);
    }
    match report.gain_map {
        GainMapOutcome::Kept => lines.add(GAIN_MAP, "`sanitize` keeps it"),
        GainMapOutcome::Dropped { why } => {
            let dropped = format!("`sanitize` drops it ({why}): looks less bright on HDR screens");
            lines.add(GAIN_MAP, &dropped);
        }
        _ => {}
    }
    match report.color_profile {
        ProfileOutcome::Lost => {
            lines.add(
                "Colours",
                "the colour profile cannot be read; `sanitize` drops it: colour profile lost",
            );
        }
        ProfileOutcome::AddedAdobeRgb => {
            lines.add("Colours", "EXIF alone says Adobe RGB; `sanitize` puts in a profile that says so");
        }
        _ => {}
    }
    if !report.rights.kept.is_empty() {
        lines.add("Rights", &format!("`sanitize` keeps {}", rights_text(report.rights.kept)));
    }
    if let Some(why) = report.rights.unread {
        lines.add("Rights", &format!("some may be lost: {why}"));
    }
    if !is_all_seen {
        let what = match report.format {
            Format::Heic | Format::Avif => "`sanitize` refuses it, unless with --hidden-pixels keep",
            _ => "`sanitize` takes these pixels out",
        };
        lines.add("Unseen", what);
    }
    if turned {
        lines.add("Turned", "stored turned; `sanitize` keeps it upright");
    }
    if !report.removed.is_empty() {
        lines.add("Removable", &removed_text(report));
    }
    lines.text
}

/// Lines with a heading each; the same heading is written once.
struct Lines {
    text: String,
    last: &'static str,
}

impl Lines {
    fn add(&mut self, heading: &'static str, value: &str) {
        let head = if self.last == heading { "" } else { heading };
        self.text.push_str(&format!("  {head:<10} {value}\n"));
        self.last = heading;
    }

    /// The first facts of each kind, or `all`.
    fn add_facts(&mut self, facts: &Facts, all: bool) {
        for position in &facts.positions {
            self.add("Position", &position_text(position));
        }
        for (kind, heading) in HEADINGS {
            self.add_kind(facts, kind, heading, all);
        }
    }

    fn add_kind(&mut self, facts: &Facts, kind: FactKind, heading: &'static str, all: bool) {
        let values: Vec<_> = facts.items.iter().filter(|fact| fact.kind == kind).collect();
        // One more line takes no more room than the line that hides it.
        let shown = if all || values.len() <= FEW + 1 { values.len() } else { FEW };
        for fact in &values[..shown] {
            self.add(heading, &format!("{} ({})", foreign(&fact.value), fact.source));
        }
        if shown < values.len() {
            self.add(heading, &format!("and {} more; --verbose shows them", values.len() - shown));
        }
    }
}

/// `48.858370° N, 2.294481° E, 35 m (EXIF)`
fn position_text(position: &Position) -> String {
    let degrees = |value: f64, positive, negative| {
        format!("{:.6}° {}", value.abs(), if value < 0.0 { negative } else { positive })
    };
    let mut text =
        format!("{}, {}", degrees(position.latitude, "N", "S"), degrees(position.longitude, "E", "W"));
    if let Some(metres) = position.altitude {
        text.push_str(&format!(", {metres:.0} m"));
    }
    format!("{text} ({})", position.source)
}

/// `EXIF 12.0 kB, comments 40 B`, and the sum when there are several.
fn removed_text(report: &Report) -> String {
    let mut parts: Vec<_> = report
        .categories()
        .into_iter()
        .map(|category| format!("{} {}", category_name(category), bytes(removed_of(report, category))))
        .collect();
    if parts.len() > 1 {
        parts.push(format!("in all {}", bytes(report.removed_bytes() as u64)));
    }
    parts.join(", ")
}

/// Bytes of one category that were removed.
#[must_use]
pub(crate) fn removed_of(report: &Report, category: Category) -> u64 {
    let all = report.removed.iter().filter(|removal| removal.category == category);
    all.map(|removal| removal.bytes as u64).sum()
}

/// What is removed, in a word or two.
#[must_use]
pub(crate) fn category_name(category: Category) -> &'static str {
    match category {
        Category::Exif => "EXIF",
        Category::Xmp => "XMP",
        Category::Iptc => "IPTC",
        Category::Comment => "comments",
        Category::Thumbnail => "thumbnails",
        Category::SecondPicture => "other pictures",
        Category::Provenance => "provenance (C2PA)",
        Category::ColorProfile => "colour profile",
        Category::ProfileDetails => "details in the colour profile",
        Category::Application => "data of applications",
        Category::Time => "times",
        Category::Trailer => "data after the picture",
        Category::HiddenPixels => "pixels that nobody sees",
        Category::Hidden => "bytes that no viewer reads",
        _ => "other data",
    }
}

/// What became of one file, or nothing for one that simply became clean,
/// unless `verbose`.
#[must_use]
pub(crate) fn cleaned_text(one: &Cleaned, verbose: bool) -> Option<String> {
    let (head, text) = match &one.ending {
        Ending::Cleaned { report, .. } => {
            let mut told = Vec::new();
            if verbose {
                told.push(removed(report));
            }
            told.extend(notes(report, verbose));
            if told.is_empty() {
                return None;
            }
            ("cleaned", told.join("; "))
        }
        Ending::AlreadyClean(_) if verbose => ("clean", "clean already".to_owned()),
        Ending::AlreadyClean(_) => return None,
        Ending::Skipped(why) => ("skipped", why.clone()),
        Ending::Refused(error @ Error::HiddenPixels { .. }) => {
            ("refused", format!("{error} (see --hidden-pixels)"))
        }
        Ending::Refused(error) => ("refused", error.to_string()),
        Ending::Failed(why) => ("failed", why.clone()),
    };
    Some(format!("{head:<8} {}: {text}\n", one.input.name()))
}

fn removed(report: &Report) -> String {
    if report.removed.is_empty() { "clean already".to_owned() } else { removed_text(report) }
}

/// What a person must know about a clean picture, and with `verbose` what is as it should be, too.
#[must_use]
pub(crate) fn notes(report: &Report, verbose: bool) -> Vec<String> {
    let mut notes = Vec::new();
    match report.orientation {
        OrientationOutcome::TurnedAndTrimmed => {
            notes.push("turned upright, and up to 15 pixels were cut off its edge".to_owned());
        }
        OrientationOutcome::TagKeptNotExact => notes.push(
            "cannot be turned without loss, so it keeps a tag that says how to show it (see --partial-edges)"
                .to_owned(),
        ),
        OrientationOutcome::Dropped => notes.push("may show sideways now".to_owned()),
        _ => {}
    }
    match report.color_profile {
        ProfileOutcome::Lost => {
            notes.push("colour profile lost: it cannot be read (see --unreadable-profile)".to_owned());
        }
        ProfileOutcome::Rebuilt if verbose => match removed_of(report, Category::ProfileDetails) {
            0 => notes.push("colour profile: kept".to_owned()),
            details => notes.push(format!("colour profile: rewritten without {} of details", bytes(details))),
        },
        ProfileOutcome::AddedAdobeRgb if verbose => {
            notes.push("colour profile: Adobe RGB put in, which EXIF alone told".to_owned());
        }
        _ => {}
    }
    notes.extend(
        hidden_pixels_note(report.hidden_pixels)
            .filter(|_| verbose || matches!(report.hidden_pixels, HiddenPixelsOutcome::Kept { .. })),
    );
    notes.extend(
        gain_map_note(report.gain_map).filter(|_| verbose || report.gain_map != GainMapOutcome::Kept),
    );
    if verbose && !report.rights.kept.is_empty() {
        notes.push(format!("rights: kept {}", rights_text(report.rights.kept)));
    }
    notes.extend(report.rights.unread.map(|why| format!("rights: some may be lost ({why})")));
    notes
}

/// `copyright, creator`
fn rights_text(rights: Rights) -> String {
    rights.iter().map(Right::as_str).collect::<Vec<_>>().join(", ")
}

/// What became of an HDR gain map, when there is one.
#[must_use]
pub(crate) fn gain_map_note(outcome: GainMapOutcome) -> Option<String> {
    match outcome {
        GainMapOutcome::Kept => Some("HDR gain map: kept".to_owned()),
        GainMapOutcome::Dropped { why } => {
            Some(format!("HDR gain map: dropped ({why}): looks less bright on HDR screens"))
        }
        _ => None,
    }
}

/// What became of pixels that nobody sees, when there are some.
#[must_use]
pub(crate) fn hidden_pixels_note(outcome: HiddenPixelsOutcome) -> Option<String> {
    match outcome {
        HiddenPixelsOutcome::Kept { what } => Some(format!("kept: {what}")),
        HiddenPixelsOutcome::Blanked { what } => Some(format!("blanked: {what}")),
        _ => None,
    }
}

/// The last line. `place`: where the clean pictures are.
#[must_use]
pub(crate) fn summary_text(sum: &Summary, place: Option<&str>, elapsed: Duration) -> String {
    let place = place.filter(|_| sum.cleaned > 0).map(|place| format!(", {place}")).unwrap_or_default();
    let mut parts = vec![format!("{} cleaned", sum.cleaned - sum.copied)];
    for (count, what) in [
        (sum.turned, "of them turned upright"),
        (sum.profiles_lost, "with the colour profile lost"),
        (sum.gain_maps_dropped, "with the HDR gain map dropped"),
        (sum.copied, "clean already and copied"),
        (sum.already_clean, "clean already"),
        (sum.skipped, "skipped"),
        (sum.refused, "refused"),
        (sum.failed, "failed"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    format!(
        "{}; {} of metadata removed from {}{place} in {}\n",
        parts.join(", "),
        bytes(sum.removed_bytes),
        bytes(sum.bytes),
        seconds(elapsed)
    )
}
