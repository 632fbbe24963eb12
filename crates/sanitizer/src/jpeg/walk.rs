//! The walk through all segments, from SOI to EOI.

use std::ops::Range;

use bytes::Bytes;
use img_parts::jpeg::markers::*;

use super::{
    app::{self, ADOBE_LEN, Content, JFIF_LEN},
    entropy::Verifier,
    facts::FactReader,
    frame::{FrameHeader, Progress, ScanHeader},
    icc::{self, Fate, Profile},
    layout::{Additions, Front, Layout, Part, Scan},
    malformed,
    rights::RightsReader,
    scan,
    segment::{self, Segment, TEM},
    tables::{IMPOSSIBLE_SYMBOLS, Tables},
    trailer, unprovable,
};
use crate::{
    Category, Error, Format, IccPolicy, Options, Report, Rights,
    facts::Facts,
    icc::is_adobe_rgb,
    orientation::{minimal_exif, orientation_of_exif},
    pieces::Pieces,
    pixels::Pixels,
    rights::Statement,
};

/// The name of EXIF and its padding, in front of the TIFF structure.
const EXIF: &[u8; 6] = b"Exif\0\0";

/// Segments about gain maps that are looked at; one of each kind would do.
const NOTE_LIMIT: usize = 16;

/// Which picture of a file is walked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The one at its start, which is shown.
    Base,
    /// The gain map of that, of which only the coefficients mean something.
    GainMap,
}

/// A segment that may tell about a gain map. It goes, but for the case that we
/// would write the very same.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub content: Content,
    pub segment: Range<usize>,
    pub payload: Range<usize>,
}

/// A picture that was walked through: all that is needed to write it clean.
pub(super) struct Walked {
    pub input: Bytes,
    parts: Vec<Part>,
    tables: Tables,
    profile: Fate,
    /// What was found to go, and the facts.
    pub report: Report,
    /// The picture's frame header.
    pub header: FrameHeader,
    /// The orientation that EXIF tells.
    pub orientation: Option<u8>,
    /// An EXIF that holds the orientation alone, in the form that we write.
    minimal: Option<Range<usize>>,
    /// Which part the EXIF goes in front of when it is kept: behind JFIF, or else SOI.
    exif_at: usize,
    /// The TIFF structure of the first EXIF.
    pub exif: Option<Range<usize>>,
    /// What may tell about a gain map, in order.
    pub notes: Vec<Note>,
    /// What it says about rights, as far as that stays.
    pub statement: Statement,
    /// From its SOI to behind its EOI.
    pub range: Range<usize>,
}

impl Walked {
    /// What the clean picture is made of.
    pub(super) fn layout(&self) -> Layout<'_> {
        Layout { input: &self.input, parts: &self.parts, tables: &self.tables, profile: &self.profile }
    }

    /// The clean picture, with a minimal EXIF of orientation `tag` if that is
    /// given, and the report. In two parts: what is added, `additions` and the index
    /// of a gain map, stands at the end of the first.
    pub(super) fn assemble(&self, tag: Option<u8>, additions: &Additions) -> ([Pieces; 2], Report) {
        let mut report = self.report.clone();
        report.width = self.header.frame.width.into();
        report.height = self.header.frame.height.into();
        let exif = tag.map(|orientation| match &self.minimal {
            Some(range) => Part::Input(range.clone()),
            None => Part::New(segment::write(APP1, exif_payload(orientation))),
        });
        if let (None, Some(range)) = (tag, &self.minimal) {
            report.remove(Category::Exif, "APP1", range.start, range.len());
        }
        let front = Front { at: self.exif_at, exif: exif.as_ref(), additions };
        (self.layout().assemble(&front, &mut report), report)
    }
}

/// Walks through the first picture of `input`, which starts with SOI.
pub(super) fn walk(input: &Bytes, options: &Options) -> Result<Walked, Error> {
    walk_from(input, 0, Role::Base, options)
}

/// Walks through the picture of `input` whose SOI is at `start`.
pub(super) fn walk_from(input: &Bytes, start: usize, role: Role, options: &Options) -> Result<Walked, Error> {
    match walk_once(input, start, role, options) {
        Err(error @ (Error::Truncated { .. } | Error::Malformed { .. } | Error::Unprovable { .. }))
            if !options.verify_entropy =>
        {
            // Some faults can be mended, but only where the coded data are proven to be fine.
            let proven = Options { verify_entropy: true, ..options.clone() };
            walk_once(input, start, role, &proven).map_err(|_| error)
        }
        walked => walked,
    }
}

