//! The fields of Apple's maker note that tell how bright a picture is on HDR screens.

use super::tiff::{Entry, Tiff};

/// Where EXIF is in TIFF's first directory, and the maker note in EXIF's.
const EXIF: u16 = 0x8769;
const MAKER_NOTE: u16 = 0x927C;

/// Fields 33 and 48 of the maker note in an EXIF block (a TIFF structure);
/// `None` when there is no such note or no field 33. Field 48 counts as 0 when it is not there.
pub(crate) fn apple_hdr_fields(exif: &[u8]) -> Option<(f64, f64)> {
    let (tiff, first) = Tiff::open(exif)?;
    let find = |entries: Vec<Entry<'_>>, tag| {
        entries.into_iter().find(|entry| entry.tag == tag).and_then(|entry| entry.number())
    };
    let exif = find(tiff.directory(first).0, EXIF)? as usize;
    let note = tiff.directory(exif).0.into_iter().find(|entry| entry.tag == MAKER_NOTE)?;
    let bytes = note.bytes();
    if !bytes.starts_with(b"Apple iOS\0") {
        return None;
    }
    let entries = Tiff::with_order(bytes, bytes.get(12..14) == Some(b"II")).directory(14).0;
    let fraction = |tag| entries.iter().find(|entry| entry.tag == tag).map(|entry| entry.fraction(0));
    Some((fraction(33)??, fraction(48).unwrap_or(Some(0.0))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An EXIF block with Apple's maker note of these fields.
    fn exif(fields: &[(u16, i32, u32)]) -> Vec<u8> {
        let mut note = b"Apple iOS\0\0\x01MM".to_vec();
        note.extend((fields.len() as u16).to_be_bytes());
        let values = note.len() + 12 * fields.len() + 4;
        for (index, (tag, ..)) in fields.iter().enumerate() {
            note.extend(tag.to_be_bytes());
            note.extend([0, 10, 0, 0, 0, 1]);
            note.extend(((values + 8 * index) as u32).to_be_bytes());
        }
        note.extend([0; 4]);
        for (_, above, below) in fields {
            note.extend(above.to_be_bytes());
            note.extend(below.to_be_bytes());
        }
        let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1A\0\0\0\0".to_vec();
        tiff.extend(b"\0\x01\x92\x7C\0\x07");
        tiff.extend((note.len() as u32).to_be_bytes());
        tiff.extend([0, 0, 0, 0x2C, 0, 0, 0, 0]);
        tiff.extend(note);
        tiff
    }

    #[test]
    fn both_fields_are_read_and_the_second_may_be_missing() {
        assert_eq!(apple_hdr_fields(&exif(&[(33, 3, 2), (48, -1, 4)])), Some((1.5, -0.25)));
        assert_eq!(apple_hdr_fields(&exif(&[(33, 1, 2)])), Some((0.5, 0.0)));
        assert_eq!(apple_hdr_fields(&exif(&[(48, 1, 2)])), None);
        assert_eq!(apple_hdr_fields(&exif(&[(33, 1, 0)])), None);
        assert_eq!(apple_hdr_fields(b"MM"), None);
    }

    #[test]
    fn a_note_that_is_cut_off_tells_nothing() {
        let whole = exif(&[(33, 3, 2), (48, 1, 4)]);
        for end in 0..whole.len() - 8 {
            assert_eq!(apple_hdr_fields(&whole[..end]).filter(|_| end < 70), None, "{end}");
        }
    }
}
