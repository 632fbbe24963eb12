//! WebP (RFC 9649): lossy, lossless, with alpha, animated.
//!
//! The chunks on the list stay, and image data stay up to the last bit that a
//! decoder reads: both kinds are followed code by code, without making pixels.
//! Lossy data may keep up to three bytes more a partition, which is what
//! encoders write to flush their last bits.
//!
//! What some decoders take and we refuse: files shorter than their header
//! says; image data that end too early; images that are not of the size that
//! VP8X or ANMF announce; entropy images of more than 2^20 pixels.
//!
//! EXIF may say that the picture is not upright. Lossy WebP cannot be turned
//! without loss, so a minimal EXIF with nothing but that takes its place.

mod bitstream;
mod chunk;
mod frame;
mod prefix_code;
mod vp8;
mod vp8l;

use bytes::Bytes;

use crate::{
    Category, Error, Format, IccPolicy, Options, Orientation, OrientationOutcome, PartialEdges, Report,
    Sanitized,
    facts::{Facts, read_exif, read_xmp},
    icc,
    orientation::{minimal_exif, orientation_of_exif},
    pieces::Pieces,
    work::Work,
};
use chunk::{Chunk, malformed};
use frame::Frame;

/// The header of the file: `RIFF`, length, `WEBP`.
const FILE_HEADER: usize = 12;

/// Steps that following images may take for each byte; one is about what a pixel of a lossless image takes.
/// Real pictures take less than ten.
const STEPS_PER_BYTE: u64 = 256;

/// Bits in the first byte of VP8X (2.7.1).
mod flag {
    pub(super) const ANIMATION: u8 = 0x02;
    pub(super) const EXIF: u8 = 0x08;
    pub(super) const ALPHA: u8 = 0x10;
    pub(super) const ICC: u8 = 0x20;
}

/// Cleans a WebP file.
pub(crate) fn sanitize(input: Bytes, options: &Options) -> Result<Sanitized, Error> {
    let truncated = |what| Error::Truncated { format: Format::Webp, offset: input.len(), what };
    let Some(&[l0, l1, l2, l3]) = input.get(4..8) else {
        return Err(truncated("expected the length of the file"));
    };
    let end = (u32::from_le_bytes([l0, l1, l2, l3]) as usize).saturating_add(8);
    if input.len() < end {
        return Err(truncated("the file is shorter than its header says"));
    }
    if end < FILE_HEADER {
        return Err(malformed(4, "the file is too short"));
    }
    let Some(first) = Chunk::read(&input, FILE_HEADER, end)? else {
        return Err(malformed(FILE_HEADER, "there is no image"));
    };
    let mut report = Report::new(Format::Webp, 0, 0);
    report.facts = options.facts.then(Facts::default);
    let mut walk = Walk::new(&input, options, report, end);
    if first.kind == *b"VP8X" {
        walk.extended(&first)?;
    } else {
        walk.simple(&first)?;
    }
    walk.finish()
}

/// VP8X: what the file is made of.
#[derive(Debug, Clone, Copy)]
struct Canvas {
    flags: u8,
    width: u32,
    height: u32,
}

struct Walk<'a> {
    input: &'a Bytes,
    options: &'a Options,
    report: Report,
    /// Where the file ends by its header.
    end: usize,
    /// What comes after VP8X.
    body: Pieces,
    canvas: Option<(Chunk, Canvas)>,
    has_icc: bool,
    has_animation: bool,
    frames: usize,
    /// The still picture, and whether it is complete.
    still: Frame,
    has_alpha: bool,
    /// The first EXIF chunk and its orientation.
    exif: Option<(Chunk, Option<u8>)>,
    work: Work,
}

