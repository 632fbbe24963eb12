//! The smallest pictures of some formats, full of secrets.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

/// What must be nowhere in a clean copy, in bytes as well as in headers.
pub(super) const SECRET: &str = "PROVISIONER-CANARY";

/// A JPEG of 16 x 8 grey pixels, the right half brighter, with a secret wherever metadata can be: EXIF (with a position, and
/// stored turned), XMP, IPTC, a colour profile, a comment, and a second picture behind the end.
pub(super) fn jpeg() -> Vec<u8> {
    let metadata = [
        segment(0xE1, &[b"Exif\0\0", &tiff()[..]].concat()),
        segment(0xE1, format!("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>{SECRET}</x:xmpmeta>").as_bytes()),
        segment(0xE2, format!("ICC_PROFILE\0\u{1}\u{1}{SECRET}").as_bytes()),
        segment(
            0xED,
            &[b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x17\x1C\x02\x50\0\x12", SECRET.as_bytes(), b"\0"]
                .concat(),
        ),
        segment(0xFE, SECRET.as_bytes()),
    ];
    let hidden = bare_jpeg(&[segment(0xFE, SECRET.as_bytes())]);
    [bare_jpeg(&metadata), hidden, SECRET.as_bytes().to_vec()].concat()
}

/// Two blocks of 8 x 8 pixels: the first one as dark as it begins, the second one brighter by 15 (ITU-T T.81, F.1.2).
fn bare_jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    let quantization = segment(0xDB, &[&[0][..], &[1; 64]].concat());
    let frame = segment(0xC0, &[8, 0, 8, 0, 16, 1, 1, 0x11, 0]);
    // Differences of DC of 0 bits: `0`, and of 4 bits: `10`; of AC only the end of the block: `0`.
    let dc = segment(0xC4, &[&[0x00, 1, 1][..], &[0; 14], &[0, 4]].concat());
    let ac = segment(0xC4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
    let scan = segment(0xDA, &[1, 1, 0, 0, 63, 0]);
    // 0 0, then 10 1111 0, filled up with ones.
    let data = [0b0010_1111, 0b0111_1111, 0xFF, 0xD9];
    [&[0xFF, 0xD8][..], &segments.concat(), &quantization, &frame, &dc, &ac, &scan, &data].concat()
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX).to_be_bytes();
    [&[0xFF, marker][..], &length, payload].concat()
}

/// EXIF with a device, the orientation 6 and a position (TIFF 6.0; Exif 2.32, 4.6.6).
pub(super) fn tiff() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    // Header 8, IFD0 42, GPS directory 54, then the values.
    let (gps, numbers, make) = (50_u32, 104_u32, 128_u32);
    let make_length = u32::try_from(SECRET.len() + 1).unwrap_or(u32::MAX);
    [
        b"MM\0\x2A\0\0\0\x08\0\x03".to_vec(),
        entry(0x010F, 2, make_length, make.to_be_bytes()),
        entry(0x0112, 3, 1, [0, 6, 0, 0]),
        entry(0x8825, 4, 1, gps.to_be_bytes()),
        vec![0; 4],
        vec![0, 4],
        entry(1, 2, 2, *b"N\0\0\0"),
        entry(2, 5, 3, numbers.to_be_bytes()),
        entry(3, 2, 2, *b"E\0\0\0"),
        entry(4, 5, 3, numbers.to_be_bytes()),
        vec![0; 4],
        [41_u32, 1, 53, 1, 24, 1].iter().flat_map(|number| number.to_be_bytes()).collect(),
        [SECRET.as_bytes(), b"\0"].concat(),
    ]
    .concat()
}

/// A PNG of one grey pixel with EXIF, texts and a time, and something behind the end.
pub(super) fn png() -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    let data = zlib.write_all(&[0, 128]).and_then(|()| zlib.finish()).unwrap_or_default();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
        chunk(b"eXIf", &tiff()),
        chunk(b"tEXt", format!("Author\0{SECRET}").as_bytes()),
        chunk(b"iTXt", format!("XML:com.adobe.xmp\0\0\0\0\0{SECRET}").as_bytes()),
        chunk(b"tIME", &[7, 0xEA, 11, 26, 12, 0, 0]),
        chunk(b"IDAT", &data),
        chunk(b"IEND", b""),
        SECRET.as_bytes().to_vec(),
    ]
    .concat()
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut crc = Crc::new();
    crc.update(name);
    crc.update(content);
    [&length[..], name, content, &crc.sum().to_be_bytes()].concat()
}

