//! The output in the making: its parts, some of which are only decided on when
//! the whole file was seen.

use std::ops::Range;

use bytes::Bytes;
use img_parts::jpeg::markers::{APP0, APP2, APP15, SOS};

use super::{
    app::{self, ICC},
    icc::Fate,
    segment,
    tables::{TableSegment, Tables},
};
use crate::{Category, Format, Report, pieces::Pieces};

/// The marker of a segment and its length.
const SEGMENT_HEADER: usize = 4;

/// A scan, header and data.
pub(super) struct Scan {
    /// The whole SOS segment in the input.
    pub header: Range<usize>,
    /// Its payload as it stands in the output.
    pub payload: Vec<u8>,
    /// The data behind it, as far as it is kept.
    pub data: Range<usize>,
    /// What stands in its place when something within is not kept.
    pub joined: Option<Box<[u8]>>,
}

impl Scan {
    /// The length of the data in the output.
    fn data_len(&self) -> usize {
        self.joined.as_ref().map_or(self.data.len(), |joined| joined.len())
    }
}

/// A part of the output.
pub(super) enum Part {
    /// As it is in the input.
    Input(Range<usize>),
    /// Written anew.
    New(Bytes),
    /// The table segment of this index, less the tables that no scan uses.
    Tables(usize),
    /// The ICC segment in this range, which holds the profile's part of this index.
    Icc(Range<usize>, usize),
    Scan(Box<Scan>),
}

/// Everything that the parts stand for.
pub(super) struct Layout<'a> {
    pub input: &'a Bytes,
    pub parts: &'a [Part],
    pub tables: &'a Tables,
    pub profile: &'a Fate,
}

/// What is put in front of the part at `at`.
pub(super) struct Front<'a> {
    pub at: usize,
    pub exif: Option<&'a Part>,
    pub additions: &'a Additions,
}

/// Segments that are written anew. Each has the range of the input that may hold just these bytes.
#[derive(Default)]
pub(super) struct Additions {
    /// What tells of a gain map, and what is said about rights. In front of the colour profile.
    pub xmp: Option<(Range<usize>, Bytes)>,
    /// What tells of a gain map. It stands behind the colour profile, which comes to the front then, to
    /// stand where every writer puts it.
    pub iso: Option<(Range<usize>, Bytes)>,
}

