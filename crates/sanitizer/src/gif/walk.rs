//! The walk over the blocks: what stays, what goes, what is refused.

use std::ops::Range;

use bytes::Bytes;

use super::{
    colors::{colors_len, global_colors},
    error::{malformed, truncated},
    lzw::{Lzw, State},
    screen::Image,
    xmp,
};
use crate::{
    Cancellation, Category, Error, Options, Report,
    facts::{read_provenance, read_text, read_xmp},
    pieces::Pieces,
    pixels::Pixels,
    rights::Collector,
};

pub(super) const EXTENSION: u8 = 0x21;
pub(super) const IMAGE: u8 = 0x2C;
pub(super) const TRAILER: u8 = 0x3B;

/// So much of a comment or XMP is looked at for facts.
const MOST_TEXT: usize = 64 * 1024;

/// Extensions with XMP that are compared with what is written.
const MOST_PACKETS: usize = 8;

pub(super) struct Walk<'a> {
    pub(super) input: &'a Bytes,
    pub(super) options: &'a Options,
    cancellation: &'a Cancellation,
    pub(super) report: &'a mut Report,
    pub(super) out: Pieces,
    /// Width and height of the screen.
    pub(super) screen: (u16, u16),
    /// The graphic control extension that waits for its image, and what it becomes.
    pub(super) control: Option<(Range<usize>, [u8; 8])>,
    /// Whether the looping extension was seen.
    loops: bool,
    images: usize,
    /// Those of all images so far.
    pixels: Pixels,
    lzw: Lzw,
    rights: Collector,
    /// Extensions with XMP, of which one may be just what is written.
    packets: Vec<Range<usize>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        input: &'a Bytes,
        screen: (u16, u16),
        options: &'a Options,
        report: &'a mut Report,
        pixels: Pixels,
    ) -> Self {
        Self {
            input,
            options,
            cancellation: &options.cancellation,
            report,
            out: Pieces::new(input),
            screen,
            control: None,
            loops: false,
            images: 0,
            pixels,
            lzw: Lzw::new(),
            rights: Collector::new(options.keep),
            packets: Vec::new(),
        }
    }

    /// Walks from the screen descriptor, whose colours end at `colors_end`, to the end of the file.
    pub(super) fn run(mut self, colors_end: usize) -> Result<Vec<Bytes>, Error> {
        self.out.keep(0..13);
        // The background's colour is shown by some viewers.
        let background = usize::from(self.input[11]);
        let named = global_colors(self.input, colors_end);
        self.colors(13..colors_end, named, Some(background));
        self.blocks(colors_end)?;
        Ok(self.out.finish())
    }

    fn blocks(&mut self, mut at: usize) -> Result<(), Error> {
        loop {
            if self.cancellation.is_cancelled() {
                return Err(Error::Cancelled);
            }
            match self.input.get(at) {
                Some(&EXTENSION) => at = self.extension(at)?,
                Some(&IMAGE) => at = self.image(at)?,
                // Browsers take anything else for the end as well.
                Some(&introducer) if self.images > 0 => {
                    self.drop_control();
                    self.keep_rights();
                    self.out.replace(at..at + 1, &[TRAILER]);
                    let end = at + usize::from(introducer == TRAILER);
                    if end < self.input.len() {
                        let rest = self.input.len() - end;
                        self.report.remove(Category::Trailer, "after the trailer", end, rest);
                    }
                    return Ok(());
                }
                Some(_) => return Err(malformed(at, "there is no image")),
                None => return Err(truncated(self.input, "expected another block: there is no trailer")),
            }
        }
    }

    /// The end of the sub-blocks that start at `at`, terminator included.
    fn sub_blocks_end(&self, mut at: usize) -> Result<usize, Error> {
        loop {
            match self.input.get(at) {
                Some(0) => return Ok(at + 1),
                Some(&length) => at += 1 + usize::from(length),
                None => return Err(truncated(self.input, "expected the rest of a block")),
            }
        }
    }

    fn extension(&mut self, start: usize) -> Result<usize, Error> {
        let end = self.sub_blocks_end(start + 2)?;
        let body = &self.input[start + 2..end];
        let (category, location) = match (self.input[start + 1], body) {
            (0xF9, &[4, packed, d0, d1, transparent, ref rest @ ..]) => {
                self.drop_control();
                // The upper bits are reserved.
                let clean = [EXTENSION, 0xF9, 4, packed & 0x1F, d0, d1, transparent, 0];
                if rest.len() > 1 {
                    self.report.remove(Category::Hidden, "graphic control", start + 7, rest.len() - 1);
                }
                self.control = Some((start..end, clean));
                return Ok(end);
            }
            (0xF9, _) => (Category::Hidden, "graphic control"),
            (0xFE, _) => (Category::Comment, "comment"),
            // A graphic control before it is meant for this text (clause 23), but
            // decoders skip the text and take the control for the next image.
            (0x01, _) => (Category::Comment, "plain text"),
            (0xFF, [11, name @ ..]) => match name.first_chunk::<11>() {
                Some(b"NETSCAPE2.0" | b"ANIMEXTS1.0") => return Ok(self.looping(start..end)),
                Some(b"XMP DataXMP") => (Category::Xmp, "XMP extension"),
                Some(b"C2PA_GIF\x01\0\0") => (Category::Provenance, "C2PA extension"),
                Some(b"ICCRGBG1012") => (Category::ColorProfile, "ICC extension"),
                _ => (Category::Application, "application extension"),
            },
            (0xFF, _) => (Category::Application, "application extension"),
            _ => (Category::Application, "unknown extension"),
        };
        if let Some(facts) = self.report.facts.as_mut() {
            match category {
                Category::Xmp => {
                    let packet = &self.input[(start + 14).min(end)..end];
                    read_xmp(&packet[..packet.len().min(MOST_TEXT)], facts);
                }
                Category::Provenance => read_provenance(&joined(&self.input[start + 14..end]), facts),
                Category::Comment if location == "comment" => {
                    let text = joined(body);
                    read_text("Comment", &String::from_utf8_lossy(&text), "GIF comment", facts);
                }
                _ => {}
            }
        }
        if category == Category::Xmp && self.rights.is_on() {
            self.rights.xmp(xmp::packet(&self.input[start..end]));
            if self.packets.len() < MOST_PACKETS {
                self.packets.push(start..end);
                return Ok(end);
            }
        }
        self.report.remove(category, location, start, end - start);
        Ok(end)
    }

    /// Writes what stays of the words about rights, in front of the trailer.
    fn keep_rights(&mut self) {
        let (statement, outcome) = std::mem::take(&mut self.rights).finish();
        self.report.keep_rights(&statement, outcome);
        let mut packets = std::mem::take(&mut self.packets);
        if let Some(packet) = statement.packet() {
            let extension = xmp::encode(&packet);
            let same = packets.iter().position(|range| self.input[range.clone()] == extension);
            let range = same.map_or(0..0, |place| packets.remove(place));
            self.out.replace(range, &extension);
        }
        for range in packets {
            self.report.remove(Category::Xmp, "XMP extension", range.start, range.len());
        }
        self.report.removed.sort_by_key(|removal| removal.offset);
    }

    /// How often the animation runs: of its sub-blocks only the count stays.
    fn looping(&mut self, range: Range<usize>) -> usize {
        let mut at = range.start + 14;
        let count = loop {
            match self.input[at..range.end] {
                [3, 1, c0, c1, ..] if !self.loops => break Some([c0, c1]),
                [0, ..] | [] => break None,
                [length, ..] => at += 1 + usize::from(length),
            }
        };
        let kept = count.map_or(0, |[c0, c1]| {
            self.loops = true;
            let mut clean = self.input[range.start..range.start + 14].to_vec();
            clean.extend_from_slice(&[3, 1, c0, c1, 0]);
            self.out.replace(range.clone(), &clean);
            clean.len()
        });
        if kept < range.len() {
            let location = "looping extension";
            self.report.remove(Category::Hidden, location, range.start + kept, range.len() - kept);
        }
        range.end
    }

    /// Writes a colour table: the first `named` colours and that of the `background`
    /// stay, the others become black.
    pub(super) fn colors(&mut self, range: Range<usize>, named: usize, background: Option<usize>) {
        let mut clean = self.input[range.clone()].to_vec();
        for (index, color) in clean.chunks_exact_mut(3).enumerate().skip(named) {
            if background != Some(index) && *color != [0; 3] {
                color.fill(0);
                self.report.remove(Category::Hidden, "colour table", range.start + 3 * index, 3);
            }
        }
        self.out.replace(range, &clean);
    }

    /// Drops a graphic control that has no image.
    fn drop_control(&mut self) {
        if let Some((range, _)) = self.control.take() {
            self.report.remove(Category::Hidden, "graphic control", range.start, range.len());
        }
    }

    fn image(&mut self, start: usize) -> Result<usize, Error> {
        let Some(&[_, x0, x1, y0, y1, w0, w1, h0, h1, packed]) =
            self.input.get(start..).and_then(<[u8]>::first_chunk::<10>)
        else {
            return Err(truncated(self.input, "expected an image descriptor"));
        };
        let (width, height) = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
        if width == 0 || height == 0 {
            return Err(malformed(start, "an image has no pixels"));
        }
        self.pixels.add(width.into(), height.into())?;
        let colors_end = start + 10 + colors_len(packed);
        let Some(&min_size) = self.input.get(colors_end) else {
            return Err(truncated(self.input, "expected the image data"));
        };
        if !(2..=8).contains(&min_size) {
            return Err(malformed(colors_end, "no such code size"));
        }
        self.lzw.start(min_size, u64::from(width) * u64::from(height));
        self.images += 1;
        let (x, y) = (u16::from_le_bytes([x0, x1]), u16::from_le_bytes([y0, y1]));
        let image = Image { start, colors_end, x, y, width, height, packed, min_size };
        if let Some(shown) = self.beyond_screen(&image)? {
            return self.image_within_screen(&image, shown);
        }
        if let Some((range, clean)) = self.control.take() {
            self.out.replace(range, &clean);
        }
        self.out.keep(start..start + 9);
        // Two bits are reserved.
        self.out.replace(start + 9..start + 10, &[packed & 0xE7]);
        self.colors(start + 10..colors_end, 1 << min_size, None);
        self.out.keep(colors_end..colors_end + 1);
        self.image_data(colors_end + 1)
    }

    /// Follows image data, and returns the end of their sub-blocks.
    pub(super) fn follow(&mut self, start: usize) -> Result<usize, Error> {
        let end = self.sub_blocks_end(start)?;
        let mut at = start;
        while self.input[at] != 0 && self.lzw.state() == State::Reading {
            if self.cancellation.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let next = at + 1 + usize::from(self.input[at]);
            self.lzw.feed(&self.input[at + 1..next]);
            at = next;
        }
        match self.lzw.state() {
            State::Ended => Ok(end),
            State::Reading => Err(malformed(at, "the image data ends too early")),
            State::Broken => Err(malformed(at, "the image data is damaged")),
        }
    }

    /// The sub-blocks of image data: those that hold codes stay.
    fn image_data(&mut self, start: usize) -> Result<usize, Error> {
        let end = self.follow(start)?;
        // The sub-block in which the end code starts, and what is before it there.
        let ending = self.lzw.ending();
        let (mut at, mut left) = (start, ending.whole_bytes);
        while usize::from(self.input[at]) <= left && self.input[at] != 0 {
            left -= usize::from(self.input[at]);
            at += 1 + usize::from(self.input[at]);
        }
        self.out.keep(start..at);
        let partial = if self.input[at] == 0 { 0 } else { self.input[at + 1 + left] };
        let mut last = self.input[at + 1..at + 1 + left].to_vec();
        last.extend(ending.bytes(partial));
        let mut clean = Vec::new();
        // The end code may lie across two sub-blocks; the cut is kept where it was.
        let cut = usize::from(self.input[at]);
        let first = if cut == 0 { last.len() } else { cut.min(last.len()) };
        for part in [&last[..first], &last[first..]] {
            if let Ok(length @ 1..) = u8::try_from(part.len()) {
                clean.push(length);
                clean.extend_from_slice(part);
            }
        }
        clean.push(0);
        self.out.replace(at..end, &clean);
        if at + clean.len() < end {
            let location = "after the image data";
            self.report.remove(Category::Hidden, location, at + clean.len(), end - at - clean.len());
        }
        Ok(end)
    }
}

/// The content of sub-blocks, as much of it as is looked at.
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    while let [length @ 1..=255, rest @ ..] = body
        && text.len() < MOST_TEXT
        && rest.len() >= usize::from(*length)
    {
        let (part, after) = rest.split_at(usize::from(*length));
        text.extend_from_slice(part);
        body = after;
    }
    text
}