/// Walks through it with a proof or without one, as the options say. Without one it mends nothing.
pub(super) fn walk_once(input: &Bytes, start: usize, role: Role, options: &Options) -> Result<Walked, Error> {
    let mut walker = Walker {
        input,
        options,
        role,
        start,
        parts: vec![Part::Input(start..start + 2)],
        tables: Tables::default(),
        profile: Profile::default(),
        report: Report::new(Format::Jpeg, 0, 0),
        facts: Facts::wanted(options).map(FactReader::new),
        rights: RightsReader::new(if role == Role::Base { options.keep } else { Rights::NONE }),
        header: None,
        progress: Progress::default(),
        verifier: None,
        has_jfif: false,
        adobe: None,
        orientation: None,
        minimal: None,
        exif_at: 1,
        exif: None,
        notes: Vec::new(),
        is_adobe_rgb: false,
        needs_lines: false,
        complete: None,
    };
    let mut at = start + 2;
    loop {
        match walker.step(at) {
            Ok(Step::On(next)) => at = next,
            Ok(Step::End(eoi)) => break walker.finish(eoi),
            Err(error) => match walker.complete.take() {
                Some(complete) => break walker.finish_without_eoi(complete),
                None => return Err(error),
            },
        }
    }
}

/// Where the walk goes on.
enum Step {
    On(usize),
    /// Here is EOI.
    End(Range<usize>),
}

/// How much there was of everything right behind the last block of a whole
/// picture. If there is no way to an EOI from there, the picture has none (some
/// phones' panoramas, some cameras' network frames), and ends right there.
#[derive(Debug, Clone, Copy)]
struct Complete {
    end: usize,
    parts: usize,
    removed: usize,
    notes: usize,
}

struct Walker<'a> {
    input: &'a Bytes,
    options: &'a Options,
    role: Role,
    start: usize,
    parts: Vec<Part>,
    tables: Tables,
    profile: Profile,
    report: Report,
    facts: Option<FactReader>,
    rights: RightsReader,
    header: Option<FrameHeader>,
    progress: Progress,
    verifier: Option<Verifier>,
    has_jfif: bool,
    /// The part that is the Adobe segment, and its content.
    adobe: Option<(usize, Range<usize>)>,
    orientation: Option<u8>,
    minimal: Option<Range<usize>>,
    exif_at: usize,
    exif: Option<Range<usize>>,
    notes: Vec<Note>,
    /// Whether EXIF says that the picture is in Adobe RGB.
    is_adobe_rgb: bool,
    /// Whether the next segment must say how many lines there are.
    needs_lines: bool,
    /// Set when the whole picture is proven to be there.
    complete: Option<Complete>,
}

