//! JPEG: every class of leak at every place, planted and looked for; the
//! pixels stay.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use testkit::icc;
use testkit::jpeg;

use jpeg::*;
use sanitizer::{Bytes, Category, IccPolicy, Options, Report, sanitize};

/// Cleans, and checks what holds for every picture: the canary is gone, the
/// pixels are the same, and cleaning again changes nothing and copies nothing.
fn check(file: &[u8], options: &Options) -> (Vec<u8>, Report) {
    let cleaned = sanitize(file.to_vec(), options).unwrap();
    let report = cleaned.report.clone();
    let out = cleaned.into_bytes();
    assert!(!survives(&out), "the canary survives");
    let before = decode(file);
    assert!(before.is_none() || before == decode(&out), "other pixels");
    assert!(report.removed.is_sorted_by_key(|removal| removal.offset));
    let again = sanitize(out.clone(), options).unwrap();
    assert_eq!(again.report.removed, [], "cleaning twice removes more");
    assert_eq!(again.pieces().len(), 1);
    assert_eq!(again.pieces()[0].as_ptr(), out.as_ptr(), "a clean file is copied");
    assert_eq!(again.into_bytes(), out);
    (out.to_vec(), report)
}

/// Everything that may stand in a segment of its own, with its category.
fn leaks() -> Vec<(Vec<u8>, Category)> {
    let mut leaks = vec![
        (exif(1), Category::Exif),
        (planted(0xE1, b"Exif\0\0"), Category::Exif),
        (planted(0xE1, b"http://ns.adobe.com/xap/1.0/\0"), Category::Xmp),
        (planted(0xE1, b"http://ns.adobe.com/xmp/extension/\0"), Category::Xmp),
        (planted(0xE1, b"FLIR\0"), Category::Application),
        (planted(0xE0, b"JFXX\0\x10"), Category::Thumbnail),
        (planted(0xE0, b"\0\0\0\0\0\0HEAPJPGM"), Category::Application),
        (planted(0xE2, b"MPF\0MM\0\x2A"), Category::SecondPicture),
        (planted(0xE2, b"urn:iso:std:iso:ts:21496:-1\0"), Category::SecondPicture),
        (planted(0xE2, b"FPXR\0"), Category::Application),
        (planted(0xEB, b"JP\0\x01"), Category::Provenance),
        (planted(0xEC, b"Ducky"), Category::Application),
        (planted(0xED, b"Photoshop 3.0\x008BIM\x04\x04"), Category::Iptc),
        (planted(0xED, b"Adobe_Photoshop2.5:"), Category::Iptc),
        (planted(0xEE, b"Other\0"), Category::Application),
        (planted(0xFE, b""), Category::Comment),
        (segment(0xFE, &utf16()), Category::Comment),
        (planted(0xC8, b""), Category::Application),
        (planted(0xF0, b""), Category::Application),
        (planted(0xFD, b""), Category::Application),
    ];
    for app in 0xE3..=0xEF {
        leaks.push((planted(app, b""), Category::Application));
    }
    leaks
}

#[test]
fn every_leak_goes_from_every_place() {
    for kind in [Kind::Ycc420, Kind::ThreeScans, Kind::Progressive] {
        let clean = small(kind);
        for (leak, category) in leaks() {
            for place in places(&clean) {
                let file = insert(&clean, place, &leak);
                let (out, report) = check(&file, &Options::default());
                assert_eq!(out, clean, "{kind:?} {category:?} at {place}");
                let category = if place == clean.len() { Category::Trailer } else { category };
                assert_eq!(report.categories(), [category], "{kind:?} at {place}");
                assert_eq!(report.removed_bytes(), leak.len());
                assert_eq!(report.removed[0].offset, place);
            }
        }
    }
}

#[test]
fn clean_pictures_of_every_kind_stay_as_they_are() {
    for kind in KINDS {
        let input = Bytes::from(small(kind));
        let out = sanitize(input.clone(), &Options::default()).unwrap();
        assert_eq!(out.pieces().len(), 1, "{kind:?}");
        assert_eq!(out.pieces()[0].as_ptr(), input.as_ptr());
        assert_eq!(out.pieces()[0].len(), input.len());
        assert_eq!((out.report.width, out.report.height), (40, 24));
    }
}

