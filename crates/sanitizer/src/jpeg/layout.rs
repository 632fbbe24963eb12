//! The output in the making: its parts, some of which are only decided on when
//! the whole file was seen.

use std::ops::Range;

use bytes::Bytes;

use super::{
    app,
    icc::{Fate, PREFIX},
    segment,
    tables::{TableSegment, Tables},
};
use crate::{Category, Report, pieces::Pieces};

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
}

/// Everything that the parts stand for.
pub(super) struct Layout<'a> {
    pub input: &'a Bytes,
    pub parts: &'a [Part],
    pub tables: &'a Tables,
    pub fates: &'a [Fate],
}

/// What is put in front of the part at `at`.
pub(super) struct Front<'a> {
    pub at: usize,
    pub exif: Option<&'a Part>,
    /// What a gain map adds. Then the colour profile comes to the front, too, to stand where
    /// every writer puts it.
    pub additions: Option<&'a Additions>,
}

/// Segments that tell of a gain map. Each has the range of the input that may hold just these bytes.
pub(super) struct Additions {
    /// In front of the colour profile.
    pub xmp: Option<(Range<usize>, Bytes)>,
    /// Behind it.
    pub iso: (Range<usize>, Bytes),
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
        let is_profile = |part: &&Part| matches!(part, Part::Icc(..));
        if let Some(Additions { xmp, iso }) = front.additions {
            if let Some((range, bytes)) = xmp {
                first.replace(range.clone(), bytes);
            }
            behind.iter().filter(is_profile).for_each(|part| self.add(part, &mut first, report));
            first.replace(iso.0.clone(), &iso.1);
        }
        let rest = behind.iter().filter(|part| front.additions.is_none() || !is_profile(part));
        rest.for_each(|part| self.add(part, &mut second, report));
        [first, second]
    }

    fn add(&self, part: &Part, pieces: &mut Pieces, report: &mut Report) {
        match part {
            Part::Input(range) => pieces.keep(range.clone()),
            Part::New(bytes) => pieces.write(bytes),
            Part::Tables(index) => self.add_tables(&self.tables.segments[*index], pieces, report),
            Part::Icc(range, index) => self.add_icc(range.clone(), self.fates[*index], pieces, report),
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
        for definition in definitions {
            end = definition.bytes.end;
            if definition.live {
                contents.extend_from_slice(&self.input[definition.bytes.clone()]);
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

    fn add_icc(&self, range: Range<usize>, fate: Fate, pieces: &mut Pieces, report: &mut Report) {
        match fate {
            Fate::Keep => pieces.keep(range),
            Fate::Drop(category) => report.remove(category, "APP2", range.start, range.len()),
            Fate::Cut { len, total } => {
                let end = range.start + 4 + PREFIX + len;
                let mut contents = self.input[range.start + 4..end].to_vec();
                contents[PREFIX - 1] = total;
                pieces.write(&segment::write(self.input[range.start + 1], contents));
                if end < range.end {
                    report.remove(Category::Hidden, "APP2", end, range.end - end);
                }
            }
        }
    }
}
