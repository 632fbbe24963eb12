//! Colour profiles in every format: the same one comes out of each, and it says colours and
//! nothing else.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use crate::support::heif;
use crate::support::png;
use crate::support::webp;
use testkit::icc;
use testkit::jpeg;

use std::path::Path;

use jpeg::{CANARY, Kind, find, icc_segment, insert, segment, small};
use sanitizer::facts::FactKind;
use sanitizer::{Category, Error, IccPolicy, Options, ProfileOutcome, Report, UnreadableProfile, sanitize};

/// How a format holds a profile.
struct Carrier {
    name: &'static str,
    with: fn(&[u8]) -> Vec<u8>,
    profile_of: fn(&[u8]) -> Option<Vec<u8>>,
}

const CARRIERS: [Carrier; 4] = [
    Carrier { name: "JPEG", with: in_jpeg, profile_of: of_jpeg },
    Carrier { name: "PNG", with: in_png, profile_of: of_png },
    Carrier { name: "WebP", with: in_webp, profile_of: of_webp },
    Carrier { name: "HEIC", with: in_heic, profile_of: of_heic },
];

fn in_jpeg(profile: &[u8]) -> Vec<u8> {
    let picture = small(Kind::Ycc420);
    let total = profile.len().div_ceil(300) as u8;
    let parts = profile.chunks(300).zip(1..).map(|(part, number)| icc_segment(number, total, part));
    insert(&picture, find(&picture, 0xDB, 0).0, &parts.collect::<Vec<_>>().concat())
}

fn of_jpeg(file: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::find(file, b"ICC_PROFILE\0")?;
    let len = usize::from(u16::from_be_bytes([file[at - 2], file[at - 1]]));
    Some(file[at + 14..at - 2 + len].to_vec())
}

fn in_png(profile: &[u8]) -> Vec<u8> {
    png::Png::rgb().before(b"iCCP", &[b"LEAKCANARY\0\0", &png::zlib(profile)[..]].concat()).build()
}

fn of_png(file: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::find(file, b"iCCPICC\0\0")?;
    let mut profile = Vec::new();
    let mut stream = flate2::read::ZlibDecoder::new(&file[at + 9..]);
    std::io::Read::read_to_end(&mut stream, &mut profile).unwrap();
    Some(profile)
}

fn in_webp(profile: &[u8]) -> Vec<u8> {
    webp::file(&[
        webp::vp8x(0x30, 40, 30),
        webp::chunk(b"ICCP", profile),
        webp::chunk(b"VP8L", &webp::lossless(1)),
    ])
}

fn of_webp(file: &[u8]) -> Option<Vec<u8>> {
    webp::chunks(file).into_iter().find(|chunk| &chunk.0 == b"ICCP").map(|chunk| chunk.1)
}

fn in_heic(profile: &[u8]) -> Vec<u8> {
    let mut heic = heif::phone_heic();
    heic.properties.push((*b"colr", [b"prof", profile].concat()));
    heic.item(3).properties.push(8);
    heic.bytes()
}

fn of_heic(file: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::find(file, b"colrprof")?;
    let len = u32::from_be_bytes(file[at - 4..at].try_into().unwrap()) as usize;
    Some(file[at + 8..at - 4 + len].to_vec())
}

fn clean(file: &[u8], options: &Options) -> (Vec<u8>, Report) {
    let sanitized = sanitize(file.to_vec(), options).unwrap();
    let report = sanitized.report.clone();
    let out = sanitized.into_bytes().to_vec();
    let again = sanitize(out.clone(), options).unwrap();
    assert!(again.report.removed.is_empty(), "{:?}", again.report.removed);
    assert_eq!(again.into_bytes(), out, "cleaning twice changes it");
    (out, report)
}

fn options() -> Options {
    let mut options = Options::default();
    // What is made here is no data that a decoder would take.
    options.verify_entropy = false;
    options
}

fn leaks(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"LEAK").is_some()
}