/// A GIF of one pixel with a comment, and something behind the end.
pub(super) fn gif() -> Vec<u8> {
    let length = u8::try_from(SECRET.len()).unwrap_or(u8::MAX);
    [
        &b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF"[..],
        &[0x21, 0xFE, length],
        SECRET.as_bytes(),
        b"\0",
        b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;",
        SECRET.as_bytes(),
    ]
    .concat()
}

/// A WebP of one lossless pixel with EXIF and XMP
/// (<https://developers.google.com/speed/webp/docs/riff_container>).
pub(super) fn webp() -> Vec<u8> {
    let chunk = |name: &[u8; 4], content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes();
        let padding = vec![0; content.len() % 2];
        [&name[..], &length, content, &padding].concat()
    };
    // One pixel, no transform, no colour cache, one meta prefix code of five codes with one symbol each: no bit for a pixel.
    let mut bits = Bits::default();
    bits.push(0x2F, 8);
    // Width and height less one, no alpha, version 0.
    bits.push_all(&[(0, 14), (0, 14), (0, 1), (0, 3)]);
    // No transform, no colour cache, no meta codes.
    bits.push_all(&[(0, 1), (0, 1), (0, 1)]);
    for symbol in [128, 128, 128, 255, 0] {
        // A simple code of one symbol of eight bits.
        bits.push_all(&[(1, 1), (0, 1), (1, 1), (symbol, 8)]);
    }
    let chunks = [
        // EXIF and XMP are there; 1 x 1 pixels.
        chunk(b"VP8X", &[0x0C, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        chunk(b"VP8L", &bits.bytes),
        chunk(b"EXIF", &tiff()),
        chunk(b"XMP ", format!("<x:xmpmeta>{SECRET}</x:xmpmeta>").as_bytes()),
    ]
    .concat();
    let length = u32::try_from(chunks.len() + 4).unwrap_or(u32::MAX).to_le_bytes();
    [&b"RIFF"[..], &length, b"WEBP", &chunks].concat()
}

/// Bits as VP8L packs them: the least significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn push_all(&mut self, values: &[(u32, u32)]) {
        values.iter().for_each(|&(value, count)| self.push(value, count));
    }

    fn push(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::from(value >> bit & 1 == 1) << (self.count % 8);
            }
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use sanitizer::{Format, Options, OrientationOutcome, sanitize};

    use super::super::heif::{avif, heic};
    use super::*;

    #[test]
    fn each_is_a_picture_full_of_secrets_and_can_be_cleaned() {
        for (picture, format) in [
            (jpeg(), Format::Jpeg),
            (png(), Format::Png),
            (gif(), Format::Gif),
            (webp(), Format::Webp),
            (heic(), Format::Heic),
            (avif(), Format::Avif),
        ] {
            let contains =
                |bytes: &[u8]| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(contains(&picture), "{format:?}");
            let clean = sanitize(picture, &Options::default()).unwrap();
            assert_eq!(clean.format, format);
            assert!(!clean.report.removed.is_empty(), "{format:?}");
            assert!(!contains(&clean.into_bytes()), "{format:?}");
        }
        let mut options = Options::default();
        options.facts = true;
        let report = sanitize(jpeg(), &options).unwrap().report;
        assert_eq!(report.orientation, OrientationOutcome::Turned);
        assert_eq!(report.facts.unwrap().positions.len(), 1);
    }

    #[test]
    fn the_bare_jpeg_has_a_dark_and_a_bright_half() {
        let pixels = testkit::jpeg::pixels(&bare_jpeg(&[]));
        assert_eq!(pixels.len(), 128);
        assert!(pixels[0] < pixels[15] && pixels[0] == pixels[7] && pixels[8] == pixels[15], "{pixels:?}");
    }
}
