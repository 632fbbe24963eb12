//! JPEG: faults that viewers overlook are mended where the coded data prove that all of the picture is there.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use testkit::jpeg;

use jpeg::*;
use sanitizer::{Options, Orientation, sanitize};

fn fast() -> Options {
    let mut options = Options::default();
    options.verify_entropy = false;
    options
}

/// Comes out as `clean`, with and without the proof asked for, and stays as it is then.
fn mended(file: &[u8], clean: &[u8]) {
    for options in [Options::default(), fast()] {
        let out = sanitize(file.to_vec(), &options).unwrap().into_bytes();
        assert!(!survives(&out), "the canary survives");
        assert!(out == clean, "{} bytes instead of {}", out.len(), clean.len());
        let again = sanitize(out.clone(), &options).unwrap();
        assert_eq!((again.report.removed.len(), again.into_bytes()), (0, out));
    }
}

fn refused(file: &[u8]) {
    for options in [Options::default(), fast()] {
        assert!(sanitize(file.to_vec(), &options).is_err());
    }
}

fn without_eoi(file: &[u8]) -> &[u8] {
    &file[..file.len() - 2]
}

/// What cameras write where EOI should be, and what the hostile might.
fn trailers() -> Vec<Vec<u8>> {
    vec![
        vec![],
        vec![0; 700],
        vec![0xFF],
        [b"dhav\x10\0\0\0", CANARY].concat(),
        [&[0; 6][..], CANARY, b"SEFHj\0\0\0SEFT"].concat(),
        // Other pictures, whole and cut off.
        [CANARY, &insert(&small(Kind::Grey), 2, &exif(6))].concat(),
        [CANARY, &small(Kind::Progressive)[..200]].concat(),
        // What looks like markers: segments, a reserved one, one that goes past the end, a frame header.
        [CANARY, &planted(0xE1, b"Exif\0\0"), &planted(0xE2, b"MPF\0"), &segment(0xDB, &[0; 65])].concat(),
        [CANARY, &[0xFF, 0x02], CANARY, &[0xFF, 0xD9]].concat(),
        [CANARY, &[0xFF, 0xE4, 0xFF, 0xF0], CANARY].concat(),
        [CANARY, &[0xFF, 0xD3, 0xFF, 0xFE, 0, 1], CANARY].concat(),
        [CANARY, &segment(0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0])].concat(),
        // A scan of a component that the picture has not.
        [CANARY, &segment(0xDA, &[1, 77, 0, 0, 63, 0]), CANARY].concat(),
    ]
}

#[test]
fn a_whole_picture_without_eoi_gets_one() {
    for kind in KINDS {
        let clean = small(kind);
        for trailer in trailers() {
            let file = [without_eoi(&clean), &trailer].concat();
            mended(&file, &clean);
            // With something to remove before, too.
            mended(&insert(&file, 2, &planted(0xE1, b"Exif\0\0")), &clean);
        }
    }
}

#[test]
fn all_that_is_removed_is_told() {
    let clean = small(Kind::Ycc420);
    for trailer in trailers().into_iter().filter(|trailer| !trailer.ends_with(&[0xFF, 0xD9])) {
        let file = [without_eoi(&clean), &trailer].concat();
        let report = sanitize(file, &Options::default()).unwrap().report;
        assert_eq!(report.removed_bytes(), trailer.len(), "{:?}", report.removed);
    }
}

#[test]
fn without_eoi_no_block_may_be_missing() {
    for kind in KINDS {
        let clean = small(kind);
        let data = find(&clean, 0xDA, 0).1;
        for end in data..clean.len() - 2 {
            refused(&clean[..end]);
            if end % 7 == 0 {
                // Whatever stands in the place of the rest, it ends at a marker.
                refused(&[&clean[..end], &[0xFF, 0xD8, 0xFF, 0xE0], CANARY].concat());
            }
        }
    }
    // Scans of a progressive picture, or components, are missing.
    for kind in [Kind::Progressive, Kind::ThreeScans] {
        let clean = small(kind);
        for (_, start, _) in markers(&clean).into_iter().filter(|found| found.0 == 0xDA) {
            refused(&clean[..start]);
            refused(&[&clean[..start], CANARY].concat());
        }
    }
}

#[test]
fn a_picture_painted_over_is_refused_without_eoi_too() {
    for kind in KINDS {
        let clean = small(kind);
        let (sos, _) = find(&clean, 0xDA, 0);
        refused(&[without_eoi(&clean), &clean[sos..]].concat());
        refused(&[without_eoi(&clean), without_eoi(&clean[sos..])].concat());
    }
}

