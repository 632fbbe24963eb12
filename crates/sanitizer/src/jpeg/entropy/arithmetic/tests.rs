use std::{fs, path::Path};

use super::{Arithmetic, Coded, Unit, Why, decoder::DECISIONS};
use crate::jpeg::{
    entropy::{Verifier, progressive::Parameters, tests::verify, verifier::Scan},
    frame::{Frame, Process},
};

/// The checked-in pictures with arithmetic coding, by name.
pub(in super::super) fn pictures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/jpeg");
    let mut pictures: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("arithmetic-"))
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()))
        .collect();
    pictures.sort();
    assert!(pictures.len() >= 10, "the checked-in pictures");
    pictures
}

#[test]
fn every_kind_is_followed_to_its_end() {
    for (name, jpeg) in pictures() {
        let found = verify(&jpeg).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!found.is_empty());
        for found in found {
            assert_eq!(found.scan.data, found.scan.end, "{name}");
        }
    }
}

#[test]
fn what_hides_behind_a_scan_is_found() {
    let canaries: [&[u8]; 6] =
        [b"LEAKCANARY", b"\0", b"\0\0\0\0LEAK", b"\xFF\x00LEAK", b"\xFF\xD0LEAK\xFF\xD1", b"\xFF\xFF"];
    let (mut cut, mut refused) = (0, 0);
    for (name, jpeg) in pictures() {
        let clean = verify(&jpeg).unwrap();
        for (index, found) in clean.iter().enumerate() {
            for canary in canaries {
                let mut dirty = jpeg.clone();
                let behind = found.start + found.scan.data;
                dirty.splice(behind..behind, canary.iter().copied());
                // What stands there is read as the rest of the code, and may then be no code.
                match verify(&dirty) {
                    Err(error) => {
                        assert!(matches!(error.kind(), "unprovable" | "malformed"), "{name}: {error}");
                        refused += 1;
                    }
                    Ok(all) => {
                        let Scan { data, end } = all[index].scan;
                        assert_eq!(end, found.scan.end + canary.len(), "{name}");
                        // Two zeros at the most may belong to the code. Only the code of a flat
                        // picture, which is next to nothing, can go on as that of other pixels.
                        let kept = data - found.scan.data;
                        let zeros = kept <= 2 && canary[..kept].iter().all(|&byte| byte == 0);
                        assert!(zeros || name.contains("flat"), "{name} {kept}");
                        cut += 1;
                    }
                }
            }
        }
    }
    assert!(cut > 100 && refused > 0, "{cut} cut, {refused} refused");
}

/// An encoder that does not discard the zeros at its end is one, too (D.1.8).
#[test]
fn an_encoder_may_keep_its_last_zeros() {
    let mut kept = 0;
    for (name, jpeg) in pictures() {
        let found = verify(&jpeg).unwrap();
        let found = found.last().unwrap();
        let end = found.start + found.scan.data;
        for zeros in 1..70 {
            let mut longer = jpeg.clone();
            longer.splice(end..end, std::iter::repeat_n(0, zeros));
            let again = verify(&longer).unwrap_or_else(|error| panic!("{name} {zeros}: {error}"));
            let scan = again.last().unwrap().scan;
            assert_eq!(scan.end, found.scan.end + zeros);
            if scan.data == scan.end {
                kept += 1;
            } else if scan.data > found.scan.data {
                // What is cut is what would be cut again.
                longer.drain(found.start + scan.data..found.start + scan.end);
                assert_eq!(
                    verify(&longer).unwrap().last().unwrap().scan,
                    Scan { data: scan.data, end: scan.data }
                );
            }
        }
    }
    assert!(kept > 0);
}

#[test]
fn restart_intervals_hide_nothing() {
    for (name, jpeg) in pictures().into_iter().filter(|(name, _)| name.contains("restart")) {
        let found = verify(&jpeg).unwrap();
        let data = found[0].start..found[0].start + found[0].scan.data;
        let restarts: Vec<usize> =
            data.filter(|&at| jpeg[at] == 0xFF && matches!(jpeg[at + 1], 0xD0..=0xD7)).collect();
        assert!(restarts.len() > 3, "{name}");
        for &at in &restarts {
            let mut dirty = jpeg.clone();
            dirty.splice(at..at, *b"LEAK");
            verify(&dirty).unwrap_err();
            // A zero, which encoders may leave there, but not in one place alone.
            let mut zero = jpeg.clone();
            zero.insert(at, 0);
            verify(&zero).unwrap_err();
            let mut wrong = jpeg.clone();
            wrong[at + 1] ^= 1;
            assert_eq!(verify(&wrong).unwrap_err().kind(), "malformed");
            let mut missing = jpeg.clone();
            missing.splice(at..at + 2, []);
            verify(&missing).unwrap_err();
        }
    }
}

#[test]
fn a_picture_cut_off_anywhere_is_refused() {
    for (name, jpeg) in pictures() {
        for end in 2..jpeg.len() - 2 {
            let error = verify(&jpeg[..end]).expect_err("cut off");
            assert_eq!(error.kind(), "truncated", "{name} {end}: {error}");
        }
    }
}

#[test]
fn impossible_conditioning_is_refused() {
    let mut arithmetic = Arithmetic::new();
    for (destination, value) in [(0x00, 0x00), (0x03, 0xF0), (0x02, 0x75), (0x10, 1), (0x13, 63)] {
        assert_eq!(arithmetic.condition(destination, value), Some(()), "{destination:x} {value:x}");
    }
    for (destination, value) in [(0x00, 0x01), (0x04, 0x10), (0x10, 0), (0x10, 64), (0x14, 5), (0x20, 5)] {
        assert_eq!(arithmetic.condition(destination, value), None, "{destination:x} {value:x}");
    }
}

/// Two bytes can be the code of a picture as large as can be: such work is not begun for them.
#[test]
fn the_work_is_bounded() {
    let component = |id| crate::jpeg::frame::Component { id, h: 1, v: 1 };
    let components = vec![component(1), component(2), component(3)];
    let frame = Frame { sof: 0xC9, precision: 8, width: 65500, height: 65500, components };
    let mut verifier = Verifier::new(&frame, 0).unwrap();
    let error = verifier.scan(&[3, 1, 0, 2, 0, 3, 0, 0, 63, 0], &[0, 0, 0xFF, 0xD9], 0).unwrap_err();
    assert_eq!(error.kind(), "unprovable");
    assert!(error.to_string().contains("too large"), "{error}");
}

/// Scans share one bound: else a hundred of them could each use up what the file's length allows.
#[test]
fn the_work_of_all_scans_is_bounded() {
    let mut arithmetic = Arithmetic::new();
    let mut followed = 0;
    let failure = loop {
        // Empty blocks of a picture of 16 megapixels, in two bytes.
        let units = [Unit { blocks: 1, dc: 0, ac: 0 }];
        let parameters = Parameters { start: 0, end: 0, high: 0, low: 0 };
        let coded = Coded { process: Process::Progressive, parameters, units: &units };
        match arithmetic.follow(&coded, &[0, 0, 0xFF, 0xD9], 0, 0..1 << 18, None, None) {
            Ok(_) => followed += 1,
            Err(failure) => break failure,
        }
        // Each block takes at least one decision.
        assert!(followed <= DECISIONS >> 18, "no bound");
    };
    assert_eq!(failure.why, Why::Work);
    assert!(followed > 10, "an empty picture of some scans is not too much: {followed}");
}