#[test]
fn every_format_keeps_the_colours_and_nothing_else() {
    for Carrier { name, with, profile_of } in CARRIERS {
        let (out, report) = clean(&with(&icc::dirty()), &options());
        assert_eq!(profile_of(&out).unwrap(), icc::clean(), "{name}");
        assert!(!leaks(&out), "{name}");
        assert_eq!(report.color_profile, ProfileOutcome::Rebuilt, "{name}");
        assert!(report.categories().contains(&Category::ProfileDetails), "{name}: {report:?}");
        assert!(report.removed_bytes() > 60, "{name}");
        // One that is clean already stays, and there is nothing to tell.
        let (_, report) = clean(&out, &options());
        assert_eq!(report.color_profile, ProfileOutcome::Rebuilt, "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_lost_and_said_to_be_or_refused() {
    let mut version_5 = icc::dirty();
    version_5[8] = 5;
    for Carrier { name, with, profile_of } in CARRIERS {
        for profile in [&version_5[..], CANARY, &icc::clean()[..300]] {
            let mut options = options();
            let (out, report) = clean(&with(profile), &options);
            assert_eq!(profile_of(&out), None, "{name}");
            assert!(!leaks(&out), "{name}");
            assert_eq!(report.color_profile, ProfileOutcome::Lost, "{name}");
            assert!(report.categories().contains(&Category::ColorProfile), "{name}: {report:?}");
            options.unreadable_profile = UnreadableProfile::Refuse;
            match sanitize(with(profile), &options) {
                Err(Error::Unprovable { what, .. }) => {
                    assert!(what.contains("colour profile"), "{name}: {what}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[test]
fn the_options_drop_it() {
    for Carrier { name, with, profile_of } in CARRIERS {
        let mut options = options();
        options.icc = IccPolicy::DropSrgb;
        let (out, report) = clean(&with(&icc::dirty()), &options);
        assert_eq!(
            (profile_of(&out).unwrap(), report.color_profile),
            (icc::clean(), ProfileOutcome::Rebuilt)
        );
        options.icc = IccPolicy::Drop;
        options.unreadable_profile = UnreadableProfile::Refuse;
        for profile in [icc::dirty(), CANARY.to_vec()] {
            let (out, report) = clean(&with(&profile), &options);
            assert_eq!((profile_of(&out), report.color_profile), (None, ProfileOutcome::Dropped), "{name}");
        }
    }
}

#[test]
fn facts_tell_what_was_in_it() {
    for Carrier { name, with, .. } in CARRIERS {
        let mut options = options();
        options.facts = true;
        let file = with(&icc::dirty());
        let facts = clean(&file, &options).1.facts.unwrap();
        let has = |kind, value: &str| {
            facts.items.iter().any(|fact| fact.kind == kind && fact.value == value && fact.source == "ICC")
        };
        assert!(has(FactKind::Device, "LEAK"), "{name}: {facts:?}");
        assert!(has(FactKind::Device, "calibration of a display (vcgt)"), "{name}");
        assert!(has(FactKind::Text, "zzzz: LEAKCANARY"), "{name}");
        assert!(facts.items.iter().any(|fact| fact.kind == FactKind::Time && fact.source == "ICC"), "{name}");
        let cleaned = sanitize(file, &options).unwrap().into_bytes();
        let facts = sanitize(cleaned, &options).unwrap().report.facts.unwrap();
        assert!(!facts.items.iter().any(|fact| fact.source == "ICC"), "{name}: {facts:?}");
    }
}

/// EXIF with a ColorSpace and an interoperability index.
fn exif(color_space: u16, index: &[u8; 4]) -> Vec<u8> {
    let [low, high] = color_space.to_le_bytes();
    let mut payload = b"Exif\0\0II\x2A\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x1A\0\0\0\0\0\0\0".to_vec();
    payload.extend(b"\x02\0\x01\xA0\x03\0\x01\0\0\0");
    payload.extend([low, high, 0, 0]);
    payload.extend(b"\x05\xA0\x04\0\x01\0\0\0\x38\0\0\0\0\0\0\0\x01\0\x01\0\x02\0\x04\0\0\0");
    payload.extend(index);
    payload.extend([0; 4]);
    segment(0xE1, &payload)
}

#[test]
fn what_exif_alone_tells_of_colours_becomes_a_profile() {
    for kind in jpeg::KINDS {
        let picture = small(kind);
        let is_colour = !matches!(kind, Kind::Grey | Kind::Cmyk);
        for says in [exif(0xFFFF, b"R03\0"), exif(2, b"R98\0")] {
            let (out, report) = clean(&insert(&picture, 2, &says), &Options::default());
            let expected = if is_colour { ProfileOutcome::AddedAdobeRgb } else { ProfileOutcome::None };
            assert_eq!(report.color_profile, expected, "{kind:?}");
            assert_eq!(of_jpeg(&out).is_some(), is_colour);
            assert!(memchr::memmem::find(&out, b"R03").is_none());
            assert_eq!(jpeg::pixels(&out), jpeg::pixels(&picture));
        }
    }
    let picture = small(Kind::Ycc420);
    let outcome = |file: &[u8], icc| {
        let mut options = Options::default();
        options.icc = icc;
        clean(file, &options).1.color_profile
    };
    let says = insert(&picture, 2, &exif(0xFFFF, b"R03\0"));
    assert_eq!(outcome(&says, IccPolicy::DropSrgb), ProfileOutcome::AddedAdobeRgb);
    assert_eq!(outcome(&says, IccPolicy::Drop), ProfileOutcome::None);
    // sRGB, or a profile of its own.
    assert_eq!(outcome(&insert(&picture, 2, &exif(1, b"R98\0")), IccPolicy::Keep), ProfileOutcome::None);
    let both = insert(&says, 2, &icc_segment(1, 1, &icc::dirty()));
    assert_eq!(outcome(&both, IccPolicy::Keep), ProfileOutcome::Rebuilt);
    let broken = insert(&says, 2, &icc_segment(1, 2, &icc::dirty()));
    assert_eq!(outcome(&broken, IccPolicy::Keep), ProfileOutcome::Lost);
}

#[test]
fn a_turned_picture_keeps_the_profile_that_exif_told() {
    let picture = jpeg::picture(Kind::Ycc420, 48, 32);
    let turn = insert(&picture, 2, &[jpeg::minimal_exif(6), exif(0xFFFF, b"R03\0")].concat());
    let (out, report) = clean(&turn, &Options::default());
    assert_eq!((report.width, report.height), (32, 48));
    assert_eq!(report.color_profile, ProfileOutcome::AddedAdobeRgb);
    assert!(of_jpeg(&out).is_some());
}

#[test]
fn reported_pictures_keep_their_colours() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/reported");
    if !folder.is_dir() {
        testkit::tools::skip_without_corpus();
        return;
    }
    for (name, expected) in [
        ("figma-p3.jpg", ProfileOutcome::Rebuilt),
        ("figma-p3.png", ProfileOutcome::Rebuilt),
        ("figma-p3.webp", ProfileOutcome::Rebuilt),
        ("figma-p3.heic", ProfileOutcome::Rebuilt),
        ("figma-p3.avif", ProfileOutcome::Rebuilt),
        ("icc-device-serial-and-private-tag.jpg", ProfileOutcome::Rebuilt),
        ("icc-script-in-copyright.jpg", ProfileOutcome::Rebuilt),
        ("adobe-rgb-interop-r03.jpg", ProfileOutcome::AddedAdobeRgb),
    ] {
        let (out, report) = clean(&std::fs::read(folder.join(name)).unwrap(), &Options::default());
        assert_eq!(report.color_profile, expected, "{name}");
        for trace in [&b"sP3C"[..], b"mmod", b"zzzz", b"Hauptstr", b"<script>", b"\xC0\xFF\xEE\x42"] {
            assert!(memchr::memmem::find(&out, trace).is_none(), "{name}: {trace:?}");
        }
    }
}