#[test]
fn a_picture_without_eoi_is_turned() {
    for kind in [Kind::Ycc444, Kind::Progressive] {
        let upright = picture(kind, 64, 32);
        let turned = |file: &[u8]| {
            let out = sanitize(insert(file, 2, &exif(6)), &Options::default()).unwrap();
            assert_eq!((out.report.width, out.report.height), (32, 64));
            out.into_bytes()
        };
        let file = [without_eoi(&upright), b"dhav", CANARY].concat();
        assert_eq!(turned(&file), turned(&upright));
        let mut tag = Options::default();
        tag.orientation = Orientation::Tag;
        let out = sanitize(insert(&file, 2, &exif(6)), &tag).unwrap().into_bytes();
        assert_eq!(out, sanitize(insert(&upright, 2, &exif(6)), &tag).unwrap().into_bytes());
        assert!(!survives(&out));
    }
}

/// The place of the symbols of the first AC table, all of which the encoder lists.
fn symbols(file: &[u8]) -> std::ops::Range<usize> {
    let nth = (0..).find(|&nth| file[find(file, 0xC4, nth).0 + 4] >> 4 == 1).unwrap();
    let (start, end) = find(file, 0xC4, nth);
    assert_eq!(end - start, 4 + 17 + 162);
    start + 4 + 17..end
}

/// The file with these symbols, the first of which is at `at`.
fn with_symbols(file: &[u8], at: usize, symbols: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at..at + symbols.len()].copy_from_slice(symbols);
    file
}

#[test]
fn symbols_that_no_block_uses_are_cut_off() {
    for kind in [Kind::Grey, Kind::Ycc420, Kind::ThreeScans, Kind::Cmyk, Kind::Restart] {
        let whole = small(kind);
        let range = symbols(&whole);
        // No picture of eight bits has sizes above ten, runs of nothing but 0 and 15, or one symbol twice.
        for tail in [&[0x10][..], b"L", &[0x01], &[0x10, 0x20, 0x30, 0x40], CANARY] {
            let start = range.end - tail.len();
            let dirty = with_symbols(&whole, start, tail);
            let mut table = whole[range.start - 17..start].to_vec();
            table[16] -= tail.len() as u8;
            let clean = [&whole[..range.start - 21], &segment(0xC4, &table), &whole[range.end..]].concat();
            assert_eq!(pixels(&clean), pixels(&whole));
            mended(&dirty, &clean);
        }
    }
}

#[test]
fn symbols_between_others_are_replaced_so_that_their_codes_stay() {
    let clean = small(Kind::Ycc420);
    let range = symbols(&clean);
    for planted in [&[0x10][..], b"L", &[0x01], CANARY] {
        // The standard's table is sorted here, so what is put in is what was taken out.
        mended(&with_symbols(&clean, range.end - 20, planted), &clean);
    }
}

#[test]
fn symbols_that_a_block_uses_are_refused() {
    let clean = small(Kind::Ycc420);
    let first = symbols(&clean).start;
    for symbol in [0x10, 0xE0, 0x0B, b'L'] {
        for options in [Options::default(), fast()] {
            let error = sanitize(with_symbols(&clean, first, &[symbol]), &options).unwrap_err();
            assert_eq!(error.kind(), "unprovable", "{symbol:02x}: {error}");
        }
    }
}

#[test]
fn a_mended_picture_is_turned() {
    let upright = picture(Kind::Ycc444, 64, 32);
    let dirty = with_symbols(&upright, symbols(&upright).end - 10, CANARY);
    let turned = |file: &[u8]| {
        let out = sanitize(insert(file, 2, &exif(6)), &Options::default()).unwrap().into_bytes();
        assert!(!survives(&out));
        pixels(&out)
    };
    assert_eq!(turned(&dirty), turned(&upright));
}

/// The file with other names for the components, in the frame header and in all scan headers.
fn renamed(file: &[u8], names: &[u8]) -> Vec<u8> {
    let mut renamed = file.to_vec();
    let sof = markers(file).into_iter().find(|found| matches!(found.0, 0xC0..=0xC2)).unwrap().1;
    let count = usize::from(file[sof + 9]);
    let ids: Vec<u8> = (0..count).map(|index| file[sof + 10 + 3 * index]).collect();
    for (index, &name) in names.iter().enumerate() {
        renamed[sof + 10 + 3 * index] = name;
    }
    for (_, sos, _) in markers(file).into_iter().filter(|found| found.0 == 0xDA) {
        for index in 0..usize::from(file[sos + 4]) {
            let at = sos + 5 + 2 * index;
            renamed[at] = names[ids.iter().position(|&id| id == file[at]).unwrap()];
        }
    }
    renamed
}

