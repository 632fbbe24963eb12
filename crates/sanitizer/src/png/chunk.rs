//! Chunks (W3C PNG, third edition, 5.3): length, type, data, CRC.

use std::ops::Range;

use crate::{Error, Format};

/// The signature (5.2).
pub(super) const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1A\n";

/// What is wrong with a chunk that cannot do without its CRC.
pub(super) const WRONG_CRC: &str = "the checksum of a chunk that the picture needs is wrong";

/// The type of a chunk.
pub(super) type Kind = [u8; 4];

/// Where a chunk lies in the input.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) kind: Kind,
    pub(super) data: Range<usize>,
}

impl Chunk {
    /// Reads the chunk that starts at `at`; all of it lies within the input.
    pub(super) fn read(input: &[u8], at: usize) -> Result<Self, Error> {
        let truncated = |what| Error::Truncated { format: Format::Png, offset: input.len(), what };
        let Some([l0, l1, l2, l3, kind @ ..]) = input.get(at..).and_then(<[u8]>::first_chunk::<8>) else {
            return Err(truncated("expected another chunk: there is no IEND"));
        };
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(malformed(at, "a chunk's type is not four letters"));
        }
        let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]) as usize;
        if length > 0x7FFF_FFFF {
            return Err(malformed(at, "a chunk is longer than the format allows"));
        }
        let data = at + 8..at + 8 + length;
        if input.len() < data.end + 4 {
            return Err(truncated("expected the rest of a chunk"));
        }
        Ok(Self { kind: *kind, data })
    }

    /// The whole chunk, length and CRC included.
    pub(super) fn whole(&self) -> Range<usize> {
        self.data.start - 8..self.data.end + 4
    }

    /// Whether the CRC is that of type and data.
    pub(super) fn crc_is_right(&self, input: &[u8]) -> bool {
        self.crc(input) == input[self.data.end..self.data.end + 4]
    }

    /// The CRC of type and data.
    pub(super) fn crc(&self, input: &[u8]) -> [u8; 4] {
        crc32fast::hash(&input[self.data.start - 4..self.data.end]).to_be_bytes()
    }

    /// Ancillary chunks may be dropped by who does not know them (5.4, bit 5 of the first byte).
    pub(super) fn is_ancillary(&self) -> bool {
        self.kind[0].is_ascii_lowercase()
    }
}

/// A chunk as bytes, its data given in parts.
pub(super) fn encode(kind: Kind, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut chunk = Vec::with_capacity(length + 12);
    chunk.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    chunk.extend_from_slice(&kind);
    for part in parts {
        chunk.extend_from_slice(part);
    }
    let crc = crc32fast::hash(&chunk[4..]);
    chunk.extend_from_slice(&crc.to_be_bytes());
    chunk
}

pub(super) fn malformed(offset: usize, what: &'static str) -> Error {
    Error::Malformed { format: Format::Png, offset, what }
}
