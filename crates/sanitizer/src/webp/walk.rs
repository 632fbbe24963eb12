//! The walk over the chunks: what stays, what goes, what is refused.

use bytes::Bytes;

use super::{
    chunk::{Chunk, malformed},
    frame::{self, Frame},
};
use crate::{
    Category, Error, Format, HiddenPixels, Options, Report,
    facts::{read_exif, read_provenance, read_xmp},
    icc::{self, Decision},
    orientation::orientation_of_exif,
    pieces::Pieces,
    pixels::Pixels,
    rights::Collector,
    work::Work,
};

/// The header of the file: `RIFF`, length, `WEBP`.
pub(super) const FILE_HEADER: usize = 12;

/// Steps that following images may take for each byte; one is about what a pixel of a lossless image takes.
/// Real pictures take less than ten.
const STEPS_PER_BYTE: u64 = 256;

/// Chunks of XMP that are compared with what is written.
const MOST_PACKETS: usize = 8;

/// Bits in the first byte of VP8X (2.7.1).
pub(super) mod flag {
    pub(in super::super) const ANIMATION: u8 = 0x02;
    pub(in super::super) const XMP: u8 = 0x04;
    pub(in super::super) const EXIF: u8 = 0x08;
    pub(in super::super) const ALPHA: u8 = 0x10;
    pub(in super::super) const ICC: u8 = 0x20;
}

/// VP8X: what the file is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas {
    pub flags: u8,
    pub width: u32,
    pub height: u32,
}

/// What may still be done for the images of a file.
pub(super) struct Budget<'a> {
    pub(super) options: &'a Options,
    pub(super) work: Work,
    pub(super) pixels: Pixels,
    /// Whether transparent pixels are looked at.
    pub(super) looks: bool,
}

