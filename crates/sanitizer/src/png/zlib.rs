//! Where a zlib stream really ends, found by inflating it into the void.
//!
//! What follows that end, and what the stream holds beyond the bytes that the
//! header calls for, is read by no decoder: it is where things hide. A stream
//! that gives more than expected is left at once, so a bomb costs no more than
//! the picture that the header promises.

use flate2::{Compression, Decompress, FlushDecompress, Status, write::ZlibEncoder};
use std::io::Write;

use crate::Cancellation;

/// The effort with which pixels are compressed anew: of a photo of 12 megapixels a fifth of the time that the default
/// takes, and no more bytes.
const LEVEL: u32 = 3;

/// The size of the buffer that the inflated bytes go through.
const SCRATCH: usize = 16 * 1024;

/// Inflates a stream piece by piece and compares it with the length expected.
pub(super) struct Inflater {
    raw: Decompress,
    scratch: Box<[u8]>,
    expected: u64,
    produced: u64,
    state: State,
    cancellation: Cancellation,
}

/// How far the stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It goes on.
    Reading,
    /// It ended exactly where it should, checksum included.
    Ended,
    /// It gave all that was expected and then something else: more data, or
    /// damage where its end should be. Decoders take the picture; the rest has
    /// to go.
    Overrun,
    /// It broke before it gave all that was expected.
    Broken,
}

impl Inflater {
    pub(super) fn new(expected: u64) -> Self {
        Self::cancelled_by(expected, Cancellation::default())
    }

    /// One that breaks where it is when it is cancelled.
    pub(super) fn cancelled_by(expected: u64, cancellation: Cancellation) -> Self {
        Self {
            raw: Decompress::new(true),
            scratch: vec![0; SCRATCH].into_boxed_slice(),
            expected,
            produced: 0,
            state: State::Reading,
            cancellation,
        }
    }

    /// Makes ready for another stream.
    pub(super) fn restart(&mut self, expected: u64) {
        self.raw.reset(true);
        self.expected = expected;
        self.produced = 0;
        self.state = State::Reading;
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    /// Takes the next bytes of the stream, hands what is inflated to `sink` (no
    /// more than the length expected) and returns how many of the bytes belong
    /// to the stream.
    pub(super) fn feed(&mut self, data: &[u8], mut sink: impl FnMut(&[u8])) -> usize {
        let mut used = 0;
        while self.state == State::Reading {
            if self.cancellation.is_cancelled() {
                self.state = State::Broken;
                return used;
            }
            let (read, given) = (self.raw.total_in(), self.raw.total_out());
            let status = self.raw.decompress(&data[used..], &mut self.scratch, FlushDecompress::None);
            // Both are bounded by the lengths of the buffers just passed.
            let took = (self.raw.total_in() - read) as usize;
            let gave = (self.raw.total_out() - given) as usize;
            used += took;
            let wanted = usize::try_from(self.expected - self.produced).map_or(gave, |left| gave.min(left));
            sink(&self.scratch[..wanted]);
            self.produced += wanted as u64;
            let complete = self.produced == self.expected;
            self.state = match status {
                _ if gave > wanted => State::Overrun,
                Err(_) if complete => State::Overrun,
                Ok(Status::StreamEnd) if complete => State::Ended,
                Err(_) | Ok(Status::StreamEnd) => State::Broken,
                Ok(Status::Ok | Status::BufError) if took == 0 && gave == 0 => return used,
                Ok(Status::Ok | Status::BufError) => State::Reading,
            };
        }
        used
    }

    /// To be called when there is no more input.
    pub(super) fn end(&mut self) -> State {
        if self.state == State::Reading {
            self.state = if self.produced == self.expected { State::Overrun } else { State::Broken };
        }
        self.state
    }
}

/// Inflates `parts` up to `expected` bytes and compresses what `change` appends for each piece of these:
/// what remains of an [`State::Overrun`] when the rest is cut off, or of a picture without what nobody sees.
pub(super) fn recompress<'a>(
    parts: impl Iterator<Item = &'a [u8]>,
    expected: u64,
    cancellation: Cancellation,
    mut change: impl FnMut(&[u8], &mut Vec<u8>),
) -> Vec<u8> {
    let mut inflater = Inflater::cancelled_by(expected, cancellation);
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
    let mut changed = Vec::new();
    for part in parts {
        inflater.feed(part, |bytes| {
            changed.clear();
            change(bytes, &mut changed);
            // Writing to a Vec does not fail.
            drop(encoder.write_all(&changed));
        });
    }
    encoder.finish().unwrap_or_default()
}

/// Compresses so many zeros.
pub(super) fn compress_zeros(mut count: u64) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    while count > 0 {
        let part = count.min(SCRATCH as u64);
        // Writing to a Vec does not fail.
        drop(encoder.write_all(&[0; SCRATCH][..part as usize]));
        count -= part;
    }
    encoder.finish().unwrap_or_default()
}

/// Compresses `data`, always to the same bytes.
pub(super) fn compress(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to a Vec does not fail.
    drop(encoder.write_all(data));
    encoder.finish().unwrap_or_default()
}

/// Inflates at most `limit` bytes of text, for a person's eyes.
pub(super) fn inflate_some(data: &[u8], limit: usize) -> Vec<u8> {
    let mut text = Vec::new();
    Inflater::new(limit as u64).feed(data, |bytes| text.extend_from_slice(bytes));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(stream: &[u8], expected: u64, step: usize) -> (State, usize) {
        let mut inflater = Inflater::new(expected);
        let used = stream.chunks(step).map(|part| inflater.feed(part, |_| ())).sum();
        (inflater.end(), used)
    }

    #[test]
    fn the_end_is_found_exactly() {
        let data: Vec<u8> = (0..100_000_u32).map(|i| (i.wrapping_mul(i) / 7) as u8).collect();
        let mut stream = compress(&data);
        let length = stream.len();
        for step in [1, 7, 1000, usize::MAX] {
            assert_eq!(run(&stream, 100_000, step), (State::Ended, length));
        }
        stream.extend_from_slice(b"hidden");
        for step in [1, 7, 1000, usize::MAX] {
            assert_eq!(run(&stream, 100_000, step), (State::Ended, length));
        }
    }

    #[test]
    fn more_or_less_than_expected_is_noticed() {
        let stream = compress(&[5; 1000]);
        assert_eq!(run(&stream, 999, 3).0, State::Overrun);
        assert_eq!(run(&stream, 1001, 3).0, State::Broken);
        assert_eq!(run(&stream[..stream.len() - 1], 1000, 3).0, State::Overrun);
        let mut wrong = stream.clone();
        *wrong.last_mut().unwrap() ^= 1;
        assert_eq!(run(&wrong, 1000, usize::MAX).0, State::Overrun);
        assert_eq!(run(&wrong, 1000, 1).0, State::Overrun);
        assert_eq!(run(b"not zlib", 10, 8).0, State::Broken);
    }

    #[test]
    fn a_bomb_is_left_early() {
        let bomb = compress(&vec![0; 50_000_000]);
        let (state, used) = run(&bomb, 100, usize::MAX);
        assert_eq!(state, State::Overrun);
        assert!(used < 1000, "{used}");
    }

    #[test]
    fn recompressed_it_is_just_what_was_expected() {
        let stream = compress(b"picture and secret");
        let clean = recompress(stream.chunks(5), 7, Cancellation::default(), |bytes, out| {
            out.extend_from_slice(bytes);
        });
        assert_eq!(inflate_some(&clean, 100), b"picture");
        assert_eq!(run(&clean, 7, usize::MAX), (State::Ended, clean.len()));
    }
}
