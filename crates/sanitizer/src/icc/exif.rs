//! The colour space that EXIF names (CIPA DC-008, ColorSpace and the
//! interoperability index; DCF 2.0, the option file).

/// Pointers from one directory to the next.
const EXIF_IFD: u16 = 0x8769;
const INTEROPERABILITY_IFD: u16 = 0xA005;

const COLOR_SPACE: u16 = 0xA001;
const INTEROPERABILITY_INDEX: u16 = 0x0001;

/// Values of ColorSpace: sRGB, and Adobe RGB as some cameras write it.
const SRGB: u32 = 1;
const ADOBE_RGB: u32 = 2;

/// Whether EXIF says that the picture is in Adobe RGB: by ColorSpace 2, or by the index
/// `R03` unless ColorSpace says sRGB.
pub(crate) fn is_adobe_rgb(tiff: &[u8]) -> bool {
    let says = || {
        let tiff = Tiff::open(tiff)?;
        let exif = tiff.number(tiff.u32_at(4)?, EXIF_IFD)?;
        Some(match tiff.number(exif, COLOR_SPACE) {
            Some(SRGB) => false,
            Some(ADOBE_RGB) => true,
            _ => {
                let interoperability = tiff.number(exif, INTEROPERABILITY_IFD)?;
                let entry = tiff.entry(interoperability, INTEROPERABILITY_INDEX)?;
                // Up to four bytes are in the entry itself.
                tiff.bytes.get(entry + 8..entry + 11)? == b"R03"
            }
        })
    };
    says() == Some(true)
}

struct Tiff<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

impl<'a> Tiff<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let is_big_endian = match bytes.get(..4)? {
            [b'M', b'M', 0, 42] => true,
            [b'I', b'I', 42, 0] => false,
            _ => return None,
        };
        Some(Self { bytes, is_big_endian })
    }

    fn u16_at(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Where the entry of `tag` is in the directory at `directory`.
    fn entry(&self, directory: u32, tag: u16) -> Option<usize> {
        let directory = directory as usize;
        let count = usize::from(self.u16_at(directory)?);
        (0..count).map(|index| directory + 2 + 12 * index).find(|&at| self.u16_at(at) == Some(tag))
    }

    /// The number that the entry of `tag` holds.
    fn number(&self, directory: u32, tag: u16) -> Option<u32> {
        let entry = self.entry(directory, tag)?;
        match self.u16_at(entry + 2)? {
            3 => self.u16_at(entry + 8).map(u32::from),
            4 => self.u32_at(entry + 8),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EXIF with a ColorSpace and an interoperability index.
    fn exif(color_space: u16, index: &[u8; 4]) -> Vec<u8> {
        let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
            [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
        };
        let [high, low] = color_space.to_be_bytes();
        [
            &b"MM\0\x2A\0\0\0\x08\0\x01"[..],
            &entry(EXIF_IFD, 4, 1, [0, 0, 0, 26]),
            &[0; 4],
            &[0, 2],
            &entry(COLOR_SPACE, 3, 1, [high, low, 0, 0]),
            &entry(INTEROPERABILITY_IFD, 4, 1, [0, 0, 0, 56]),
            &[0; 4],
            &[0, 1],
            &entry(INTEROPERABILITY_INDEX, 2, 4, *index),
            &[0; 4],
        ]
        .concat()
    }

    #[test]
    fn both_ways_of_saying_it_are_understood() {
        assert!(is_adobe_rgb(&exif(0xFFFF, b"R03\0")));
        assert!(is_adobe_rgb(&exif(2, b"R98\0")));
        assert!(!is_adobe_rgb(&exif(0xFFFF, b"R98\0")));
        assert!(!is_adobe_rgb(&exif(1, b"R03\0")));
    }

    #[test]
    fn cut_anywhere_it_does_not_panic() {
        let exif = exif(0xFFFF, b"R03\0");
        for end in 0..exif.len() {
            is_adobe_rgb(&exif[..end]);
        }
        assert!(!is_adobe_rgb(&exif[..60]));
        assert!(!is_adobe_rgb(b"MM\0\x2A\xFF\xFF\xFF\xFF"));
    }
}