impl<'a> Walk<'a> {
    fn new(input: &'a Bytes, options: &'a Options, report: Report, end: usize) -> Self {
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
            work: Work::new(STEPS_PER_BYTE),
        }
    }

    /// A file without VP8X: one image, and nothing else counts.
    fn simple(&mut self, first: &Chunk) -> Result<(), Error> {
        if !matches!(&first.kind, b"VP8 " | b"VP8L") {
            return Err(malformed(first.start(), "the first chunk is no image"));
        }
        self.still.take(self.input, first, &mut self.work, &mut self.body, &mut self.report)?;
        let mut at = first.end;
        while let Some(chunk) = Chunk::read(self.input, at, self.end)? {
            self.drop_described(&chunk);
            at = chunk.end;
        }
        self.drop_rest(at);
        Ok(())
    }

    fn extended(&mut self, first: &Chunk) -> Result<(), Error> {
        let data = &self.input[first.data.clone()];
        let Some(&[flags, _, _, _, w0, w1, w2, h0, h1, h2]) = data.first_chunk() else {
            return Err(malformed(first.start(), "VP8X is not 10 bytes long"));
        };
        let width = u32::from_le_bytes([w0, w1, w2, 0]) + 1;
        let height = u32::from_le_bytes([h0, h1, h2, 0]) + 1;
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
                b"ICCP" if !self.has_icc && !begun => self.profile(&chunk),
                b"ANIM" if animated && !self.has_animation && !begun => self.animation(&chunk)?,
                b"ANMF" if animated => self.frame(&chunk, width, height)?,
                b"ALPH" | b"VP8 " | b"VP8L" if !animated && !self.still.is_complete() => {
                    self.still.take(self.input, &chunk, &mut self.work, &mut self.body, &mut self.report)?;
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

    fn profile(&mut self, chunk: &Chunk) {
        let data = &self.input[chunk.data.clone()];
        let declared = icc::declared_len(data).filter(|&length| length <= data.len());
        let dropped = match (declared, self.options.icc) {
            (None, _) => Some(Category::Hidden),
            (Some(_), IccPolicy::Drop) => Some(Category::ColorProfile),
            (Some(length), IccPolicy::DropSrgb) if icc::is_plain_srgb(&data[..length]) => {
                Some(Category::ColorProfile)
            }
            _ => None,
        };
        match (dropped, declared) {
            (Some(category), _) => self.report.remove(category, "ICCP", chunk.start(), chunk.len()),
            (None, Some(length)) => {
                self.has_icc = true;
                self.keep_start(chunk, length, "ICCP");
            }
            (None, None) => {}
        }
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
                frame.take(self.input, &part, &mut self.work, &mut data, &mut self.report)?;
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
                _ => {}
            }
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

    /// What becomes of the orientation, and the EXIF that holds it.
    fn orient(&mut self) -> Result<Option<[u8; 26]>, Error> {
        let Some((_, Some(orientation @ 2..=8))) = self.exif else { return Ok(None) };
        self.report.orientation = match self.options.orientation {
            Orientation::Drop => OrientationOutcome::Dropped,
            Orientation::Tag => OrientationOutcome::TagKept,
            Orientation::Upright if self.options.partial_edges == PartialEdges::Refuse => {
                return Err(Error::NotRotatable { what: "WebP cannot be turned without loss" });
            }
            Orientation::Upright => OrientationOutcome::TagKeptNotExact,
        };
        let keep = self.report.orientation != OrientationOutcome::Dropped;
        Ok(keep.then(|| minimal_exif(orientation)))
    }

    /// Puts header, VP8X and body together.
    fn finish(mut self) -> Result<Sanitized, Error> {
        let size = if self.has_animation {
            if self.frames == 0 {
                return Err(malformed(FILE_HEADER, "the animation has no frames"));
            }
            None
        } else {
            let Some(size) = self.still.size() else {
                return Err(malformed(FILE_HEADER, "there is no image"));
            };
            self.has_alpha = self.still.has_alpha();
            Some(size)
        };
        let exif = self.orient()?;
        if let (Some(exif), Some((chunk, _))) = (exif, &self.exif) {
            let mut data = Pieces::new(self.input);
            if self.input[chunk.data.clone()] == exif {
                data.keep(chunk.data.clone());
                self.report.removed.retain(|removal| removal.offset != chunk.start());
            } else {
                data.write(&exif);
            }
            chunk.emit(data, &mut self.body);
        }
        let vp8x = self.vp8x(size, exif.is_some())?;

        let mut out = Pieces::new(self.input);
        let length = 4 + self.body.len() + if vp8x.is_some() { 18 } else { 0 };
        let header = [&chunk::header(*b"RIFF", length)[..], b"WEBP"].concat();
        out.replace(0..FILE_HEADER, &header);
        if let (Some(vp8x), Some((chunk, canvas))) = (vp8x, &self.canvas) {
            (self.report.width, self.report.height) = (canvas.width, canvas.height);
            out.replace(chunk.start()..chunk.start() + 18, &vp8x);
        } else if let Some((width, height)) = size {
            (self.report.width, self.report.height) = (width, height);
        }
        out.append(self.body);
        Ok(Sanitized { format: Format::Webp, report: self.report, pieces: out.finish() })
    }

    /// VP8X as it has to be now; `None` when the file needs none.
    fn vp8x(&mut self, size: Option<(u32, u32)>, has_exif: bool) -> Result<Option<[u8; 18]>, Error> {
        let Some((chunk, canvas)) = &self.canvas else { return Ok(None) };
        if size.is_some_and(|size| size != (canvas.width, canvas.height)) {
            return Err(malformed(chunk.start(), "the image is not of the size of the picture"));
        }
        // Set on a picture without alpha it changes what some decoders make of it.
        let alpha = canvas.flags & flag::ALPHA != 0;
        let needed = has_exif
            || self.has_icc
            || self.has_animation
            || self.still.has_alpha_chunk()
            || alpha != self.has_alpha;
        if !needed {
            self.report.remove(Category::Hidden, "VP8X", chunk.start(), chunk.len());
            return Ok(None);
        }
        let mut flags = 0;
        for (bit, set) in [
            (flag::ICC, self.has_icc),
            (flag::ALPHA, alpha || self.has_alpha),
            (flag::EXIF, has_exif),
            (flag::ANIMATION, self.has_animation),
        ] {
            flags |= if set { bit } else { 0 };
        }
        let mut vp8x = [0; 18];
        vp8x[..8].copy_from_slice(&chunk::header(*b"VP8X", 10));
        vp8x[8] = flags;
        vp8x[12..].copy_from_slice(&self.input[chunk.data.start + 4..chunk.data.start + 10]);
        Ok(Some(vp8x))
    }
}

/// The TIFF structure in an EXIF chunk: some writers put JPEG's prefix before it.
fn tiff_of(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"Exif\0\0").unwrap_or(data)
}
