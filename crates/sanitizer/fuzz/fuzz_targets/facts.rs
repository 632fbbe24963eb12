//! What metadata tell: the input is an EXIF block, an XMP packet, an IPTC
//! block, a C2PA manifest, a maker's segment and a comment in a JPEG file that is fine otherwise. What they say about rights stays when that is asked for.
#![no_main]

use sanitizer::{Options, Orientation, Rights, sanitize};

/// The smallest picture: 8 x 8 pixels of grey.
const PICTURE: &[u8] = include_bytes!("../seeds/jpeg/grey");

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut options = Options::default();
    options.facts = true;
    options.orientation = Orientation::Drop;
    for (marker, name) in [
        (0xE1, &b"Exif\0\0"[..]),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
        (0xED, b"Photoshop 3.0\0"),
        (0xEB, b"JP\0\x01\0\0\0\x01"),
        (0xEC, b""),
        (0xFE, b""),
    ] {
        let payload = [name, &input[..input.len().min(60_000)]].concat();
        let length = (payload.len() as u16 + 2).to_be_bytes();
        // The first byte of a seed chooses options, see `check`.
        let file = [&PICTURE[1..3], &[0xFF, marker], &length, &payload, &PICTURE[3..]].concat();
        let clean = sanitize(file.clone(), &options).expect("metadata do not make a picture unfit");
        assert_eq!(clean.into_bytes(), PICTURE[1..]);

        let mut keep = options.clone();
        keep.keep = Rights::ALL;
        let kept = sanitize(file, &keep).expect("words about rights do not make a picture unfit");
        let rights = kept.report.rights.kept;
        let kept = kept.into_bytes();
        let again = sanitize(kept.clone(), &keep).expect("the clean picture is fine");
        assert!(again.report.removed.is_empty(), "the clean picture is not clean: {:?}", again.report.removed);
        assert_eq!(again.report.rights.kept, rights);
        assert_eq!(again.into_bytes(), kept, "cleaning twice changes the picture");
        let none = sanitize(kept, &options).expect("the clean picture is fine");
        assert_eq!(none.into_bytes(), PICTURE[1..]);
    }
});
