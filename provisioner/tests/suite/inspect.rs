//! `provisioner inspect`: what a person and a program are told.

use testkit::offline::{Folder, plain, telling};

/// The name of the calling test is in the snapshot's, so the source need not be.
macro_rules! assert_shown {
    ($shown:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($shown) })
    };
}

#[test]
fn what_a_picture_reveals() {
    let folder = Folder::new(&[("phone.jpg", telling(6))]);
    assert_shown!(folder.run(&["inspect", "phone.jpg"]).screen());
    assert_eq!(folder.list(), ["phone.jpg"], "nothing is written");
    assert_eq!(folder.read("phone.jpg"), telling(6));
}

#[test]
fn clean_pictures_and_other_files() {
    let mut cut = telling(1);
    cut.truncate(cut.len() * 2 / 3);
    let folder =
        Folder::new(&[("clean.jpg", plain()), ("notes.txt", b"no picture".to_vec()), ("cut.jpg", cut)]);
    assert_shown!(folder.run(&["inspect", "clean.jpg", "notes.txt", "cut.jpg", "gone.jpg", "."]).screen());
}

#[test]
fn one_json_document() {
    let folder = Folder::new(&[("phone.jpg", telling(6)), ("notes.txt", b"no picture".to_vec())]);
    let ran = folder.run(&["inspect", "--json", "phone.jpg", "notes.txt"]);
    insta::with_settings!({ omit_expression => true }, { insta::assert_json_snapshot!(ran.json()) });
    assert_eq!((ran.code, ran.err.as_str()), (6, ""));
}

/// What is refused may tell as much about a person as what is not.
#[test]
fn what_cannot_be_cleaned_reveals_things_too() {
    let mut cut = telling(1);
    cut.truncate(cut.len() * 2 / 3);
    let tiff = telling(1);
    let start = tiff.windows(6).position(|name| name == b"Exif\0\0").unwrap() + 6;
    let folder = Folder::new(&[("cut.jpg", cut), ("scan.tiff", tiff[start..].to_vec())]);
    assert_shown!(folder.run(&["inspect", "cut.jpg", "scan.tiff"]).screen());
    let json = folder.run(&["inspect", "--json", "cut.jpg"]).json();
    assert_eq!(json[0]["error"]["kind"], "truncated");
    assert_eq!(json[0]["positions"][0]["source"], "EXIF");
}

#[test]
fn a_dash_is_stdin() {
    let folder = Folder::new(&[]);
    let ran = folder.run_with(&["inspect", "-"], &telling(1));
    assert_eq!(ran.code, 0);
    assert!(ran.text().starts_with("stdin: JPEG, 48 x 32 pixels"), "{}", ran.text());
    assert!(ran.text().contains("48.858370° N, 2.294481° E, 35 m"), "{}", ran.text());
}

#[test]
fn folders_are_looked_into_when_that_is_asked_for() {
    let folder = Folder::new(&[("a/b.jpg", plain()), ("a/notes.txt", b"no picture".to_vec())]);
    let ran = folder.run(&["inspect", "-r", "a"]);
    // Found, not named: a file that is no picture is no failure.
    assert_eq!(ran.code, 0);
    assert!(ran.text().starts_with("a/b.jpg: JPEG"), "{}", ran.text());
}

#[test]
fn what_inspect_tells_is_gone_after_sanitize() {
    let folder = Folder::new(&[("phone.jpg", telling(1))]);
    assert_eq!(folder.run(&["sanitize", "phone.jpg", "-o", "clean.jpg"]).code, 0);
    let after = folder.run(&["inspect", "--json", "clean.jpg"]).json();
    assert_eq!(after[0]["removable_bytes"], 0);
    assert_eq!(
        (&after[0]["positions"], &after[0]["facts"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
}
