//! JPEG: arithmetic coding, and pictures that leave out the standard's Huffman tables.

#![expect(clippy::disallowed_methods, reason = "tests write files in their own way")]
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use testkit::jpeg;

use std::{fs, path::Path, process::Command};

use jpeg::*;
use sanitizer::{Category, Options, sanitize};

/// The checked-in pictures with arithmetic coding, by name.
fn arithmetic() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/jpeg");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pictures: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "jpg"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect();
    assert!(pictures.len() >= 12);
    pictures
}

fn clean(file: &[u8]) -> Vec<u8> {
    sanitize(file.to_vec(), &Options::default()).unwrap().into_bytes().to_vec()
}

/// A picture without its Huffman tables, as motion JPEG has them.
fn without_tables(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    while let Some(&(_, start, end)) = markers(&file).iter().find(|(marker, ..)| *marker == 0xC4) {
        file.drain(start..end);
    }
    file
}

#[test]
fn arithmetic_pictures_stay_as_they_are_and_lose_the_rest() {
    for (name, picture) in arithmetic() {
        let out = sanitize(picture.clone(), &Options::default()).unwrap();
        assert_eq!((out.report.removed.len(), out.into_bytes()), (0, picture.clone().into()), "{name}");
        for place in places(&picture) {
            let dirty = insert(&picture, place, &planted(0xE1, b"Exif\0\0MM"));
            assert_eq!(clean(&dirty), picture, "{name} {place}");
        }
        let dirty = [&picture[..], CANARY].concat();
        assert_eq!(clean(&dirty), picture, "{name}");
    }
}

/// Nothing but a marker ends arithmetic code: what stands behind it would be taken for picture.
#[test]
fn without_eoi_arithmetic_pictures_are_refused() {
    for (name, picture) in arithmetic() {
        let whole = &picture[..picture.len() - 2];
        for behind in [&b""[..], CANARY, &[0; 40], &[&[0xFF, 0xD8, 0xFF, 0xE0], CANARY].concat()] {
            let file = [whole, behind].concat();
            for verify_entropy in [true, false] {
                let mut options = Options::default();
                options.verify_entropy = verify_entropy;
                assert!(sanitize(file.clone(), &options).is_err(), "{name}");
            }
        }
    }
}

#[test]
fn conditioning_that_no_scan_uses_goes() {
    for (name, picture) in arithmetic() {
        let dirty = insert(&picture, 2, &segment(0xCC, &[0x03, 0x43, 0x13, 0x07]));
        let out = sanitize(dirty, &Options::default()).unwrap();
        assert_eq!(out.report.categories(), [Category::Hidden], "{name}");
        assert_eq!(out.into_bytes(), picture, "{name}");
        // Slack behind the one that is used.
        if markers(&picture).iter().any(|(marker, ..)| *marker == 0xCC) {
            let out = sanitize(lengthen(&picture, 0xCC, b"L"), &Options::default()).unwrap();
            assert_eq!(out.into_bytes(), picture, "{name}");
        }
    }
}

#[test]
fn the_standards_tables_may_be_left_out() {
    for kind in [Kind::Grey, Kind::Ycc444, Kind::Ycc420, Kind::ThreeScans, Kind::Restart] {
        let whole = small(kind);
        let bare = without_tables(&whole);
        assert!(bare.len() < whole.len() - 200);
        assert_eq!(clean(&bare), bare, "{kind:?}");
        assert_eq!(clean(&insert(&bare, 2, &exif(1))), bare, "{kind:?}");
        // What hides behind the last block is found, so the tables are the right ones.
        let at = bare.len() - 2;
        assert_eq!(clean(&insert(&bare, at, CANARY)), bare, "{kind:?}");
        // One class alone may be missing, too.
        let (start, end) = find(&whole, 0xC4, 0);
        let mut partly = whole.clone();
        partly.drain(start..end);
        assert_eq!(clean(&partly), partly, "{kind:?}");
    }
    // libjpeg has them for sequential pictures alone.
    let progressive = without_tables(&small(Kind::Progressive));
    assert_eq!(sanitize(progressive, &Options::default()).unwrap_err().kind(), "malformed");
}

/// Turned pictures have the pixels of jpegtran's.
#[test]
fn they_are_turned_like_others() {
    let turns: [(u8, &[&str]); 7] = [
        (2, &["-flip", "horizontal"]),
        (3, &["-rotate", "180"]),
        (4, &["-flip", "vertical"]),
        (5, &["-transpose"]),
        (6, &["-rotate", "90"]),
        (7, &["-transverse"]),
        (8, &["-rotate", "270"]),
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut pictures = arithmetic();
    for kind in [Kind::Ycc444, Kind::Restart] {
        pictures.push((format!("bare {kind:?}"), without_tables(&picture(kind, 64, 32))));
    }
    let mut compared = 0;
    for (name, picture) in pictures {
        for (orientation, switches) in turns {
            let out = clean(&insert(&picture, 2, &exif(orientation)));
            assert_eq!(clean(&out), out, "{name} {orientation}");
            let input = folder.path().join("input.jpg");
            fs::write(&input, &picture).unwrap();
            let run = |program: &str, switches: &[&str], input: &Path| {
                Command::new(program).args(switches).arg(input).output().ok()
            };
            let Some(theirs) = run("jpegtran", &[&["-perfect"], switches].concat(), &input) else {
                testkit::tools::skip(
                    "jpegtran",
                    "jpegtran and djpeg are not in PATH",
                    "install libjpeg-turbo-progs",
                );
                return;
            };
            // Where it cannot be turned exactly, the tag is kept.
            let theirs = if theirs.status.success() { theirs.stdout } else { picture.clone() };
            let (ours_path, theirs_path) = (folder.path().join("ours.jpg"), folder.path().join("theirs.jpg"));
            fs::write(&ours_path, &out).unwrap();
            fs::write(&theirs_path, &theirs).unwrap();
            let ours = run("djpeg", &[], &ours_path).unwrap();
            let theirs = run("djpeg", &[], &theirs_path).unwrap();
            assert!(ours.status.success() && theirs.status.success(), "{name} {orientation}");
            assert!(ours.stdout == theirs.stdout, "{name} {orientation}: other pixels than jpegtran");
            compared += 1;
        }
    }
    assert!(compared > 80);
}
