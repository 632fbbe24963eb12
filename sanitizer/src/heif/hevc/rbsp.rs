//! A NAL unit without the bytes that keep start codes from appearing
//! (`emulation_prevention_three_byte`, ITU-T H.265, 7.3.1.1).

use memchr::memmem;

/// The payload of a NAL unit.
pub(super) struct Rbsp {
    pub(super) bytes: Vec<u8>,
    /// Before which of the bytes one was taken out.
    removed: Vec<usize>,
}

impl Rbsp {
    pub(super) fn of(payload: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(payload.len());
        let mut removed = Vec::new();
        let mut from = 0;
        for at in memmem::find_iter(payload, b"\0\0\x03") {
            bytes.extend_from_slice(&payload[from..at + 2]);
            removed.push(bytes.len());
            from = at + 3;
        }
        bytes.extend_from_slice(&payload[from..]);
        Self { bytes, removed }
    }

    /// Where in the payload one of the bytes stands.
    pub(super) fn place_of(&self, at: usize) -> usize {
        at + self.removed.partition_point(|&removed| removed <= at)
    }
}
