//! WebP: every class of leak, planted and looked for; the pixels stay. Damaged
//! files end in an error or a clean picture.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use crate::support::canary;
use crate::support::webp as support;
use testkit::icc;

use canary::{CANARY, survives, utf16};
use sanitizer::{
    Category, Error, IccPolicy, Options, Orientation, OrientationOutcome, PartialEdges, sanitize,
};
use support::{animation, animation_head, chunk, chunks, decode, file, frame, lossless, vp8x};

const LOSSY: &[u8] = include_bytes!("../data/webp/lossy.webp");
const ALPHA: &[u8] = include_bytes!("../data/webp/alpha.webp");
const PARTITIONS: &[u8] = include_bytes!("../data/webp/partitions.webp");

fn clean_with(file: &[u8], options: &Options) -> (Vec<u8>, sanitizer::Report) {
    let sanitized = sanitize(file.to_vec(), options).unwrap();
    let report = sanitized.report.clone();
    let out = sanitized.into_bytes().to_vec();
    let again = sanitize(out.clone(), options).unwrap();
    assert!(again.report.removed.is_empty(), "{:?}", again.report.removed);
    assert_eq!(again.pieces().len(), 1, "a clean file is one piece");
    assert_eq!(again.into_bytes(), out, "cleaning twice changes nothing");
    (out, report)
}

fn clean(file: &[u8]) -> (Vec<u8>, sanitizer::Report) {
    let mut options = Options::default();
    options.facts = true;
    clean_with(file, &options)
}

/// The data of a file's only chunk of a kind.
fn data_of(file: &[u8], kind: &[u8; 4]) -> Vec<u8> {
    chunks(file).into_iter().find(|chunk| chunk.0 == *kind).unwrap().1
}

fn still() -> Vec<u8> {
    file(&[chunk(b"VP8L", &lossless(1))])
}

fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    tiff[19] = orientation;
    tiff.extend_from_slice(CANARY.as_bytes());
    tiff
}

#[test]
fn clean_files_stay_as_they_are() {
    let files = [
        (still(), (40, 30)),
        (file(&animation()), (40, 30)),
        (LOSSY.to_vec(), (100, 75)),
        (ALPHA.to_vec(), (100, 75)),
        (PARTITIONS.to_vec(), (100, 74)),
    ];
    for (file, size) in files {
        let (out, report) = clean(&file);
        assert_eq!(out, file);
        assert_eq!((report.width, report.height), size);
    }
}

#[test]
fn chunks_that_tell_something_go() {
    let image = chunk(b"VP8L", &lossless(1));
    let wide = [utf16(true), utf16(false)].concat();
    let cases = [
        (chunk(b"EXIF", &exif(1)), 0x18, Category::Exif),
        (chunk(b"XMP ", CANARY.as_bytes()), 0x14, Category::Xmp),
        (chunk(b"XMP ", &wide), 0x14, Category::Xmp),
        (chunk(b"C2PA", CANARY.as_bytes()), 0x10, Category::Provenance),
        (chunk(b"junk", CANARY.as_bytes()), 0xD1, Category::Application),
        (chunk(b"VP8L", CANARY.as_bytes()), 0x10, Category::SecondPicture),
        (chunk(b"ALPH", CANARY.as_bytes()), 0x10, Category::Hidden),
    ];
    for (planted, flags, category) in cases {
        let extended = file(&[vp8x(flags, 40, 30), image.clone(), planted.clone()]);
        assert!(survives(&extended));
        let (out, report) = clean(&extended);
        // Nothing is left that needs VP8X.
        assert_eq!(out, still());
        assert_eq!(decode(&out), decode(&extended));
        assert!(report.categories().contains(&category), "{:?}", report.removed);
        assert_eq!(clean(&file(&[image.clone(), planted.clone()])).0, still(), "in a simple file");
        if category == Category::SecondPicture || category == Category::Hidden {
            continue;
        }
        // In an animation, between frames and inside one.
        let mut outside = animation();
        outside.insert(3, planted.clone());
        assert_eq!(clean(&file(&outside)).0, file(&animation()));
        let mut inside = animation();
        inside[2] = frame(&[chunk(b"VP8L", &lossless(1)), planted]);
        assert_eq!(clean(&file(&inside)).0, file(&animation()));
    }
}

