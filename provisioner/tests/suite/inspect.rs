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
    assert_eq!(json["pictures"][0]["error"]["kind"], "truncated");
    assert_eq!(json["pictures"][0]["positions"][0]["source"], "EXIF");
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
    let after = &folder.run(&["inspect", "--json", "clean.jpg"]).json()["pictures"][0];
    assert_eq!(after["removable_bytes"], 0);
    assert_eq!((&after["positions"], &after["facts"]), (&serde_json::json!([]), &serde_json::json!([])));
}

/// A program must find the file again, whatever its name; a terminal must not obey it.
#[test]
fn json_has_exact_names() {
    let odd = "in/a\u{1b}[2J\u{7f}\u{9b}\u{202e}.jpg";
    let folder = Folder::new(&[(odd, plain())]);
    let ran = folder.run(&["inspect", "--json", "-r", "in"]);
    assert_eq!(ran.json()["pictures"][0]["file"], odd);
    let shown = std::str::from_utf8(&ran.out).unwrap();
    assert!(!shown.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{shown:?}");
}

/// Other systems' file systems have no such names.
#[cfg(target_os = "linux")]
#[test]
fn json_has_the_bytes_of_names_that_are_not_utf8() {
    use std::os::unix::ffi::OsStrExt;

    let folder = Folder::new(&[("in/b.jpg", plain())]);
    let path = folder.path("in").join(std::ffi::OsStr::from_bytes(b"a\xff.jpg"));
    std::fs::rename(folder.path("in/b.jpg"), path).unwrap();
    let inspected = &folder.run(&["inspect", "--json", "-r", "in"]).json()["pictures"][0];
    assert_eq!(inspected["file"], "in/a\u{fffd}.jpg");
    // in/a\xff.jpg
    assert_eq!(inspected["file_bytes"], "aW4vYf8uanBn");
    let sanitized = &folder.run(&["sanitize", "--json", "-r", "in", "-o", "out"]).json()["files"][0];
    assert_eq!(sanitized["file_bytes"], "aW4vYf8uanBn");
    assert_eq!(
        (&sanitized["status"], &sanitized["output"]),
        (&"cleaned".into(), &"out/a\u{fffd}.jpg".into())
    );
    // out/a\xff.jpg
    assert_eq!(sanitized["output_bytes"], "b3V0L2H/LmpwZw==");
}

#[test]
fn as_a_gate_it_tells_by_its_exit_code() {
    let folder = Folder::new(&[("in/telling.jpg", telling(1)), ("clean/plain.jpg", plain())]);
    assert_eq!(folder.run(&["inspect", "in/telling.jpg"]).code, 0);
    let found = folder.run(&["inspect", "--check", "in/telling.jpg"]);
    assert!(found.code == 2 && found.text().contains("Position"), "{}", found.text());
    assert_eq!(folder.run(&["inspect", "--check", "-r", "clean"]).code, 0);
    assert_eq!(folder.run(&["inspect", "--check", "-r", "in", "clean", "--json"]).code, 2);
    assert_eq!(folder.run(&["inspect", "--check", "missing.jpg"]).code, 6);
    // What it writes itself passes the gate.
    assert_eq!(folder.run(&["sanitize", "in/telling.jpg", "-o", "out.jpg"]).code, 0);
    assert_eq!(folder.run(&["inspect", "--check", "out.jpg"]).code, 0);
}
