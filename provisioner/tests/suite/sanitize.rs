//! `provisioner sanitize`: what is written, what is left alone, what is said.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use testkit::jpeg::{CANARY, insert, minimal_exif, pixels, survives};
use testkit::offline::{Folder, plain, telling};

/// The name of the calling test is in the snapshot's, so the source need not be.
macro_rules! assert_shown {
    ($shown:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($shown) })
    };
}

fn mixed() -> Folder {
    let mut cut = telling(1);
    cut.truncate(cut.len() * 2 / 3);
    Folder::new(&[
        ("in/a.jpg", telling(1)),
        ("in/deep/er/b.JPG", telling(1)),
        ("in/deep/notes.txt", CANARY.to_vec()),
        ("in/cut.jpg", cut),
        ("in/scan.tif", b"II*\0\x08\0\0\0\0\0\0\0".to_vec()),
        ("in/clean.jpg", plain()),
    ])
}

#[test]
fn a_folder_with_all_sorts_of_files() {
    let folder = mixed();
    let before: Vec<_> = folder.list();
    let ran = folder.run(&["sanitize", "-r", "in", "-o", "out"]);
    assert_shown!(ran.screen());
    let written: Vec<_> = folder.list().into_iter().filter(|name| !before.contains(name)).collect();
    assert_eq!(written, ["out/a.jpg", "out/clean.jpg", "out/deep/er/b.JPG"]);
    for name in &written {
        assert_eq!(folder.read(name), plain(), "{name}");
    }
    assert_eq!(folder.read("in/a.jpg"), telling(1), "the input stays as it is");
}

#[test]
fn the_long_report_names_every_file() {
    assert_shown!(mixed().run(&["sanitize", "-v", "-r", "in", "-o", "out"]).screen());
}