impl Layout<'_> {
    /// Makes the pieces: up to the end of what is put in front, and the rest.
    /// Notes in `report` what is left out.
    pub(super) fn assemble(&self, front: &Front<'_>, report: &mut Report) -> [Pieces; 2] {
        let (before, behind) = self.parts.split_at(front.at);
        let (mut first, mut second) = (Pieces::new(self.input), Pieces::new(self.input));
        for part in before.iter().chain(front.exif) {
            self.add(part, &mut first, report);
        }
        let is_profile = |part: &&Part| match part {
            Part::Icc(..) => true,
            Part::New(bytes) => bytes[1] == APP2 && bytes[SEGMENT_HEADER..].starts_with(ICC),
            Part::Input(_) | Part::Tables(_) | Part::Scan(_) => false,
        };
        let Additions { xmp, iso } = front.additions;
        if let Some((range, bytes)) = xmp {
            first.replace(range.clone(), bytes);
        }
        if let Some((range, bytes)) = iso {
            behind.iter().filter(is_profile).for_each(|part| self.add(part, &mut first, report));
            first.replace(range.clone(), bytes);
        }
        let rest = behind.iter().filter(|part| iso.is_none() || !is_profile(part));
        rest.for_each(|part| self.add(part, &mut second, report));
        [first, second]
    }

    /// The application segments (JFIF, Adobe, ICC, ...) as they stand in the output.
    pub(super) fn applications(&self) -> Vec<Bytes> {
        let mut pieces = Pieces::new(self.input);
        // What is removed is noted when the whole is assembled.
        let mut unread = Report::new(Format::Jpeg, 0, 0);
        for part in self.parts {
            let marker = match part {
                Part::Input(range) => self.input[range.clone()].get(1),
                Part::New(bytes) => bytes.get(1),
                Part::Icc(range, _) => self.input.get(range.start + 1),
                Part::Tables(_) | Part::Scan(_) => None,
            };
            if let Some(APP0..=APP15) = marker {
                self.add(part, &mut pieces, &mut unread);
            }
        }
        pieces.finish()
    }

    /// The length of the output, without a part for the EXIF.
    pub(super) fn len(&self) -> usize {
        let len_of = |part: &Part| match part {
            Part::Input(range) => range.len(),
            Part::New(bytes) => bytes.len(),
            Part::Scan(scan) => SEGMENT_HEADER + scan.payload.len() + scan.data_len(),
            Part::Tables(index) => {
                match self.tables.live(self.input, *index).map(|(_, written)| written.len()).sum() {
                    0 => 0,
                    definitions => SEGMENT_HEADER + definitions,
                }
            }
            Part::Icc(range, index) => match self.profile {
                Fate::Keep => range.len(),
                Fate::Replace(segments) if *index == 0 => segments.iter().map(Bytes::len).sum(),
                Fate::Replace(_) | Fate::Drop => 0,
            },
        };
        self.parts.iter().map(len_of).sum()
    }

    fn add(&self, part: &Part, pieces: &mut Pieces, report: &mut Report) {
        match part {
            Part::Input(range) => pieces.keep(range.clone()),
            Part::New(bytes) => pieces.write(bytes),
            Part::Tables(index) => self.add_tables(&self.tables.segments[*index], pieces, report),
            Part::Icc(range, index) => self.add_icc(range.clone(), *index, pieces),
            Part::Scan(scan) => {
                let Scan { header, payload, data, joined } = &**scan;
                if self.input[header.start + SEGMENT_HEADER..header.end] == *payload {
                    pieces.keep(header.clone());
                } else {
                    pieces.write(&segment::write(SOS, payload.clone()));
                }
                match joined {
                    Some(joined) => pieces.write(joined),
                    None => pieces.keep(data.clone()),
                }
            }
        }
    }

    fn add_tables(&self, tables: &TableSegment, pieces: &mut Pieces, report: &mut Report) {
        let definitions = &self.tables.definitions[tables.definitions.clone()];
        let name = app::name(tables.marker);
        // The header's four bytes, then what is used of the rest.
        let mut end = tables.range.start + 4;
        let mut contents = Vec::new();
        let mut whole = true;
        if definitions.iter().all(|definition| !definition.live) {
            report.remove(Category::Hidden, name, tables.range.start, tables.range.len());
            return;
        }
        for (index, definition) in tables.definitions.clone().zip(definitions) {
            end = definition.bytes.end;
            if definition.live {
                let written = self.tables.written(self.input, index);
                contents.extend_from_slice(written);
                if *written != self.input[definition.bytes.clone()] {
                    whole = false;
                    // What is in the place of others is of the same length.
                    let removed = (definition.bytes.len() - written.len()).max(1);
                    report.remove(Category::Hidden, name, definition.bytes.start, removed);
                }
            } else {
                whole = false;
                report.remove(Category::Hidden, name, definition.bytes.start, definition.bytes.len());
            }
        }
        if end < tables.range.end {
            whole = false;
            report.remove(Category::Hidden, name, end, tables.range.end - end);
        }
        if whole {
            pieces.keep(tables.range.clone());
        } else {
            pieces.write(&segment::write(tables.marker, contents));
        }
    }

    /// The profile's part of this index. What goes is in the report already.
    fn add_icc(&self, range: Range<usize>, index: usize, pieces: &mut Pieces) {
        match self.profile {
            Fate::Keep => pieces.keep(range),
            Fate::Replace(segments) if index == 0 => {
                segments.iter().for_each(|segment| pieces.write(segment));
            }
            Fate::Replace(_) | Fate::Drop => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        IccPolicy, Options,
        icc::test_profile::TestProfile,
        jpeg::{entropy::samples::Sample, walk::walk, write::write_alone},
    };

    /// A file with something to remove from every part of it.
    fn dirty(sample: Sample) -> Vec<u8> {
        let jpeg = sample.encode();
        let icc = |number: u8, part: &[u8]| {
            let payload = [&b"ICC_PROFILE\0"[..], &[number, 2], part].concat();
            segment::write(0xE2, payload)
        };
        let profile = [TestProfile::srgb().build(), vec![9; 50]].concat();
        let unused = [&[0, 67, 3][..], &[1; 64]].concat();
        let mut file = jpeg[..2].to_vec();
        file.extend(icc(1, &profile[..200]));
        file.extend(icc(2, &profile[200..]));
        file.extend([&[0xFF, 0xDB][..], &unused, &[0xFF, 0xFE, 0, 3, b'x']].concat());
        file.extend(&jpeg[2..]);
        file.extend(b"behind");
        file
    }

    #[test]
    fn the_length_is_that_of_what_is_assembled() {
        for sample in [Sample::PLAIN, Sample { progressive: true, ..Sample::PLAIN }] {
            for icc in [IccPolicy::Keep, IccPolicy::Drop] {
                let options = Options { icc, ..Options::default() };
                let file = Bytes::from(dirty(sample));
                let walked = walk(&file, &options).unwrap();
                let (pieces, report) = write_alone(&walked, None);
                assert_eq!(walked.layout().len(), pieces.iter().map(Bytes::len).sum::<usize>());
                assert!(report.removed.len() >= 3, "{:?}", report.removed);
                let applications: usize = walked.layout().applications().iter().map(Bytes::len).sum();
                assert!(applications < walked.layout().len());
                assert_eq!(applications > 300, icc == IccPolicy::Keep);
            }
        }
    }
}
