//! GIF87a and GIF89a (CompuServe, <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>).
//!
//! What stays: the screen, its colours, the images with their colours, the
//! graphic control before each, and how often an animation runs. Comments,
//! plain text (which no viewer shows) and what other applications left go, ICC
//! profiles among them: browsers ignore these in GIF. Colours that no pixel can
//! name become black: those of the screen when every image has its own, and
//! those beyond the code size.
//!
//! What is not looked into: colours that a pixel could name but none does, how
//! an encoder chose among equal codes, delays and positions.
//!
//! What some decoders take and we refuse: no trailer; image data that stop
//! before the last pixel without an end code; code sizes other than 2 to 8.

mod lzw;

use std::ops::Range;

use bytes::Bytes;

use crate::{
    Category, Error, Format, Options, Report, Sanitized,
    facts::{Facts, read_text, read_xmp},
    pieces::Pieces,
};
use lzw::{Lzw, State};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2C;
const TRAILER: u8 = 0x3B;

/// So much of a comment or XMP is looked at for facts.
const MOST_TEXT: usize = 64 * 1024;

/// Cleans a GIF file.
pub(crate) fn sanitize(input: Bytes, options: &Options) -> Result<Sanitized, Error> {
    let Some(&[w0, w1, h0, h1, packed, ..]) = input.get(6..13) else {
        return Err(truncated(&input, "expected the screen descriptor"));
    };
    let mut report =
        Report::new(Format::Gif, u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into());
    report.facts = options.facts.then(Facts::default);
    let mut out = Pieces::new(&input);
    let colors_end = 13 + colors_len(packed);
    if input.len() < colors_end {
        return Err(truncated(&input, "expected the colours of the screen"));
    }
    out.keep(0..13);
    let mut walk = Walk {
        input: &input,
        report: &mut report,
        out,
        control: None,
        loops: false,
        images: 0,
        lzw: Lzw::new(),
    };
    // The background's colour is shown by some viewers.
    let background = usize::from(input[11]);
    walk.colors(13..colors_end, global_colors(&input, colors_end), Some(background));
    walk.run(colors_end)?;
    let pieces = walk.out.finish();
    Ok(Sanitized { format: Format::Gif, report, pieces })
}

/// The length of a colour table, by the packed fields of its descriptor.
fn colors_len(packed: u8) -> usize {
    if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) }
}

/// How many colours of the screen the pixels of the images from `at` on can
/// name: 0 when each has its own. Damage is found later, by the walk.
fn global_colors(input: &[u8], mut at: usize) -> usize {
    let mut most = 0;
    loop {
        match input.get(at) {
            Some(&EXTENSION) => at += 2,
            Some(&IMAGE) => {
                let Some(&packed) = input.get(at + 9) else { return most };
                at += 10 + colors_len(packed);
                let Some(&min_size) = input.get(at) else { return most };
                if packed & 0x80 == 0 {
                    most = most.max(1 << min_size.min(8));
                }
                at += 1;
            }
            _ => return most,
        }
        // Sub-blocks.
        while let Some(&length @ 1..) = input.get(at) {
            at += 1 + usize::from(length);
        }
        at += 1;
    }
}

fn truncated(input: &[u8], what: &'static str) -> Error {
    Error::Truncated { format: Format::Gif, offset: input.len(), what }
}

fn malformed(offset: usize, what: &'static str) -> Error {
    Error::Malformed { format: Format::Gif, offset, what }
}

struct Walk<'a> {
    input: &'a Bytes,
    report: &'a mut Report,
    out: Pieces,
    /// The graphic control extension that waits for its image, and what it becomes.
    control: Option<(Range<usize>, [u8; 8])>,
    /// Whether the looping extension was seen.
    loops: bool,
    images: usize,
    lzw: Lzw,
}

impl Walk<'_> {
    fn run(&mut self, mut at: usize) -> Result<(), Error> {
        loop {
            match self.input.get(at) {
                Some(&EXTENSION) => at = self.extension(at)?,
                Some(&IMAGE) => at = self.image(at)?,
                // Browsers take anything else for the end as well.
                Some(&introducer) if self.images > 0 => {
                    self.drop_control();
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
                Category::Comment if location == "comment" => {
                    let text = joined(body);
                    read_text("Comment", &String::from_utf8_lossy(&text), "GIF comment", facts);
                }
                _ => {}
            }
        }
        self.report.remove(category, location, start, end - start);
        Ok(end)
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
    fn colors(&mut self, range: Range<usize>, named: usize, background: Option<usize>) {
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
        let Some(&[_, _, _, _, _, w0, w1, h0, h1, packed]) =
            self.input.get(start..).and_then(<[u8]>::first_chunk::<10>)
        else {
            return Err(truncated(self.input, "expected an image descriptor"));
        };
        let (width, height) = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
        if width == 0 || height == 0 {
            return Err(malformed(start, "an image has no pixels"));
        }
        let colors_end = start + 10 + colors_len(packed);
        let Some(&min_size) = self.input.get(colors_end) else {
            return Err(truncated(self.input, "expected the image data"));
        };
        if !(2..=8).contains(&min_size) {
            return Err(malformed(colors_end, "no such code size"));
        }
        if let Some((range, clean)) = self.control.take() {
            self.out.replace(range, &clean);
        }
        self.out.keep(start..start + 9);
        // Two bits are reserved.
        self.out.replace(start + 9..start + 10, &[packed & 0xE7]);
        self.colors(start + 10..colors_end, 1 << min_size, None);
        self.out.keep(colors_end..colors_end + 1);
        self.lzw.start(min_size, u64::from(width) * u64::from(height));
        self.images += 1;
        self.image_data(colors_end + 1)
    }

    /// The sub-blocks of image data: those that hold codes stay.
    fn image_data(&mut self, start: usize) -> Result<usize, Error> {
        let end = self.sub_blocks_end(start)?;
        let mut at = start;
        while self.input[at] != 0 && self.lzw.state() == State::Reading {
            let next = at + 1 + usize::from(self.input[at]);
            self.lzw.feed(&self.input[at + 1..next]);
            at = next;
        }
        match self.lzw.state() {
            State::Ended => {}
            State::Reading => return Err(malformed(at, "the image data ends too early")),
            State::Broken => return Err(malformed(at, "the image data is damaged")),
        }
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
