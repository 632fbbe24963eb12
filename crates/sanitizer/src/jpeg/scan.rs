//! Finds where the entropy-coded data of a scan ends, at the speed of memory.

use memchr::memchr_iter;

use super::truncated;
use crate::Error;

/// Where the entropy-coded data ends that `data` starts with: at the first
/// marker that is no RSTn (T.81, B.1.1.5). `offset` is where `data` stands in
/// the file; the answer counts from the file's start, too.
pub(super) fn end_of_data(data: &[u8], offset: usize) -> Result<usize, Error> {
    // Each 0xFF is looked at once. One that follows another 0xFF is a fill
    // byte, so the place to end at is the first of the row.
    let mut row = None;
    for at in memchr_iter(0xFF, data) {
        match data.get(at + 1) {
            Some(0x00 | 0xD0..=0xD7) => row = None,
            Some(0xFF) => row = row.or(Some(at)),
            Some(_) => return Ok(offset + row.unwrap_or(at)),
            None => break,
        }
    }
    Err(truncated(offset + data.len(), "no marker after the picture's data"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_marker_ends_a_scan() {
        assert_eq!(end_of_data(b"ab\xFF\0cd\xFF\xD3ef\xFF\xD9", 100), Ok(110));
        assert_eq!(end_of_data(b"ab\xFF\xFF\0cd\xFF\xFF\xFF\xDA", 0), Ok(7));
        assert_eq!(end_of_data(b"\xFF\xFF\xD0\xFF\xFE", 0), Ok(3));
        assert_eq!(end_of_data(b"\xFF\xD9", 7), Ok(7));
    }

    #[test]
    fn without_one_the_file_is_cut_off() {
        for data in [&b""[..], b"abc", b"abc\xFF", b"abc\xFF\0", b"\xFF\xFF\xFF", b"\xFF\xD0"] {
            assert_eq!(end_of_data(data, 5).unwrap_err().kind(), "truncated");
        }
    }
}
