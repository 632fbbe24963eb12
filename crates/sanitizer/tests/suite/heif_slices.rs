//! Nothing stands behind the last block of a slice in a HEIC picture.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::Path;

use proptest::prelude::*;
use sanitizer::{Error, Options, Sanitized, sanitize};

const CANARY: &[u8] = b"CANARY";

/// Each with something that the syntax of slices depends on.
const PICTURES: [&str; 13] = [
    "420",
    "422",
    "444",
    "mono",
    "lossless",
    "transform-skip",
    "wavefront",
    "several-slices",
    "10-bit",
    "tiles",
    "dependent-segments",
    "422-extensions",
    "444-extensions",
];

fn clean(bytes: &[u8]) -> Result<Sanitized, Error> {
    sanitize(bytes.to_vec(), &Options::default())
}

/// As a scan of the units cleans it.
fn clean_fast(bytes: &[u8]) -> Result<Sanitized, Error> {
    let mut options = Options::default();
    options.verify_entropy = false;
    sanitize(bytes.to_vec(), &options)
}

/// A clean file with one picture; its data are the last thing in it.
#[derive(Clone)]
struct Picture {
    /// Up to the data. The length of the item stands last, before the head of the data's box.
    head: Vec<u8>,
    /// NAL units, without their lengths.
    units: Vec<Vec<u8>>,
}

impl Picture {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/heif/slices/{name}.heic"));
        let cleaned = clean(&std::fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut head = cleaned.into_bytes().to_vec();
        let data = head.windows(4).position(|window| window == b"mdat").unwrap() + 4;
        let data = head.split_off(data);
        let mut rest = &data[..];
        let mut units = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (unit, after) = after.split_at(u32::from_be_bytes(*length) as usize);
            units.push(unit.to_vec());
            rest = after;
        }
        Self { head, units }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut data = Vec::new();
        for unit in &self.units {
            data.extend((unit.len() as u32).to_be_bytes());
            data.extend(unit);
        }
        let mut out = self.head.clone();
        let end = out.len();
        out[end - 12..end - 8].copy_from_slice(&(data.len() as u32).to_be_bytes());
        out[end - 8..end - 4].copy_from_slice(&(data.len() as u32 + 8).to_be_bytes());
        out.extend(data);
        out
    }
}

/// What the error says, of a file that is clean but for its slices.
fn refusal(name: &str, picture: &Picture) -> &'static str {
    let bytes = picture.bytes();
    assert!(clean_fast(&bytes).is_ok(), "{name}: only the slices are at fault");
    match clean(&bytes) {
        Err(Error::Unprovable { what, .. }) => what,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_slice_is_followed_to_its_end() {
    for name in PICTURES {
        let picture = Picture::read(name);
        let bytes = picture.bytes();
        let cleaned = clean(&bytes).unwrap().into_bytes();
        assert_eq!(cleaned, bytes, "{name}");
        assert_eq!(cleaned, clean_fast(&bytes).unwrap().into_bytes(), "{name}");
        let segments = match name {
            "several-slices" => 3,
            "dependent-segments" => 4,
            "tiles" => 7,
            "444-extensions" => 8,
            _ => 1,
        };
        assert_eq!(picture.units.len(), segments, "{name}");
    }
}

#[test]
fn what_stands_behind_a_slice_is_seen() {
    let tails: [&[u8]; 6] =
        [CANARY, b"\x80CANARY\x80", b"\0\0\x03CANARY", b"\0\0\x03\0\0\x03\0CANARY", b"\x80", b"\0"];
    for name in PICTURES {
        let whole = Picture::read(name);
        for tail in tails {
            for unit in 0..whole.units.len() {
                let mut picture = whole.clone();
                picture.units[unit].extend(tail);
                assert_eq!(refusal(name, &picture), "bytes after the end of a slice", "{tail:?}");
            }
        }
        // The standard lets an encoder add zeros (7.3.2.10).
        let mut picture = whole;
        picture.units[0].extend(b"\0\0\x03\0\0\x03");
        clean(&picture.bytes()).unwrap();
    }
}

#[test]
fn what_stands_within_a_slice_is_seen() {
    for name in PICTURES {
        let whole = Picture::read(name);
        for unit in 0..whole.units.len() {
            for at in 3..whole.units[unit].len() {
                let mut picture = whole.clone();
                picture.units[unit].splice(at..at, CANARY.iter().copied());
                refusal(name, &picture);
            }
        }
    }
}

#[test]
fn a_slice_that_is_cut_off_is_seen() {
    for name in PICTURES {
        let whole = Picture::read(name);
        let last = whole.units.len() - 1;
        for length in 3..whole.units[last].len() {
            let mut picture = whole.clone();
            picture.units[last].truncate(length);
            refusal(name, &picture);
        }
    }
}

#[test]
fn slices_are_all_of_the_picture_and_each_part_once() {
    let whole = Picture::read("several-slices");
    let with = |order: &[usize]| Picture {
        head: whole.head.clone(),
        units: order.iter().map(|&index| whole.units[index].clone()).collect(),
    };
    assert!(clean(&with(&[0, 1, 2]).bytes()).is_ok());
    assert_eq!(refusal("twice", &with(&[0, 1, 1, 2])), "slices that do not follow one another");
    assert_eq!(refusal("again", &with(&[0, 1, 2, 2])), "slices that do not follow one another");
    assert_eq!(refusal("swapped", &with(&[0, 2, 1])), "slices that do not follow one another");
    assert_eq!(refusal("missing", &with(&[0, 1])), "slices that are not all of the picture");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn mutants_are_refused_or_followed(
        name in prop::sample::select(&PICTURES[..]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..6),
    ) {
        let mut picture = Picture::read(name);
        for (at, bit) in changes {
            let unit = &mut picture.units[0];
            let at = at.index(unit.len());
            unit[at] ^= 1 << bit;
        }
        let bytes = picture.bytes();
        if let Ok(cleaned) = clean(&bytes) {
            let cleaned = cleaned.into_bytes();
            prop_assert_eq!(clean(&cleaned).unwrap().into_bytes(), cleaned);
        }
    }
}
