//! The ICC profile in its APP2 segments (ICC.1, annex B.4).

use std::{collections::BTreeMap, ops::Range};

use crate::{Category, IccPolicy, icc};

/// The bytes of a segment in front of its part of the profile: the name, the
/// part's number and how many there are.
pub(super) const PREFIX: usize = 14;

/// One part of the profile.
struct Chunk {
    number: u8,
    total: u8,
    data: Range<usize>,
}

/// The parts of the profile, in the order of the file.
#[derive(Default)]
pub(super) struct Profile {
    chunks: Vec<Chunk>,
}

/// What becomes of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The segment stays as it is.
    Keep,
    /// Its first bytes stay, under a new number of parts; the rest is slack.
    Cut { len: usize, total: u8 },
    /// It goes.
    Drop(Category),
}

impl Profile {
    /// Adds the part in a segment's `payload`; gives its index. None when it
    /// cannot be a part of a profile.
    pub(super) fn add(&mut self, input: &[u8], payload: Range<usize>) -> Option<usize> {
        let &[number, total] = input[payload.clone()].get(PREFIX - 2..PREFIX)? else { return None };
        // Twice the parts that there can be: enough to see the repetition.
        if number == 0 || number > total || self.chunks.len() >= 2 * 255 {
            return None;
        }
        self.chunks.push(Chunk { number, total, data: payload.start + PREFIX..payload.end });
        Some(self.chunks.len() - 1)
    }

    /// What becomes of each part. A profile that is not whole goes: decoders
    /// do not use it either.
    pub(super) fn fates(&self, input: &[u8], policy: IccPolicy) -> Vec<Fate> {
        let all = |fate| vec![fate; self.chunks.len()];
        let Some(first) = self.chunks.first() else { return Vec::new() };
        if policy == IccPolicy::Drop {
            return all(Fate::Drop(Category::ColorProfile));
        }
        let broken = all(Fate::Drop(Category::Hidden));
        // Parts by number. One that comes again is no harm when it is the same.
        let mut parts = BTreeMap::new();
        let mut fates = all(Fate::Keep);
        for (index, chunk) in self.chunks.iter().enumerate() {
            match parts.get(&chunk.number) {
                _ if chunk.total != first.total => return broken,
                None => {
                    parts.insert(chunk.number, index);
                }
                Some(&earlier) if input[self.chunks[earlier].data.clone()] == input[chunk.data.clone()] => {
                    fates[index] = Fate::Drop(Category::Hidden);
                }
                Some(_) => return broken,
            }
        }
        if parts.len() != usize::from(first.total) {
            return broken;
        }
        let mut profile = Vec::new();
        for &index in parts.values() {
            profile.extend_from_slice(&input[self.chunks[index].data.clone()]);
        }
        let Some(declared) = icc::declared_len(&profile).filter(|&declared| declared <= profile.len()) else {
            return broken;
        };
        if policy == IccPolicy::DropSrgb && icc::is_plain_srgb(&profile[..declared]) {
            return all(Fate::Drop(Category::ColorProfile));
        }
        let slack = &profile[declared..];
        // Up to three zeros pad a profile to a multiple of four.
        if slack.len() < 4 && slack.iter().all(|&byte| byte == 0) {
            return fates;
        }
        let mut left = declared;
        let mut kept = Vec::new();
        for &index in parts.values() {
            let len = self.chunks[index].data.len().min(left);
            left -= len;
            if len == 0 {
                fates[index] = Fate::Drop(Category::Hidden);
            } else {
                kept.push((index, len));
            }
        }
        // Only parts at the end can be empty now, unless some were before.
        if kept.iter().enumerate().any(|(at, &(index, _))| usize::from(self.chunks[index].number) != at + 1) {
            return broken;
        }
        for &(index, len) in &kept {
            fates[index] = Fate::Cut { len, total: kept.len() as u8 };
        }
        fates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icc::old::one_tag_profile as icc;

    /// A file of the parts given as (number, total, data), and their fates.
    fn fates(parts: &[(u8, u8, &[u8])], policy: IccPolicy) -> Vec<Fate> {
        let mut input = Vec::new();
        let mut profile = Profile::default();
        for (number, total, data) in parts {
            let start = input.len();
            input.extend(b"ICC_PROFILE\0");
            input.extend([*number, *total]);
            input.extend_from_slice(data);
            let whole = start..input.len();
            profile.add(&input, whole);
        }
        profile.fates(&input, policy)
    }

    const GONE: Fate = Fate::Drop(Category::Hidden);

    #[test]
    fn a_whole_profile_stays_in_any_order() {
        let icc = icc(300);
        assert_eq!(fates(&[(1, 1, &icc)], IccPolicy::Keep), [Fate::Keep]);
        let split = [(2, 2, &icc[100..]), (1, 2, &icc[..100])];
        assert_eq!(fates(&split, IccPolicy::Keep), [Fate::Keep, Fate::Keep]);
        assert_eq!(fates(&split, IccPolicy::Drop), [Fate::Drop(Category::ColorProfile); 2]);
    }

    #[test]
    fn what_is_no_whole_profile_goes() {
        let icc = icc(300);
        assert_eq!(fates(&[(1, 2, &icc)], IccPolicy::Keep), [GONE]);
        assert_eq!(fates(&[(1, 1, &icc[..299])], IccPolicy::Keep), [GONE]);
        assert_eq!(fates(&[(1, 1, b"LEAKCANARY")], IccPolicy::Keep), [GONE]);
        assert_eq!(fates(&[(1, 1, &icc), (1, 1, &icc[..9])], IccPolicy::Keep), [GONE, GONE]);
        assert_eq!(fates(&[(0, 1, &icc)], IccPolicy::Keep), []);
    }

    #[test]
    fn slack_is_cut_and_repetition_goes() {
        let mut long = icc(300);
        long.extend(b"LEAKCANARY");
        assert_eq!(fates(&[(1, 1, &long)], IccPolicy::Keep), [Fate::Cut { len: 300, total: 1 }]);
        let split = [(1, 2, &long[..300]), (2, 2, &long[300..])];
        assert_eq!(fates(&split, IccPolicy::Keep), [Fate::Cut { len: 300, total: 1 }, GONE]);
        let icc = icc(300);
        assert_eq!(fates(&[(1, 1, &icc), (1, 1, &icc)], IccPolicy::Keep), [Fate::Keep, GONE]);
    }
}