#[test]
fn components_of_one_name_get_others() {
    for (kind, names) in [
        (Kind::Ycc420, &b"CYC"[..]),
        (Kind::Ycc444, &[1, 1, 1]),
        (Kind::Restart, &[0, 2, 2]),
        (Kind::Cmyk, b"CMYC"),
    ] {
        let file = small(kind);
        let clean = renamed(&file, &[1, 2, 3, 4][..names.len()]);
        assert_eq!(pixels(&clean), pixels(&file));
        let dirty = renamed(&file, names);
        mended(&dirty, &clean);
        mended(&lengthen(&dirty, 0xC0, CANARY), &clean);
        mended(&lengthen(&dirty, 0xDA, CANARY), &clean);
        let report = sanitize(dirty, &Options::default()).unwrap().report;
        assert_eq!(report.removed_bytes(), names.len());
    }
    // They are turned, too.
    let file = picture(Kind::Ycc444, 64, 32);
    let turned = |file: &[u8]| {
        let out = sanitize(insert(file, 2, &exif(8)), &Options::default()).unwrap();
        assert_eq!(out.report.height, 64);
        out.into_bytes()
    };
    assert_eq!(turned(&renamed(&file, b"CYC")), turned(&renamed(&file, &[1, 2, 3])));
}

#[test]
fn where_one_cannot_tell_which_component_is_meant_it_is_refused() {
    for kind in [Kind::Progressive, Kind::ThreeScans] {
        refused(&renamed(&small(kind), b"CYC"));
    }
    let mut swapped = renamed(&small(Kind::Ycc444), b"CYC");
    let sos = find(&swapped, 0xDA, 0).0;
    swapped.swap(sos + 5, sos + 7);
    refused(&swapped);
}

/// Where the restart markers are.
fn restart_markers(file: &[u8]) -> Vec<usize> {
    let data = find(file, 0xDA, 0).1;
    (data..file.len() - 1).filter(|&at| file[at] == 0xFF && matches!(file[at + 1], 0xD0..=0xD7)).collect()
}

#[test]
fn bytes_before_a_restart_marker_go() {
    for (width, height) in [(40, 24), (320, 256), (640, 640)] {
        let clean = picture(Kind::Restart, width, height);
        let places = restart_markers(&clean);
        assert!(!places.is_empty());
        for junk in [&[0; 6][..], &[0xFF], &[0xFF, 0, 0xFF, 0xFF], CANARY, b"\xFF\0LEAKCANARY\xFF"] {
            let before = |chosen: &[usize]| {
                let mut file = clean.clone();
                chosen.iter().rev().for_each(|&at| drop(file.splice(at..at, junk.iter().copied())));
                file
            };
            // The fast way leaves what is within a scan.
            for file in [before(&places), before(&places[..1]), before(&places[places.len() - 1..])] {
                let out = sanitize(file.clone(), &Options::default()).unwrap();
                assert_eq!(out.report.removed_bytes(), file.len() - clean.len());
                assert_eq!(out.into_bytes(), clean);
            }
            let file = [without_eoi(&before(&places)), CANARY].concat();
            assert_eq!(sanitize(file, &Options::default()).unwrap().into_bytes(), clean);
        }
        let turned = |file: &[u8]| sanitize(insert(file, 2, &exif(3)), &Options::default()).unwrap();
        let dirty = insert(&clean, places[0], CANARY);
        assert!(!survives(&turned(&dirty).into_bytes()));
    }
}

#[test]
fn before_a_wrong_restart_marker_they_are_refused() {
    let clean = small(Kind::Restart);
    let places = restart_markers(&clean);
    let refused = |file: Vec<u8>| assert!(sanitize(file, &Options::default()).is_err());
    let mut wrong = insert(&clean, places[0], &[0; 6]);
    wrong[places[0] + 7] ^= 1;
    refused(wrong);
    for marker in [[0xFF, 0xD5], [0xFF, 0xE0], [0xFF, 0xD9]] {
        refused(insert(&clean, places[0], &[&[0; 6][..], &marker].concat()));
    }
    let mut missing = clean;
    missing.splice(places[0]..places[0] + 2, [0; 6]);
    refused(missing);
}
