//! JPEG: the covert places. Each is emptied, or the file is refused.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use testkit::jpeg;

use jpeg::*;
use sanitizer::{Category, Options, sanitize};

/// Cleans to exactly `clean`, and says that something was hidden.
fn comes_clean(file: &[u8], clean: &[u8]) {
    let out = sanitize(file.to_vec(), &Options::default()).unwrap();
    assert_eq!(out.report.categories(), [Category::Hidden], "{:?}", out.report.removed);
    assert_eq!(out.report.removed_bytes() + clean.len(), file.len().max(clean.len()));
    let out = out.into_bytes();
    assert!(!survives(&out));
    assert_eq!(out, clean);
}

fn refused(file: &[u8]) -> &'static str {
    sanitize(file.to_vec(), &Options::default()).unwrap_err().kind()
}

#[test]
fn fill_bytes_and_junk_between_segments_go() {
    for kind in [Kind::Ycc420, Kind::ThreeScans, Kind::Progressive] {
        let clean = small(kind);
        // Not behind EOI, and not behind a scan, where junk would be its data.
        let markers = markers(&clean);
        for (index, &(_, start, _)) in markers.iter().enumerate().skip(1) {
            comes_clean(&insert(&clean, start, &[0xFF; 70]), &clean);
            if markers[index - 1].0 != 0xDA && index > 1 {
                comes_clean(&insert(&clean, start, CANARY), &clean);
                comes_clean(&insert(&clean, start, b"LEAKCANARY\xFF\0LEAKCANARY"), &clean);
                comes_clean(&insert(&clean, start, &[0xFF, 0x01, 0xFF, 0xD3]), &clean);
            }
        }
    }
}

#[test]
fn slack_in_segments_is_cut() {
    let clean = small(Kind::Ycc420);
    for marker in [0xDB, 0xC4, 0xC0, 0xDA, 0xE0] {
        comes_clean(&lengthen(&clean, marker, CANARY), &clean);
    }
    comes_clean(&lengthen(&small(Kind::Restart), 0xDD, CANARY), &small(Kind::Restart));
}

#[test]
fn slack_that_could_be_a_table_is_refused() {
    let clean = small(Kind::Ycc420);
    assert_eq!(refused(&lengthen(&clean, 0xDB, &CANARY.repeat(20))), "unprovable");
    assert_eq!(refused(&lengthen(&clean, 0xC4, &CANARY.repeat(20))), "unprovable");
}

#[test]
fn tables_that_no_scan_uses_go() {
    let clean = small(Kind::Ycc420);
    let sos = find(&clean, 0xDA, 0).0;
    let mut quantisation = CANARY.repeat(7);
    quantisation.truncate(64);
    quantisation.insert(0, 3);
    let mut huffman = vec![0x13];
    huffman.extend([0; 15]);
    huffman.push(10);
    huffman.extend_from_slice(CANARY);
    for table in [
        segment(0xDB, &quantisation),
        segment(0xC4, &huffman),
        segment(0xCC, &[0x10, 7, 0x11, 9]),
        segment(0xDB, &[]),
        // Ends after the picture's data: nothing reads it there.
        segment(0xDC, &[0, 24]),
    ] {
        comes_clean(&insert(&clean, sos, &table), &clean);
        comes_clean(&insert(&clean, clean.len() - 2, &table), &clean);
    }
    // Replaced before a scan used it.
    quantisation[0] = 0;
    comes_clean(&insert(&clean, find(&clean, 0xDB, 0).0, &segment(0xDB, &quantisation)), &clean);
    // In one segment with a table in use.
    quantisation[0] = 2;
    comes_clean(&lengthen(&clean, 0xDB, &quantisation), &clean);
    // Changed between two scans of a component, which decoders do not heed.
    let clean = small(Kind::Progressive);
    quantisation[0] = 0;
    comes_clean(&insert(&clean, find(&clean, 0xDA, 2).0, &segment(0xDB, &quantisation)), &clean);
}

#[test]
fn a_huffman_table_of_anything_but_symbols_is_refused() {
    let clean = small(Kind::Ycc420);
    let mut huffman = vec![0x10];
    huffman.extend([0; 15]);
    huffman.push(10);
    huffman.extend_from_slice(CANARY);
    let sos = find(&clean, 0xDA, 0).0;
    assert_eq!(refused(&insert(&clean, sos, &segment(0xC4, &huffman))), "unprovable");
}

#[test]
fn scan_parameters_that_mean_nothing_are_set_right() {
    let clean = small(Kind::Ycc420);
    let end = find(&clean, 0xDA, 0).1;
    let mut file = clean.clone();
    file[end - 3..end].copy_from_slice(b"LEA");
    let out = sanitize(file, &Options::default()).unwrap();
    assert_eq!(out.into_bytes(), clean);
}

#[test]
fn a_picture_that_is_painted_over_is_refused() {
    // The whole scan twice: the first would be a picture that nobody sees.
    let clean = small(Kind::Ycc420);
    let (sos, _) = find(&clean, 0xDA, 0);
    let twice = [&clean[..clean.len() - 2], &clean[sos..]].concat();
    assert_eq!(refused(&twice), "unprovable");
}

#[test]
fn reserved_markers_and_hierarchies_are_refused() {
    let clean = small(Kind::Ycc420);
    let sos = find(&clean, 0xDA, 0).0;
    for (marker, kind) in [
        (0x02, "unprovable"),
        (0xBF, "unprovable"),
        (0xDE, "unprovable"),
        (0xDF, "unprovable"),
        (0xD8, "malformed"),
        (0xC0, "malformed"),
        (0xC5, "malformed"),
    ] {
        assert_eq!(refused(&insert(&clean, sos, &planted(marker, b""))), kind, "{marker:02x}");
    }
}

#[test]
fn the_number_of_lines_stays_where_it_is_needed() {
    let clean = small(Kind::Grey);
    let (sof, _) = find(&clean, 0xC0, 0);
    let mut file = insert(&clean, clean.len() - 2, &segment(0xDC, &[0, 24]));
    file[sof + 5..sof + 7].copy_from_slice(&[0, 0]);
    let out = sanitize(file.clone(), &Options::default()).unwrap();
    assert_eq!((out.report.height, out.report.removed.len()), (24, 0));
    assert_eq!(out.into_bytes(), file);
    let mut none = clean;
    none[sof + 5..sof + 7].copy_from_slice(&[0, 0]);
    assert_eq!(refused(&none), "malformed");
}

#[test]
fn what_stands_behind_the_last_block_of_a_scan_goes() {
    for kind in KINDS {
        let clean = small(kind);
        let markers = markers(&clean);
        for (index, _) in markers.iter().enumerate().filter(|(_, found)| found.0 == 0xDA) {
            let next = markers[index + 1].1;
            comes_clean(&insert(&clean, next, CANARY), &clean);
            comes_clean(&insert(&clean, next, b"\xFF\0LEAKCANARY\xFF\xD1LEAKCANARY"), &clean);
        }
    }
}

#[test]
fn with_and_without_proof_clean_files_come_out_the_same() {
    let mut fast = Options::default();
    fast.verify_entropy = false;
    for kind in KINDS {
        let clean = small(kind);
        assert_eq!(sanitize(clean.clone(), &fast).unwrap().into_bytes(), clean);
        assert_eq!(sanitize(clean.clone(), &Options::default()).unwrap().into_bytes(), clean);
    }
}