#[test]
fn what_is_kept_shares_the_memory_of_the_input() {
    let clean = picture(Kind::Ycc444, 200, 200);
    let at = find(&clean, 0xDB, 0).0;
    let input = Bytes::from(insert(&clean, at, &exif(1)));
    let within = input.as_ptr_range();
    let out = sanitize(input.clone(), &Options::default()).unwrap();
    let shared: usize =
        out.pieces().iter().filter(|piece| within.contains(&piece.as_ptr())).map(Bytes::len).sum();
    assert!(out.len() - shared < 1024, "{} of {} bytes are copies", out.len() - shared, out.len());
    assert_eq!(out.pieces().len(), 2);
}

#[test]
fn what_follows_the_picture_goes() {
    let clean = small(Kind::Ycc420);
    let second = insert(&small(Kind::Grey), 2, &exif(6));
    let video = [&b"\0\0\0\x18ftypmp42\0\0\0\0"[..], CANARY].concat();
    let cases = [
        (second.clone(), Category::SecondPicture),
        ([&[0; 50], &second[..], &second].concat(), Category::SecondPicture),
        ([&second[..], &video].concat(), Category::SecondPicture),
        (video, Category::Trailer),
        ([&b"PK\x03\x04"[..], CANARY].concat(), Category::Trailer),
        ([CANARY, b"SEFT"].concat(), Category::Trailer),
        (vec![0; 100], Category::Trailer),
        (vec![0xFF], Category::Trailer),
    ];
    for (trailer, category) in cases {
        let (out, report) = check(&[&clean[..], &trailer].concat(), &Options::default());
        assert_eq!(out, clean);
        assert_eq!(report.categories(), [category]);
        assert_eq!(report.removed[0].location, "after EOI");
    }
}

#[test]
fn a_second_picture_is_told_of() {
    let mut options = Options::default();
    options.facts = true;
    let clean = small(Kind::Ycc420);
    let file = [&clean[..], &small(Kind::Grey)].concat();
    let facts = sanitize(file, &options).unwrap().report.facts.unwrap();
    assert!(facts.items.iter().any(|fact| fact.kind == sanitizer::facts::FactKind::HiddenPicture));
    assert!(sanitize(clean, &Options::default()).unwrap().report.facts.is_none());
}

/// A resource that is too long for one segment goes on in the next.
#[test]
fn iptc_over_two_segments_is_told_of() {
    let author = "Jane Canary";
    let records = [b"\x1C\x02\x50\0\x0B", author.as_bytes()].concat();
    let length = u32::try_from(records.len()).unwrap().to_be_bytes();
    let resources = [b"8BIM\x04\x04\0\0", &length[..], &records].concat();
    for cut in 1..resources.len() {
        let parts = [&resources[..cut], &resources[cut..]];
        let [first, second] = parts.map(|part| segment(0xED, &[b"Photoshop 3.0\0", part].concat()));
        let file = insert(&small(Kind::Ycc420), 2, &[first, second].concat());
        let mut options = Options::default();
        options.facts = true;
        let facts = sanitize(file, &options).unwrap().report.facts.unwrap();
        assert!(facts.items.iter().any(|fact| fact.value == author), "cut at {cut}: {facts:?}");
    }
}

#[test]
fn the_jfif_thumbnail_goes_and_jfif_stays() {
    let clean = small(Kind::Ycc420);
    let (start, end) = find(&clean, 0xE0, 0);
    let mut jfif = clean[start + 4..end].to_vec();
    jfif[12..14].copy_from_slice(&[2, 2]);
    jfif.extend_from_slice(CANARY);
    jfif.extend_from_slice(b"xx");
    let file = [&clean[..start], &segment(0xE0, &jfif), &clean[end..]].concat();
    let (out, report) = check(&file, &Options::default());
    assert_eq!(out, clean);
    assert_eq!(report.categories(), [Category::Thumbnail]);
    // A second JFIF goes whole; one that claims a thumbnail it has not is corrected.
    let (out, _) = check(&insert(&clean, end, &segment(0xE0, &jfif)), &Options::default());
    assert_eq!(out, clean);
    let claims = [&clean[..start + 16], &[3, 3], &clean[end..]].concat();
    assert_eq!(check(&claims, &Options::default()).0, clean);
}

