//! The Orientation tag of EXIF: reading it, and writing one that holds nothing
//! else. (CIPA DC-008 "Exif 2.32", 4.6.4 A; TIFF 6.0, section 2.)

/// The Orientation tag.
const ORIENTATION: u16 = 0x0112;
/// The TIFF type of a 16-bit number.
const SHORT: u16 = 3;

/// The Orientation in the first IFD of a TIFF structure, when it is 1 to 8.
pub(crate) fn orientation_of_exif(tiff: &[u8]) -> Option<u8> {
    let big_endian = match tiff.get(..4)? {
        [b'M', b'M', 0, 42] => true,
        [b'I', b'I', 42, 0] => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let bytes: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let ifd = if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) } as usize;
    for entry in 0..usize::from(u16_at(ifd)?) {
        let at = ifd + 2 + 12 * entry;
        if u16_at(at)? == ORIENTATION && u16_at(at + 2)? == SHORT {
            return u8::try_from(u16_at(at + 8)?).ok().filter(|value| (1..=8).contains(value));
        }
    }
    None
}

/// A TIFF structure that holds the Orientation and nothing else.
pub(crate) fn minimal_exif(orientation: u8) -> [u8; 26] {
    let mut tiff = *b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    tiff[19] = orientation;
    tiff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for orientation in 1..=8 {
            assert_eq!(orientation_of_exif(&minimal_exif(orientation)), Some(orientation));
        }
        assert_eq!(orientation_of_exif(&minimal_exif(0)), None);
        assert_eq!(orientation_of_exif(&minimal_exif(9)), None);
    }

    #[test]
    fn little_endian_is_read() {
        let tiff = b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(orientation_of_exif(tiff), Some(6));
    }

    #[test]
    fn cut_anywhere_it_does_not_panic() {
        let tiff = minimal_exif(6);
        for end in 0..20 {
            assert_eq!(orientation_of_exif(&tiff[..end]), None);
        }
        assert_eq!(orientation_of_exif(b"MM\0\x2A\xFF\xFF\xFF\xFF\0\x01"), None);
    }
}
