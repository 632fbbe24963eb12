//! What the page shows of a picture, made of what the library says; pure.

use bytes::Bytes;
use sanitizer::facts::{FactKind, Facts};
use sanitizer::{HiddenPixelsOutcome, OrientationOutcome, Report};

use crate::json::Position;
use crate::json::page::{Cleaning, Copy, Hidden, Part, Seen, Told, Value};
use crate::pictures::{HEADINGS, Unreadable, category_name, notes, removed_of};
use crate::report::bytes;

/// What a picture reveals.
pub(super) fn seen(result: &Result<Report, Unreadable>, hidden: Vec<Hidden>) -> Seen {
    let facts = match result {
        Ok(report) => report.facts.as_ref(),
        Err(unreadable) => Some(&unreadable.facts),
    };
    let Some(facts) = facts else { return Seen::default() };
    Seen {
        what: result.as_ref().ok().map(what),
        positions: Position::all(&facts.positions),
        // How many pixels there are to an inch reveals nothing.
        told: (HEADINGS.iter().filter(|(kind, _)| *kind != FactKind::Density))
            .filter_map(|(kind, heading)| told(facts, *kind, heading))
            .collect(),
        hidden,
    }
}

fn told(facts: &Facts, kind: FactKind, heading: &'static str) -> Option<Told> {
    let values: Vec<Value> = (facts.items.iter())
        .filter(|fact| fact.kind == kind)
        .map(|fact| Value { text: fact.value.clone(), source: fact.source })
        .collect();
    (!values.is_empty()).then_some(Told { heading, values })
}

fn what(report: &Report) -> String {
    format!("{}, {} × {} pixels", report.format, report.width, report.height)
}

/// What cleaning did to a picture.
pub(super) fn cleaning(report: &Report) -> Cleaning {
    let mut removed: Vec<Part> = (report.categories().into_iter())
        .map(|category| Part { what: category_name(category), bytes: removed_of(report, category) })
        .collect();
    removed.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    let mut kept: Vec<String> = pixels(report).map(str::to_owned).into_iter().collect();
    // Options are the command line's.
    kept.extend(notes(report, true).into_iter().map(|note| match note.split_once(" (see --") {
        Some((words, _)) => words.to_owned(),
        None => note,
    }));
    Cleaning { removed, removed_bytes: report.removed_bytes(), kept }
}

/// What became of the pixels; `None`: the notes tell it.
fn pixels(report: &Report) -> Option<&'static str> {
    let is_all_seen = !matches!(report.hidden_pixels, HiddenPixelsOutcome::Blanked { .. });
    match report.orientation {
        OrientationOutcome::TurnedAndTrimmed => None,
        OrientationOutcome::Turned => Some("every pixel, turned upright without loss"),
        _ if is_all_seen => Some("every pixel, exactly"),
        _ => Some("every pixel that is seen, exactly"),
    }
}

/// A clean copy, looked at like any other picture.
pub(super) fn copy(copy: &Bytes, result: &Result<Report, Unreadable>) -> Copy {
    let (what, found) = match result {
        Ok(report) => {
            let categories = report.categories().into_iter();
            let named = categories.map(|category| {
                format!("{} {}", category_name(category), bytes(removed_of(report, category)))
            });
            (what(report), named.collect())
        }
        Err(unreadable) => (unreadable.kind.to_owned(), vec![unreadable.reason.clone()]),
    };
    Copy { what, bytes: copy.len(), found }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::inspect_bytes;
    use sanitizer::Rights;
    use testkit::one_pixel::{exif, picture};

    fn looked_at(segments: &[Vec<u8>]) -> (Bytes, Result<Report, Unreadable>) {
        let bytes = Bytes::from(picture(segments, b""));
        let result = inspect_bytes(bytes.clone(), Rights::default());
        (bytes, result)
    }

    #[test]
    fn what_is_revealed_comes_in_the_order_of_the_screen() {
        let (_, result) = looked_at(&[exif()]);
        let seen = seen(&result, Vec::new());
        assert_eq!(seen.positions.len(), 1);
        assert_eq!(seen.told.first().map(|told| told.heading), Some("Device"));
        assert!(seen.what.unwrap().starts_with("JPEG, "));
    }

    #[test]
    fn a_clean_copy_has_nothing_and_another_is_not_said_to() {
        let (bytes, result) = looked_at(&[]);
        assert!(copy(&bytes, &result).found.is_empty());
        let (bytes, result) = looked_at(&[exif()]);
        let found = copy(&bytes, &result).found;
        assert!(found[0].starts_with("EXIF "), "{found:?}");
        let none = Bytes::from_static(b"no picture");
        assert!(!copy(&none, &inspect_bytes(none.clone(), Rights::default())).found.is_empty());
    }

    #[test]
    fn what_is_removed_and_kept_is_told() {
        let (_, result) = looked_at(&[exif()]);
        let cleaning = cleaning(&result.unwrap());
        assert_eq!(cleaning.removed.len(), 1);
        assert_eq!(cleaning.removed[0].bytes, cleaning.removed_bytes as u64);
        assert_eq!(cleaning.kept, ["every pixel, exactly"]);
    }
}