#[test]
fn one_json_document() {
    let ran = mixed().run(&["sanitize", "--json", "-r", "in", "-o", "out"]);
    insta::with_settings!({ omit_expression => true }, { insta::assert_json_snapshot!(ran.json()) });
    assert_eq!((ran.code, ran.err.as_str()), (6, ""));
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_asked() {
    let folder = Folder::new(&[("a.jpg", telling(1)), ("b.jpg", b"mine".to_vec())]);
    let ran = folder.run(&["sanitize", "a.jpg", "-o", "b.jpg"]);
    assert_shown!(ran.screen());
    assert_eq!(folder.read("b.jpg"), b"mine");
    assert_eq!(folder.run(&["sanitize", "a.jpg", "-o", "b.jpg", "--force"]).code, 0);
    assert_eq!(folder.read("b.jpg"), plain());
}

#[test]
fn an_input_is_never_replaced_unasked() {
    let folder = Folder::new(&[("in/a.jpg", telling(1)), ("in/b.jpg", telling(1)), ("x/a.jpg", telling(1))]);
    let mut screens = String::new();
    for args in [
        &["in/a.jpg", "-o", "in/a.jpg", "-f"][..],
        &["in/a.jpg", "in/b.jpg", "-o", "in", "-f"],
        &["-r", "in", "-o", "in/clean", "-f"],
        &["-r", "in", "x", "-o", "out", "-f"],
        &["-r", "in", "-o", "-"],
        &["-", "--in-place"],
    ] {
        let ran = folder.run(&[&["sanitize"], args].concat());
        screens.push_str(&format!("$ sanitize {}\n{}\n", args.join(" "), ran.screen()));
    }
    assert_shown!(screens);
    assert_eq!(folder.list(), ["in/a.jpg", "in/b.jpg", "x/a.jpg"]);
    assert_eq!(folder.read("in/a.jpg"), telling(1));
}

#[test]
fn in_place() {
    let folder = Folder::new(&[("a.jpg", telling(1)), ("clean.jpg", plain()), ("c/d.jpg", telling(1))]);
    fs::set_permissions(folder.path("a.jpg"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("c/d.jpg", folder.path("link.jpg")).unwrap();
    let untouched = fs::metadata(folder.path("clean.jpg")).unwrap().ino();
    let ran = folder.run(&["sanitize", "--in-place", "-v", "a.jpg", "clean.jpg", "link.jpg"]);
    assert_shown!(ran.screen());
    assert_eq!(folder.list(), ["a.jpg", "c/d.jpg", "clean.jpg", "link.jpg"], "nothing is left behind");
    assert_eq!(folder.read("a.jpg"), plain());
    assert_eq!(fs::metadata(folder.path("a.jpg")).unwrap().mode() & 0o777, 0o640);
    assert_eq!(fs::metadata(folder.path("clean.jpg")).unwrap().ino(), untouched, "it was clean already");
    assert_eq!(folder.read("c/d.jpg"), plain());
    assert!(folder.path("link.jpg").is_symlink());
}

#[test]
fn in_place_says_when_another_name_keeps_the_metadata() {
    let folder = Folder::new(&[("a.jpg", telling(1))]);
    fs::hard_link(folder.path("a.jpg"), folder.path("b.jpg")).unwrap();
    let ran = folder.run(&["sanitize", "--in-place", "a.jpg"]);
    assert_eq!(ran.code, 6);
    assert!(ran.text().contains("hard links"), "{}", ran.text());
    assert_eq!(folder.read("a.jpg"), telling(1));
}

#[test]
fn from_stdin_to_stdout() {
    let ran = Folder::new(&[]).run_with(&["sanitize", "-", "-o", "-"], &telling(1));
    assert_eq!((ran.code, ran.out), (0, plain()));
    assert!(ran.err.starts_with("1 cleaned; "), "{}", ran.err);

    let ran = Folder::new(&[]).run_with(&["sanitize", "-", "-o", "-"], b"no picture");
    assert_eq!((ran.code, ran.out), (6, vec![]), "what cannot be cleaned is not handed on");
    assert!(ran.err.starts_with("skipped  stdin: not a picture\n"), "{}", ran.err);
}

#[test]
fn orientation_as_asked() {
    let folder = Folder::new(&[("a.jpg", telling(6))]);
    let size = |name: &str, args: &[&str]| {
        let ran = folder.run(&[&["sanitize", "--json", "a.jpg", "-o", name], args].concat());
        assert_eq!(ran.code, 0);
        let file = &ran.json()["files"][0];
        (file["orientation"].as_str().unwrap().to_owned(), file["width"].as_u64().unwrap())
    };
    // 48 x 32 pixels are whole blocks, so the turn is exact.
    assert_eq!(size("upright.jpg", &[]), ("turned".to_owned(), 32));
    assert_eq!(size("tag.jpg", &["--orientation", "tag"]), ("tag-kept".to_owned(), 48));
    assert_eq!(size("drop.jpg", &["--orientation", "drop"]), ("dropped".to_owned(), 48));
    assert_eq!(folder.read("drop.jpg"), plain());
    let minimal = minimal_exif(6);
    assert!(folder.read("tag.jpg").windows(minimal.len()).any(|window| window == minimal));
    assert_eq!(pixels(&folder.read("upright.jpg")).len(), pixels(&plain()).len());
    for name in ["upright.jpg", "tag.jpg", "drop.jpg"] {
        assert!(!survives(&folder.read(name)), "{name}");
    }
}

#[test]
fn many_pictures_at_once() {
    let files: Vec<_> = (0..300).map(|n| (format!("in/{n:03}.jpg"), telling(1))).collect();
    let files: Vec<_> = files.iter().map(|(name, file)| (name.as_str(), file.clone())).collect();
    let folder = Folder::new(&files);
    let ran = folder.run(&["sanitize", "-r", "in", "-o", "out"]);
    assert_eq!(ran.code, 0);
    assert!(ran.text().starts_with("300 cleaned; "), "{}", ran.text());
    for (name, _) in files {
        assert_eq!(folder.read(&name.replace("in/", "out/")), plain());
    }
}

#[test]
fn fast_leaves_out_one_proof_and_nothing_else() {
    let picture = plain();
    // Behind the last block, before EOI.
    let hidden = insert(&picture, picture.len() - 2, CANARY);
    let folder = Folder::new(&[("a.jpg", telling(1)), ("hidden.jpg", hidden)]);
    assert_eq!(folder.run(&["sanitize", "--fast", "a.jpg", "-o", "fast.jpg"]).code, 0);
    assert_eq!(folder.read("fast.jpg"), plain());
    assert_eq!(folder.run(&["sanitize", "hidden.jpg", "-o", "proven.jpg"]).code, 0);
    assert_eq!(folder.read("proven.jpg"), plain(), "without --fast it is found");
}

#[test]
fn works_without_a_configuration_and_with_a_broken_one() {
    let folder = Folder::new(&[("a.jpg", telling(1)), ("config.toml", b"no = [".to_vec())]);
    assert_eq!(folder.run(&["sanitize", "a.jpg", "-o", "b.jpg"]).code, 0);
}

#[test]
fn wrong_arguments_are_told() {
    let folder = Folder::new(&[]);
    for args in [
        &["sanitize"][..],
        &["sanitize", "a.jpg"],
        &["sanitize", "a.jpg", "-o", "b", "--in-place"],
        &["inspect"],
    ] {
        assert_eq!(folder.run(args).code, 64, "{args:?}");
    }
}
