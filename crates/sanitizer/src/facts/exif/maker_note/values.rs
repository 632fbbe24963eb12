//! Values of maker notes as a person reads them; empty when a field holds none.

use std::fmt::Write;

use memchr::memmem;

use super::fields::Camera;
use crate::facts::exif::tiff::{Entry, clean_text};

pub(super) fn text(entry: &Entry<'_>, _: &Camera<'_>) -> String {
    if !entry.is_text() {
        return String::new();
    }
    let bytes = entry.bytes();
    let end = bytes.iter().rposition(|byte| *byte != 0xFF).map_or(0, |last| last + 1);
    clean_text(&bytes[..end])
}

pub(super) fn number(entry: &Entry<'_>, _: &Camera<'_>) -> String {
    if entry.is_text() {
        return String::new();
    }
    entry.number().filter(|number| *number != 0).map_or(String::new(), |number| number.to_string())
}

/// Sixteen bytes or less that are no text.
pub(super) fn hex(entry: &Entry<'_>, _: &Camera<'_>) -> String {
    in_hex(&entry.bytes()[..entry.bytes().len().min(16)])
}

/// Bytes in hexadecimal digits, unless none of them is set.
fn in_hex(bytes: &[u8]) -> String {
    if bytes.iter().all(|byte| matches!(byte, 0 | 0xFF)) {
        return String::new();
    }
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The bytes of a field from `start`, in hexadecimal digits.
fn hex_at(entry: &Entry<'_>, start: usize, len: usize) -> String {
    entry.bytes().get(start..start + len).map_or(String::new(), in_hex)
}

/// A text of fixed length, up to the first NUL.
fn text_at(bytes: &[u8], start: usize, len: usize) -> String {
    let text = bytes.get(start..start + len).unwrap_or_default();
    clean_text(text.split(|byte| *byte == 0).next().unwrap_or_default())
}

/// UTF-16 in little endian.
fn wide_text_at(bytes: &[u8], start: usize, len: usize) -> String {
    let units = bytes.get(start..start + len).unwrap_or_default().chunks_exact(2);
    let units = units.map(|pair| u16::from_le_bytes([pair[0], pair[1]])).take_while(|unit| *unit != 0);
    char::decode_utf16(units).map_while(Result::ok).collect()
}

/// As it stands on the camera.
pub(super) fn canon_serial(entry: &Entry<'_>, camera: &Camera<'_>) -> String {
    let Some(number) = entry.number().filter(|number| *number != 0) else { return String::new() };
    if camera.model.ends_with("EOS D30") {
        format!("{:04x}{:05}", number >> 16, number & 0xFFFF)
    } else if camera.model.contains("EOS-1D") {
        format!("{number:06}")
    } else {
        format!("{number:010}")
    }
}

pub(super) fn canon_internal(entry: &Entry<'_>, camera: &Camera<'_>) -> String {
    // Behind nine bytes of something else.
    if camera.model.contains("EOS 5D") {
        text_at(entry.bytes(), 9, entry.bytes().len().saturating_sub(9))
    } else {
        text(entry, camera)
    }
}

pub(super) fn canon_lens(entry: &Entry<'_>, _: &Camera<'_>) -> String {
    if entry.bytes().starts_with(&[0; 4]) { String::new() } else { hex_at(entry, 0, 5) }
}

/// The lens' number in a block that differs from camera to camera.
pub(super) fn canon_camera(entry: &Entry<'_>, camera: &Camera<'_>) -> String {
    if camera.model.ends_with("EOS 5D Mark III") {
        hex_at(entry, 0x164, 5)
    } else if camera.model.starts_with("Canon EOS 5DS") {
        hex_at(entry, 0x16B, 5)
    } else {
        String::new()
    }
}

/// Pairs of digits in reverse.
pub(super) fn sony_serial(entry: &Entry<'_>, camera: &Camera<'_>) -> String {
    let text = text(entry, camera);
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text;
    }
    [6, 4, 2, 0].iter().map(|&at| &text[at..at + 2]).collect()
}

