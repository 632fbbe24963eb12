//! Chunks of RIFF (RFC 9649, 2.3): four letters, length, data, a byte of
//! padding when the length is odd.

use std::ops::Range;

use crate::{Error, Format, pieces::Pieces};

/// Where a chunk lies in the input.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) kind: [u8; 4],
    pub(super) data: Range<usize>,
    /// The end, padding included.
    pub(super) end: usize,
}

impl Chunk {
    /// Reads the chunk that starts at `at` and ends before `limit`. `None` when
    /// there is no room for one.
    pub(super) fn read(input: &[u8], at: usize, limit: usize) -> Result<Option<Self>, Error> {
        let Some([a, b, c, d, l0, l1, l2, l3]) = input[at..limit].first_chunk() else { return Ok(None) };
        let length = u32::from_le_bytes([*l0, *l1, *l2, *l3]) as usize;
        if length > limit - at - 8 {
            return Err(malformed(at, "a chunk is longer than what it is in"));
        }
        let data = at + 8..at + 8 + length;
        // The last byte of padding is missing in some files.
        let end = (data.end + length % 2).min(limit);
        Ok(Some(Self { kind: [*a, *b, *c, *d], data, end }))
    }

    pub(super) fn start(&self) -> usize {
        self.data.start - 8
    }

    /// The length of all of it.
    pub(super) fn len(&self) -> usize {
        self.end - self.start()
    }

    /// Appends the chunk with these data instead of its own: zero-copy where
    /// they are the same.
    pub(super) fn emit(&self, data: Pieces, out: &mut Pieces) {
        let length = data.len();
        let header = header(self.kind, length);
        out.replace(self.start()..self.data.start, &header);
        out.append(data);
        if length % 2 == 1 {
            // Right only when the data end where they did.
            let same_end = length == self.data.len() && self.end > self.data.end;
            if same_end { out.replace(self.data.end..self.end, &[0]) } else { out.write(&[0]) }
        }
    }
}

/// The first eight bytes of a chunk.
pub(super) fn header(kind: [u8; 4], length: usize) -> [u8; 8] {
    let [a, b, c, d] = kind;
    let [l0, l1, l2, l3] = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    [a, b, c, d, l0, l1, l2, l3]
}

/// A whole chunk.
pub(super) fn encode(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let padding: &[u8] = if data.len() % 2 == 1 { &[0] } else { &[] };
    [&header(kind, data.len()), data, padding].concat()
}

pub(super) fn malformed(offset: usize, what: &'static str) -> Error {
    Error::Malformed { format: Format::Webp, offset, what }
}
