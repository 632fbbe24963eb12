//! The makers' own blocks in EXIF. Each has its own layout ([`layout`]); we read those that hold serial numbers, owners
//! and places ([`fields`], and [`values`] where these are no plain texts and numbers). What the tags mean was
//! learnt from exiftool's tag tables (<https://exiftool.org/TagNames/>).
//!
//! Not told: what is enciphered with a key (Nikon's blocks about lenses and shots, Sony's newest cameras), and what makers
//! keep in blocks that nobody has described.

mod fields;
mod layout;
#[cfg(test)]
mod tests;
mod values;

use super::super::{FactKind, Facts};
use super::tiff::{Entry, Tiff};
use fields::{Camera, OLYMPUS_EQUIPMENT_FIELDS};
use layout::Layout;

const SOURCE: &str = "EXIF maker note";

/// Where Olympus points at a directory about body and lens.
const OLYMPUS_EQUIPMENT: u16 = 0x2010;
/// Types of values that are offsets of directories (TIFF 6.0, and its technical note 1).
const OFFSET_KINDS: [u16; 2] = [4, 13];

/// Reads a maker note. `tiff` is the whole EXIF, for notes whose offsets count from there.
pub(super) fn read(make: &str, model: &str, note: &Entry<'_>, tiff: Tiff<'_>, facts: &mut Facts) {
    facts.add(FactKind::Device, &format!("a maker note of {} bytes", note.len), SOURCE);
    let camera = Camera { make, model };
    values::fixed(&camera, note.bytes(), |value| add(FactKind::Serial, &value, facts));
    let Some(Layout { tiff, directory, fields }) = layout::of(&camera, note, tiff) else { return };
    let entries = tiff.directory(directory).0;
    let equipment = entries.iter().find(|entry| entry.tag == OLYMPUS_EQUIPMENT);
    let is_olympus = [&b"OLYMP"[..], b"OM SYSTEM\0"].iter().any(|name| note.bytes().starts_with(name));
    if let Some(equipment) = equipment.filter(|_| is_olympus) {
        let offset = if OFFSET_KINDS.contains(&equipment.kind()) {
            equipment.number().map_or(usize::MAX, |number| number as usize)
        } else {
            // Older cameras put the directory there as it is.
            equipment.offset
        };
        read_fields(&camera, &tiff.directory(offset).0, OLYMPUS_EQUIPMENT_FIELDS, facts);
    }
    read_fields(&camera, &entries, fields, facts);
}

fn read_fields(camera: &Camera<'_>, entries: &[Entry<'_>], fields: &[fields::Field], facts: &mut Facts) {
    for entry in entries {
        for (_, kind, value) in fields.iter().filter(|(tag, ..)| *tag == entry.tag) {
            add(*kind, &value(entry, camera), facts);
        }
    }
}

/// Adds a value, unless it was never filled in: then it holds blanks, zeros or bytes that are no text.
fn add(kind: FactKind, value: &str, facts: &mut Facts) {
    let is_text = value.chars().all(|c| !c.is_control() && !('\u{80}'..'\u{A0}').contains(&c));
    let says_something = value.chars().any(|c| c.is_alphanumeric() && c != '0');
    if is_text && says_something {
        facts.add(kind, value, SOURCE);
    }
}