#[test]
fn slack_padding_and_trailers_go() {
    let mut trailer = still();
    trailer.extend_from_slice(CANARY.as_bytes());
    let (out, report) = clean(&trailer);
    assert_eq!((out, report.categories()), (still(), vec![Category::Trailer]));
    // Bytes too few for a chunk, inside the RIFF.
    let planted = file(&[chunk(b"VP8L", &lossless(1)), b"LEAKCA".to_vec()]);
    assert_eq!(clean(&planted).0, still());
    // Reserved bits of VP8X and of a frame; slack of VP8X, ANIM and ANMF.
    let mut reserved = animation();
    reserved[0][8] |= 0xC1;
    reserved[0][9] = b'L';
    reserved[0][10] = b'K';
    reserved[2][8 + 15] |= 0xF8;
    assert_eq!(clean(&file(&reserved)).0, file(&animation()));
    let mut slack = animation();
    for (at, kind) in [(0, b"VP8X"), (1, b"ANIM"), (2, b"ANMF")] {
        let data = [&slack[at][8..], b"LEAK"].concat();
        slack[at] = chunk(kind, &data);
    }
    assert_eq!(clean(&file(&slack)).0, file(&animation()));
    // Padding.
    let odd = file(&[vp8x(0x10, 40, 30), chunk(b"junk", b"x"), chunk(b"VP8L", &lossless(1))]);
    assert_eq!(clean(&odd).0, still());
    let mut data = lossless(1);
    if data.len().is_multiple_of(2) {
        data.push(0);
    }
    let mut padded = file(&[chunk(b"VP8L", &data)]);
    *padded.last_mut().unwrap() = b'L';
    assert_eq!(clean(&padded).0, still());
}

#[test]
fn nothing_follows_the_last_pixel() {
    let lossless_slack = [lossless(1), CANARY.as_bytes().to_vec()].concat();
    let (out, report) = clean(&file(&[chunk(b"VP8L", &lossless_slack)]));
    assert_eq!((out, report.categories()), (still(), vec![Category::Hidden]));
    let mut frames = animation();
    frames[2] = frame(&[chunk(b"VP8L", &lossless_slack)]);
    assert_eq!(clean(&file(&frames)).0, file(&animation()));
    for lossy in [LOSSY, PARTITIONS] {
        let slack = [data_of(lossy, b"VP8 "), vec![0x55; 3], CANARY.as_bytes().to_vec()].concat();
        let planted = file(&[chunk(b"VP8 ", &slack)]);
        let (out, report) = clean(&planted);
        assert!(!survives(&out));
        assert_eq!(decode(&out), decode(&planted));
        assert_eq!(report.categories(), [Category::Hidden]);
    }
    let slack = [data_of(ALPHA, b"ALPH"), CANARY.as_bytes().to_vec()].concat();
    let image = chunk(b"VP8 ", &data_of(ALPHA, b"VP8 "));
    let planted = file(&[vp8x(0x10, 100, 75), chunk(b"ALPH", &slack), image.clone()]);
    assert_eq!(clean(&planted).0, ALPHA);
    // Alpha that is not compressed.
    let raw = [vec![0; 1 + 7500], CANARY.as_bytes().to_vec()].concat();
    let planted = file(&[vp8x(0x10, 100, 75), chunk(b"ALPH", &raw), image]);
    let (out, _) = clean(&planted);
    assert!(!survives(&out));
    assert_eq!(decode(&out), decode(&planted));
}

#[test]
fn slack_between_partitions_goes() {
    // After the partition of modes, and after the first of coefficients.
    let data = data_of(PARTITIONS, b"VP8 ");
    let number = |at: usize| u32::from_le_bytes([data[at], data[at + 1], data[at + 2], 0]);
    let modes_end = 10 + (number(0) >> 5) as usize;
    let first_end = modes_end + 9 + number(modes_end) as usize;
    let put = |data: &mut Vec<u8>, at: usize, value: u32| {
        data[at..at + 3].copy_from_slice(&value.to_le_bytes()[..3]);
    };
    let mut slack = data.clone();
    let hidden = [&[0x55; 3], CANARY.as_bytes()].concat();
    let added = hidden.len() as u32;
    slack.splice(first_end..first_end, hidden.clone());
    put(&mut slack, modes_end, number(modes_end) + added);
    slack.splice(modes_end..modes_end, hidden);
    put(&mut slack, 0, number(0) + (added << 5));
    let planted = file(&[chunk(b"VP8 ", &slack)]);
    let (out, _) = clean(&planted);
    assert!(survives(&planted) && !survives(&out));
    assert_eq!(decode(&out), decode(&planted));
    assert_eq!(decode(&out), decode(PARTITIONS));
}

