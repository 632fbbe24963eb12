//! Reads one marker segment after the other (T.81, B.1.1).

use std::ops::Range;

use bytes::Bytes;
use img_parts::jpeg::{
    JpegSegment,
    markers::{EOI, RST0},
};
use memchr::memchr;

use super::{malformed, truncated, unprovable};
use crate::Error;

/// TEM, "for temporary private use in arithmetic coding": no length, no meaning in a file.
pub(super) const TEM: u8 = 0x01;

/// A marker and what belongs to it.
#[derive(Debug, PartialEq)]
pub(super) struct Segment {
    /// The marker's second byte.
    pub marker: u8,
    /// Bytes before the marker that belong to nothing: fill bytes, or junk.
    pub junk: Range<usize>,
    /// The marker's place in the file.
    pub start: usize,
    /// The parameters behind the length field.
    pub payload: Range<usize>,
}

impl Segment {
    /// The whole segment, from the marker to its end.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.payload.end
    }
}

/// Reads the segment at `from`. Finds the marker as libjpeg does: bytes that
/// are no marker, `FF 00` and repeated `FF` in front of it are skipped.
pub(super) fn read(input: &[u8], from: usize) -> Result<Segment, Error> {
    let mut at = from;
    let (start, marker) = loop {
        let Some(ahead) = memchr(0xFF, &input[at..]) else {
            return Err(truncated(input.len(), "no EOI marker"));
        };
        let mut code = at + ahead + 1;
        while input.get(code) == Some(&0xFF) {
            code += 1;
        }
        match input.get(code) {
            None => return Err(truncated(input.len(), "no EOI marker")),
            Some(0) => at = code + 1,
            Some(&marker) => break (code - 1, marker),
        }
    };
    let junk = from..start;
    let body = start + 2;
    match marker {
        TEM | RST0..=EOI => return Ok(Segment { marker, junk, start, payload: body..body }),
        0x02..=0xBF => return Err(unprovable(start, "a reserved marker, of unknown length")),
        _ => {}
    }
    let Some(&[high, low]) = input.get(body..body + 2) else {
        return Err(truncated(input.len(), "the length of a segment"));
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length < 2 {
        return Err(malformed(start, "a segment shorter than its length field"));
    }
    if body + length > input.len() {
        return Err(truncated(input.len(), "the rest of a segment"));
    }
    Ok(Segment { marker, junk, start, payload: body + 2..body + length })
}

/// A segment written anew. `contents` is never longer than what it replaces,
/// so it fits.
pub(super) fn write(marker: u8, contents: Vec<u8>) -> Bytes {
    JpegSegment::new_with_contents(marker, contents.into()).encoder().bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_and_junk_stand_before_the_marker() {
        let file = b"ab\xFF\x00c\xFF\xFF\xFE\0\x04hi\xFF\xD9";
        let segment = read(file, 0).unwrap();
        assert_eq!(segment, Segment { marker: 0xFE, junk: 0..6, start: 6, payload: 10..12 });
        assert_eq!(segment.range(), 6..12);
        assert_eq!(
            read(file, 12).unwrap(),
            Segment { marker: EOI, junk: 12..12, start: 12, payload: 14..14 }
        );
    }

    #[test]
    fn what_is_cut_off_is_said_to_be() {
        for file in [&b""[..], b"\xFF", b"\xFF\xFE", b"\xFF\xFE\0", b"\xFF\xFE\0\x03", b"junk", b"\xFF\0"] {
            assert_eq!(read(file, 0).unwrap_err().kind(), "truncated", "{file:02x?}");
        }
        assert_eq!(read(b"\xFF\xFE\0\x01", 0).unwrap_err().kind(), "malformed");
        assert_eq!(read(b"\xFF\x4C\0\x02", 0).unwrap_err().kind(), "unprovable");
    }

    #[test]
    fn written_segments_read_back() {
        let bytes = write(0xDB, vec![1, 2, 3]);
        assert_eq!(&bytes[..], b"\xFF\xDB\0\x05\x01\x02\x03");
    }
}
