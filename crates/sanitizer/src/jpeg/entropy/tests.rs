use std::{fs, path::Path};

use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

use super::{
    Verifier, arithmetic,
    bits::Stop,
    verifier::{Scan, check_padding},
};
use crate::jpeg::{
    entropy::{
        coding::{BIG, BIG_BAND},
        samples::Sample,
    },
    frame::{Component, Frame},
    malformed,
    rotate::{self, libjpeg},
    truncated,
};
use crate::{Error, transform::Transform};

/// A scan as found in a file: where its data starts, and what the verifier said.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub start: usize,
    pub scan: Scan,
    /// The data, when bytes were left out of it.
    pub joined: Option<Vec<u8>>,
}

/// Walks a file, trusting its segments, and verifies each scan.
pub(super) fn verify(jpeg: &[u8]) -> Result<Vec<Found>, Error> {
    verify_from(jpeg, BIG_BAND)
}

/// The same, with the fast way through AC scans of progressive pictures from so many bytes on.
fn verify_from(jpeg: &[u8], big_band: usize) -> Result<Vec<Found>, Error> {
    let new = |frame: &Frame, limit| {
        Verifier::new(frame, limit).map(|mut verifier| {
            verifier.big_band = big_band;
            verifier
        })
    };
    let mut verifier: Option<Verifier> = None;
    let mut found = Vec::new();
    let mut at = 2;
    while let Some(&[0xFF, marker]) = jpeg.get(at..at + 2) {
        if marker == 0xD9 {
            return Ok(found);
        }
        if marker == 0xFF {
            at += 1;
            continue;
        }
        let payload = jpeg
            .get(at + 2..at + 4)
            .and_then(|length| {
                jpeg.get(at + 4..at + 2 + usize::from(u16::from_be_bytes([length[0], length[1]])))
            })
            .ok_or(truncated(at, "segment"))?;
        at += 4 + payload.len();
        match (marker, &mut verifier) {
            (0xC4, Some(verifier)) => verifier.dht(payload)?,
            (0xC4, None) => {
                // Tables may stand before the frame header: read them once it is known.
                let frame = frame_of(jpeg)?;
                let mut fresh = new(&frame, 1 << 28)?;
                fresh.dht(payload)?;
                verifier = Some(fresh);
            }
            (0xC0..=0xC3 | 0xC5..=0xCB | 0xCD..=0xCF, None) => {
                verifier = Some(new(&frame_of(jpeg)?, 1 << 28)?);
            }
            (0xCC, verifier) => {
                let verifier = verifier.get_or_insert(new(&frame_of(jpeg)?, 1 << 28)?);
                for table in payload.chunks_exact(2) {
                    verifier.dac(table[0], table[1])?;
                }
            }
            (0xDD, verifier) => {
                if verifier.is_none() {
                    *verifier = Some(new(&frame_of(jpeg)?, 1 << 28)?);
                }
                let &[high, low] = payload else { return Err(malformed(at, "DRI")) };
                verifier.as_mut().unwrap().restart_interval(u16::from_be_bytes([high, low]));
            }
            (0xDA, Some(verifier)) => {
                let scan = verifier.scan(payload, &jpeg[at..], at)?;
                assert!(scan.data <= scan.end && at + scan.end <= jpeg.len());
                let joined = verifier.take_joined().map(|joined| joined.bytes);
                found.push(Found { start: at, scan, joined });
                at += scan.end;
            }
            _ => {}
        }
    }
    Err(truncated(at, "a marker"))
}

pub(super) fn frame_of(jpeg: &[u8]) -> Result<Frame, Error> {
    let mut at = 2;
    while let Some(&[0xFF, marker, high, low]) = jpeg.get(at..at + 4) {
        let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        if matches!(marker, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF) {
            let payload = jpeg.get(at + 4..end).ok_or(truncated(at, "SOF"))?;
            let &[precision, h1, h0, w1, w0, _] = payload.first_chunk::<6>().ok_or(truncated(at, "SOF"))?;
            let components = payload[6..]
                .chunks_exact(3)
                .map(|c| Component { id: c[0], h: c[1] >> 4, v: c[1] & 15 })
                .collect();
            let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
            return Ok(Frame { sof: marker, precision, width, height, components });
        }
        at = end;
    }
    Err(truncated(at, "SOF"))
}

