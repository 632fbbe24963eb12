//! PNG: every class of leak, planted and looked for; the pixels stay.

#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use crate::support::canary;
use crate::support::png as support;
use testkit::icc;

use canary::{CANARY, utf16};
use sanitizer::{
    Category, Error, IccPolicy, Options, Orientation, OrientationOutcome, PartialEdges, sanitize,
};
use support::{Png, apng, chunk, decode, rows, streams, zlib};

/// Whether the canary is anywhere, the joined image data included.
fn survives(file: &[u8]) -> bool {
    canary::survives(file) || canary::survives(&streams(file))
}

fn clean(file: &[u8], options: &Options) -> (Vec<u8>, sanitizer::Report) {
    let sanitized = sanitize(file.to_vec(), options).unwrap();
    let report = sanitized.report.clone();
    let out = sanitized.into_bytes().to_vec();
    let again = sanitize(out.clone(), options).unwrap();
    assert_eq!(again.pieces().len(), 1, "a clean file is one piece");
    assert!(again.report.removed.is_empty(), "{:?}", again.report.removed);
    assert_eq!(again.into_bytes(), out, "cleaning twice changes nothing");
    (out, report)
}

/// Cleans, and checks that the canary is gone and the pixels are the same.
fn check(png: &Png, category: Category) -> Vec<u8> {
    let file = png.build();
    assert!(survives(&file), "the test plants nothing");
    let (out, report) = clean(&file, &Options::default());
    assert!(!survives(&out));
    assert_eq!(decode(&out), decode(&file));
    assert_eq!(report.categories(), [category], "{:?}", report.removed);
    out
}

fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend_from_slice(&[orientation, 0, 0, 0x01, 0x0F, 0, 2, 0, 0, 0, 11, 0, 0, 0, 38, 0, 0, 0, 0]);
    tiff.extend_from_slice(CANARY.as_bytes());
    tiff.push(0);
    tiff
}

#[test]
fn text_time_exif_and_private_chunks_go() {
    let text = |prefix: &[u8], text: &[u8]| [prefix, text].concat();
    let stream = zlib(CANARY.as_bytes());
    let cases = [
        (b"tEXt", text(b"Author\0", CANARY.as_bytes()), Category::Comment),
        (b"tEXt", text(b"Author\0", &utf16(true)), Category::Comment),
        (b"tEXt", text(b"Author\0", &utf16(false)), Category::Comment),
        (b"zTXt", text(b"Comment\0\0", &stream), Category::Comment),
        (b"iTXt", text(b"Title\0\x01\0\0\0", &stream), Category::Comment),
        (b"iTXt", text(b"XML:com.adobe.xmp\0\0\0\0\0", CANARY.as_bytes()), Category::Xmp),
        (b"zTXt", text(b"Raw profile type exif\0\0", &stream), Category::Exif),
        (b"eXIf", exif(1), Category::Exif),
        (b"tIME", CANARY.as_bytes().to_vec(), Category::Time),
        (b"caBX", CANARY.as_bytes().to_vec(), Category::Provenance),
        (b"prVt", CANARY.as_bytes().to_vec(), Category::Application),
        (b"dSIG", CANARY.as_bytes().to_vec(), Category::Application),
    ];
    for (kind, data, category) in cases {
        check(&Png::rgb().before(kind, &data), category);
        check(&Png::rgb().after(kind, &data), category);
    }
}

#[test]
fn chunks_that_stay_hold_nothing_else() {
    for (kind, length) in
        [(b"gAMA", 4), (b"cHRM", 32), (b"pHYs", 9), (b"sBIT", 3), (b"cICP", 4), (b"cLLI", 8)]
    {
        let data = [vec![1; length], CANARY.as_bytes().to_vec()].concat();
        check(&Png::rgb().before(kind, &data), Category::Hidden);
        let clean_file = Png::rgb().before(kind, &vec![1; length]).build();
        assert_eq!(clean(&clean_file, &Options::default()).0, clean_file, "a good {kind:?} stays");
    }
    // Out of place, out of number, with a wrong checksum.
    let palette = [&CANARY.as_bytes()[..9], &[0; 3]].concat();
    let twice = Png::rgb().before(b"PLTE", &[0; 6]).before(b"PLTE", &palette);
    clean(&twice.build(), &Options::default());
    let mut wrong = chunk(b"gAMA", b"LEAK");
    *wrong.last_mut().unwrap() ^= 1;
    let mut png = Png::rgb();
    png.before.push(wrong);
    assert_eq!(clean(&png.build(), &Options::default()).0, Png::rgb().build());
}

#[test]
fn palette_entries_that_no_pixel_can_name_go() {
    let palette = [&[0, 0, 0, 255, 255, 255][..], CANARY.as_bytes(), b"xx"].concat();
    let png = Png::new(20, 10, 1, 3).before(b"PLTE", &palette);
    let file = png.build();
    let (out, _) = clean(&file, &Options::default());
    assert!(!survives(&out));
    let expected = Png::new(20, 10, 1, 3).before(b"PLTE", &palette[..6]).build();
    assert_eq!(out, expected);
}

