//! Whatever is changed in a picture, it is refused, or it comes out clean. The
//! pictures are those that the fuzzer starts with, of every format.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{fs, path::Path, sync::OnceLock};

use proptest::prelude::*;
use sanitizer::{Options, Orientation, PartialEdges, sanitize};

/// By name. The first byte of a seed chooses options of the fuzz target.
fn pictures() -> &'static [(String, Vec<u8>)] {
    static PICTURES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    PICTURES.get_or_init(|| {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
        let mut pictures = Vec::new();
        for format in ["jpeg", "png", "webp", "gif", "heif"] {
            for seed in fs::read_dir(seeds.join(format)).unwrap() {
                let path = seed.unwrap().path();
                pictures.push((path.display().to_string(), fs::read(&path).unwrap().split_off(1)));
            }
        }
        pictures.sort();
        pictures
    })
}

/// What to do at a place of the file.
#[derive(Debug, Clone)]
enum Change {
    Set(u8),
    Flip(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Double(usize),
    CutOff,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => any::<u8>().prop_map(Change::Set),
        3 => (0..8_u8).prop_map(|bit| Change::Flip(1 << bit)),
        1 => prop::collection::vec(any::<u8>(), 1..40).prop_map(Change::Insert),
        1 => (1..40_usize).prop_map(Change::Remove),
        1 => (1..40_usize).prop_map(Change::Double),
        1 => Just(Change::CutOff),
    ]
}

impl Change {
    fn make(self, file: &mut Vec<u8>, at: usize) {
        let end = |length: usize| file.len().min(at + length);
        match self {
            Self::Set(value) => file[at] = value,
            Self::Flip(bit) => file[at] ^= bit,
            Self::Insert(bytes) => drop(file.splice(at..at, bytes)),
            Self::Remove(length) => drop(file.drain(at..end(length))),
            Self::Double(length) => drop(file.splice(at..at, file[at..end(length)].to_vec())),
            Self::CutOff => file.truncate(at),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn mutants_are_refused_or_clean(
        picture in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), change()), 1..4),
        trim in any::<bool>(),
        tag in any::<bool>(),
    ) {
        let (_, picture) = picture.get(pictures());
        let mut file = picture.clone();
        for (at, change) in changes {
            if !file.is_empty() {
                let at = at.index(file.len());
                change.make(&mut file, at);
            }
        }
        let mut options = Options::default();
        options.orientation = if tag { Orientation::Tag } else { Orientation::Upright };
        options.partial_edges = if trim { PartialEdges::Trim } else { PartialEdges::Tag };
        if let Ok(sanitized) = sanitize(file, &options) {
            let clean = sanitized.into_bytes();
            let again = sanitize(clean.clone(), &options).unwrap();
            prop_assert!(again.report.removed.is_empty(), "{:?}", again.report.removed);
            prop_assert_eq!(again.into_bytes(), clean);
        }
    }
}

/// Else the test above proves little.
#[test]
fn the_pictures_are_of_every_format_and_not_refused() {
    assert!(pictures().len() > 40, "{}", pictures().len());
    let accepted =
        pictures().iter().filter(|(_, picture)| sanitize(picture.clone(), &Options::default()).is_ok());
    assert!(accepted.count() > pictures().len() * 9 / 10);
}
