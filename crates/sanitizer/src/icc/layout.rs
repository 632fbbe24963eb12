//! What we need to know of ICC colour profiles (ICC.1:2022, clause 7): how long
//! they say they are, whether each byte belongs to a tag, and whether they say
//! plain sRGB. Their bytes are never changed: a profile stays or goes.
//!
//! What is not looked into: the tags. Descriptions and copyright notices stay,
//! and so would a text in a private tag.

use std::ops::Range;

/// A profile longer than this is not looked into: those that say plain sRGB are
/// a few kilobytes.
pub(crate) const PLAIN_SRGB_MAX_LEN: usize = 16 * 1024;

/// The header (7.2) is 128 bytes long and the number of tags follows.
const SMALLEST: usize = 132;

/// An entry of the tag table (7.3): signature, offset, size.
const ENTRY: usize = 12;

/// More tags than this has no profile: the signatures that the standard knows
/// are fewer, and lcms stops at 100.
const MOST_TAGS: usize = 200;

/// The red, green and blue colorants of sRGB, adapted to D50, as XYZ in 1/65536.
const COLORANTS: [(&[u8; 4], [i32; 3]); 3] = [
    (b"rXYZ", [0x6FA2, 0x38F5, 0x0390]),
    (b"gXYZ", [0x6299, 0xB785, 0x18DA]),
    (b"bXYZ", [0x24A0, 0x0F84, 0xB6CF]),
];
/// How far a colorant may be off: profiles differ in how they were rounded.
const TOLERANCE: i32 = 0x80;

/// Header and tag table of a profile: which bytes there are, and which of them
/// no tag uses.
pub(crate) struct Layout {
    /// The length that the profile says it has.
    pub(crate) len: usize,
    /// What is between the tags and after them: no reader looks there.
    gaps: Vec<Range<usize>>,
}

impl Layout {
    /// Reads the start of a profile; `None` when it is no profile that a reader
    /// could use: it has no tags, its tag table is cut off, or a tag is not inside it.
    pub(crate) fn read(head: &[u8]) -> Option<Self> {
        if head.get(36..40)? != b"acsp" {
            return None;
        }
        let len = u32_at(head, 0)? as usize;
        let count = u32_at(head, SMALLEST - 4)? as usize;
        if len < SMALLEST || !(1..=MOST_TAGS).contains(&count) {
            return None;
        }
        let table_end = SMALLEST + ENTRY * count;
        let mut tags = Vec::with_capacity(count);
        for entry in head.get(SMALLEST..table_end)?.chunks_exact(ENTRY) {
            let start = u32_at(entry, 4)? as usize;
            let end = start.checked_add(u32_at(entry, 8)? as usize)?;
            if start < table_end || end > len {
                return None;
            }
            tags.push(start..end);
        }
        // Tags may share their data (7.3.1).
        tags.sort_unstable_by_key(|tag| tag.start);
        let (mut gaps, mut at) = (Vec::new(), table_end);
        for tag in tags {
            if at < tag.start {
                gaps.push(at..tag.start);
            }
            at = at.max(tag.end);
        }
        if at < len {
            gaps.push(at..len);
        }
        Some(Self { len, gaps })
    }

    /// Whether those of `bytes` that no tag uses are zero, as padding has to be
    /// (7.2.1): `bytes` are the part of the profile that starts at `start`.
    pub(crate) fn is_padded_with_zeros(&self, start: usize, bytes: &[u8]) -> bool {
        self.gaps.iter().all(|gap| {
            let from = gap.start.saturating_sub(start).min(bytes.len());
            let to = gap.end.saturating_sub(start).min(bytes.len());
            bytes[from..to].iter().all(|&byte| byte == 0)
        })
    }
}

/// The length that a profile says it has; `None` when this is no profile, or
/// one that holds something where no reader looks.
pub(crate) fn declared_len(profile: &[u8]) -> Option<usize> {
    let layout = Layout::read(profile)?;
    layout.is_padded_with_zeros(0, profile).then_some(layout.len)
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
    let count = (u32_at(profile, SMALLEST - 4)? as usize).min(MOST_TAGS);
    let entry =
        profile.get(SMALLEST..)?.chunks_exact(ENTRY).take(count).find(|entry| entry.starts_with(kind))?;
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

    /// A profile of `len` bytes, with one tag that takes all of them.
    pub(crate) fn one_tag_profile(len: u32) -> Vec<u8> {
        let mut profile = vec![7; len as usize];
        profile[..4].copy_from_slice(&len.to_be_bytes());
        profile[36..40].copy_from_slice(b"acsp");
        profile[128..132].copy_from_slice(&1_u32.to_be_bytes());
        profile[136..140].copy_from_slice(&144_u32.to_be_bytes());
        profile[140..144].copy_from_slice(&(len - 144).to_be_bytes());
        profile
    }

    #[test]
    fn every_byte_belongs_to_a_tag() {
        let good = one_tag_profile(300);
        assert_eq!(declared_len(&good), Some(300));
        let with = |at: usize, value: u32| {
            let mut profile = good.clone();
            profile[at..at + 4].copy_from_slice(&value.to_be_bytes());
            declared_len(&profile)
        };
        assert_eq!(with(128, 0), None, "no tags");
        assert_eq!(with(128, 15), None, "more tags than bytes");
        assert_eq!(with(128, u32::MAX), None);
        assert_eq!(with(0, 299), None, "a tag beyond the end");
        assert_eq!(with(140, u32::MAX), None);
        assert_eq!(with(136, 143), None, "a tag in the table");
        assert_eq!(with(140, 152), None, "bytes after the last tag");
        assert_eq!(with(136, 148), None);
        // Padding is zero, and as such it may be anywhere.
        let mut padded = good.clone();
        padded[144..148].fill(0);
        padded[290..].fill(0);
        padded[136..140].copy_from_slice(&148_u32.to_be_bytes());
        padded[140..144].copy_from_slice(&142_u32.to_be_bytes());
        assert_eq!(declared_len(&padded), Some(300));
        let layout = Layout::read(&padded).unwrap();
        padded[295] = 1;
        assert_eq!(declared_len(&padded), None);
        // Piece by piece it is the same.
        for step in [1, 7, 100] {
            let verdicts = padded.chunks(step).enumerate();
            let bad: Vec<usize> = verdicts
                .filter(|(number, part)| !layout.is_padded_with_zeros(number * step, part))
                .map(|(number, _)| number)
                .collect();
            assert_eq!(bad, [295 / step]);
        }
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
