//! The makers' own blocks in EXIF. Each has its own layout; we read those that
//! hold serial numbers, owners and places in a plain directory. What the tags
//! mean was learnt from exiftool's tag tables
//! (<https://exiftool.org/TagNames/>).

use super::super::{FactKind, Facts};
use super::tiff::{Entry, Tiff, clean_text};

/// How a tag's value is written.
enum Form {
    Text,
    Number,
}

use FactKind::{Device, Lens, Person, Place, Serial, Text};

type Meaning = (u16, FactKind, Form);

const CANON: &[Meaning] = &[
    (0x0006, Device, Form::Text),
    (0x0009, Person, Form::Text),
    (0x000C, Serial, Form::Number),
    (0x0028, Serial, Form::Text),
    (0x0095, Lens, Form::Text),
    (0x0096, Serial, Form::Text),
];
const NIKON: &[Meaning] = &[(0x001D, Serial, Form::Text), (0x00A0, Serial, Form::Text)];
const PANASONIC: &[Meaning] = &[
    (0x0025, Serial, Form::Text),
    (0x0051, Lens, Form::Text),
    (0x0052, Serial, Form::Text),
    (0x0065, Text, Form::Text),
    (0x0066, Person, Form::Text),
    (0x0067, Place, Form::Text),
    (0x0069, Place, Form::Text),
    (0x006B, Place, Form::Text),
    (0x006D, Place, Form::Text),
    (0x006F, Place, Form::Text),
    (0x0080, Place, Form::Text),
];
const APPLE: &[Meaning] =
    &[(0x000B, Serial, Form::Text), (0x0011, Serial, Form::Text), (0x0015, Serial, Form::Text)];
const FUJIFILM: &[Meaning] = &[(0x0010, Serial, Form::Text)];
const OLYMPUS: &[Meaning] = &[
    (0x0101, Serial, Form::Text),
    (0x0102, Serial, Form::Text),
    (0x0202, Serial, Form::Text),
    (0x0203, Lens, Form::Text),
    (0x0404, Serial, Form::Text),
];
/// Where Olympus points at a directory about body and lens.
const OLYMPUS_EQUIPMENT: u16 = 0x2010;

/// Reads a maker note. `tiff` is the whole EXIF, for notes whose offsets count from there.
pub(super) fn read(make: &str, note: &Entry<'_>, tiff: Tiff<'_>, facts: &mut Facts) {
    facts.add(Device, &format!("a maker note of {} bytes", note.len), "EXIF maker note");
    let bytes = note.bytes();
    let (tiff, directory, meanings) = if bytes.starts_with(b"Nikon\0") {
        let Some((own, first)) = bytes.get(10..).and_then(Tiff::open) else { return };
        (own, first, NIKON)
    } else if bytes.starts_with(b"Panasonic\0\0\0") {
        (tiff, note.offset.saturating_add(12), PANASONIC)
    } else if bytes.starts_with(b"Apple iOS\0") {
        (Tiff::with_order(bytes, bytes.get(12..14) == Some(b"II")), 14, APPLE)
    } else if bytes.starts_with(b"FUJIFILM") {
        let own = Tiff::with_order(bytes, true);
        (own, own.u32(8).unwrap_or(u32::MAX) as usize, FUJIFILM)
    } else if bytes.starts_with(b"OLYMP\0") {
        (tiff, note.offset.saturating_add(8), OLYMPUS)
    } else if bytes.starts_with(b"OLYMPUS\0") {
        (Tiff::with_order(bytes, bytes.get(8..10) == Some(b"II")), 12, OLYMPUS)
    } else if make.to_ascii_lowercase().starts_with("canon") {
        (tiff, note.offset, CANON)
    } else {
        return;
    };
    let mut entries = tiff.directory(directory).0;
    let equipment = entries.iter().find(|entry| entry.tag == OLYMPUS_EQUIPMENT).and_then(Entry::number);
    if let Some(equipment) = equipment.filter(|_| bytes.starts_with(b"OLYMP")) {
        entries.extend(tiff.directory(equipment as usize).0);
    }
    for entry in entries {
        let Some((_, kind, form)) = meanings.iter().find(|(tag, ..)| *tag == entry.tag) else { continue };
        let value = match form {
            Form::Text => clean_text(entry.bytes()),
            Form::Number => {
                entry.number().filter(|&number| number != 0).map_or(String::new(), |n| n.to_string())
            }
        };
        // Fields that were never filled in hold blanks, zeros or bytes that are no text.
        let is_text = value.chars().all(|c| !c.is_control() && !('\u{80}'..'\u{A0}').contains(&c));
        let says_something = value.chars().any(|c| c.is_alphanumeric() && c != '0');
        if is_text && says_something {
            facts.add(*kind, &value, "EXIF maker note");
        }
    }
}