#[test]
fn palettes_that_only_suggest_go() {
    let palette = [CANARY.as_bytes(), b"xx"].concat();
    let named = [CANARY.as_bytes(), b"\0\x08123456"].concat();
    let entries = [b"P1\0\x08", CANARY.as_bytes(), b"xx"].concat();
    let counts = [CANARY.as_bytes(), b"xx"].concat();
    for color in [2, 6] {
        let png = || Png::new(20, 10, 8, color);
        for planted in [
            png().before(b"PLTE", &palette),
            png().before(b"sPLT", &named),
            png().before(b"sPLT", &entries),
            png().before(b"PLTE", &counts).before(b"hIST", &counts[..8]),
        ] {
            assert_eq!(check(&planted, Category::Hidden), png().build());
        }
    }
    let indexed = |colors: &[u8]| Png::new(20, 10, 1, 3).before(b"PLTE", colors);
    let planted = indexed(&[1; 6]).before(b"hIST", CANARY.as_bytes());
    assert_eq!(check(&planted, Category::Hidden), indexed(&[1; 6]).build());
}

#[test]
fn nothing_follows_the_end() {
    let mut png = Png::rgb();
    png.trailer = CANARY.as_bytes().to_vec();
    check(&png, Category::Trailer);
    png.trailer = png.build();
    check(&png, Category::Trailer);
    // Inside IEND.
    let mut file = Png::rgb().build();
    file.truncate(file.len() - 12);
    file.extend(chunk(b"IEND", CANARY.as_bytes()));
    assert_eq!(clean(&file, &Options::default()).0, Png::rgb().build());
}

#[test]
fn bytes_after_the_image_data_go() {
    // In the last chunk, in a chunk of its own, and in chunks after others.
    let mut png = Png::rgb();
    let stream = zlib(&rows(60, 10));
    png.data = vec![chunk(b"IDAT", &[&stream[..], CANARY.as_bytes()].concat())];
    check(&png, Category::Hidden);
    png.data = vec![chunk(b"IDAT", &stream), chunk(b"IDAT", CANARY.as_bytes())];
    check(&png, Category::Hidden);
    let png = Png::rgb().after(b"gAMA", &[0; 4]).after(b"IDAT", CANARY.as_bytes());
    check(&png, Category::Hidden);
}

#[test]
fn rows_that_the_header_does_not_call_for_go() {
    let mut png = Png::rgb();
    let stream = zlib(&[rows(60, 10), CANARY.as_bytes().to_vec()].concat());
    png.data = stream.chunks(50).map(|part| chunk(b"IDAT", part)).collect();
    check(&png, Category::Hidden);
    // In an animation, where the numbers of the chunks after it change.
    let extra = zlib(&[rows(60, 10), vec![0; 100_000], CANARY.as_bytes().to_vec()].concat());
    let mut animation = apng(2);
    let first = animation.after.len() as u32 + 1;
    animation.before[0] = chunk(b"acTL", &[[0, 0, 0, 4], [0; 4]].concat());
    let control = |sequence| [&[sequence, 20, 10, 0, 0].map(u32::to_be_bytes).concat()[..], &[0; 6]].concat();
    animation = animation.after(b"fcTL", &control(first));
    let mut sequence = first + 1;
    for part in extra.chunks(60) {
        animation = animation.after(b"fdAT", &[&sequence.to_be_bytes()[..], part].concat());
        sequence += 1;
    }
    animation = animation.after(b"fcTL", &control(sequence));
    let last = [&(sequence + 1).to_be_bytes()[..], &zlib(&rows(60, 10)), CANARY.as_bytes()].concat();
    let animation = animation.after(b"fdAT", &last);
    let file = animation.build();
    let (out, _) = clean(&file, &Options::default());
    assert!(!survives(&out));
    assert_eq!(decode(&out).len(), 4);
    assert_eq!(decode(&out), decode(&file));
}

#[test]
fn animations_stay_and_frames_that_nobody_sees_go() {
    let animation = apng(3);
    assert_eq!(clean(&animation.build(), &Options::default()).0, animation.build());
    let text = apng(3).after(b"tEXt", CANARY.as_bytes());
    assert_eq!(decode(&check(&text, Category::Comment)).len(), 3);
    // A frame more than promised.
    let sequence = animation.after.len() as u32 + 1;
    let control = [&[sequence, 20, 10, 0, 0].map(u32::to_be_bytes).concat()[..], &[0; 6]].concat();
    let data = [&(sequence + 1).to_be_bytes()[..], CANARY.as_bytes()].concat();
    let more = apng(3).after(b"fcTL", &control).after(b"fdAT", &data);
    assert_eq!(clean(&more.build(), &Options::default()).0, animation.build());
    // Frames without acTL.
    let mut still = apng(2);
    still.before.remove(0);
    let (out, report) = clean(&still.build(), &Options::default());
    assert_eq!(out, Png::rgb().build());
    assert_eq!(report.categories(), [Category::SecondPicture]);
    // A frame fewer than promised.
    let mut fewer = apng(2);
    fewer.before[0] = chunk(b"acTL", &[[0, 0, 0, 3], [0; 4]].concat());
    assert!(matches!(sanitize(fewer.build(), &Options::default()), Err(Error::Malformed { .. })));
    // A second acTL: for some it is an animation, for others it is none.
    let mut twice = apng(2);
    twice.before.insert(1, twice.before[0].clone());
    assert!(matches!(sanitize(twice.build(), &Options::default()), Err(Error::Malformed { .. })));
}