pub(super) struct Walk<'a> {
    pub(super) input: &'a Bytes,
    pub(super) options: &'a Options,
    pub(super) report: Report,
    /// Where the file ends by its header.
    pub(super) end: usize,
    /// What comes after VP8X.
    pub(super) body: Pieces,
    pub(super) canvas: Option<(Chunk, Canvas)>,
    pub(super) has_icc: bool,
    pub(super) has_animation: bool,
    pub(super) frames: usize,
    /// The still picture, and whether it is complete.
    pub(super) still: Frame,
    pub(super) has_alpha: bool,
    /// The first EXIF chunk and its orientation.
    pub(super) exif: Option<(Chunk, Option<u8>)>,
    pub(super) budget: Budget<'a>,
    pub(super) rights: Collector,
    /// Chunks of XMP, of which one may be just what is written.
    pub(super) packets: Vec<Chunk>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(input: &'a Bytes, options: &'a Options, report: Report, end: usize) -> Self {
        let budget = Budget {
            options,
            work: Work::new(STEPS_PER_BYTE, options),
            pixels: Pixels::new(options),
            looks: options.hidden_pixels != HiddenPixels::Keep || report.facts.is_some(),
        };
        Self {
            input,
            options,
            report,
            end,
            body: Pieces::new(input),
            canvas: None,
            has_icc: false,
            has_animation: false,
            frames: 0,
            still: Frame::new(),
            has_alpha: false,
            exif: None,
            budget,
            rights: Collector::new(options.keep),
            packets: Vec::new(),
        }
    }

    /// A file without VP8X: one image, and nothing else counts.
    pub(super) fn simple(&mut self, first: &Chunk) -> Result<(), Error> {
        if !matches!(&first.kind, b"VP8 " | b"VP8L") {
            return Err(malformed(first.start(), "the first chunk is no image"));
        }
        self.still.take(self.input, first, &mut self.budget, &mut self.body, &mut self.report)?;
        let mut at = first.end;
        while let Some(chunk) = Chunk::read(self.input, at, self.end)? {
            self.drop_described(&chunk);
            at = chunk.end;
        }
        self.drop_rest(at);
        Ok(())
    }

    pub(super) fn extended(&mut self, first: &Chunk) -> Result<(), Error> {
        let data = &self.input[first.data.clone()];
        let Some(&[flags, _, _, _, w0, w1, w2, h0, h1, h2]) = data.first_chunk() else {
            return Err(malformed(first.start(), "VP8X is not 10 bytes long"));
        };
        let width = u32::from_le_bytes([w0, w1, w2, 0]) + 1;
        let height = u32::from_le_bytes([h0, h1, h2, 0]) + 1;
        self.budget.pixels.check_whole(width, height)?;
        self.canvas = Some((first.clone(), Canvas { flags, width, height }));
        if data.len() > 10 {
            self.report.remove(Category::Hidden, "VP8X", first.data.start + 10, data.len() - 10);
        }
        let animated = flags & flag::ANIMATION != 0;
        let mut at = first.end;
        while let Some(chunk) = Chunk::read(self.input, at, self.end)? {
            at = chunk.end;
            let begun = self.frames > 0 || self.still.has_begun();
            match &chunk.kind {
                b"ICCP" if !self.has_icc && !begun => self.profile(&chunk)?,
                b"ANIM" if animated && !self.has_animation && !begun => self.animation(&chunk)?,
                b"ANMF" if animated => self.frame(&chunk, width, height)?,
                b"ALPH" | b"VP8 " | b"VP8L" if !animated && !self.still.is_complete() => {
                    self.still.take(
                        self.input,
                        &chunk,
                        &mut self.budget,
                        &mut self.body,
                        &mut self.report,
                    )?;
                }
                b"EXIF" if self.exif.is_none() => {
                    let tiff = tiff_of(&self.input[chunk.data.clone()]);
                    // Readers look for EXIF only where VP8X announces it.
                    let announced = flags & flag::EXIF != 0;
                    self.exif = Some((chunk.clone(), orientation_of_exif(tiff).filter(|_| announced)));
                    self.drop_described(&chunk);
                }
                _ => self.drop_described(&chunk),
            }
        }
        self.drop_rest(at);
        Ok(())
    }

    /// ICCP: the profile, written anew.
    fn profile(&mut self, chunk: &Chunk) -> Result<(), Error> {
        let old = &self.input[chunk.data.clone()];
        if let Some(facts) = self.report.facts.as_mut() {
            icc::read_icc(old, facts);
        }
        let decision = icc::decide(Some(old), self.options).map_err(|what| Error::Unprovable {
            format: Format::Webp,
            offset: chunk.start(),
            what,
        })?;
        self.report.color_profile = decision.outcome();
        let Decision::Keep(rebuilt) = decision else {
            self.report.remove(Category::ColorProfile, "ICCP", chunk.start(), chunk.len());
            return Ok(());
        };
        self.has_icc = true;
        if rebuilt.removed > 0 {
            self.report.remove(Category::ProfileDetails, "ICCP", chunk.data.start, rebuilt.removed);
        }
        let mut data = Pieces::new(self.input);
        data.replace(chunk.data.clone(), &rebuilt.bytes);
        self.note_padding(chunk);
        chunk.emit(data, &mut self.body);
        Ok(())
    }

    fn animation(&mut self, chunk: &Chunk) -> Result<(), Error> {
        if chunk.data.len() < 6 {
            return Err(malformed(chunk.start(), "ANIM is not 6 bytes long"));
        }
        self.has_animation = true;
        self.keep_start(chunk, 6, "ANIM");
        Ok(())
    }

    /// Keeps the first `length` bytes of a chunk's data.
    fn keep_start(&mut self, chunk: &Chunk, length: usize, location: &'static str) {
        let end = chunk.data.start + length;
        if end < chunk.data.end {
            self.report.remove(Category::Hidden, location, end, chunk.data.end - end);
        }
        let mut data = Pieces::new(self.input);
        data.keep(chunk.data.start..end);
        self.note_padding(chunk);
        chunk.emit(data, &mut self.body);
    }

    /// Notes a byte of padding that is not zero.
    fn note_padding(&mut self, chunk: &Chunk) {
        frame::note_padding(self.input, chunk, &mut self.report);
    }

    /// ANMF (2.7.1.2): position, size, duration, flags, and the chunks of an image.
    fn frame(&mut self, chunk: &Chunk, width: u32, height: u32) -> Result<(), Error> {
        if !self.has_animation {
            return Err(malformed(chunk.start(), "there is no ANIM before the frames"));
        }
        let Some(header) = self.input[chunk.data.clone()].first_chunk::<16>() else {
            return Err(malformed(chunk.start(), "ANMF is too short"));
        };
        let field = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], 0]);
        let (x, y, frame_width, frame_height) = (2 * field(0), 2 * field(3), field(6) + 1, field(9) + 1);
        if x + frame_width > width || y + frame_height > height {
            return Err(malformed(chunk.start(), "a frame of the animation does not fit the picture"));
        }
        let mut data = Pieces::new(self.input);
        let mut clean = *header;
        clean[15] &= 0x03;
        data.replace(chunk.data.start..chunk.data.start + 16, &clean);
        let mut frame = Frame::new();
        let mut at = chunk.data.start + 16;
        while let Some(part) = Chunk::read(self.input, at, chunk.data.end)? {
            at = part.end;
            if matches!(&part.kind, b"ALPH" | b"VP8 " | b"VP8L") && !frame.is_complete() {
                frame.take(self.input, &part, &mut self.budget, &mut data, &mut self.report)?;
            } else {
                self.drop_described(&part);
            }
        }
        if at < chunk.data.end {
            self.report.remove(Category::Hidden, "ANMF", at, chunk.data.end - at);
        }
        if frame.size() != Some((frame_width, frame_height)) {
            return Err(malformed(chunk.start(), "a frame's image is missing or not of its size"));
        }
        self.has_alpha |= frame.has_alpha();
        self.frames += 1;
        self.note_padding(chunk);
        chunk.emit(data, &mut self.body);
        Ok(())
    }

    fn drop_described(&mut self, chunk: &Chunk) {
        let data = &self.input[chunk.data.clone()];
        let (category, location) = match &chunk.kind {
            b"EXIF" => (Category::Exif, "EXIF"),
            b"XMP " => (Category::Xmp, "XMP"),
            b"C2PA" => (Category::Provenance, "C2PA"),
            b"ICCP" => (Category::ColorProfile, "ICCP"),
            b"VP8 " | b"VP8L" | b"ANMF" => (Category::SecondPicture, "second image"),
            b"ALPH" | b"ANIM" | b"VP8X" => (Category::Hidden, "chunk out of place"),
            _ => (Category::Application, "unknown chunk"),
        };
        if let Some(facts) = self.report.facts.as_mut() {
            match category {
                Category::Exif => read_exif(tiff_of(data), facts),
                Category::Xmp => read_xmp(data, facts),
                Category::Provenance => read_provenance(data, facts),
                _ => {}
            }
        }
        match category {
            Category::Exif => self.rights.exif(data),
            Category::Xmp => {
                self.rights.xmp(data);
                if self.rights.is_on() && self.packets.len() < MOST_PACKETS {
                    self.packets.push(chunk.clone());
                    return;
                }
            }
            _ => {}
        }
        self.report.remove(category, location, chunk.start(), chunk.len());
    }

    /// Drops what is left: bytes too few for a chunk, and all after the end.
    fn drop_rest(&mut self, at: usize) {
        if at < self.end {
            self.report.remove(Category::Hidden, "after the last chunk", at, self.end - at);
        }
        if self.end < self.input.len() {
            let rest = self.input.len() - self.end;
            self.report.remove(Category::Trailer, "after the RIFF end", self.end, rest);
        }
    }
}

/// The TIFF structure in an EXIF chunk: some writers put JPEG's prefix before it.
fn tiff_of(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"Exif\0\0").unwrap_or(data)
}
