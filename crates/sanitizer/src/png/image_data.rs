//! The image data of one frame, spread over IDAT or fdAT chunks.

use std::ops::Range;

use bytes::Bytes;

use super::{
    animation::Sequence,
    chunk::{self, Chunk, Kind, malformed},
    header::Header,
    transparent::{Blank, Look, Transparency},
    zlib::{self, Inflater, State},
};
use crate::{
    Category, Error, Format, Options, Report, Unseen,
    hidden_pixels::{Place, decide},
    pieces::Pieces,
};

/// A frame that begins.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    /// The chunks that it is in.
    pub(super) kind: Kind,
    /// The chunks that it is written in.
    pub(super) written_as: Kind,
    /// Whether it is a still picture that the animation does not show.
    pub(super) is_unseen: bool,
    /// Where its first chunk starts.
    pub(super) start: usize,
}

/// The chunks of one frame. They are held back until the stream has ended: if
/// it holds more than the frame needs, it is compressed anew.
pub(super) struct ImageData {
    frame: Frame,
    expected: u64,
    inflater: Inflater,
    pieces: Pieces,
    /// Where the last chunk ends.
    end: usize,
    /// The sequence number when the frame began.
    sequence: Sequence,
    /// The first chunk with a wrong CRC. It is written anew if the stream has all of the
    /// picture and the right checksum of its own, for then it is the CRC that is damaged.
    wrong_crc: Option<usize>,
    /// Looks for colours under full transparency.
    look: Option<(Transparency, Look)>,
    /// Whether something is in an unseen frame: a byte other than 0.
    is_blank: bool,
}

impl ImageData {
    /// Makes ready for a frame, with what `last` can lend.
    pub(super) fn begin(
        last: Option<Self>,
        input: &Bytes,
        frame: Frame,
        header: &Header,
        transparency: Option<Transparency>,
        sequence: Sequence,
        options: &Options,
    ) -> Result<Self, Error> {
        let Frame { width, height, start, .. } = frame;
        let expected = header.inflated_len(width, height);
        let expected = expected.ok_or(Error::TooLarge { needed: u64::MAX, limit: u64::MAX - 1 })?;
        let inflater = match last {
            Some(Self { mut inflater, .. }) => {
                inflater.restart(expected);
                inflater
            }
            None => Inflater::cancelled_by(expected, options.cancellation.clone()),
        };
        Ok(Self {
            frame,
            expected,
            inflater,
            pieces: Pieces::new(input),
            end: start,
            sequence,
            wrong_crc: None,
            look: transparency
                .map(|transparency| (transparency, Look::new(transparency, header, width, height))),
            is_blank: true,
        })
    }

    /// Takes the next chunk.
    pub(super) fn take(&mut self, input: &[u8], chunk: &Chunk, sequence: &mut Sequence, report: &mut Report) {
        let whole = chunk.whole();
        self.end = whole.end;
        let location =
            if self.frame.kind == *b"IDAT" { "after IDAT's stream" } else { "after fdAT's stream" };
        if self.inflater.state() != State::Reading {
            report.remove(Category::Hidden, location, whole.start, whole.len());
            return;
        }
        let crc = chunk.crc(input);
        if input[chunk.data.end..whole.end] != crc {
            self.wrong_crc.get_or_insert(whole.start);
        }
        let stream = self.stream_of(chunk);
        let (look, is_blank) = (&mut self.look, &mut self.is_blank);
        let is_unseen = self.frame.is_unseen;
        let used = self.inflater.feed(&input[stream.clone()], |bytes| {
            if let Some((_, look)) = look {
                look.take(bytes);
            }
            if is_unseen {
                *is_blank &= bytes.iter().all(|&byte| byte == 0);
            }
        });
        if used < stream.len() {
            report.remove(Category::Hidden, location, stream.start + used, stream.len() - used);
        }
        let is_same = self.frame.kind == self.frame.written_as;
        let number = self.number(sequence);
        let number = number.as_ref().map_or(&[][..], |number| number.as_slice());
        if is_same && used == stream.len() && input[chunk.data.start..stream.start] == *number {
            self.pieces.keep(whole.start..chunk.data.end);
            self.pieces.replace(chunk.data.end..whole.end, &crc);
        } else if used > 0 || stream.is_empty() {
            let stream = &input[stream.start..stream.start + used];
            self.pieces.write(&chunk::encode(self.frame.written_as, &[number, stream]));
        }
    }

