//! Whether a profile says plain sRGB, which viewers assume anyway.

use super::{reader::Reader, tag_table};

/// The red, green and blue colorants of sRGB, adapted to D50, as XYZ in 1/65536.
pub(super) const COLORANTS: [(&[u8; 4], [i32; 3]); 3] = [
    (b"rXYZ", [0x6FA2, 0x38F5, 0x0390]),
    (b"gXYZ", [0x6299, 0xB785, 0x18DA]),
    (b"bXYZ", [0x24A0, 0x0F84, 0xB6CF]),
];
/// How far a colorant may be off: profiles differ in how they were rounded.
const TOLERANCE: u32 = 0x80;

/// Whether the profile says plain sRGB: an RGB display profile with the colorants of
/// sRGB and its transfer curve, and no table that says otherwise.
pub(crate) fn is_plain_srgb(profile: &[u8]) -> bool {
    let Ok(tags) = tag_table::read(profile) else { return false };
    let find = |wanted: &[u8; 4]| {
        tags.iter().find(|tag| tag.signature == *wanted).map(|tag| Reader::new(profile, tag.start, tag.end))
    };
    let is_table = |signature: &[u8; 4]| {
        [&b"A2B"[..], b"B2A", b"D2B", b"B2D", b"cicp"].iter().any(|start| signature.starts_with(start))
    };
    let is_rgb_matrix =
        profile.get(16..24) == Some(b"RGB XYZ ") && !tags.iter().any(|tag| is_table(&tag.signature));
    is_rgb_matrix
        && COLORANTS.iter().all(|(kind, expected)| find(kind).is_some_and(|xyz| is_near(xyz, expected)))
        && [b"rTRC", b"gTRC", b"bTRC"].iter().all(|kind| find(kind).and_then(is_srgb_curve) == Some(true))
}

fn is_near(mut xyz: Reader<'_>, expected: &[i32; 3]) -> bool {
    xyz.type_signature();
    expected.iter().all(|value| xyz.u32().is_some_and(|got| got.cast_signed().abs_diff(*value) <= TOLERANCE))
}

/// Whether a transfer curve is that of sRGB.
fn is_srgb_curve(mut curve: Reader<'_>) -> Option<bool> {
    match &curve.type_signature()? {
        // A parametric curve of type 3 is sRGB's by its exponent of 2.4.
        b"para" => {
            Some(curve.u16()? == 3 && curve.u16().and_then(|_| curve.u32())?.abs_diff(0x2_6666) <= 0x10)
        }
        // A table is by its middle: 0.5 becomes 0.2140, and 0.2155 when there are as few as 256 entries.
        b"curv" => {
            let count = curve.u32().filter(|&count| count >= 256)? as usize;
            curve.take(2 * (count / 2))?;
            Some((13_900..=14_300).contains(&curve.u16()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icc::test_profile::TestProfile;

    #[test]
    fn plain_srgb_is_told_from_others() {
        let srgb = TestProfile::srgb();
        assert!(is_plain_srgb(&srgb.clone().build()));
        let curve = |entries: &[u8]| [b"curv\0\0\0\0\0\0\x04\0", entries].concat();
        let table = [&[0; 1024][..], &[0x36, 0xC0], &[0; 1022]].concat();
        for kind in [b"rTRC", b"gTRC", b"bTRC"] {
            assert!(is_plain_srgb(&srgb.clone().tag(kind, curve(&table)).build()));
            assert!(!is_plain_srgb(&srgb.clone().tag(kind, curve(&[0x40; 2048])).build()));
            assert!(!is_plain_srgb(
                &srgb.clone().tag(kind, b"para\0\0\0\0\0\x03\0\0\0\x02\x33\x33".to_vec()).build()
            ));
        }
        let display_p3 = b"XYZ \0\0\0\0\0\0\x83\xDF\0\0\x3D\xBF\xFF\xFF\xFF\xBB".to_vec();
        assert!(!is_plain_srgb(&srgb.clone().tag(b"rXYZ", display_p3).build()));
        for kind in [b"A2B1", b"D2B0", b"cicp"] {
            assert!(!is_plain_srgb(&srgb.clone().tag(kind, vec![0; 8]).build()));
        }
    }

    #[test]
    fn cut_anywhere_it_does_not_panic() {
        let srgb = TestProfile::srgb().build();
        for end in 0..srgb.len() - 20 {
            assert!(!is_plain_srgb(&srgb[..end]));
        }
    }
}