fn corpus_files() -> Vec<std::path::PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if corpus.exists() {
        walk(&corpus, &mut files);
    }
    files.sort();
    files
}

/// All kinds, and refinement scans, which the generator cannot write.
fn all_kinds(width: u16, height: u16) -> Vec<(String, Vec<u8>)> {
    let mut kinds = Vec::new();
    for sample in Sample::all_kinds(width, height) {
        let jpeg = sample.encode();
        if sample.progressive {
            let refined = libjpeg::turn(&jpeg, Transform::Transpose, false, true, false).unwrap();
            kinds.push((format!("refined {sample:?}"), refined));
        }
        kinds.push((format!("{sample:?}"), jpeg));
    }
    kinds
}

/// A progressive picture with scans of each sort, as small as can be.
fn progressive() -> Vec<u8> {
    let sample = Sample { progressive: true, sampling: SamplingFactor::F_2_2, ..Sample::PLAIN };
    all_kinds(40, 24)
        .into_iter()
        .find(|(name, _)| name.starts_with("refined"))
        .map_or(sample.encode(), |(_, jpeg)| jpeg)
}

#[test]
fn every_kind_is_followed_to_its_end() {
    for (name, jpeg) in all_kinds(45, 39).into_iter().chain(all_kinds(64, 32)).chain(all_kinds(1, 1)) {
        let found = verify(&jpeg).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!found.is_empty());
        for found in found {
            assert_eq!(found.scan.data, found.scan.end, "{name}");
        }
    }
}

#[test]
fn a_big_scan_is_followed_with_multi_symbol_tables() {
    for optimized in [false, true] {
        let jpeg = Sample { width: 1000, height: 700, optimized, ..Sample::PLAIN }.encode();
        let found = verify(&jpeg).unwrap();
        assert!(jpeg.len() - found[0].start >= BIG);
        assert!(found.iter().all(|found| found.scan.data == found.scan.end));
        assert_eq!(verify(&jpeg[..jpeg.len() - 4]).unwrap_err().kind(), "truncated");
    }
}

/// The fast way through AC scans finds the same ends and the same faults as going code by code, on whole pictures and
/// on ones with a bit changed.
#[test]
fn big_bands_are_followed_like_small_ones() {
    let mut state = 1u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let (mut passed, mut refused) = (0, 0);
    for restart in [0, 40] {
        let sample = Sample { width: 320, height: 240, progressive: true, restart, ..Sample::PLAIN };
        let spectral = sample.encode();
        let refined = libjpeg::turn(&spectral, Transform::Transpose, false, true, false).unwrap();
        for jpeg in [spectral, refined] {
            let start = verify(&jpeg).unwrap()[0].start;
            for number in 0..150 {
                let mut jpeg = jpeg.clone();
                if number > 0 {
                    let at = start + random(jpeg.len() - start - 2);
                    jpeg[at] ^= 1 << random(8);
                }
                let fast = verify_from(&jpeg, 0);
                match (verify_from(&jpeg, usize::MAX), fast) {
                    (Ok(slow), fast) => {
                        passed += 1;
                        assert_eq!(Ok(slow), fast);
                    }
                    (Err(slow), fast) => {
                        refused += 1;
                        let fast = fast.unwrap_err();
                        // What is wrong is the same; where it was noticed is told to about what is loaded at once.
                        let text =
                            |error: &Error| error.to_string().replace(|c: char| c.is_ascii_digit(), "");
                        assert_eq!(text(&slow), text(&fast));
                    }
                }
            }
        }
    }
    assert!(passed > 200 && refused > 200, "{passed}, {refused}");
}

