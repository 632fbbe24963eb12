//! A NAL unit without the bytes that keep start codes from appearing
//! (`emulation_prevention_three_byte`, ITU-T H.265, 7.3.1.1).

use memchr::memmem;

use crate::{heif::bits::Parsed, work::Work};

/// The payload of a NAL unit.
pub(super) struct Rbsp {
    pub(super) bytes: Vec<u8>,
    /// Before which of the bytes one was taken out.
    removed: Vec<usize>,
}

impl Rbsp {
    pub(super) fn of(payload: &[u8], work: &Work) -> Parsed<Self> {
        let count = memmem::find_iter(payload, b"\0\0\x03").count();
        work.check_memory(payload.len() + count * size_of::<usize>())?;
        let mut bytes = Vec::with_capacity(payload.len());
        let mut removed = Vec::with_capacity(count);
        let mut from = 0;
        for at in memmem::find_iter(payload, b"\0\0\x03") {
            bytes.extend_from_slice(&payload[from..at + 2]);
            removed.push(bytes.len());
            from = at + 3;
        }
        bytes.extend_from_slice(&payload[from..]);
        Ok(Self { bytes, removed })
    }

    /// Where in the payload one of the bytes stands.
    pub(super) fn place_of(&self, at: usize) -> usize {
        at + self.removed.partition_point(|&removed| removed <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    #[test]
    fn bytes_are_taken_out_and_places_known() {
        let rbsp =
            Rbsp::of(b"a\0\0\x03\x01\0\0\0\x03\0\x03\0\0\x03", &Work::new(64, &Options::default())).unwrap();
        assert_eq!(rbsp.bytes, b"a\0\0\x01\0\0\0\0\x03\0\0");
        let places: Vec<_> = (0..rbsp.bytes.len()).map(|at| rbsp.place_of(at)).collect();
        assert_eq!(places, [0, 1, 2, 4, 5, 6, 7, 9, 10, 11, 12]);
    }
}