impl Walker<'_> {
    /// Takes the segment at `at`, and the scan data behind it.
    fn step(&mut self, at: usize) -> Result<Step, Error> {
        let segment = segment::read(self.input, at)?;
        self.remove(Category::Hidden, "between segments", segment.junk.clone());
        Ok(match segment.marker {
            SOS => Step::On(self.scan(&segment)?),
            EOI => Step::End(segment.range()),
            _ => Step::On(self.segment(&segment)?),
        })
    }

    /// Takes any segment but SOS and EOI; gives where the next one is.
    fn segment(&mut self, segment: &Segment) -> Result<usize, Error> {
        let Segment { marker, start, .. } = *segment;
        match marker {
            DQT | DHT | DAC | DRI => self.define_tables(segment)?,
            SOF0..=SOF3 | SOF5..=SOF7 | SOF9..=SOF11 | SOF13..=SOF15 => self.frame(segment)?,
            APP0..=APP15 | COM => self.application(segment)?,
            DNL => self.lines(segment)?,
            TEM | RST0..=RST7 => self.remove(Category::Hidden, app::name(marker), segment.range()),
            SOI => return Err(malformed(start, "a second SOI inside of the picture")),
            DHP | EXP => {
                return Err(unprovable(start, "a hierarchical picture, which holds several pictures"));
            }
            JPG7 if self.header.is_none() => return Err(Error::UnsupportedFormat { name: "JPEG-LS" }),
            _ => self.remove(Category::Application, app::name(marker), segment.range()),
        }
        Ok(segment.payload.end)
    }

    fn define_tables(&mut self, segment: &Segment) -> Result<(), Error> {
        let payload = segment.payload.clone();
        match self.tables.define(self.input, segment.marker, segment.range(), payload)? {
            Some(index) => self.parts.push(Part::Tables(index)),
            None => self.remove(Category::Hidden, app::name(segment.marker), segment.range()),
        }
        Ok(())
    }

    fn frame(&mut self, segment: &Segment) -> Result<(), Error> {
        if self.header.is_some() {
            return Err(malformed(segment.start, "a second frame header"));
        }
        let header = FrameHeader::read(segment.marker, &self.input[segment.payload.clone()], segment.start)?;
        if header.is_renamed() {
            let payload = &self.input[segment.payload.clone()];
            self.parts.push(Part::New(segment::write(segment.marker, header.payload(payload))));
            // The names, and what is behind.
            let removed = header.frame.components.len() + payload.len() - header.used;
            self.report.remove(Category::Hidden, app::name(segment.marker), segment.payload.start, removed);
        } else {
            self.keep_start(segment, header.used);
        }
        self.needs_lines = header.frame.height == 0;
        self.header = Some(header);
        Ok(())
    }

    /// Takes a scan, header and data; gives where the next segment is.
    fn scan(&mut self, segment: &Segment) -> Result<usize, Error> {
        let start = segment.start;
        let data = segment.payload.end;
        let Some(header) = &mut self.header else {
            return Err(malformed(start, "a scan before the frame header"));
        };
        if self.needs_lines {
            header.frame.height = lines_after(self.input, data)?;
        }
        if self.progress.scans() == 0 {
            let (width, height) = (header.frame.width.into(), header.frame.height.into());
            Pixels::new(self.options).check_whole(width, height)?;
        }
        if self.options.verify_entropy && self.verifier.is_none() {
            let verifier = Verifier::new(&header.frame, self.options.max_memory)?;
            self.verifier = Some(verifier.cancelled_by(&self.options.cancellation));
        }
        let payload = &self.input[segment.payload.clone()];
        let scan = ScanHeader::read(header, payload, start)?;
        // Whatever it is, viewers take it for a part of the picture.
        self.complete = None;
        self.tables.use_for(self.input, header, &scan, &self.progress, self.verifier.as_mut(), start)?;
        self.progress.note(header, &scan, start)?;
        let written = scan.payload(header);
        // Where the data end, and where the next marker is: what is between is read by no one.
        let mut joined = None;
        let (end, next) = match &mut self.verifier {
            Some(verifier) => {
                let scan = verifier.scan(&written, &self.input[data..], data);
                let scan = scan.map_err(|error| match error {
                    // It is the tables that are wrong then, not the data.
                    Error::Malformed { offset, .. } if self.tables.is_mended() => {
                        unprovable(offset, IMPOSSIBLE_SYMBOLS)
                    }
                    error => error,
                })?;
                joined = verifier.take_joined();
                (data + scan.data, data + scan.end)
            }
            None => {
                let end = scan::end_of_data(&self.input[data..], data)?;
                (end, end)
            }
        };
        let named = scan.payload_as_named(header);
        if named != payload {
            // Slack behind the header, or parameters at its end that mean nothing.
            let kept = if payload.starts_with(&named) { scan.used } else { scan.used - 3 };
            self.report.remove(Category::Hidden, "SOS", segment.payload.start + kept, payload.len() - kept);
        }
        // Arithmetic code has no end of its own: without a marker, the bytes behind it are code.
        let has_end = self.verifier.is_some() && !header.arithmetic;
        let is_complete = has_end && self.progress.is_complete(header);
        let joined = joined.map(|joined| {
            let removed = end - data - joined.bytes.len();
            self.report.remove(Category::Hidden, "before a restart marker", data + joined.first, removed);
            joined.bytes.into()
        });
        let header = segment.range();
        let scan = Scan { header, payload: written, data: data..end, joined };
        self.parts.push(Part::Scan(Box::new(scan)));
        if is_complete && !self.needs_lines {
            let (removed, notes) = (self.report.removed.len(), self.notes.len());
            self.complete = Some(Complete { end, parts: self.parts.len(), removed, notes });
        }
        self.remove(Category::Hidden, "behind a scan's last block", end..next);
        Ok(next)
    }

    /// Takes DNL, which is needed only where the frame header says no height
    /// (T.81, B.2.5). Elsewhere decoders skip it.
    fn lines(&mut self, segment: &Segment) -> Result<(), Error> {
        if self.needs_lines && self.progress.scans() == 1 && segment.payload.len() >= 2 {
            self.needs_lines = false;
            self.keep_start(segment, 2);
        } else {
            self.remove(Category::Hidden, "DNL", segment.range());
        }
        Ok(())
    }

    fn application(&mut self, segment: &Segment) -> Result<(), Error> {
        let payload = &self.input[segment.payload.clone()];
        let content = app::content(segment.marker, payload);
        if let Some(facts) = &mut self.facts {
            facts.segment(self.input, content, segment.payload.clone());
        }
        if self.progress.scans() == 0 {
            self.rights.segment(self.input, content, &segment.payload);
        }
        let category = match content {
            // Behind the first scan decoders have made up their mind.
            _ if self.progress.scans() > 0 => match content {
                Content::Exif => Category::Exif,
                Content::Xmp | Content::ExtendedXmp => Category::Xmp,
                Content::GainMap | Content::Index => Category::SecondPicture,
                Content::Icc => Category::ColorProfile,
                Content::Other(category) => category,
                Content::Jfif | Content::Adobe => Category::Hidden,
            },
            Content::Jfif if self.role == Role::GainMap => Category::Application,
            Content::Jfif if !self.has_jfif => return self.jfif(segment),
            Content::Adobe => return self.adobe(segment),
            Content::Icc => {
                if let Some(index) = self.profile.add(self.input, segment.payload.clone()) {
                    self.parts.push(Part::Icc(segment.range(), index));
                    return Ok(());
                }
                Category::ColorProfile
            }
            Content::Exif => {
                self.exif.get_or_insert(segment.payload.start + EXIF.len()..segment.payload.end);
                self.is_adobe_rgb |= is_adobe_rgb(&payload[EXIF.len()..]);
                if self.orientation.is_none()
                    && let Some(orientation) = orientation_of_exif(&payload[EXIF.len()..])
                {
                    self.orientation = Some(orientation);
                    if payload == exif_payload(orientation) {
                        self.minimal = Some(segment.range());
                        return Ok(());
                    }
                }
                Category::Exif
            }
            Content::Xmp | Content::GainMap | Content::Index if self.notes.len() < NOTE_LIMIT => {
                let payload = segment.payload.clone();
                self.notes.push(Note { content, segment: segment.range(), payload });
                return Ok(());
            }
            Content::Xmp | Content::ExtendedXmp => Category::Xmp,
            Content::GainMap | Content::Index => Category::SecondPicture,
            Content::Jfif => Category::Hidden,
            Content::Other(category) => category,
        };
        self.remove(category, app::name(segment.marker), segment.range());
        Ok(())
    }

    /// Keeps the first JFIF segment, without a thumbnail.
    fn jfif(&mut self, segment: &Segment) -> Result<(), Error> {
        self.has_jfif = true;
        self.exif_at = self.parts.len() + 1;
        let payload = &self.input[segment.payload.clone()];
        let (fields, size) = (&payload[..JFIF_LEN - 2], &payload[JFIF_LEN - 2..JFIF_LEN]);
        if payload.len() == JFIF_LEN && size == [0, 0] {
            self.parts.push(Part::Input(segment.range()));
            return Ok(());
        }
        let thumbnail = size[0] > 0 && size[1] > 0;
        let category = if thumbnail { Category::Thumbnail } else { Category::Hidden };
        let kept = if size == [0, 0] { JFIF_LEN } else { fields.len() };
        let cut = segment.payload.start + kept..segment.payload.end;
        self.remove(category, "APP0", cut);
        self.parts.push(Part::New(segment::write(APP0, [fields, &[0, 0]].concat())));
        Ok(())
    }

    /// Keeps one Adobe segment: the last before the picture, as libjpeg reads it.
    fn adobe(&mut self, segment: &Segment) -> Result<(), Error> {
        if let Some((part, earlier)) = self.adobe.take() {
            let content = |payload: &Range<usize>| &self.input[payload.start..payload.start + ADOBE_LEN];
            if content(&earlier) == content(&segment.payload) {
                self.remove(Category::Hidden, "APP14", segment.range());
                self.adobe = Some((part, earlier));
                return Ok(());
            }
            self.parts[part] = Part::Input(0..0);
            self.remove(Category::Hidden, "APP14", earlier.start - 4..earlier.start + ADOBE_LEN);
        }
        self.adobe = Some((self.parts.len(), segment.payload.clone()));
        self.keep_start(segment, ADOBE_LEN);
        Ok(())
    }

    /// Keeps a segment of which `used` bytes of the payload are needed.
    fn keep_start(&mut self, segment: &Segment, used: usize) {
        if segment.payload.len() == used {
            self.parts.push(Part::Input(segment.range()));
            return;
        }
        let middle = segment.payload.start + used;
        let contents = self.input[segment.payload.start..middle].to_vec();
        self.parts.push(Part::New(segment::write(segment.marker, contents)));
        self.remove(Category::Hidden, app::name(segment.marker), middle..segment.payload.end);
    }

    fn remove(&mut self, category: Category, location: &'static str, range: Range<usize>) {
        if !range.is_empty() {
            self.report.remove(category, location, range.start, range.len());
        }
    }

    /// Takes a picture without EOI: all behind its last block is no part of it.
    fn finish_without_eoi(mut self, complete: Complete) -> Result<Walked, Error> {
        self.parts.truncate(complete.parts);
        self.report.removed.truncate(complete.removed);
        self.notes.truncate(complete.notes);
        self.finish(complete.end..complete.end)
    }

    /// Takes EOI and what stands behind it. Writes EOI when that is empty.
    fn finish(mut self, eoi: Range<usize>) -> Result<Walked, Error> {
        let Some(header) = self.header.take().filter(|_| self.progress.scans() > 0) else {
            return Err(malformed(eoi.start, "no picture before the EOI marker"));
        };
        if self.needs_lines {
            return Err(malformed(eoi.start, "a picture of no height"));
        }
        self.parts.push(match eoi.is_empty() {
            true => Part::New(Bytes::from_static(&[0xFF, EOI])),
            false => Part::Input(eoi.clone()),
        });
        let rest = &self.input[eoi.end..];
        if let Some(facts) = &mut self.facts
            && !rest.is_empty()
        {
            let trailer = trailer::look(rest);
            facts.trailer(rest, trailer.picture, trailer.video);
        }
        self.report.facts = self.facts.map(|facts| {
            let mut facts = facts.finish(self.input);
            self.profile.read_facts(self.input, &mut facts);
            facts
        });
        let (statement, outcome) = self.rights.finish(self.input);
        self.report.keep_rights(&statement, outcome);
        let profile = self.profile.decide(self.input, self.options, &mut self.report);
        // The colours that EXIF told alone. It is about pictures of RGB and YCbCr.
        if self.is_adobe_rgb
            && !self.profile.is_there()
            && self.options.icc != IccPolicy::Drop
            && self.role == Role::Base
            && header.frame.components.len() == 3
        {
            let profile = icc::adobe_rgb(&mut self.report);
            self.parts.insert(self.exif_at, Part::New(profile));
        }
        Ok(Walked {
            profile: profile.map_err(|(offset, what)| unprovable(offset, what))?,
            input: self.input.clone(),
            parts: self.parts,
            tables: self.tables,
            report: self.report,
            header,
            orientation: self.orientation,
            minimal: self.minimal,
            exif_at: self.exif_at,
            exif: self.exif,
            notes: self.notes,
            statement,
            range: self.start..eoi.end,
        })
    }
}

/// The payload of an EXIF segment that holds `orientation` alone.
fn exif_payload(orientation: u8) -> Vec<u8> {
    [&EXIF[..], &minimal_exif(orientation)].concat()
}

/// How many lines the DNL segment says that follows the scan data at `data`.
fn lines_after(input: &[u8], data: usize) -> Result<u16, Error> {
    let end = scan::end_of_data(&input[data..], data)?;
    let segment = segment::read(input, end)?;
    match (segment.marker, &input[segment.payload.clone()]) {
        (DNL, &[high, low, ..]) if (high, low) != (0, 0) => Ok(u16::from_be_bytes([high, low])),
        _ => Err(malformed(end, "a picture of no height")),
    }
}