#[test]
fn an_animation_control_behind_the_picture_makes_no_animation_of_it() {
    let control = [[0, 0, 0, 2], [0; 4]].concat();
    let turned = clean(&Png::rgb().after(b"eXIf", &exif(6)).build(), &Options::default()).0;
    for png in [
        Png::rgb().before(b"eXIf", &exif(6)).after(b"acTL", &control),
        Png::rgb().after(b"acTL", &control).after(b"eXIf", &exif(6)),
    ] {
        let (out, report) = clean(&png.build(), &Options::default());
        assert_eq!(report.orientation, OrientationOutcome::Turned);
        assert_eq!(out, turned);
    }
}

#[test]
fn a_profile_keeps_its_bytes_and_loses_its_name() {
    let profile = icc::clean();
    let iccp = |name: &str, slack: &[u8]| [name.as_bytes(), &[0, 0], &zlib(&profile), slack].concat();
    let clean_file = Png::rgb().before(b"iCCP", &iccp("ICC", b"")).build();
    assert_eq!(clean(&clean_file, &Options::default()).0, clean_file);
    for data in [iccp(CANARY, b""), iccp("ICC", CANARY.as_bytes())] {
        assert_eq!(check(&Png::rgb().before(b"iCCP", &data), Category::ProfileDetails), clean_file);
    }
    let mut options = Options::default();
    options.icc = IccPolicy::Drop;
    let (out, report) = clean(&clean_file, &options);
    assert_eq!(out, Png::rgb().build());
    assert_eq!(report.categories(), [Category::ColorProfile]);
}

#[test]
fn turned_upright_every_kind_of_pixel_is_where_it_was() {
    for (depth, color) in
        [(1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (8, 2), (16, 2), (8, 3), (4, 3), (8, 4), (16, 6)]
    {
        for orientation in 2..=8_u8 {
            let mut png = Png::new(24, 8, depth, color);
            if color == 3 {
                png = png.before(b"PLTE", &vec![9; 3 << depth]);
            }
            png = png.before(b"pHYs", &[0, 0, 0, 1, 0, 0, 0, 2, 0]).after(b"eXIf", &exif(orientation));
            let (out, report) = clean(&png.build(), &Options::default());
            assert!(!survives(&out));
            assert_eq!(report.orientation, OrientationOutcome::Turned);
            let size = if orientation >= 5 { (8, 24) } else { (24, 8) };
            assert_eq!((report.width, report.height), size);
            let density =
                if orientation >= 5 { [0, 0, 0, 2, 0, 0, 0, 1, 0] } else { [0, 0, 0, 1, 0, 0, 0, 2, 0] };
            assert!(out.windows(9).any(|window| window == density));
            // Turned back it is what it was.
            let inverse = [0, 1, 2, 3, 4, 5, 8, 7, 6][usize::from(orientation)];
            let mut tagged = out.clone();
            tagged.truncate(out.len() - 12);
            tagged.extend(chunk(b"eXIf", &exif(inverse)));
            tagged.extend(chunk(b"IEND", b""));
            let (back, _) = clean(&tagged, &Options::default());
            assert_eq!(decode(&back), decode(&png.build()), "depth {depth}, colour {color}, {orientation}");
        }
    }
}

#[test]
fn orientation_follows_the_options() {
    let tagged = Png::rgb().before(b"eXIf", &exif(6)).build();
    let minimal = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut options = Options::default();
    options.orientation = Orientation::Drop;
    let (out, report) = clean(&tagged, &options);
    assert_eq!((out, report.orientation), (Png::rgb().build(), OrientationOutcome::Dropped));
    options.orientation = Orientation::Tag;
    let (out, report) = clean(&tagged, &options);
    assert_eq!(out, Png::rgb().before(b"eXIf", minimal).build());
    assert_eq!(report.orientation, OrientationOutcome::TagKept);
    // An animation cannot be turned.
    let animation = apng(2).after(b"eXIf", &exif(6)).build();
    let mut options = Options::default();
    let (out, report) = clean(&animation, &options);
    assert_eq!(out, apng(2).after(b"eXIf", minimal).build());
    assert_eq!(report.orientation, OrientationOutcome::TagKeptNotExact);
    options.partial_edges = PartialEdges::Refuse;
    assert!(matches!(sanitize(animation, &options), Err(Error::NotRotatable { .. })));
    options.max_memory = 100;
    assert!(matches!(sanitize(tagged, &options), Err(Error::Memory { .. })));
}