/// Sony's block 0x9050, in which each byte below 249 is the cube of the plain one modulo 249. Where the number is depends on the camera.
pub(super) fn sony_enciphered(entry: &Entry<'_>, camera: &Camera<'_>) -> String {
    let model = camera.model.trim();
    let is_one_of = |names: &[&str]| names.contains(&model);
    let (start, len) = match model {
        _ if model.starts_with("SLT-") || model == "HV" => (0xF0, 5),
        _ if is_one_of(&SONY_OF_2015) => (0x88, 6),
        "ILCE-7M4" | "ILCE-7RM5" | "ILCE-7SM3" | "ILME-FX3" => (0x88, 6),
        "ILCE-1" => (0x8A, 6),
        _ if model.starts_with("ILCA-") => (0xF0, 5),
        "NEX-5N" | "NEX-7" | "NEX-VG20E" | "ILCE-7C" | "ILCE-9M3" => return String::new(),
        _ if model.starts_with("NEX-") || is_one_of(&SONY_OF_2013) => (0x7C, 4),
        _ => return String::new(),
    };
    let plain: Vec<u8> = entry
        .bytes()
        .get(start..start + len)
        .unwrap_or_default()
        .iter()
        .map(|byte| sony_plain(*byte))
        .collect();
    in_hex(&plain)
}

const SONY_OF_2013: [&str; 8] =
    ["ILCE-3000", "ILCE-3500", "ILCE-5000", "ILCE-5100", "ILCE-6000", "ILCE-7", "ILCE-7R", "ILCE-7S"];
const SONY_OF_2015: [&str; 15] = [
    "ILCE-6100",
    "ILCE-6300",
    "ILCE-6400",
    "ILCE-6500",
    "ILCE-6600",
    "ILCE-7C",
    "ILCE-7M3",
    "ILCE-7RM2",
    "ILCE-7RM3",
    "ILCE-7RM3A",
    "ILCE-7RM4",
    "ILCE-7RM4A",
    "ILCE-7SM2",
    "ILCE-9",
    "ILCA-99M2",
];

fn sony_plain(byte: u8) -> u8 {
    (2..0xF8_u8).find(|plain| (u32::from(*plain).pow(3) % 249) == u32::from(byte)).unwrap_or(byte)
}

pub(super) fn nintendo_camera(entry: &Entry<'_>, _: &Camera<'_>) -> String {
    hex_at(entry, 0x18, 4)
}

/// The fifth of its numbers.
pub(super) fn pentax_camera(entry: &Entry<'_>, _: &Camera<'_>) -> String {
    entry.long(4).filter(|number| *number != 0).map_or(String::new(), |number| number.to_string())
}

pub(super) fn ricoh_serial(entry: &Entry<'_>, camera: &Camera<'_>) -> String {
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || b" -_\0".contains(byte);
    if entry.bytes().iter().all(is_text) { text(entry, camera) } else { hex(entry, camera) }
}

/// Three characters, a date of six digits, and four of a number.
pub(super) fn leica_internal(entry: &Entry<'_>, camera: &Camera<'_>) -> String {
    text(entry, camera)
}

/// Numbers at fixed places in notes that have no directory.
pub(super) fn fixed(camera: &Camera<'_>, note: &[u8], mut found: impl FnMut(String)) {
    if note.starts_with(b"RECONYXUF\0") {
        found(text_at(note, 0x4B, 15));
    } else if note.starts_with(b"RECONYXH2\0") {
        found(wide_text_at(note, 0x7E, 30));
    } else if matches!(note, [1, 0xF1, 2 | 3, 0, ..]) {
        found(wide_text_at(note, 0x2A, 30));
    } else if camera.is_of("Hewlett-Packard") || note.starts_with(b"IIII") {
        const NAME: &[u8] = b"SERIAL NUMBER:";
        if let Some(at) = memmem::find(&note[..note.len().min(256)], NAME) {
            let rest = &note[at + NAME.len()..];
            found(text_at(rest, 0, rest.len().min(26)));
        }
    } else if (camera.is_of("KODAK") || camera.is_of("EASTMAN KODAK")) && is_kodak_serial(note) {
        found(text_at(note, 0, 16));
    }
}

/// Whether a note starts as serial numbers do: `KCXFA61234567`, for example.
fn is_kodak_serial(note: &[u8]) -> bool {
    let Some(start) = note.first_chunk::<12>() else { return false };
    matches!(start[0], b'C' | b'K')
        && start[1..9].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ')
        && start[9..].iter().filter(|byte| byte.is_ascii_digit()).count() == 3
}
