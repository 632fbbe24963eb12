//! Pixels that nobody sees: what `inspect` and `sanitize` make of them, and say.

use testkit::offline::Folder;

/// A GIF with a screen of one pixel and a frame of two by two.
fn gif() -> Vec<u8> {
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\x02\0\x02\0\0\x02\x03\x4c\x12\x05\0\x3b"
        .to_vec()
}

fn folder() -> Folder {
    Folder::new(&[("crop.gif", gif())])
}

const WHAT: &str = "pixels outside of what is shown: 2 x 2 of which 1 x 1 are shown";

#[test]
fn inspect_tells_of_them() {
    let text = folder().run(&["inspect", "crop.gif"]).text();
    assert!(text.contains(WHAT) && text.contains("`sanitize` takes these pixels out"), "{text}");
    let json = folder().run(&["inspect", "crop.gif", "--json"]).json();
    let picture = &json["pictures"][0];
    assert_eq!(picture["hidden_pixels"], serde_json::json!({"outcome": "kept", "what": WHAT}));
    assert_eq!(picture["facts"][0]["kind"], "hidden-pixels");
}

#[test]
fn they_go_stay_or_are_refused_as_asked_for() {
    let folder = folder();
    let run = |option: &str, out: &str| {
        folder.run(&["sanitize", "crop.gif", "-o", out, "--json", "--hidden-pixels", option])
    };
    let blanked = run("blank", "blank.gif");
    assert_eq!(blanked.code, 0, "{}", blanked.text());
    let told = &blanked.json()["files"][0]["hidden_pixels"];
    assert_eq!(*told, serde_json::json!({"outcome": "blanked", "what": WHAT}));
    assert!(folder.read("blank.gif").windows(10).any(|bytes| bytes == b"\x2c\0\0\0\0\x01\0\x01\0\0"));
    assert!(folder.run(&["inspect", "blank.gif"]).text().contains("Nothing found"));

    let kept = run("keep", "keep.gif");
    assert_eq!((kept.code, folder.read("keep.gif")), (0, gif()));
    assert_eq!(kept.json()["files"][0]["hidden_pixels"]["outcome"], "kept");

    let refused = run("refuse", "refuse.gif");
    assert_eq!(refused.code, 6, "{}", refused.text());
    assert_eq!(refused.json()["files"][0]["error"]["kind"], "hidden-pixels");
    let screen =
        folder.run(&["sanitize", "crop.gif", "-o", "refuse.gif", "--hidden-pixels", "refuse"]).text();
    assert!(screen.contains(WHAT) && screen.contains("(see --hidden-pixels)"), "{screen}");
    assert_eq!(run("hide", "hide.gif").code, 64);
}
