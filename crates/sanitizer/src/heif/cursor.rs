//! Reads boxes and fields (ISO/IEC 14496-12, 4.2) and knows where it is.

use std::ops::Range;

use super::brand::Code;
use crate::{Error, Format};

/// A place in the input, and the end of what may be read from there.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
    end: usize,
    format: Format,
}

/// A box: its type, where it starts, and its payload.
pub(super) struct Block<'a> {
    pub(super) kind: Code,
    /// With its header.
    pub(super) whole: Range<usize>,
    pub(super) payload: Cursor<'a>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(input: &'a [u8], range: Range<usize>, format: Format) -> Self {
        debug_assert!(range.end <= input.len());
        Self { input, at: range.start, end: range.end, format }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.end
    }

    /// What is left, as a range of the input.
    pub(super) fn range(&self) -> Range<usize> {
        self.at..self.end
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.input.get(self.range()).unwrap_or_default()
    }

    pub(super) fn malformed(&self, what: &'static str) -> Error {
        Error::Malformed { format: self.format, offset: self.at, what }
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let taken =
            self.rest().get(..len).ok_or_else(|| self.malformed("a box is shorter than its fields"))?;
        self.at += len;
        Ok(taken)
    }

    /// A big-endian number of 0 to 8 bytes.
    pub(super) fn number(&mut self, size: usize) -> Result<u64, Error> {
        Ok(self.take(size)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    pub(super) fn u8(&mut self) -> Result<u8, Error> {
        Ok(self.take(1)?[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16, Error> {
        Ok(self.number(2)? as u16)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Error> {
        Ok(self.number(4)? as u32)
    }

    /// An item's id: 16 bits, or 32 in newer versions of a box.
    pub(super) fn id(&mut self, wide: bool) -> Result<u32, Error> {
        if wide { self.u32() } else { self.u16().map(u32::from) }
    }

    pub(super) fn code(&mut self) -> Result<Code, Error> {
        Ok(self.u32()?.to_be_bytes())
    }

    /// The version and the flags that a full box starts with.
    pub(super) fn version_and_flags(&mut self) -> Result<(u8, u32), Error> {
        let word = self.u32()?;
        Ok(((word >> 24) as u8, word & 0x00FF_FFFF))
    }

    /// A text that ends with a NUL, or with the box.
    pub(super) fn text(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let len = memchr::memchr(0, rest).unwrap_or(rest.len());
        self.at += (len + 1).min(rest.len());
        &rest[..len]
    }

    /// The next box; `None` at the end. A box may only be open-ended, or be
    /// cut off by the end of the file, where `top_level` says so.
    pub(super) fn next_box(&mut self, top_level: bool) -> Result<Option<Block<'a>>, Error> {
        if self.is_empty() {
            return Ok(None);
        }
        let start = self.at;
        let mut head = self.clone();
        let (size, kind) = (u64::from(head.u32()?), head.code()?);
        let size = match size {
            0 if top_level => (self.end - start) as u64,
            1 => head.number(8)?,
            size => size,
        };
        let end = usize::try_from(size).ok().and_then(|size| start.checked_add(size)).unwrap_or(usize::MAX);
        if end < head.at {
            return Err(self.malformed("a box is smaller than its header"));
        }
        if end > self.end {
            return Err(if top_level {
                Error::Truncated { format: self.format, offset: self.end, what: "the rest of a box" }
            } else {
                self.malformed("a box is larger than the one around it")
            });
        }
        self.at = end;
        let payload = Cursor { end, ..head };
        Ok(Some(Block { kind, whole: start..end, payload }))
    }
}
