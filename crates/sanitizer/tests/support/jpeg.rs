//! Builds JPEG pictures of each kind, puts things into them, and decodes them.

#![expect(dead_code, reason = "each test file uses some of these")]

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The string that must not survive.
pub(crate) const CANARY: &[u8] = b"LEAKCANARY";

/// A kind of picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Grey,
    Ycc444,
    Ycc420,
    /// Sequential, a scan for each component.
    ThreeScans,
    Progressive,
    Cmyk,
    Restart,
}

pub(crate) const KINDS: [Kind; 7] =
    [Kind::Grey, Kind::Ycc444, Kind::Ycc420, Kind::ThreeScans, Kind::Progressive, Kind::Cmyk, Kind::Restart];

/// A picture of `width` x `height` pixels: a gradient with some detail.
pub(crate) fn picture(kind: Kind, width: u16, height: u16) -> Vec<u8> {
    let (color, channels) = match kind {
        Kind::Grey => (ColorType::Luma, 1),
        Kind::Cmyk => (ColorType::Cmyk, 4),
        _ => (ColorType::Rgb, 3),
    };
    let mut samples = Vec::new();
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            samples.extend((0..channels).map(|c| (x * (3 + c) + y * (5 - c) + (x * y) % (7 + c)) as u8));
        }
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 85);
    match kind {
        Kind::Ycc420 | Kind::Restart => encoder.set_sampling_factor(SamplingFactor::R_4_2_0),
        Kind::ThreeScans => encoder.set_sampling_factor(SamplingFactor::R_4_1_1),
        _ => encoder.set_sampling_factor(SamplingFactor::R_4_4_4),
    }
    encoder.set_progressive(kind == Kind::Progressive);
    if kind == Kind::Restart {
        encoder.set_restart_interval(2);
    }
    encoder.encode(&samples, width, height, color).unwrap();
    if kind == Kind::Grey {
        // The encoder writes the table for colour differences, too.
        let (start, end) = find(&file, 0xDB, 1);
        file.drain(start..end);
    }
    file
}

/// A small picture.
pub(crate) fn small(kind: Kind) -> Vec<u8> {
    picture(kind, 40, 24)
}

/// A segment.
pub(crate) fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xFF, marker];
    segment.extend(((payload.len() + 2) as u16).to_be_bytes());
    segment.extend_from_slice(payload);
    segment
}

/// A segment whose payload is `name` and then the canary.
pub(crate) fn planted(marker: u8, name: &[u8]) -> Vec<u8> {
    segment(marker, &[name, CANARY].concat())
}

/// The markers of a well-formed file with where each starts and ends, scan
/// data not included.
pub(crate) fn markers(file: &[u8]) -> Vec<(u8, usize, usize)> {
    let mut found = vec![(0xD8, 0, 2)];
    let mut at = 2;
    loop {
        assert_eq!(file[at], 0xFF, "at {at}");
        let marker = file[at + 1];
        if marker == 0xD9 {
            found.push((marker, at, at + 2));
            return found;
        }
        let end = at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        found.push((marker, at, end));
        at = end;
        if marker == 0xDA {
            while file[at] != 0xFF || matches!(file[at + 1], 0x00 | 0xD0..=0xD7) {
                at += 1;
            }
        }
    }
}

/// Where the `nth` (from 0) segment with `marker` starts and ends.
pub(crate) fn find(file: &[u8], marker: u8, nth: usize) -> (usize, usize) {
    let (_, start, end) = markers(file).into_iter().filter(|found| found.0 == marker).nth(nth).unwrap();
    (start, end)
}

/// `file` with `bytes` put in at `at`.
pub(crate) fn insert(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    [&file[..at], bytes, &file[at..]].concat()
}

/// `file` with `extra` put at the end of the segment with `marker`, its length corrected.
pub(crate) fn lengthen(file: &[u8], marker: u8, extra: &[u8]) -> Vec<u8> {
    let (start, end) = find(file, marker, 0);
    let mut longer = segment(marker, &file[start + 4..end]);
    longer.extend_from_slice(extra);
    let length = (longer.len() - 2) as u16;
    longer[2..4].copy_from_slice(&length.to_be_bytes());
    [&file[..start], &longer, &file[end..]].concat()
}

/// All places between segments: after SOI, ..., before EOI, and behind EOI.
pub(crate) fn places(file: &[u8]) -> Vec<usize> {
    let mut places: Vec<usize> = markers(file).iter().skip(1).map(|&(_, start, _)| start).collect();
    places.push(file.len());
    places
}

/// A TIFF structure with an orientation and the canary as the camera's maker.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0x01, 0x0F, 0, 2, 0, 0, 0, 11, 0, 0, 0, 38, 0, 0, 0, 0]);
    tiff.extend_from_slice(CANARY);
    tiff.push(0);
    segment(0xE1, &tiff)
}

/// The EXIF segment that holds an orientation and nothing else.
pub(crate) fn minimal_exif(orientation: u8) -> Vec<u8> {
    let mut payload = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    payload.extend([orientation, 0, 0, 0, 0, 0, 0]);
    segment(0xE1, &payload)
}

/// One part of an ICC profile.
pub(crate) fn icc_segment(number: u8, total: u8, data: &[u8]) -> Vec<u8> {
    segment(0xE2, &[b"ICC_PROFILE\0", &[number, total][..], data].concat())
}

/// The decoded samples.
pub(crate) fn pixels(file: &[u8]) -> Vec<u8> {
    decode(file).unwrap()
}

/// The decoded samples, when the decoder takes the file: it is stricter than libjpeg.
pub(crate) fn decode(file: &[u8]) -> Option<Vec<u8>> {
    jpeg_decoder::Decoder::new(file).decode().ok()
}

/// The canary as UTF-16, little-endian.
pub(crate) fn utf16() -> Vec<u8> {
    CANARY.iter().flat_map(|&byte| [byte, 0]).collect()
}

/// Whether the canary is anywhere in `bytes`, as ASCII or UTF-16.
pub(crate) fn survives(bytes: &[u8]) -> bool {
    let wide = utf16();
    [CANARY, &wide].iter().any(|needle| bytes.windows(needle.len()).any(|window| window == *needle))
}