    /// Appends the chunks to `out`, or those of the stream compressed anew. Returns whether the frame was left
    /// out because nobody sees it.
    pub(super) fn finish(
        &mut self,
        input: &Bytes,
        header: &Header,
        sequence: &mut Sequence,
        out: &mut Pieces,
        options: &Options,
        report: &mut Report,
    ) -> Result<bool, Error> {
        let Frame { width, height, start, .. } = self.frame;
        let is_longer = match (self.inflater.end(), self.wrong_crc) {
            (State::Ended, _) => false,
            (_, Some(chunk)) => return Err(malformed(chunk, chunk::WRONG_CRC)),
            (State::Overrun, None) => true,
            (State::Reading | State::Broken, None) => {
                return Err(malformed(start, "the image data is damaged or ends too early"));
            }
        };
        let place = |source| Place { format: Format::Png, offset: start, source };
        if self.frame.is_unseen
            && !self.is_blank
            && decide(Unseen::StillOfAnimation, true, place("IDAT"), options, report)?
        {
            report.remove(Category::HiddenPixels, "still picture", start, self.end - start);
            return Ok(true);
        }
        let mut blank = None;
        if let Some((transparency, _)) = self.look.as_ref().filter(|(_, look)| look.has_found())
            && decide(Unseen::Transparent, true, place("transparent pixels"), options, report)?
        {
            blank = Some(Blank::new(*transparency, header, width, height));
        }
        if !is_longer && blank.is_none() {
            out.append(std::mem::replace(&mut self.pieces, Pieces::new(input)));
            return Ok(false);
        }
        // Compressed, as a chunk and as a piece. That it becomes twice as long has never been seen.
        let compressed = self.expected.saturating_add(1024).min(2 * (self.end - start) as u64);
        let (needed, limit) = (compressed.saturating_mul(4), options.max_memory);
        if needed > limit {
            return Err(Error::Memory { needed, limit });
        }
        let old = self.pieces.len();
        let blanks = blank.is_some();
        let stream = zlib::recompress(
            self.streams(input),
            self.expected,
            options.cancellation.clone(),
            |bytes, out| match &mut blank {
                Some(blank) => blank.take(bytes, out),
                None => out.extend_from_slice(bytes),
            },
        );
        *sequence = self.sequence;
        let before = out.len();
        self.write(&stream, sequence, out);
        if is_longer {
            report.remove(Category::Hidden, "inside the image data", start, 0);
        }
        if blanks {
            let removed = old.saturating_sub(out.len() - before).max(1);
            report.remove(Category::HiddenPixels, "transparent pixels", start, removed);
        }
        Ok(false)
    }

    /// Writes a frame of zeros: black, transparent, or the first colour of the palette.
    pub(super) fn write_blank(&self, sequence: &mut Sequence, out: &mut Pieces) {
        self.write(&zlib::compress_zeros(self.expected), sequence, out);
    }

    fn write(&self, stream: &[u8], sequence: &mut Sequence, out: &mut Pieces) {
        for part in stream.chunks(1 << 30) {
            let number = self.number(sequence);
            let number = number.as_ref().map_or(&[][..], |number| number.as_slice());
            out.write(&chunk::encode(self.frame.written_as, &[number, part]));
        }
    }

    /// The number of the next chunk, if such chunks have one.
    fn number(&self, sequence: &mut Sequence) -> Option<[u8; 4]> {
        (self.frame.written_as == *b"fdAT").then(|| sequence.next().to_be_bytes())
    }

    /// The parts of the chunks that belong to the stream.
    fn streams<'a>(&self, input: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let chunks = std::iter::successors(Some(self.frame.start), |&at| {
            Chunk::read(input, at).ok().map(|chunk| chunk.whole().end)
        });
        chunks
            .take_while(|&at| at < self.end)
            .filter_map(|at| Chunk::read(input, at).ok())
            .filter(|chunk| chunk.kind == self.frame.kind)
            .map(|chunk| &input[self.stream_of(&chunk)])
    }

    /// The part of the chunk that belongs to the stream: fdAT has a sequence number before it.
    fn stream_of(&self, chunk: &Chunk) -> Range<usize> {
        let skip = if self.frame.kind == *b"fdAT" { 4 } else { 0 };
        (chunk.data.start + skip).min(chunk.data.end)..chunk.data.end
    }
}