#[test]
fn what_hides_behind_a_scan_is_found() {
    let canaries: [&[u8]; 5] = [b"LEAKCANARY", b"\0", b"\xFF\x00LEAK", b"\xFF\xD0LEAK\xFF\xD1", b"\xFF\xFF"];
    for (name, jpeg) in all_kinds(45, 39) {
        let clean = verify(&jpeg).unwrap();
        for (index, found) in clean.iter().enumerate() {
            for canary in canaries {
                let mut dirty = jpeg.clone();
                let behind = found.start + found.scan.data;
                dirty.splice(behind..behind, canary.iter().copied());
                let scan = verify(&dirty).unwrap()[index].scan;
                let expected = Scan { data: found.scan.data, end: found.scan.end + canary.len() };
                assert_eq!(scan, expected, "{name}, scan {index}, {canary:02x?}");
            }
        }
    }
}

#[test]
fn restart_intervals_hide_nothing() {
    let jpeg = Sample { restart: 2, ..Sample::PLAIN }.encode();
    let found = verify(&jpeg).unwrap();
    let data = found[0].start..found[0].start + found[0].scan.data;
    let restarts: Vec<usize> =
        data.clone().filter(|&at| jpeg[at] == 0xFF && matches!(jpeg[at + 1], 0xD0..=0xD7)).collect();
    assert_eq!(restarts.len(), 23, "48 MCUs");
    for &at in &restarts {
        let mut dirty = jpeg.clone();
        dirty.splice(at..at, *b"LEAK");
        assert_eq!(verify(&dirty).unwrap()[0].joined.as_deref(), Some(&jpeg[data.clone()]));
        let mut wrong = jpeg.clone();
        wrong[at + 1] ^= 1;
        assert_eq!(verify(&wrong).unwrap_err().kind(), "malformed");
        let mut missing = jpeg.clone();
        missing.splice(at..at + 2, []);
        verify(&missing).unwrap_err();
        // An interval that ends in padding: change it.
        for padding in [0x01, 0x03] {
            let mut dirty = jpeg.clone();
            dirty[at - 1] ^= padding;
            if jpeg[at - 1] & 7 == 7 && jpeg[at - 2] != 0xFF {
                assert_eq!(verify(&dirty).unwrap_err().kind(), "unprovable");
            }
        }
    }
}

/// A lossless picture of two components, by hand: differences 0 are coded as 0,
/// 1-bit differences as 10x and 32768 as 110.
pub(in crate::jpeg) fn lossless(scan: &[u8]) -> Vec<u8> {
    let mut jpeg = b"\xFF\xD8\xFF\xC3\x00\x0E\x08\x00\x02\x00\x03\x02\x01\x11\x00\x02\x11\x00".to_vec();
    jpeg.extend(b"\xFF\xC4\x00\x16\x00\x01\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\x00\x01\x10");
    jpeg.extend(b"\xFF\xDA\x00\x0A\x02\x01\x00\x02\x00\x01\x00\x00");
    jpeg.extend(scan);
    jpeg.extend(b"\xFF\xD9");
    jpeg
}

#[test]
fn lossless_pictures_are_followed() {
    // Twelve samples: 0 100 101 110 0 0 | 0 0 0 0 0 0, padded with ones.
    let scan = [0b0100_1011, 0b1000_0000, 0b0000_0011 | 0b0000_0011];
    let exact = [0b0100_1011, 0b1000_0000, 0b0011_1111];
    let found = verify(&lossless(&exact)).unwrap();
    assert_eq!(found[0].scan, Scan { data: 3, end: 3 });
    assert_eq!(verify(&lossless(&scan)).unwrap_err().kind(), "unprovable");
    assert_eq!(verify(&lossless(&exact[..2])).unwrap_err().kind(), "malformed");
    let tail = [&exact[..], b"LEAK"].concat();
    assert_eq!(verify(&lossless(&tail)).unwrap()[0].scan, Scan { data: 3, end: 7 });
}

