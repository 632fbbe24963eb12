//! JPEG: real pictures, when they are there.

use testkit::jpeg;

use std::path::{Path, PathBuf};

use jpeg::decode;
use sanitizer::{Format, GainMaps, Options, Orientation, sanitize};

/// What only metadata hold. None of it stands in an output.
const TRACES: [&[u8]; 7] =
    [b"Exif\0\0", b"ns.adobe.com", b"Photoshop 3.0", b"8BIM", b"JFXX", b"FPXR", b"<?xpacket"];

fn pictures(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            pictures(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn real_pictures_come_out_clean_with_the_same_pixels() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let mut found = Vec::new();
    pictures(&folder, &mut found);
    if found.is_empty() {
        testkit::tools::skip_without_corpus();
        return;
    }
    let mut options = Options::default();
    options.orientation = Orientation::Drop;
    // What tells of a gain map that stays is looked at in `gain_maps.rs`.
    options.gain_maps = GainMaps::Drop;
    let mut cleaned = 0;
    for path in found {
        let file = std::fs::read(&path).unwrap();
        if Format::detect(&file) != Ok(Format::Jpeg) {
            continue;
        }
        let before = decode(&file);
        let out = match sanitize(file, &options) {
            Ok(out) => out.into_bytes(),
            Err(error) => {
                assert!(before.is_none(), "{} decodes, but: {error}", path.display());
                continue;
            }
        };
        assert!(before.is_none() || before == decode(&out), "{}: other pixels", path.display());
        for trace in TRACES {
            assert!(memchr::memmem::find(&out, trace).is_none(), "{}: {trace:?}", path.display());
        }
        let again = sanitize(out.clone(), &options).unwrap();
        assert_eq!(again.pieces(), [out], "{}: cleaning twice changes it", path.display());
        cleaned += 1;
    }
    assert!(cleaned > 0);
}
