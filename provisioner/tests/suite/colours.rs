//! Colour profiles and HDR gain maps: what `inspect` and `sanitize` make of them, and say.

use testkit::icc;
use testkit::jpeg::{icc_segment, insert, segment, survives};
use testkit::offline::{Folder, plain};

/// The name of the calling test is in the snapshot's, so the source need not be.
macro_rules! assert_shown {
    ($shown:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($shown) })
    };
}

/// A picture with this profile.
fn with_profile(profile: &[u8]) -> Vec<u8> {
    insert(&plain(), 2, &icc_segment(1, 1, profile))
}

/// A picture of a phone with its map, turned.
fn hdr() -> Vec<u8> {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/sanitizer/tests/data/gain_maps/phone-turned.jpg");
    std::fs::read(path).unwrap()
}

/// One that says it has a map, and has none.
fn without_its_map() -> Vec<u8> {
    insert(&plain(), 2, &segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"))
}

const NAMES: [&str; 5] = ["clean.jpg", "hdr.jpg", "lost.jpg", "no-map.jpg", "p3.jpg"];

fn folder() -> Folder {
    Folder::new(&[
        ("clean.jpg", with_profile(&icc::clean())),
        ("hdr.jpg", hdr()),
        ("lost.jpg", with_profile(b"LEAKCANARY is no profile")),
        ("no-map.jpg", without_its_map()),
        ("p3.jpg", with_profile(&icc::dirty())),
    ])
}

fn sanitize<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["sanitize"][..], &NAMES, &["-o", "out"], more].concat()
}

#[test]
fn inspect_names_the_map_and_what_a_profile_reveals() {
    assert_shown!(folder().run(&[&["inspect"][..], &NAMES].concat()).screen());
}

#[test]
fn what_a_person_must_know_is_told() {
    let folder = folder();
    assert_shown!(folder.run(&sanitize(&[])).screen());
    assert_eq!(folder.read("out/p3.jpg"), with_profile(&icc::clean()), "the same colours, and nothing else");
    assert_eq!(folder.read("out/clean.jpg"), with_profile(&icc::clean()));
    assert_eq!(folder.read("out/lost.jpg"), plain());
    for name in NAMES {
        assert!(!survives(&folder.read(&format!("out/{name}"))), "{name}");
    }
    let again = folder.run(&["sanitize", "out/hdr.jpg", "-o", "again.jpg"]);
    assert_eq!((again.code, folder.read("again.jpg")), (0, folder.read("out/hdr.jpg")));
    assert_shown!(folder.run(&["inspect", "out/hdr.jpg"]).screen());
}

#[test]
fn the_long_report_tells_what_is_as_it_should_be_too() {
    assert_shown!(folder().run(&sanitize(&["-v"])).screen());
}

#[test]
fn programs_are_told() {
    let ran = folder().run(&sanitize(&["--json"]));
    let json = ran.json();
    let told =
        |at: usize| (json["files"][at]["color_profile"].clone(), json["files"][at]["gain_map"].clone());
    let none = serde_json::Value::Null;
    assert_eq!(told(0), ("rebuilt".into(), none.clone()));
    assert_eq!(told(1).1, serde_json::json!({"outcome": "kept"}));
    assert_eq!(told(2), ("lost".into(), none));
    let why = "it is not where the file says";
    assert_eq!(told(3), ("none".into(), serde_json::json!({"outcome": "dropped", "why": why})));
    let summary = &json["summary"];
    assert_eq!((&summary["profiles_lost"], &summary["gain_maps_dropped"]), (&1.into(), &1.into()));
}

#[test]
fn profiles_and_maps_go_when_that_is_asked_for() {
    let folder = folder();
    let ran = folder.run(&sanitize(&["--icc", "drop", "--gain-maps", "drop"]));
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert!(!ran.text().contains("lost"), "dropped as asked: {}", ran.text());
    for name in ["clean.jpg", "lost.jpg", "no-map.jpg", "p3.jpg"] {
        assert_eq!(folder.read(&format!("out/{name}")), plain(), "{name}");
    }
    let inspected = folder.run(&["inspect", "--json", "out/hdr.jpg"]).json();
    assert!(inspected["pictures"][0].get("gain_map").is_none(), "{inspected}");
}

#[test]
fn a_picture_of_more_pixels_than_asked_for_is_refused() {
    let mut huge = plain();
    let size = huge.windows(2).position(|bytes| bytes == [0xFF, 0xC0]).expect("it is baseline") + 5;
    huge[size..size + 4].fill(0xFF);
    let folder = Folder::new(&[("huge.jpg", huge), ("small.jpg", plain())]);
    let sanitize = |most| {
        folder.run(&["sanitize", "huge.jpg", "small.jpg", "-o", "out", "--json", "--max-megapixels", most])
    };
    let ran = sanitize("4000");
    assert_eq!(ran.code, 6, "{}", ran.text());
    let files = ran.json()["files"].as_array().expect("files").clone();
    let refused: Vec<_> = files.iter().filter(|file| !file["error"].is_null()).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0]["error"]["kind"], "too-many-pixels");
    assert_eq!(
        refused[0]["error"]["message"], "it has 4294.9 megapixels, more than the limit of 4000",
        "{refused:?}"
    );
    assert_eq!(folder.read("out/small.jpg"), plain());
    for wrong in ["0", "100001", "all"] {
        assert_eq!(sanitize(wrong).code, 64, "{wrong}");
    }
}

#[test]
fn a_profile_that_cannot_be_read_is_refused_when_that_is_asked_for() {
    let folder = folder();
    let ran = folder.run(&sanitize(&["--unreadable-profile", "refuse"]));
    assert_eq!(ran.code, 6);
    assert!(ran.text().contains("refused  lost.jpg: "), "{}", ran.text());
    assert!(!folder.list().contains(&"out/lost.jpg".to_owned()));
    assert!(folder.list().contains(&"out/p3.jpg".to_owned()));
}
