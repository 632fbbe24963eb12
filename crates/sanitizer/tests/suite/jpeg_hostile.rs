//! JPEG: hostile and damaged input ends in a clear error or a clean picture, fast.

use testkit::icc;
use testkit::jpeg;

use std::time::{Duration, Instant};

use jpeg::*;
use proptest::prelude::*;
use sanitizer::{Category, Options, sanitize};

fn fast() -> Options {
    let mut options = Options::default();
    options.verify_entropy = false;
    options
}

#[test]
fn cut_off_anywhere_it_is_refused() {
    let file = insert(&small(Kind::Progressive), 2, &[exif(6), icc_segment(1, 1, &icc::grey(50))].concat());
    // All but EOI is the whole picture.
    for end in 0..file.len() - 2 {
        for options in [Options::default(), fast()] {
            assert!(sanitize(file[..end].to_vec(), &options).is_err(), "cut at {end}");
        }
    }
}

#[test]
fn a_million_tiny_segments_take_no_time() {
    let clean = small(Kind::Ycc420);
    for segments in [
        [0xFF, 0xFE, 0, 2].repeat(1_000_000),
        [0xFF, 0xFE, 0, 2, 0xFF, 0xE1, 0, 2].repeat(500_000),
        [0xFF, 0xC4, 0, 2].repeat(1_000_000),
        [0xFF, 0x01].repeat(1_000_000),
        [0xFF, 0xDD, 0, 4, 0, 0, 0xFF, 0xFE, 0, 2].repeat(500_000),
        icc_segment(1, 255, b"x").repeat(500_000),
        exif(9).repeat(100_000),
    ] {
        let file = insert(&clean, 2, &segments);
        let start = Instant::now();
        match sanitize(file, &fast()) {
            Ok(out) => {
                assert!(out.report.removed.len() < 400);
                assert!(out.pieces().len() < 100);
                assert_eq!(pixels(&out.into_bytes()), pixels(&clean));
            }
            Err(error) => assert_eq!(error.kind(), "unprovable"),
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}

#[test]
fn a_million_fill_bytes_and_scans_take_no_time() {
    let clean = small(Kind::Grey);
    let sos = find(&clean, 0xDA, 0).0;
    let start = Instant::now();
    let fill = insert(&clean, 2, &vec![0xFF; 5_000_000]);
    assert!(sanitize(fill, &fast()).is_ok_and(|out| out.into_bytes() == clean));
    let stuffed = insert(&clean, 2, &[0xFF, 0].repeat(2_500_000));
    assert!(sanitize(stuffed, &fast()).is_ok_and(|out| out.into_bytes() == clean));
    let scans = insert(&clean, sos, &segment(0xDA, &[1, 1, 0, 0, 63, 0]).repeat(100_000));
    assert!(sanitize(scans, &fast()).is_err());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_huge_frame_takes_no_memory() {
    let mut file = small(Kind::Grey);
    let sof = find(&file, 0xC0, 0).0;
    file[sof + 5..sof + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    let mut options = fast();
    options.max_megapixels = 5000;
    assert!(sanitize(file, &options).is_ok_and(|out| out.report.width == 65500));
}

#[test]
fn nested_second_pictures_are_one_trailer() {
    let picture = insert(&small(Kind::Grey), 2, &exif(1));
    let file = picture.repeat(500);
    let mut options = fast();
    options.facts = true;
    let out = sanitize(file, &options).unwrap();
    assert_eq!(out.report.categories(), [Category::Exif, Category::SecondPicture]);
    assert_eq!(out.report.removed.len(), 2);
    assert!(!survives(&out.into_bytes()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is done to a file, it is refused, or comes out clean for good.
    #[test]
    fn damaged_files_never_panic(
        kind in 0..KINDS.len(),
        changes in prop::collection::vec((0_usize..4000, any::<u8>(), 0_u8..4), 1..8),
        verify in any::<bool>(),
    ) {
        let clean = small(KINDS[kind]);
        let mut file = insert(&clean, 2, &[exif(6), planted(0xE2, b"MPF\0"), icc_segment(1, 1, &icc::grey(50))].concat());
        file.extend_from_slice(CANARY);
        for (at, value, how) in changes {
            let at = at % file.len();
            match how {
                0 => file[at] = value,
                1 => file.insert(at, value),
                2 => drop(file.remove(at)),
                _ => file[at] = 0xFF,
            }
        }
        let options = if verify { Options::default() } else { fast() };
        if let Ok(out) = sanitize(file, &options) {
            let out = out.into_bytes();
            prop_assert!(!survives(&out));
            let again = sanitize(out.clone(), &options).unwrap();
            prop_assert!(again.into_bytes() == out, "cleaning twice changes the file");
        }
    }

    /// No bytes behind a JPEG's start make it panic.
    #[test]
    fn noise_never_panics(noise in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut file = vec![0xFF, 0xD8, 0xFF];
        file.extend(noise);
        let _ = sanitize(file, &fast());
    }
}

/// What is allowed must not hang on what goes: else the clean picture, cleaned again, would be refused.
#[test]
fn metadata_does_not_pay_for_arithmetic_coding() {
    let metadata = segment(0xE1, &[0; 65_000]).repeat(16);
    let mut options = Options::default();
    options.max_megapixels = 5000;
    for [before, after] in [[&b""[..], b""], [&metadata, b""], [b"", &metadata]] {
        // 1.3 gigapixels of one value, in two bytes.
        let file = [
            &[0xFF, 0xD8][..],
            before,
            &segment(0xDB, &[&[0][..], &[1; 64]].concat()),
            &segment(0xC9, &[8, 0x80, 0, 0x9C, 0x40, 1, 1, 0x11, 0]),
            &segment(0xDA, &[1, 1, 0, 0, 63, 0]),
            &[0, 0],
            after,
            &[0xFF, 0xD9],
        ]
        .concat();
        let error = sanitize(file, &options).unwrap_err();
        assert!(error.to_string().contains("too large a picture"), "{error}");
    }
}