#[test]
fn a_clean_colour_profile_stays_byte_for_byte() {
    let clean = small(Kind::Ycc420);
    let at = find(&clean, 0xDB, 0).0;
    let profile = icc::grey(50_000);
    let parts = [icc_segment(1, 2, &profile[..65_519]), icc_segment(2, 2, &profile[65_519..])].concat();
    let file = insert(&clean, at, &parts);
    assert_eq!(check(&file, &Options::default()).0, file);
    let mut options = Options::default();
    options.icc = IccPolicy::DropSrgb;
    assert_eq!(check(&file, &options).0, file, "this is not sRGB");
    options.icc = IccPolicy::Drop;
    let (out, report) = check(&file, &options);
    assert_eq!(out, clean);
    assert_eq!(report.categories(), [Category::ColorProfile]);
}

#[test]
fn what_only_looks_like_a_colour_profile_goes() {
    let clean = small(Kind::Ycc420);
    let at = find(&clean, 0xDB, 0).0;
    let whole = icc::grey(50);
    // A text where the tags should be.
    let mut no_tags = [&whole[..300], CANARY].concat();
    no_tags[128..132].fill(0);
    for bogus in [
        icc_segment(1, 1, &no_tags),
        icc_segment(1, 1, CANARY),
        icc_segment(0, 0, CANARY),
        icc_segment(1, 2, &whole),
        icc_segment(1, 1, &whole[..300]),
        planted(0xE2, b"ICC_PROFILE\0"),
        segment(0xE2, b"ICC_PROFILE\0"),
        [icc_segment(1, 1, &whole), icc_segment(1, 1, CANARY)].concat(),
    ] {
        assert_eq!(check(&insert(&clean, at, &bogus), &Options::default()).0, clean);
    }
    // Behind the first scan no decoder looks for one.
    let clean = small(Kind::ThreeScans);
    let between = find(&clean, 0xDA, 1).0;
    let (out, report) = check(&insert(&clean, between, &icc_segment(1, 1, &whole)), &Options::default());
    assert_eq!(out, clean);
    assert_eq!(report.categories(), [Category::ColorProfile]);
}

#[test]
fn slack_behind_the_colour_profile_is_cut() {
    let clean = small(Kind::Ycc420);
    let at = find(&clean, 0xDB, 0).0;
    let profile = icc::grey(50);
    let expected = insert(&clean, at, &icc_segment(1, 1, &profile));
    let long = [&profile[..], CANARY].concat();
    assert_eq!(check(&insert(&clean, at, &icc_segment(1, 1, &long)), &Options::default()).0, expected);
    let parts = [icc_segment(1, 2, &profile), icc_segment(2, 2, CANARY)].concat();
    assert_eq!(check(&insert(&clean, at, &parts), &Options::default()).0, expected);
}

#[test]
fn adobe_stays_since_it_holds_the_colour_transform() {
    let clean = small(Kind::Cmyk);
    let (start, end) = find(&clean, 0xEE, 0);
    assert_eq!(check(&clean, &Options::default()).0, clean);
    assert_eq!(check(&lengthen(&clean, 0xEE, CANARY), &Options::default()).0, clean);
    // The same again goes; of two that differ, the last counts, as for libjpeg.
    let twice = insert(&clean, end, &clean[start..end]);
    assert_eq!(check(&twice, &Options::default()).0, clean);
    let mut other = clean[start..end].to_vec();
    other[15] ^= 2;
    assert_eq!(check(&insert(&clean, start, &other), &Options::default()).0, clean);
}
