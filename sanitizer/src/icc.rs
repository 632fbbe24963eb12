//! What we need to know of ICC colour profiles (ICC.1:2022, clause 7): how long
//! they say they are, and whether they say plain sRGB. Their bytes are never changed.

/// A profile longer than this is not looked into: those that say plain sRGB are
/// a few kilobytes.
pub(crate) const PLAIN_SRGB_MAX_LEN: usize = 16 * 1024;

/// The header (7.2) is 128 bytes long and the number of tags follows.
const SMALLEST: usize = 132;

/// The red, green and blue colorants of sRGB, adapted to D50, as XYZ in 1/65536.
const COLORANTS: [(&[u8; 4], [i32; 3]); 3] = [
    (b"rXYZ", [0x6FA2, 0x38F5, 0x0390]),
    (b"gXYZ", [0x6299, 0xB785, 0x18DA]),
    (b"bXYZ", [0x24A0, 0x0F84, 0xB6CF]),
];
/// How far a colorant may be off: profiles differ in how they were rounded.
const TOLERANCE: i32 = 0x80;

/// The length that a profile says it has; `None` when this is no profile.
pub(crate) fn declared_len(profile: &[u8]) -> Option<usize> {
    if profile.get(36..40)? != b"acsp" {
        return None;
    }
    let length = u32_at(profile, 0)? as usize;
    (length >= SMALLEST).then_some(length)
}

/// Whether the profile says plain sRGB: an RGB display profile with the
/// colorants of sRGB and its transfer curve, and no table that says otherwise.
pub(crate) fn is_plain_srgb(profile: &[u8]) -> bool {
    let is_rgb_matrix = profile.get(16..24) == Some(b"RGB XYZ ")
        && [b"A2B0", b"B2A0", b"cicp"].iter().all(|kind| tag(profile, kind).is_none());
    is_rgb_matrix
        && COLORANTS.iter().all(|(kind, expected)| {
            (0..3).all(|axis| {
                tag(profile, kind).and_then(|data| u32_at(data, 8 + 4 * axis)).is_some_and(|value| {
                    (value.cast_signed().saturating_sub(expected[axis])).abs() <= TOLERANCE
                })
            })
        })
        && [b"rTRC", b"gTRC", b"bTRC"].iter().all(|kind| tag(profile, kind).is_some_and(is_srgb_curve))
}

/// Whether a transfer curve is that of sRGB, by its middle: 0.5 becomes 0.2140.
fn is_srgb_curve(curve: &[u8]) -> bool {
    let middle = match curve.get(..4) {
        // A parametric curve of type 3 is sRGB's by its exponent of 2.4.
        Some(b"para") => {
            return curve.get(8..10) == Some(&[0, 3])
                && u32_at(curve, 12).is_some_and(|gamma| gamma.abs_diff(0x2_6666) <= 0x10);
        }
        Some(b"curv") => u32_at(curve, 8).filter(|&count| count >= 256).map(|count| {
            let at = 12 + (count as usize / 2) * 2;
            curve.get(at..at + 2).map_or(0, |value| u32::from(value[0]) << 8 | u32::from(value[1]))
        }),
        _ => None,
    };
    // Between 256 and 4096 entries the middle one is 0.2140 to 0.2155.
    middle.is_some_and(|value| (13_900..=14_300).contains(&value))
}

/// The data of the first tag of this kind.
fn tag<'a>(profile: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let count = u32_at(profile, 128)?.min(200) as usize;
    let entry =
        profile.get(SMALLEST..)?.chunks_exact(12).take(count).find(|entry| entry.starts_with(kind))?;
    let start = u32_at(entry, 4)? as usize;
    profile.get(start..start.checked_add(u32_at(entry, 8)? as usize)?)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small RGB matrix profile with these colorants.
    pub(crate) fn matrix_profile(colorants: [(&[u8; 4], [i32; 3]); 3]) -> Vec<u8> {
        let mut profile = vec![0; 128];
        profile[12..24].copy_from_slice(b"mntrRGB XYZ ");
        profile[36..40].copy_from_slice(b"acsp");
        profile.extend_from_slice(&6_u32.to_be_bytes());
        let mut data = Vec::new();
        let start = 132 + 6 * 12;
        for (kind, xyz) in colorants {
            profile.extend_from_slice(kind);
            profile.extend_from_slice(&(start + data.len() as u32).to_be_bytes());
            profile.extend_from_slice(&20_u32.to_be_bytes());
            data.extend_from_slice(b"XYZ \0\0\0\0");
            for value in xyz {
                data.extend_from_slice(&value.to_be_bytes());
            }
        }
        for kind in [b"rTRC", b"gTRC", b"bTRC"] {
            profile.extend_from_slice(kind);
            profile.extend_from_slice(&(start + data.len() as u32).to_be_bytes());
            profile.extend_from_slice(&16_u32.to_be_bytes());
        }
        data.extend_from_slice(b"para\0\0\0\0\0\x03\0\0\0\x02\x66\x66");
        profile.extend_from_slice(&data);
        let length = profile.len() as u32;
        profile[..4].copy_from_slice(&length.to_be_bytes());
        profile
    }

    #[test]
    fn plain_srgb_is_told_from_others() {
        let srgb = matrix_profile(COLORANTS);
        assert_eq!(declared_len(&srgb), Some(srgb.len()));
        assert!(is_plain_srgb(&srgb));
        let mut display_p3 = COLORANTS;
        display_p3[0].1 = [0x83DF, 0x3DBF, 0xFFFF_FFBB_u32.cast_signed()];
        assert!(!is_plain_srgb(&matrix_profile(display_p3)));
        let mut gamma_22 = srgb.clone();
        let at = gamma_22.len() - 4;
        gamma_22[at..].copy_from_slice(&0x2_3333_u32.to_be_bytes());
        assert!(!is_plain_srgb(&gamma_22));
    }

    #[test]
    fn cut_anywhere_it_does_not_panic() {
        let srgb = matrix_profile(COLORANTS);
        for end in 0..srgb.len() {
            assert!(!is_plain_srgb(&srgb[..end]));
            let _ = declared_len(&srgb[..end]);
        }
    }
}
