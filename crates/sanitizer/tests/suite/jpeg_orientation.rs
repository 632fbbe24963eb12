//! JPEG: what becomes of the orientation.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use testkit::icc;
use testkit::jpeg;

use jpeg::*;
use sanitizer::{Category, Options, Orientation, OrientationOutcome, PartialEdges, Report, sanitize};

fn clean(file: &[u8], orientation: Orientation) -> (Vec<u8>, Report) {
    let mut options = Options::default();
    options.orientation = orientation;
    let out = sanitize(file.to_vec(), &options).unwrap();
    let report = out.report.clone();
    (out.into_bytes().to_vec(), report)
}

/// A picture whose size is no multiple of its blocks, with an EXIF behind JFIF.
fn sideways(orientation: u8) -> Vec<u8> {
    let picture = picture(Kind::Ycc420, 41, 27);
    insert(&picture, find(&picture, 0xE0, 0).1, &exif(orientation))
}

#[test]
fn a_tag_is_kept_alone() {
    for orientation in 2..=8 {
        let picture = picture(Kind::Ycc420, 41, 27);
        let expected = insert(&picture, find(&picture, 0xE0, 0).1, &minimal_exif(orientation));
        for place in places(&picture).into_iter().take(4) {
            let (out, report) = clean(&insert(&picture, place, &exif(orientation)), Orientation::Tag);
            assert_eq!(out, expected);
            assert_eq!(report.orientation, OrientationOutcome::TagKept);
            assert_eq!(report.categories(), [Category::Exif]);
        }
        let mut options = Options::default();
        options.orientation = Orientation::Tag;
        let again = sanitize(expected.clone(), &options).unwrap();
        assert_eq!((again.pieces().len(), again.report.removed.len()), (1, 0));
        assert_eq!(again.into_bytes(), expected);
    }
}

#[test]
fn upright_pictures_get_no_tag() {
    for exif in [exif(1), exif(0), exif(9), minimal_exif(1)] {
        let picture = small(Kind::Ycc420);
        for orientation in [Orientation::Upright, Orientation::Tag, Orientation::Drop] {
            let (out, report) = clean(&insert(&picture, 2, &exif), orientation);
            assert_eq!(out, picture);
            assert_eq!(report.orientation, OrientationOutcome::AlreadyUpright);
            assert_eq!(report.categories(), [Category::Exif]);
        }
    }
}

#[test]
fn dropped_means_dropped() {
    for exif in [exif(6), minimal_exif(6)] {
        let picture = small(Kind::Ycc420);
        let (out, report) = clean(&insert(&picture, 2, &exif), Orientation::Drop);
        assert_eq!(out, picture);
        assert_eq!(report.orientation, OrientationOutcome::Dropped);
        assert_eq!(report.removed_bytes(), exif.len());
    }
}

#[test]
fn what_cannot_be_turned_exactly_keeps_the_tag_or_is_refused() {
    let (out, report) = clean(&sideways(6), Orientation::Upright);
    assert_eq!(report.orientation, OrientationOutcome::TagKeptNotExact);
    assert!(!survives(&out));
    let mut options = Options::default();
    options.partial_edges = PartialEdges::Refuse;
    assert_eq!(sanitize(sideways(6), &options).unwrap_err().kind(), "not-rotatable");
}

#[test]
fn only_the_first_valid_exif_before_the_picture_counts() {
    let picture = small(Kind::Ycc420);
    let two = insert(&picture, 2, &[exif(9), exif(3), exif(6)].concat());
    let (out, _) = clean(&two, Orientation::Tag);
    assert_eq!(out, insert(&picture, find(&picture, 0xE0, 0).1, &minimal_exif(3)));
    let late = insert(&picture, picture.len() - 2, &exif(6));
    assert_eq!(clean(&late, Orientation::Tag).0, picture);
}

#[test]
fn whole_blocks_are_turned_and_the_colour_profile_stays() {
    let picture = picture(Kind::Ycc420, 48, 32);
    let profile = icc_segment(1, 1, &icc::grey(50));
    let at = find(&picture, 0xE0, 0).1;
    let upright = insert(&picture, at, &profile);
    for orientation in 2..=8 {
        let file = insert(&upright, at, &[exif(orientation), planted(0xFE, b"")].concat());
        let (out, report) = clean(&file, Orientation::Upright);
        assert_eq!(report.orientation, OrientationOutcome::Turned);
        let size = if orientation < 5 { (48, 32) } else { (32, 48) };
        assert_eq!((report.width, report.height), size);
        assert!(memchr::memmem::find(&out, &profile).is_some());
        assert!(memchr::memmem::find(&out, b"Exif").is_none());
        assert!(!survives(&out));
        let (again, report) = clean(&out, Orientation::Upright);
        assert_eq!(again, out);
        assert_eq!((report.orientation, report.removed.len()), (OrientationOutcome::AlreadyUpright, 0));
    }
}

#[test]
fn trimming_loses_less_than_a_block() {
    let mut options = Options::default();
    options.partial_edges = PartialEdges::Trim;
    let report = sanitize(sideways(3), &options).unwrap().report;
    assert_eq!(report.orientation, OrientationOutcome::TurnedAndTrimmed);
    assert_eq!((report.width, report.height), (32, 16));
}
