//! Where a maker note has its directory, and from where its offsets count.

use super::fields::{self, Camera, Field};
use crate::facts::exif::tiff::{Entry, Tiff};

/// How to read a maker note.
pub(super) struct Layout<'a> {
    /// The bytes from whose start offsets count.
    pub(super) tiff: Tiff<'a>,
    /// Where in these the directory is.
    pub(super) directory: usize,
    pub(super) fields: &'static [Field],
}

/// From where offsets in a note count.
enum Base {
    /// From the start of the EXIF block.
    Block,
    /// From the start of the note.
    Note,
}

/// A note that starts with these bytes has its directory at this place in it.
type Start = (&'static [u8], Base, usize, &'static [Field]);

const STARTS: &[Start] = &[
    (b"Nikon\0\x01", Base::Block, 8, fields::NIKON),
    (b"Panasonic\0\0\0", Base::Block, 12, fields::PANASONIC),
    (b"LEICA CAMERA AG\0", Base::Block, 18, fields::LEICA),
    (b"LEICA0", Base::Note, 8, fields::LEICA),
    (b"LEICA\0\x02\xFF", Base::Block, 8, fields::LEICA),
    (b"LEICA\0\x02\0", Base::Block, 8, fields::LEICA),
    (b"LEICA\0\x08\0", Base::Block, 8, fields::LEICA),
    (b"LEICA\0\x09\0", Base::Block, 8, fields::LEICA),
    (b"LEICA\0", Base::Note, 8, fields::LEICA),
    (b"Apple iOS\0", Base::Note, 14, fields::APPLE),
    (b"OLYMP\0", Base::Block, 8, fields::OLYMPUS),
    (b"EPSON\0", Base::Block, 8, fields::OLYMPUS),
    (b"CAMER\0", Base::Block, 8, fields::OLYMPUS),
    (b"SONY PI\0", Base::Block, 12, fields::OLYMPUS),
    (b"PREMI\0", Base::Block, 8, fields::OLYMPUS),
    (b"OLYMPUS\0", Base::Note, 12, fields::OLYMPUS),
    (b"OM SYSTEM\0", Base::Note, 16, fields::OLYMPUS),
    (b"SONY DSC", Base::Block, 12, fields::SONY),
    (b"SONY CAM", Base::Block, 12, fields::SONY),
    (b"SONY MOBILE", Base::Block, 12, fields::SONY),
    (b"\0\0SONY PIC\0", Base::Block, 12, fields::SONY),
    (b"VHAB     \0", Base::Block, 12, fields::SONY),
    (b"AOC\0", Base::Block, 6, fields::PENTAX),
    (b"PENTAX \0", Base::Note, 10, fields::PENTAX),
    (b"S1\0\0\0\0\0\0\x0C\0\0\0", Base::Note, 12, fields::PENTAX),
    (b"RICOH\0II", Base::Note, 8, fields::PENTAX),
    (b"RICOH\0MM", Base::Note, 8, fields::PENTAX),
    (b"SIGMA\0", Base::Block, 10, fields::SIGMA),
    (b"FOVEON\0", Base::Block, 10, fields::SIGMA),
    (b"MOT\0", Base::Note, 8, fields::MOTOROLA),
];

/// How to read `note`; `None` when it is none of those that we know. `block` is the whole EXIF.
pub(super) fn of<'a>(camera: &Camera<'_>, note: &Entry<'a>, block: Tiff<'a>) -> Option<Layout<'a>> {
    let bytes = note.bytes();
    let at_note = |distance: usize, fields| {
        let directory = note.offset.saturating_add(distance);
        Some(Layout { tiff: block.order_at(directory), directory, fields })
    };
    // A whole TIFF structure behind the name.
    if bytes.starts_with(b"Nikon\0\x02") {
        let (tiff, directory) = Tiff::open(bytes.get(10..)?)?;
        return Some(Layout { tiff, directory, fields: fields::NIKON });
    }
    if bytes.starts_with(b"FUJIFILM") || bytes.starts_with(b"GENERALE") {
        let tiff = Tiff::with_order(bytes, true);
        return Some(Layout { tiff, directory: tiff.u32(8)? as usize, fields: fields::FUJIFILM });
    }
    if let Some(own) = bytes.strip_prefix(b"ISLMAKERNOTE000\0") {
        let tiff = Tiff::with_order(own, true).order_at(8);
        return Some(Layout { tiff, directory: 8, fields: fields::PENTAX });
    }
    // Leica's first cameras are Panasonic's.
    if bytes.starts_with(b"LEICA\0\0\0") && camera.is_of("LEICA") && camera.make.trim() == "LEICA" {
        return at_note(8, fields::PANASONIC);
    }
    if let Some((_, base, distance, fields)) = STARTS.iter().find(|(start, ..)| bytes.starts_with(start)) {
        return match base {
            Base::Block => at_note(*distance, fields),
            Base::Note => {
                let tiff = Tiff::with_order(bytes, false).order_at(*distance);
                Some(Layout { tiff, directory: *distance, fields })
            }
        };
    }
    // Without a name: a directory, or something of the maker's.
    match () {
        () if camera.is_of("Canon") => at_note(0, fields::CANON),
        () if camera.is_of("NIKON") => at_note(0, fields::NIKON),
        () if camera.is_of("Nintendo") => at_note(0, fields::NINTENDO),
        () if camera.is_of("SONY") || camera.is_of("HASSELBLAD") => at_note(0, fields::SONY),
        () if camera.is_of("Asahi") => at_note(0, fields::PENTAX),
        () if camera.is_of("RICOH") || camera.is_of("PENTAX RICOH") => at_note(8, fields::RICOH),
        () if camera.is_of("SAMSUNG") => {
            // Some count from the block, and others from the note.
            let mut layout = at_note(0, fields::SAMSUNG)?;
            let offsets = layout.tiff.directory(layout.directory).0;
            let is_far = offsets.iter().all(|entry| entry.len <= 4 || entry.offset >= note.offset);
            if !is_far {
                layout.tiff = Tiff::with_order(bytes, false).order_at(0);
                layout.directory = 0;
            }
            Some(layout)
        }
        () if camera.is_of("KODAK") || camera.is_of("EASTMAN KODAK") => match Tiff::open(bytes) {
            Some((tiff, directory)) => Some(Layout { tiff, directory, fields: fields::KODAK }),
            None if bytes.starts_with(b"II") || bytes.starts_with(b"MM") => at_note(2, fields::KODAK),
            None => at_note(0, fields::KODAK),
        },
        () => None,
    }
}