#[test]
fn orientation_is_kept_as_a_tag() {
    let image = chunk(b"VP8L", &lossless(1));
    let planted =
        |orientation| file(&[vp8x(0x18, 40, 30), image.clone(), chunk(b"EXIF", &exif(orientation))]);
    let tagged = file(&[vp8x(0x18, 40, 30), image.clone(), chunk(b"EXIF", &exif(6)[..26])]);
    let (out, report) = clean(&planted(6));
    assert_eq!((out, report.orientation), (tagged.clone(), OrientationOutcome::TagKeptNotExact));
    let prefixed = [b"Exif\0\0", &exif(6)[..]].concat();
    let unannounced = file(&[vp8x(0x10, 40, 30), image.clone(), chunk(b"EXIF", &exif(6))]);
    assert_eq!(clean(&unannounced).1.orientation, OrientationOutcome::AlreadyUpright);
    let prefixed = file(&[vp8x(0x18, 40, 30), image.clone(), chunk(b"EXIF", &prefixed)]);
    assert_eq!(clean(&prefixed).0, tagged);
    let mut options = Options::default();
    options.orientation = Orientation::Tag;
    let (out, report) = clean_with(&planted(6), &options);
    assert_eq!((out, report.orientation), (tagged, OrientationOutcome::TagKept));
    options.orientation = Orientation::Drop;
    let (out, report) = clean_with(&planted(6), &options);
    assert_eq!((out, report.orientation), (still(), OrientationOutcome::Dropped));
    let mut options = Options::default();
    options.partial_edges = PartialEdges::Refuse;
    assert!(matches!(sanitize(planted(6), &options), Err(Error::NotRotatable { .. })));
    assert_eq!(clean_with(&planted(1), &options).0, still());
}

#[test]
fn clean_profiles_stay_byte_for_byte() {
    let profile = icc::clean();
    let image = chunk(b"VP8 ", &data_of(LOSSY, b"VP8 "));
    let with = |profile: &[u8]| file(&[vp8x(0x20, 100, 75), chunk(b"ICCP", profile), image.clone()]);
    assert_eq!(clean(&with(&profile)).0, with(&profile));
    let slack = [&profile[..], CANARY.as_bytes()].concat();
    assert_eq!(clean(&with(&slack)).0, with(&profile));
    assert_eq!(clean(&with(CANARY.as_bytes())).0, LOSSY);
    let mut options = Options::default();
    options.icc = IccPolicy::Drop;
    assert_eq!(clean_with(&with(&profile), &options).0, LOSSY);
}

#[test]
fn cut_anywhere_it_is_refused() {
    for file in [still(), file(&animation()), LOSSY.to_vec(), ALPHA.to_vec()] {
        for end in 0..file.len() {
            assert!(sanitize(file[..end].to_vec(), &Options::default()).is_err(), "cut at {end}");
            // With a header that agrees.
            if end > 20 {
                let mut shorter = file[..end].to_vec();
                shorter[4..8].copy_from_slice(&(end as u32 - 8).to_le_bytes());
                let _ = sanitize(shorter, &Options::default());
            }
        }
    }
}

#[test]
fn damage_is_refused() {
    let data = lossless(1);
    let short = file(&[chunk(b"VP8L", &data[..data.len() - 1])]);
    let lossy = data_of(LOSSY, b"VP8 ");
    let short_lossy = file(&[chunk(b"VP8 ", &lossy[..lossy.len() / 2])]);
    let no_frames = file(&animation_head());
    let other_size = file(&[vp8x(0x10, 41, 30), chunk(b"VP8L", &data), chunk(b"XMP ", b"x")]);
    let mut other_frame = animation();
    other_frame[2][8 + 6] = 38;
    for file in [short, short_lossy, no_frames, other_size, file(&other_frame), file(&[])] {
        let result = sanitize(file, &Options::default());
        assert!(matches!(result, Err(Error::Malformed { .. })), "{result:?}");
    }
}

#[test]
fn floods_are_cheap() {
    let mut planted = vec![vp8x(0x10, 40, 30), chunk(b"VP8L", &lossless(1))];
    planted.push([chunk(b"XMP ", b""), chunk(b"junk", b"")].concat().repeat(500_000));
    assert_eq!(clean(&file(&planted)).0, still());
    // The largest lossy picture there is, with next to nothing in it. (This took a minute once.)
    let mut lossy = data_of(LOSSY, b"VP8 ");
    lossy[6..10].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
    let start = std::time::Instant::now();
    assert!(sanitize(file(&[chunk(b"VP8 ", &lossy)]), &Options::default()).is_err());
    assert!(start.elapsed().as_secs() < 5);
    // The largest picture there is, with pixels that take no bits: five codes of one symbol.
    let huge = [0x2F, 0xFF, 0xFF, 0xFF, 0x0F, 0x88, 0x88, 0x88, 0x08, 0, 0, 0, 0, 0];
    let _ = sanitize(file(&[chunk(b"VP8L", &huge)]), &Options::default());
}
