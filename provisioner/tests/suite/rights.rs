//! Words about rights: what `sanitize --keep` leaves, and what is said of it.

use testkit::jpeg::{insert, segment, survives};
use testkit::offline::{Folder, plain};

/// The name of the calling test is in the snapshot's, so the source need not be.
macro_rules! assert_shown {
    ($shown:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($shown) })
    };
}

/// A picture with a packet of XMP.
fn with_xmp(rdf: &str) -> Vec<u8> {
    let packet = format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' \
         xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'>\
         {rdf}</rdf:RDF></x:xmpmeta>"
    );
    insert(&plain(), 2, &segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat()))
}

fn folder() -> Folder {
    let said = "<rdf:Description dc:rights='© 2024 Ada' dc:creator='Ada' photoshop:City='LEAKCANARY'/>";
    Folder::new(&[
        ("credit.jpg", with_xmp("<rdf:Description photoshop:Credit='The Agency'/>")),
        ("damaged.jpg", with_xmp("<rdf:Description dc:rights='LEAKCANARY'>")),
        ("nothing.jpg", plain()),
        ("said.jpg", with_xmp(said)),
    ])
}

const NAMES: [&str; 4] = ["credit.jpg", "damaged.jpg", "nothing.jpg", "said.jpg"];

fn run<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command][..], &NAMES, more].concat()
}

#[test]
fn what_stays_is_told() {
    let folder = folder();
    let keep = ["-o", "out", "--keep", "copyright,creator", "-v"];
    assert_shown!(folder.run(&run("sanitize", &keep)).screen());
    let kept = folder.read("out/said.jpg");
    assert!(String::from_utf8_lossy(&kept).contains("<rdf:li>Ada</rdf:li>"));
    for name in NAMES {
        assert!(!survives(&folder.read(&format!("out/{name}"))), "{name}");
    }
    assert_eq!(folder.read("out/credit.jpg"), plain(), "a credit was not asked for");
    // The clean picture is clean by the same words, and not without them.
    let again = folder.run(&["sanitize", "out/said.jpg", "-o", "again.jpg", "--keep", "copyright,creator"]);
    assert_eq!((again.code, folder.read("again.jpg")), (0, kept));
    let without = folder.run(&["sanitize", "out/said.jpg", "-o", "without.jpg"]);
    assert_eq!((without.code, folder.read("without.jpg")), (0, plain()));
}

#[test]
fn inspect_tells_what_would_stay() {
    let folder = folder();
    assert_shown!(folder.run(&run("inspect", &["--keep", "copyright,creator"])).screen());
    assert!(!folder.run(&run("inspect", &[])).text().contains("Rights"));
}

#[test]
fn programs_are_told() {
    let folder = folder();
    let json =
        folder.run(&run("sanitize", &["-o", "out", "--json", "--keep", "license,copyright,credit"])).json();
    let told = |at: usize| json["files"][at].get("rights").cloned();
    assert_eq!(told(0), Some(serde_json::json!({"kept": ["credit"]})));
    assert_eq!(told(1), Some(serde_json::json!({"kept": [], "unread": "its XMP cannot be read"})));
    assert_eq!(told(2), None);
    assert_eq!(told(3), Some(serde_json::json!({"kept": ["copyright"]})));
    let json = folder.run(&run("inspect", &["--json", "--keep", "creator"])).json();
    assert_eq!(json["pictures"][3]["rights"], serde_json::json!({"kept": ["creator"]}));
}

#[test]
fn a_word_that_is_none_is_answered_with_those_there_are() {
    assert_shown!(folder().run(&run("sanitize", &["-o", "out", "--keep", "copyright,gps"])).screen());
}
