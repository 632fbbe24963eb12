//! The Orientation tag of EXIF: reading it, and writing one that holds nothing
//! else. (CIPA DC-008 "Exif 2.32", 4.6.4 A; TIFF 6.0, section 2.)

const ORIENTATION: u16 = 0x0112;
/// The TIFF types of whole numbers of one, two and four bytes. The standard wants two bytes, and some programs write
/// others, which most viewers take.
const BYTES: [u16; 2] = [1, 6];
const SHORTS: [u16; 2] = [3, 8];
const LONGS: [u16; 2] = [4, 9];

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
    let u32_at = |at: usize| {
        let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    };
    let ifd = u32_at(4)? as usize;
    for entry in 0..usize::from(u16_at(ifd)?) {
        let at = ifd + 2 + 12 * entry;
        if u16_at(at)? != ORIENTATION {
            continue;
        }
        let value = match u16_at(at + 2)? {
            kind if BYTES.contains(&kind) => u32::from(*tiff.get(at + 8)?),
            kind if SHORTS.contains(&kind) => u32::from(u16_at(at + 8)?),
            kind if LONGS.contains(&kind) => u32_at(at + 8)?,
            _ => continue,
        };
        return u8::try_from(value).ok().filter(|value| (1..=8).contains(value));
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
    fn numbers_of_every_width_are_read() {
        for (kind, value) in
            [(1, [6, 0, 0, 0]), (6, [6, 0, 0, 0]), (8, [0, 6, 0, 0]), (4, [0, 0, 0, 6]), (9, [0, 0, 0, 6])]
        {
            let mut tiff = minimal_exif(6);
            tiff[13] = kind;
            tiff[18..22].copy_from_slice(&value);
            assert_eq!(orientation_of_exif(&tiff), Some(6), "type {kind}");
        }
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
