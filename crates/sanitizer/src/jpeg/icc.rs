//! The ICC profile in its APP2 segments (ICC.1, annex B.4).

use std::{collections::BTreeMap, ops::Range};

use bytes::Bytes;
use img_parts::jpeg::markers::APP2;

use super::{app::ICC, segment};
use crate::{
    Category, Options, ProfileOutcome, Report,
    facts::Facts,
    icc::{self, Decision},
};

/// The bytes of a segment in front of its part of the profile: the name, the
/// part's number and how many there are.
const PREFIX: usize = 14;

/// The longest part of a profile that a segment has room for.
const LONGEST_PART: usize = 65_533 - PREFIX;

/// The most bytes that the profile has of which a segment holds a part.
pub(super) fn most_bytes(payload: &[u8]) -> u64 {
    payload.get(PREFIX - 1).map_or(0, |&total| u64::from(total) * LONGEST_PART as u64)
}

/// One part of the profile.
struct Chunk {
    number: u8,
    total: u8,
    /// The payload of its segment.
    payload: Range<usize>,
}

impl Chunk {
    fn data(&self) -> Range<usize> {
        self.payload.start + PREFIX..self.payload.end
    }

    /// The whole segment.
    fn segment(&self) -> Range<usize> {
        self.payload.start - 4..self.payload.end
    }
}

/// The parts of the profile, in the order of the file.
#[derive(Default)]
pub(super) struct Profile {
    chunks: Vec<Chunk>,
    /// Whether there was a segment that cannot be a part.
    has_junk: bool,
}

/// What becomes of the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its segments stay as they are.
    Keep,
    /// These take the place of the first one.
    Replace(Vec<Bytes>),
    Drop,
}

impl Profile {
    /// Adds the part in a segment's `payload`; gives its index. None when it
    /// cannot be a part of a profile.
    pub(super) fn add(&mut self, input: &[u8], payload: Range<usize>) -> Option<usize> {
        let part = input[payload.clone()].get(PREFIX - 2..PREFIX).map(|part| [part[0], part[1]]);
        match part {
            // Twice the parts that there can be: enough to see the repetition.
            Some([number, total]) if number > 0 && number <= total && self.chunks.len() < 2 * 255 => {
                self.chunks.push(Chunk { number, total, payload });
                Some(self.chunks.len() - 1)
            }
            _ => {
                self.has_junk = true;
                None
            }
        }
    }

    /// Whether the picture comes with a profile, readable or not.
    pub(super) fn is_there(&self) -> bool {
        self.has_junk || !self.chunks.is_empty()
    }

    /// The profile; `None` when a part is missing, or is there in two versions: decoders
    /// do not use it either.
    fn whole(&self, input: &[u8]) -> Option<Vec<u8>> {
        let first = self.chunks.first()?;
        let mut parts = BTreeMap::new();
        for chunk in &self.chunks {
            let data = &input[chunk.data()];
            if chunk.total != first.total || *parts.entry(chunk.number).or_insert(data) != data {
                return None;
            }
        }
        (parts.len() == usize::from(first.total)).then(|| parts.into_values().collect::<Vec<_>>().concat())
    }

    /// Decides what becomes of it, and says so in `report`. An error says why the
    /// picture is refused, and where.
    pub(super) fn decide(
        &self,
        input: &[u8],
        options: &Options,
        report: &mut Report,
    ) -> Result<Fate, (usize, &'static str)> {
        if !self.is_there() {
            return Ok(Fate::Keep);
        }
        let offset = self.chunks.first().map_or(0, |chunk| chunk.segment().start);
        let decision = icc::decide(self.whole(input).as_deref(), options).map_err(|what| (offset, what))?;
        report.color_profile = decision.outcome();
        let Decision::Keep(rebuilt) = decision else {
            for range in self.chunks.iter().map(Chunk::segment) {
                report.remove(Category::ColorProfile, "APP2", range.start, range.len());
            }
            return Ok(Fate::Drop);
        };
        let segments = segments(&rebuilt.bytes);
        let old = self.chunks.iter().map(|chunk| &input[chunk.segment()]);
        if old.clone().eq(segments.iter().map(|segment| &segment[..])) {
            return Ok(Fate::Keep);
        }
        let new_len: usize = segments.iter().map(Bytes::len).sum();
        let removed = rebuilt.removed.max(old.map(<[u8]>::len).sum::<usize>().saturating_sub(new_len));
        if removed > 0 {
            report.remove(Category::ProfileDetails, "APP2", offset, removed);
        }
        Ok(Fate::Replace(segments))
    }

    /// Adds what the profile tells to `facts`.
    pub(super) fn read_facts(&self, input: &[u8], facts: &mut Facts) {
        if let Some(profile) = self.whole(input) {
            icc::read_icc(&profile, facts);
        }
    }
}

/// A profile in as many segments as it takes.
fn segments(profile: &[u8]) -> Vec<Bytes> {
    let parts = profile.chunks(LONGEST_PART);
    // At most 255: a profile that was rebuilt is no longer than that.
    let total = parts.len() as u8;
    parts
        .zip(1..)
        .map(|(part, number)| segment::write(APP2, [ICC, &[number, total], part].concat()))
        .collect()
}

