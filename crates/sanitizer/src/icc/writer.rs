//! The profile that is written, number by number.

use super::MAX_LEN;

/// A profile that grows. Positions count from its start.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    pub(super) fn f32(&mut self, value: f32) {
        self.put(&value.to_be_bytes());
    }

    /// A type's signature and four reserved bytes.
    pub(super) fn type_signature(&mut self, signature: &[u8; 4]) {
        self.put(signature);
        self.u32(0);
    }

    pub(super) fn zeros(&mut self, count: usize) {
        self.bytes.resize(self.bytes.len() + count, 0);
    }

    /// Pads with zeros to the next multiple of four.
    pub(super) fn align(&mut self) {
        self.zeros(self.len().next_multiple_of(4) - self.len());
    }

    /// Writes over a number that was left open.
    pub(super) fn set_u32(&mut self, at: usize, value: u32) {
        self.bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// `None` once the profile is longer than any may be. To be asked in loops whose
    /// rounds can read the same bytes again.
    pub(super) fn within_limit(&self) -> Option<()> {
        (self.len() <= MAX_LEN).then_some(())
    }

    /// When the bytes from `start` on stand somewhere before, in `parts`, takes them
    /// back. Gives their range. Shared data stays shared so, and is shared always.
    pub(super) fn share(
        &mut self,
        start: usize,
        parts: &mut Vec<std::ops::Range<usize>>,
    ) -> std::ops::Range<usize> {
        let new = &self.bytes[start..];
        if let Some(same) = parts.iter().find(|part| self.bytes[part.start..part.end] == *new).cloned() {
            self.bytes.truncate(start);
            return same;
        }
        parts.push(start..self.len());
        start..self.len()
    }
}
