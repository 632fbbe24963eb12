//! The walk over the chunks: what stays, what goes, what is refused.

use std::ops::Range;

use bytes::Bytes;

use super::{
    ancillary::{Phase, Rules, Verdict},
    animation::{Animation, Sequence},
    chunk::{self, Chunk, Kind, SIGNATURE, malformed},
    header::{Color, Header},
    image_data::ImageData,
    profile::{self, Profile},
    text,
    transparent::Transparency,
};
use crate::{
    Category, Error, Format, Options, Report,
    icc::{self, Decision},
    orientation::minimal_exif,
    pieces::Pieces,
};

pub(super) struct Walk<'a> {
    pub(super) input: &'a Bytes,
    pub(super) options: &'a Options,
    pub(super) report: &'a mut Report,
    pub(super) out: Pieces,
    pub(super) rules: Rules,
    /// Write a minimal eXIf with this orientation in place of the first.
    tag: Option<u8>,
    /// The chunk that says what stays of rights.
    packet: Option<Vec<u8>>,
    /// Whether the input has just this chunk, and it was seen.
    packet_seen: bool,
    /// Whether a pHYs chunk that stays says how many pixels there are to a metre.
    has_density: bool,
    /// That eXIf and the chunk it replaces, held back until the frame before it is written.
    pub(super) held: Option<(Range<usize>, Vec<u8>)>,
    pub(super) data: Option<ImageData>,
    /// Whether `data` is of a frame that has not been written yet.
    pub(super) data_is_open: bool,
    /// Whether the still picture was left out, since the animation does not show it, and another has to take its
    /// place.
    pub(super) lacks_still: bool,
    /// Whether the frame that has begun takes that place.
    pub(super) is_still: bool,
    /// How pixels say that they are transparent; `None` when nothing is looked for there.
    pub(super) transparency: Option<Transparency>,
    pub(super) animation: Option<Animation>,
    pub(super) sequence: Sequence,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        input: &'a Bytes,
        header: Header,
        options: &'a Options,
        tag: Option<u8>,
        packet: Option<Vec<u8>>,
        report: &'a mut Report,
    ) -> Self {
        Self {
            input,
            options,
            report,
            out: Pieces::new(input),
            rules: Rules::new(header),
            tag,
            packet,
            packet_seen: false,
            has_density: false,
            held: None,
            data: None,
            data_is_open: false,
            lacks_still: false,
            is_still: false,
            transparency: None,
            animation: None,
            sequence: Sequence::default(),
        }
    }

    /// Walks from the end of `ihdr` to the end of the file.
    pub(super) fn run(mut self, ihdr: &Chunk) -> Result<Vec<Bytes>, Error> {
        self.out.replace(0..SIGNATURE.len(), SIGNATURE);
        self.out.keep(ihdr.whole());
        self.look_at_transparent(&[]);
        let mut at = ihdr.whole().end;
        if let Some(packet) = &self.packet {
            self.out.replace(at..at + packet.len(), packet);
        }
        loop {
            let chunk = Chunk::read(self.input, at)?;
            at = chunk.whole().end;
            if chunk.kind != *b"IDAT" && self.rules.phase == Phase::InData {
                self.close_data()?;
                self.rules.phase = Phase::AfterData;
            }
            match &chunk.kind {
                b"IEND" => return self.end(&chunk),
                b"IDAT" => self.idat(&chunk)?,
                b"PLTE" => self.palette(&chunk)?,
                b"acTL" => self.animation_control(&chunk)?,
                b"fcTL" => self.frame_control(&chunk)?,
                b"fdAT" => self.frame_data(&chunk)?,
                b"eXIf" => self.exif(&chunk),
                b"iCCP" => self.profile(&chunk)?,
                kind if Rules::knows(*kind) => self.ancillary(&chunk),
                _ if chunk.is_ancillary() => self.drop_described(&chunk),
                b"IHDR" => return Err(malformed(chunk.whole().start, "there is a second IHDR")),
                _ => {
                    return Err(Error::Unprovable {
                        format: Format::Png,
                        offset: chunk.whole().start,
                        what: "a critical chunk of unknown type",
                    });
                }
            }
        }
    }

    pub(super) fn data_of(&self, chunk: &Chunk) -> &'a [u8] {
        &self.input[chunk.data.clone()]
    }

    pub(super) fn remove(&mut self, category: Category, location: &'static str, chunk: &Chunk) {
        self.report.remove(category, location, chunk.whole().start, chunk.whole().len());
    }

    /// Drops a chunk that tells something.
    fn drop_described(&mut self, chunk: &Chunk) {
        let data = self.data_of(chunk);
        let (category, location) = text::describe(chunk.kind, data);
        if !self.packet_seen && self.packet.as_deref() == Some(&self.input[chunk.whole()]) {
            self.packet_seen = true;
            return;
        }
        if let Some(facts) = self.report.facts.as_mut() {
            text::read(chunk.kind, data, facts);
        }
        self.remove(category, location, chunk);
    }

    pub(super) fn check_crc(&self, chunk: &Chunk) -> Result<(), Error> {
        if chunk.crc_is_right(self.input) {
            Ok(())
        } else {
            Err(malformed(chunk.whole().start, chunk::WRONG_CRC))
        }
    }

    fn ancillary(&mut self, chunk: &Chunk) {
        let verdict = if chunk.crc_is_right(self.input) {
            self.rules.judge(chunk.kind, self.data_of(chunk))
        } else {
            Verdict::Drop(Category::Hidden)
        };
        match verdict {
            Verdict::Keep => {
                if &chunk.kind == b"tRNS" {
                    self.look_at_transparent(self.data_of(chunk));
                }
                self.out.keep(chunk.whole());
                // Pixels to the metre; without a unit it tells but their shape (11.3.4.3).
                if &chunk.kind == b"pHYs" && self.data_of(chunk).last() == Some(&1) {
                    self.has_density = true;
                }
            }
            Verdict::Rewrite(bytes, category) => {
                self.out.write(&bytes);
                self.report.remove(
                    category,
                    name_of(chunk.kind),
                    chunk.whole().start,
                    chunk.whole().len().saturating_sub(bytes.len()),
                );
            }
            Verdict::Drop(category) => self.remove(category, name_of(chunk.kind), chunk),
        }
    }

    /// iCCP: the profile, written anew.
    fn profile(&mut self, chunk: &Chunk) -> Result<(), Error> {
        if !self.rules.takes_profile() {
            self.remove(Category::ColorProfile, "iCCP", chunk);
            return Ok(());
        }
        let data = self.data_of(chunk);
        let profile = if chunk.crc_is_right(self.input) { Profile::read(data) } else { None };
        if let (Some(facts), Some(profile)) = (self.report.facts.as_mut(), &profile) {
            icc::read_icc(&profile.bytes, facts);
        }
        let start = chunk.whole().start;
        let decision = icc::decide(profile.as_ref().map(|profile| &profile.bytes[..]), self.options)
            .map_err(|what| Error::Unprovable { format: Format::Png, offset: start, what })?;
        self.report.color_profile = decision.outcome();
        let (Decision::Keep(rebuilt), Some(profile)) = (decision, profile) else {
            self.remove(Category::ColorProfile, "iCCP", chunk);
            return Ok(());
        };
        if rebuilt.removed == 0 && profile.is_plain {
            self.out.keep(chunk.whole());
            return Ok(());
        }
        let clean = profile::encode(&rebuilt.bytes);
        let removed = rebuilt.removed.max(chunk.whole().len().saturating_sub(clean.len())).max(1);
        self.report.remove(Category::ProfileDetails, "iCCP", start, removed);
        self.out.write(&clean);
        Ok(())
    }

    fn exif(&mut self, chunk: &Chunk) {
        let Some(orientation) = self.tag.take() else { return self.drop_described(chunk) };
        let minimal = minimal_exif(orientation);
        if *self.data_of(chunk) != minimal {
            self.drop_described(chunk);
        }
        self.held = Some((chunk.whole(), chunk::encode(*b"eXIf", &[&minimal])));
        if !self.data_is_open {
            self.write_held();
        }
    }

    /// PLTE: whole entries, and no more of them than pixels can name. Where
    /// pixels name none it is a suggestion (11.2.2), which nobody needs.
    fn palette(&mut self, chunk: &Chunk) -> Result<(), Error> {
        let (data, header) = (self.data_of(chunk), self.rules.header);
        if header.color != Color::Palette {
            // What has its place before PLTE still has (5.6): libpng goes by it.
            if self.rules.phase == Phase::BeforePalette {
                self.rules.phase = Phase::BeforeData;
            }
            self.remove(Category::Hidden, "PLTE", chunk);
            return Ok(());
        }
        if !(1..=256).contains(&(data.len() / 3))
            || data.len() % 3 != 0
            || self.rules.phase != Phase::BeforePalette
        {
            if self.rules.palette == 0 {
                return Err(malformed(chunk.whole().start, "the palette is damaged or out of place"));
            }
            self.remove(Category::Hidden, "PLTE", chunk);
            return Ok(());
        }
        self.check_crc(chunk)?;
        let entries = (data.len() / 3).min(1 << header.depth);
        if entries * 3 < data.len() {
            let start = chunk.data.start + entries * 3;
            self.report.remove(Category::Hidden, "PLTE", start, chunk.data.end - start);
            self.out.write(&chunk::encode(*b"PLTE", &[&data[..entries * 3]]));
        } else {
            self.out.keep(chunk.whole());
        }
        self.rules.palette = entries;
        self.rules.phase = Phase::BeforeData;
        Ok(())
    }

    /// IEND: nothing is in it, and nothing comes after it.
    fn end(mut self, chunk: &Chunk) -> Result<Vec<Bytes>, Error> {
        let whole = chunk.whole();
        self.close_data()?;
        if let Some(facts) = self.report.facts.as_mut().filter(|_| self.has_density) {
            facts.forget_density();
        }
        if self.rules.phase != Phase::AfterData {
            return Err(malformed(whole.start, "there is no image data"));
        }
        if let Some(animation) = &self.animation {
            animation.check_end(whole.start)?;
        }
        if !chunk.data.is_empty() {
            self.report.remove(Category::Hidden, "IEND", chunk.data.start, chunk.data.len());
        }
        self.out.replace(whole.clone(), &chunk::encode(*b"IEND", &[]));
        if whole.end < self.input.len() {
            let rest = self.input.len() - whole.end;
            self.report.remove(Category::Trailer, "after IEND", whole.end, rest);
        }
        Ok(self.out.finish())
    }
}

/// The name of a chunk on the list, for the report.
fn name_of(kind: Kind) -> &'static str {
    match &kind {
        b"cHRM" => "cHRM",
        b"cICP" => "cICP",
        b"gAMA" => "gAMA",
        b"mDCV" => "mDCV",
        b"cLLI" => "cLLI",
        b"sBIT" => "sBIT",
        b"sRGB" => "sRGB",
        b"tRNS" => "tRNS",
        b"bKGD" => "bKGD",
        _ => "pHYs",
    }
}
