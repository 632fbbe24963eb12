//! The image data of one frame, spread over IDAT or fdAT chunks.

use bytes::Bytes;

use super::{
    animation::Sequence,
    chunk::{self, Chunk, malformed},
    zlib::{self, Inflater, State},
};
use crate::{Cancellation, Category, Error, Options, Report, pieces::Pieces};

/// The chunks of one frame. They are held back until the stream has ended: if
/// it holds more than the frame needs, it is compressed anew.
pub(super) struct ImageData {
    kind: [u8; 4],
    expected: u64,
    inflater: Inflater,
    pieces: Pieces,
    /// Where the first chunk starts, and where the last one ends.
    from: usize,
    to: usize,
    /// The sequence number when the frame began.
    sequence: Sequence,
    /// The first chunk with a wrong CRC. It is written anew if the stream has all of the
    /// picture and the right checksum of its own, for then it is the CRC that is damaged.
    wrong_crc: Option<usize>,
    max_memory: u64,
    cancellation: Cancellation,
}

impl ImageData {
    pub(super) fn new(
        input: &Bytes,
        kind: [u8; 4],
        expected: u64,
        from: usize,
        sequence: Sequence,
        options: &Options,
    ) -> Self {
        let cancellation = options.cancellation.clone();
        Self {
            kind,
            expected,
            inflater: Inflater::cancelled_by(expected, cancellation.clone()),
            pieces: Pieces::new(input),
            from,
            to: from,
            sequence,
            wrong_crc: None,
            max_memory: options.max_memory,
            cancellation,
        }
    }

    /// Makes ready for another frame.
    pub(super) fn restart(
        &mut self,
        input: &Bytes,
        kind: [u8; 4],
        expected: u64,
        from: usize,
        sequence: Sequence,
    ) {
        self.inflater.restart(expected);
        self.pieces = Pieces::new(input);
        (self.kind, self.expected, self.from, self.to, self.sequence) =
            (kind, expected, from, from, sequence);
        self.wrong_crc = None;
    }

    /// Takes the next chunk.
    pub(super) fn take(&mut self, input: &[u8], chunk: &Chunk, sequence: &mut Sequence, report: &mut Report) {
        let whole = chunk.whole();
        self.to = whole.end;
        let location = if self.kind == *b"IDAT" { "after IDAT's stream" } else { "after fdAT's stream" };
        if self.inflater.state() != State::Reading {
            report.remove(Category::Hidden, location, whole.start, whole.len());
            return;
        }
        let crc = chunk.crc(input);
        if input[chunk.data.end..whole.end] != crc {
            self.wrong_crc.get_or_insert(whole.start);
        }
        let stream = self.stream_of(chunk);
        let used = self.inflater.feed(&input[stream.clone()], |_| ());
        if used < stream.len() {
            report.remove(Category::Hidden, location, stream.start + used, stream.len() - used);
        }
        let number = (self.kind == *b"fdAT").then(|| sequence.next().to_be_bytes());
        let number = number.as_ref().map_or(&[][..], |number| number.as_slice());
        if used == stream.len() && input[chunk.data.start..stream.start] == *number {
            self.pieces.keep(whole.start..chunk.data.end);
            self.pieces.replace(chunk.data.end..whole.end, &crc);
        } else if used > 0 || stream.is_empty() {
            let clean = chunk::encode(self.kind, &[number, &input[stream.start..stream.start + used]]);
            self.pieces.write(&clean);
        }
    }

    /// Appends the chunks to `out`, or those of the stream compressed anew.
    pub(super) fn finish(
        &mut self,
        input: &Bytes,
        sequence: &mut Sequence,
        out: &mut Pieces,
        report: &mut Report,
    ) -> Result<(), Error> {
        match (self.inflater.end(), self.wrong_crc) {
            (State::Ended, _) => {
                out.append(std::mem::replace(&mut self.pieces, Pieces::new(input)));
                Ok(())
            }
            (_, Some(chunk)) => Err(malformed(chunk, chunk::WRONG_CRC)),
            (State::Overrun, None) => {
                // Compressed, as a chunk and as a piece. That it becomes twice as long has never been seen.
                let compressed = self.expected.saturating_add(1024).min(2 * (self.to - self.from) as u64);
                let needed = compressed.saturating_mul(4);
                if needed > self.max_memory {
                    return Err(Error::Memory { needed, limit: self.max_memory });
                }
                let chunks = std::iter::successors(Some(self.from), |&at| {
                    Chunk::read(input, at).ok().map(|chunk| chunk.whole().end)
                });
                let streams = chunks
                    .take_while(|&at| at < self.to)
                    .filter_map(|at| Chunk::read(input, at).ok())
                    .filter(|chunk| chunk.kind == self.kind)
                    .map(|chunk| &input[self.stream_of(&chunk)]);
                let stream = zlib::recompress(streams, self.expected, self.cancellation.clone());
                *sequence = self.sequence;
                let number = (self.kind == *b"fdAT").then(|| sequence.next().to_be_bytes());
                let number = number.as_ref().map_or(&[][..], |number| number.as_slice());
                report.remove(Category::Hidden, "inside the image data", self.from, 0);
                for part in stream.chunks(1 << 30) {
                    out.write(&chunk::encode(self.kind, &[number, part]));
                }
                Ok(())
            }
            (State::Reading | State::Broken, None) => {
                Err(malformed(self.from, "the image data is damaged or ends too early"))
            }
        }
    }

    /// The part of the chunk that belongs to the stream: fdAT has a sequence number before it.
    fn stream_of(&self, chunk: &Chunk) -> std::ops::Range<usize> {
        let skip = if self.kind == *b"fdAT" { 4 } else { 0 };
        (chunk.data.start + skip).min(chunk.data.end)..chunk.data.end
    }
}