#[test]
fn padding_is_all_ones_or_all_zeros() {
    let exact = [0b0100_1011, 0b1000_0000, 0b0011_1111];
    for (last, kind) in [(0b0011_1111, None), (0b0000_0000, None), (0b0001_1111, Some("unprovable"))] {
        let scan = [exact[0], exact[1], last];
        assert_eq!(verify(&lossless(&scan)).err().map(|error| error.kind()), kind, "{last:08b}");
    }
    // Zeros in one interval and ones in the next could spell something.
    let mut padding = None;
    let mut check = |padding_bits, value| {
        check_padding(&mut padding, &Stop { position: 0, padding: padding_bits, value })
    };
    check(0, 0).unwrap();
    check(3, 0).unwrap();
    check(7, 0).unwrap();
    check(2, 3).unwrap_err();
}

#[test]
fn a_picture_cut_off_anywhere_is_refused() {
    for jpeg in [Sample::PLAIN.encode(), Sample { restart: 5, ..Sample::PLAIN }.encode(), progressive()] {
        for end in 2..jpeg.len() - 2 {
            let error = verify(&jpeg[..end]).expect_err("cut off");
            assert_eq!(error.kind(), "truncated", "{end}: {error}");
        }
    }
}

#[test]
fn the_memory_of_a_progressive_picture_is_bounded() {
    let component = |id, factor| Component { id, h: factor, v: factor };
    let components = vec![component(1, 2), component(2, 1), component(3, 1)];
    let frame = Frame { sof: 0xC2, precision: 8, width: 65500, height: 65500, components };
    let needed = 8 * (8188 * 8188 + 2 * 4094 * 4094);
    assert_eq!(Verifier::new(&frame, needed - 1).err(), Some(Error::Memory { needed, limit: needed - 1 }));
    assert!(Verifier::new(&frame, needed).is_ok());
    assert!(Verifier::new(&Frame { sof: 0xC0, ..frame }, 0).is_ok());
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let frame = frame_of(&Sample::PLAIN.encode()).unwrap();
    let kind = |frame: &Frame| Verifier::new(frame, 1 << 20).err().map(|error| error.kind());
    assert_eq!(kind(&frame), None);
    for sof in [0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF] {
        assert_eq!(kind(&Frame { sof, ..frame.clone() }), Some("unprovable"), "{sof:x}");
    }
    assert_eq!(kind(&Frame { height: 0, ..frame.clone() }), Some("unprovable"));
    assert_eq!(kind(&Frame { width: 0, ..frame.clone() }), Some("malformed"));
    assert_eq!(kind(&Frame { components: Vec::new(), ..frame.clone() }), Some("malformed"));
    let mut twice = frame.clone();
    twice.components[1].id = twice.components[0].id;
    assert_eq!(kind(&twice), Some("malformed"));
    let mut factor = frame;
    factor.components[1].v = 0;
    assert_eq!(kind(&factor), Some("malformed"));
}

#[test]
fn a_scan_that_a_later_one_overwrites_is_refused() {
    for jpeg in [Sample::PLAIN.encode(), progressive()] {
        let found = verify(&jpeg).unwrap();
        let header = jpeg[..found[0].start].windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
        let scan = jpeg[header..found[0].start + found[0].scan.end].to_vec();
        let mut dirty = jpeg.clone();
        dirty.splice(header..header, scan);
        assert_eq!(verify(&dirty).unwrap_err().kind(), "malformed");
    }
}

#[test]
fn bad_tables_are_refused() {
    let mut verifier = Verifier::new(&frame_of(&Sample::PLAIN.encode()).unwrap(), 0).unwrap();
    let mut table = vec![0x00, 1, 1];
    table.extend([0; 14]);
    table.extend([0x0B, 0x10]);
    verifier.dht(&table).unwrap();
    table[0] = 0x10;
    verifier.dht(&table).unwrap();
    table.push(0x00);
    assert_eq!(verifier.dht(&table).unwrap_err().kind(), "malformed", "slack");
    for destination in [0x20, 0x14] {
        table[0] = destination;
        assert_eq!(verifier.dht(&table[..19]).unwrap_err().kind(), "malformed");
    }
}

