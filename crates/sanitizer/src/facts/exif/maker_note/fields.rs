//! What the fields of maker notes mean.

use FactKind::{Device, Lens, Person, Place, Serial, Text};

use super::values::{
    canon_camera, canon_internal, canon_lens, canon_serial, hex, leica_internal, nintendo_camera, number,
    pentax_camera, ricoh_serial, sony_enciphered, sony_serial, text,
};
use crate::facts::{FactKind, exif::tiff::Entry};

/// Whose note it is.
pub(super) struct Camera<'a> {
    pub(super) make: &'a str,
    pub(super) model: &'a str,
}

impl Camera<'_> {
    /// Whether the make starts with `maker`, in any case.
    pub(super) fn is_of(&self, maker: &str) -> bool {
        self.make.get(..maker.len()).is_some_and(|start| start.eq_ignore_ascii_case(maker))
    }
}

/// A tag, what it tells, and how its value is read; empty when it is none.
pub(super) type Field = (u16, FactKind, fn(&Entry<'_>, &Camera<'_>) -> String);

pub(super) const CANON: &[Field] = &[
    (0x0006, Device, text),
    (0x0009, Person, text),
    (0x000C, Serial, canon_serial),
    (0x000D, Serial, canon_camera),
    (0x0028, Serial, hex),
    (0x0095, Lens, text),
    (0x0096, Serial, canon_internal),
    (0x4019, Serial, canon_lens),
];
pub(super) const NIKON: &[Field] = &[(0x001D, Serial, text), (0x00A0, Serial, text)];
pub(super) const PANASONIC: &[Field] = &[
    (0x0025, Serial, text),
    (0x0051, Lens, text),
    (0x0052, Serial, text),
    (0x0054, Serial, text),
    (0x0065, Text, text),
    (0x0066, Person, text),
    (0x0067, Place, text),
    (0x0069, Place, text),
    (0x006B, Place, text),
    (0x006D, Place, text),
    (0x006F, Place, text),
    (0x0080, Place, text),
];
/// The same tags mean different things in cameras of different years; their types tell them apart.
pub(super) const LEICA: &[Field] = &[
    (0x0025, Serial, text),
    (0x0052, Serial, text),
    (0x0303, Serial, number),
    (0x0303, Lens, text),
    (0x0305, Serial, number),
    (0x0310, Lens, text),
    (0x0321, Serial, number),
    (0x0500, Serial, leica_internal),
    (0x3103, Serial, text),
];
pub(super) const APPLE: &[Field] = &[
    (0x000B, Serial, text),
    (0x0011, Serial, text),
    (0x0015, Serial, text),
    (0x0016, Serial, text),
    (0x0020, Serial, text),
    (0x002B, Serial, text),
];
pub(super) const FUJIFILM: &[Field] = &[(0x0010, Serial, text)];
pub(super) const OLYMPUS: &[Field] =
    &[(0x0209, Device, text), (0x0404, Serial, text), (0x101A, Serial, text)];
pub(super) const OLYMPUS_EQUIPMENT_FIELDS: &[Field] = &[
    (0x0101, Serial, text),
    (0x0102, Serial, text),
    (0x0202, Serial, text),
    (0x0203, Lens, text),
    (0x0302, Serial, text),
    (0x1003, Serial, text),
];
pub(super) const SONY: &[Field] = &[(0x2031, Serial, sony_serial), (0x9050, Serial, sony_enciphered)];
pub(super) const NINTENDO: &[Field] = &[(0x1101, Serial, nintendo_camera)];
pub(super) const PENTAX: &[Field] = &[(0x0215, Serial, pentax_camera), (0x0229, Serial, text)];
pub(super) const SIGMA: &[Field] = &[(0x0002, Serial, text)];
pub(super) const RICOH: &[Field] = &[(0x0005, Serial, ricoh_serial)];
pub(super) const SAMSUNG: &[Field] = &[(0xA002, Serial, text), (0xA005, Serial, text)];
pub(super) const KODAK: &[Field] = &[(0xFA19, Serial, text)];
pub(super) const MOTOROLA: &[Field] = &[(0x5501, Serial, text)];
