//! The output in the making: its parts, some of which are only decided on when
//! the whole file was seen.

use std::ops::Range;

use bytes::Bytes;

use super::{
    app,
    icc::Fate,
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
    pub profile: &'a Fate,
}

impl Layout<'_> {
    /// Makes the pieces, with `exif` as the part at its place. Notes in
    /// `report` what is left out.
    pub(super) fn assemble(&self, exif: Option<(usize, &Part)>, report: &mut Report) -> Vec<Bytes> {
        let mut pieces = Pieces::new(self.input);
        for (index, part) in self.parts.iter().enumerate() {
            if let Some((at, exif)) = exif
                && at == index
            {
                self.add(exif, &mut pieces, report);
            }
            self.add(part, &mut pieces, report);
        }
        pieces.finish()
    }

    fn add(&self, part: &Part, pieces: &mut Pieces, report: &mut Report) {
        match part {
            Part::Input(range) => pieces.keep(range.clone()),
            Part::New(bytes) => pieces.write(bytes),
            Part::Tables(index) => self.add_tables(&self.tables.segments[*index], pieces, report),
            Part::Icc(range, index) => self.add_icc(range.clone(), *index, pieces),
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

    /// The profile's part of this index. What goes is in the report already.
    fn add_icc(&self, range: Range<usize>, index: usize, pieces: &mut Pieces) {
        match self.profile {
            Fate::Keep => pieces.keep(range),
            Fate::Replace(segments) if index == 0 => {
                segments.iter().for_each(|segment| pieces.write(segment))
            }
            Fate::Replace(_) | Fate::Drop => {}
        }
    }
}