#[test]
fn each_picture_of_the_corpus_is_followed() {
    let files = corpus_files();
    if files.is_empty() {
        testkit::tools::skip_without_corpus();
        return;
    }
    let mut verified = 0;
    for path in files {
        let Ok(jpeg) = fs::read(&path) else { continue };
        if !jpeg.starts_with(&[0xFF, 0xD8]) {
            continue;
        }
        match verify(&jpeg) {
            Ok(found) => {
                // At most the fill byte that one camera writes before EOI.
                assert!(
                    found.iter().all(|found| found.scan.end - found.scan.data <= 1),
                    "{}",
                    path.display()
                );
                verified += 1;
            }
            Err(error) => {
                let decoded = jpeg_decoder::Decoder::new(&jpeg[..]).decode();
                assert!(decoded.is_err(), "{}: {error}", path.display());
            }
        }
    }
    assert!(verified > 60, "only {verified} pictures of the corpus were usable");
}

proptest! {
    #[test]
    fn any_damage_ends_without_a_panic(
        kind in 0usize..100,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let kinds = kinds_once();
        let mut jpeg = kinds[kind % kinds.len()].clone();
        for (at, value) in changes {
            let at = at.index(jpeg.len());
            jpeg[at] = value;
        }
        let _ = verify(&jpeg);
        jpeg.truncate(cut.index(jpeg.len()));
        let _ = verify(&jpeg);
    }

    /// Looking at one code at a time and at several comes to the same.
    #[test]
    fn big_scans_are_followed_like_small_ones(
        kind in 0usize..100,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..3),
    ) {
        let kinds = kinds_once();
        let mut jpeg = kinds[kind % kinds.len()].clone();
        let start = verify(&jpeg).unwrap()[0].start;
        for (at, value) in changes {
            let at = start + at.index(jpeg.len() - start - 2);
            jpeg[at] = value;
        }
        let small = verify(&jpeg);
        jpeg.extend([0xFF, 0xD9].repeat(BIG / 2));
        match (small, verify(&jpeg)) {
            (Ok(small), big) => prop_assert_eq!(Ok(small), big),
            (Err(small), big) => prop_assert!(big.is_err() || small.kind() == "truncated", "{small}, {big:?}"),
        }
    }

    /// Whatever is let pass, less what is no part of the code, libjpeg reads without a
    /// warning, and we read the same.
    #[test]
    fn what_passes_is_what_libjpeg_reads(
        kind in 0usize..100,
        scan in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let kinds = kinds_once();
        let mut jpeg = kinds[kind % kinds.len()].clone();
        let found = verify(&jpeg).unwrap();
        let found = &found[scan.index(found.len())];
        // The arithmetic code of nothing is no byte.
        if found.scan.data > 0 {
            jpeg[found.start + at.index(found.scan.data)] = value;
        }
        if let Ok(found) = verify(&jpeg) {
            for Found { start, scan, joined } in found.into_iter().rev() {
                jpeg.drain(start + scan.data..start + scan.end);
                if let Some(joined) = joined {
                    jpeg.splice(start..start + scan.data, joined);
                }
            }
            assert_read_alike(&jpeg);
        }
    }
}

/// Libjpeg reads the picture without a warning, and turned by us it has the same coefficients.
fn assert_read_alike(jpeg: &[u8]) {
    let theirs = libjpeg::turn(jpeg, Transform::Transpose, false, false, false);
    let ours = rotate::tests::turn(jpeg, Transform::Transpose, false, 1 << 30);
    match (ours, theirs) {
        // Coefficients that no table has a code for.
        (Err(Error::NotRotatable { .. }), None) => {}
        (Ok(ours), Some(theirs)) => {
            let pixels = |jpeg: &[u8]| jpeg_decoder::Decoder::new(jpeg).decode().ok();
            assert!(pixels(&ours) == pixels(&theirs), "other pixels than libjpeg's");
        }
        (ours, theirs) => panic!("ours: {:?}, theirs: {}", ours.map(|file| file.len()), theirs.is_some()),
    }
}

fn kinds_once() -> &'static [Vec<u8>] {
    static KINDS: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    KINDS.get_or_init(|| {
        all_kinds(33, 17).into_iter().chain(arithmetic::tests::pictures()).map(|(_, jpeg)| jpeg).collect()
    })
}
