//! The colour space that EXIF can name without a profile: Adobe RGB (1998), as
//! DCF 2.0 does with the interoperability index `R03`.

use super::{header::Header, rebuild::rebuild, writer::Writer};

/// Colorants adapted to D50, white and black point as XYZ in 1/65536 (Adobe RGB (1998)
/// Color Image Encoding, annex A).
const COLOURS: [(&[u8; 4], [u32; 3]); 5] = [
    (b"wtpt", [0xF351, 0x1_0000, 0x1_16CC]),
    (b"bkpt", [0, 0, 0]),
    (b"rXYZ", [0x9C18, 0x4FA5, 0x04FC]),
    (b"gXYZ", [0x348D, 0xA02C, 0x0F95]),
    (b"bXYZ", [0x2631, 0x102F, 0xBE9C]),
];

/// The exponent of all three curves, 2.19921875, in 1/256.
const GAMMA: u16 = 0x0233;

const CURVES: [&[u8; 4]; 3] = [b"rTRC", b"gTRC", b"bTRC"];

/// A profile that says Adobe RGB; [`rebuild`] leaves it as it is.
pub(crate) fn adobe_rgb() -> Vec<u8> {
    let header = Header { version: [2, 0x10], class: *b"mntr", space: *b"RGB ", pcs: *b"XYZ ", intent: 0 };
    let count = COLOURS.len() + CURVES.len();
    let start = super::header::LEN + 4 + 12 * count;
    let mut out = Writer::default();
    header.write(&mut out);
    out.u32(count as u32);
    for (index, (signature, _)) in COLOURS.iter().enumerate() {
        out.put(*signature);
        out.u32((start + 20 * index) as u32);
        out.u32(20);
    }
    for signature in CURVES {
        out.put(signature);
        out.u32((start + 20 * COLOURS.len()) as u32);
        out.u32(14);
    }
    for (_, xyz) in COLOURS {
        out.type_signature(b"XYZ ");
        xyz.iter().for_each(|&value| out.u32(value));
    }
    out.type_signature(b"curv");
    out.u32(1);
    out.u16(GAMMA);
    // The texts are added, and the tags brought into their order.
    rebuild(out.bytes()).map_or_else(|_| Vec::new(), |rebuilt| rebuilt.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small_and_stays_as_it_is() {
        let profile = adobe_rgb();
        assert!((400..600).contains(&profile.len()), "{}", profile.len());
        let again = rebuild(&profile).unwrap();
        assert_eq!((again.bytes, again.removed), (profile.clone(), 0));
        assert!(!super::super::is_plain_srgb(&profile));
    }
}
