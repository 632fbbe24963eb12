//! The smallest HEIC and AVIF, full of secrets: 64 x 64 grey pixels, which other programs coded, in boxes of our own.

use super::pictures::{SECRET, tiff};

/// The decoder's configuration of a grey picture in HEVC, with its parameter sets (ISO/IEC 14496-15, 8.3.3).
const HVCC: [u8; 106] = [
    0x01, 0x04, 0x08, 0x00, 0x00, 0x00, 0x9f, 0xf8, 0x00, 0x00, 0x00, 0x00, 0x1e, 0xf0, 0x00, 0xfc, 0xfc,
    0xf8, 0xf8, 0x00, 0x00, 0x0f, 0x03, 0x60, 0x00, 0x01, 0x00, 0x17, 0x40, 0x01, 0x0c, 0x01, 0xff, 0xff,
    0x04, 0x08, 0x00, 0x00, 0x03, 0x00, 0x9f, 0xf8, 0x00, 0x00, 0x03, 0x00, 0x00, 0x1e, 0xba, 0x02, 0x40,
    0x61, 0x00, 0x01, 0x00, 0x26, 0x42, 0x01, 0x01, 0x04, 0x08, 0x00, 0x00, 0x03, 0x00, 0x9f, 0xf8, 0x00,
    0x00, 0x03, 0x00, 0x00, 0x1e, 0xc0, 0x82, 0x04, 0x16, 0x5b, 0xa9, 0x24, 0xa6, 0xb9, 0xb0, 0x20, 0x00,
    0x00, 0x03, 0x03, 0x20, 0x00, 0x00, 0x03, 0x00, 0x21, 0x62, 0x00, 0x01, 0x00, 0x07, 0x44, 0x01, 0xc1,
    0x72, 0xb0, 0x22, 0x40,
];
const HEVC: [u8; 12] = [0x00, 0x00, 0x00, 0x08, 0x28, 0x01, 0xae, 0x33, 0xe4, 0x9e, 0x03, 0x87];

/// The same in AV1 (<https://aomediacodec.github.io/av1-isobmff/#av1codecconfigurationbox-section>).
const AV1C: [u8; 4] = [0x81, 0x00, 0x1c, 0x00];
const AV1: [u8; 27] = [
    0x12, 0x00, 0x0a, 0x09, 0x18, 0x15, 0x7f, 0xfd, 0xa6, 0x02, 0x1a, 0x0d, 0x40, 0x32, 0x0c, 0x12, 0x06,
    0xa9, 0x00, 0x83, 0xe4, 0x00, 0xcf, 0xcc, 0x13, 0x99, 0x58,
];

/// A HEIC with EXIF and XMP.
pub(super) fn heic() -> Vec<u8> {
    picture(b"heic", b"hvc1", b"hvcC", &HVCC, &HEVC)
}

/// An AVIF with EXIF and XMP.
pub(super) fn avif() -> Vec<u8> {
    picture(b"avif", b"av01", b"av1C", &AV1C, &AV1)
}

/// One picture with its metadata as items (ISO/IEC 23008-12, 6 and annex A), and a secret in a box that is free.
fn picture(brand: &[u8; 4], item: &[u8; 4], config_box: &[u8; 4], config: &[u8], data: &[u8]) -> Vec<u8> {
    let ftyp = boxed(b"ftyp", &[brand, &[0; 4], b"mif1", brand]);
    let exif = [&[0; 4][..], &tiff()].concat();
    let xmp = format!("<x:xmpmeta>{SECRET}</x:xmpmeta>").into_bytes();
    let items = [data, &exif, &xmp];

    let properties = [
        boxed(config_box, &[config]),
        full(b"ispe", 0, &[&64_u32.to_be_bytes(), &64_u32.to_be_bytes()]),
        full(b"pixi", 0, &[&[1, 8]]),
    ];
    // Of the first item, all three; that which configures the decoder is essential.
    let associations = full(b"ipma", 0, &[&[0, 0, 0, 1, 0, 1, 3, 0x81, 2, 3]]);
    let names = [
        full(b"infe", 2, &[&[0, 1, 0, 0], item, b"\0"]),
        full(b"infe", 2, &[&[0, 2, 0, 0], b"Exif\0"]),
        full(b"infe", 2, &[&[0, 3, 0, 0], b"mime\0application/rdf+xml\0"]),
    ];
    // The second and the third item describe the first.
    let references = [boxed(b"cdsc", &[&[0, 2, 0, 1, 0, 1]]), boxed(b"cdsc", &[&[0, 3, 0, 1, 0, 1]])];
    let meta = |start: usize| {
        full(
            b"meta",
            0,
            &[
                &full(b"hdlr", 0, &[&[0; 4], b"pict", &[0; 13]]),
                &full(b"pitm", 0, &[&[0, 1]]),
                &full(b"iloc", 0, &[&[0x44, 0, 0, 3], &places(start, &items)]),
                &full(b"iinf", 0, &[&[0, 3], &names.concat()]),
                &full(b"iref", 0, &[&references.concat()]),
                &boxed(b"iprp", &[&boxed(b"ipco", &[&properties.concat()]), &associations]),
            ],
        )
    };
    // Where the data begin does not change how long it is said.
    let start = ftyp.len() + meta(0).len() + 8;
    [ftyp, meta(start), boxed(b"mdat", &items), boxed(b"free", &[SECRET.as_bytes()])].concat()
}

/// One extent for each item, one behind the other.
fn places(mut start: usize, items: &[&[u8]]) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    let mut places = Vec::new();
    for (id, item) in (1_u16..).zip(items) {
        places.extend(id.to_be_bytes());
        places.extend([0, 0, 0, 1]);
        places.extend(number(start));
        places.extend(number(item.len()));
        start += item.len();
    }
    places
}

fn boxed(name: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = u32::try_from(content.len() + 8).unwrap_or(u32::MAX).to_be_bytes();
    [&length[..], name, &content].concat()
}

/// A box with a version and no flags.
fn full(name: &[u8; 4], version: u8, content: &[&[u8]]) -> Vec<u8> {
    boxed(name, &[&[version, 0, 0, 0], &content.concat()])
}