/// A profile of ours for what EXIF says alone, if it says so.
pub(super) fn adobe_rgb(report: &mut Report) -> Bytes {
    report.color_profile = ProfileOutcome::AddedAdobeRgb;
    segments(&icc::adobe_rgb()).into_iter().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, IccPolicy, UnreadableProfile, icc::test_profile::TestProfile};

    /// A file of the parts given as (number, total, data); what becomes of them, and the report.
    fn decided(parts: &[(u8, u8, &[u8])], options: &Options) -> (Fate, Report) {
        let mut input = Vec::new();
        let mut profile = Profile::default();
        for (number, total, data) in parts {
            input.extend(segment::write(APP2, [ICC, &[*number, *total], data].concat()));
            let payload = input.len() - data.len() - PREFIX..input.len();
            profile.add(&input, payload);
        }
        let mut report = Report::new(Format::Jpeg, 1, 1);
        (profile.decide(&input, options, &mut report).unwrap(), report)
    }

    fn dirty() -> Vec<u8> {
        TestProfile::srgb().tag(b"zzzz", b"LEAKCANARY".repeat(20_000)).build()
    }

    fn clean() -> Vec<u8> {
        icc::rebuild_for_tests(&dirty())
    }

    fn kept(parts: &[(u8, u8, &[u8])]) -> Option<Vec<u8>> {
        let (fate, report) = decided(parts, &Options::default());
        assert_eq!(report.color_profile == ProfileOutcome::Rebuilt, fate != Fate::Drop);
        match fate {
            Fate::Replace(segments) => Some(segments.concat()),
            Fate::Keep | Fate::Drop => None,
        }
    }

    #[test]
    fn a_whole_profile_is_rebuilt_from_parts_in_any_order() {
        let (dirty, clean) = (dirty(), clean());
        let expected =
            [b"\xFF\xE2", &(clean.len() as u16 + 16).to_be_bytes()[..], ICC, &[1, 1], &clean].concat();
        let (a, b, c, d) =
            (&dirty[..60_000], &dirty[60_000..120_000], &dirty[120_000..180_000], &dirty[180_000..]);
        assert_eq!(kept(&[(1, 4, a), (2, 4, b), (3, 4, c), (4, 4, d)]).unwrap(), expected);
        assert_eq!(kept(&[(4, 4, d), (2, 4, b), (1, 4, a), (1, 4, a), (3, 4, c)]).unwrap(), expected);
        assert_eq!(decided(&[(1, 1, &clean)], &Options::default()).0, Fate::Keep);
        // The same in more segments than it needs.
        assert_eq!(kept(&[(1, 2, &clean[..9]), (2, 2, &clean[9..])]).unwrap(), expected);
    }

    #[test]
    fn what_is_no_whole_profile_is_lost() {
        let clean = clean();
        for parts in [
            &[(1, 2, &clean[..])][..],
            &[(1, 1, &clean[..200])],
            &[(1, 1, b"LEAKCANARY")],
            &[(1, 1, &clean), (1, 1, &clean[..9])],
            &[(1, 2, &clean[..9]), (2, 3, &clean[9..])],
            &[(0, 1, &clean)],
            &[(2, 1, &clean)],
        ] {
            let (fate, report) = decided(parts, &Options::default());
            assert_eq!((fate, report.color_profile), (Fate::Drop, ProfileOutcome::Lost));
            assert!(report.removed.iter().all(|removal| removal.category == Category::ColorProfile));
        }
    }

    #[test]
    fn options_decide() {
        let (dirty, mut options) = (TestProfile::srgb().build(), Options::default());
        for policy in [IccPolicy::Drop, IccPolicy::DropSrgb] {
            options.icc = policy;
            let (fate, report) = decided(&[(1, 1, &dirty)], &options);
            assert_eq!((fate, report.color_profile), (Fate::Drop, ProfileOutcome::Dropped));
        }
        options.unreadable_profile = UnreadableProfile::Refuse;
        let mut profile = Profile::default();
        let input = [&[0; 4], ICC, &[1, 1], b"LEAK"].concat();
        profile.add(&input, 4..input.len());
        let refused = profile.decide(&input, &options, &mut Report::new(Format::Jpeg, 1, 1));
        assert_eq!(refused.unwrap_err().0, 0);
    }

    #[test]
    fn a_long_profile_takes_several_segments() {
        let curve = [&b"curv\0\0\0\0\0\0\xFF\xFF"[..], &[0; 2 * 65_535]].concat();
        let long = TestProfile::new(b"GRAY", b"XYZ ").tag(b"kTRC", curve).build();
        let (fate, report) = decided(
            &[(1, 3, &long[..65_000]), (2, 3, &long[65_000..130_000]), (3, 3, &long[130_000..])],
            &Options::default(),
        );
        let Fate::Replace(segments) = fate else { panic!("{fate:?}") };
        let lengths: Vec<usize> = segments.iter().map(Bytes::len).collect();
        assert_eq!(lengths[..2], [65_537, 65_537]);
        assert_eq!(report.color_profile, ProfileOutcome::Rebuilt);
        let parts: Vec<(u8, u8, &[u8])> =
            segments.iter().map(|segment| (segment[16], segment[17], &segment[18..])).collect();
        assert_eq!(decided(&parts, &Options::default()).0, Fate::Keep);
    }
}
