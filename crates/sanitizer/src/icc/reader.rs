//! Big-endian numbers of a profile, each read behind a check of its bounds.

/// A position in a profile, up to an end. Positions count from the start of the
/// profile, since padding does.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    profile: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    /// Reads `profile` from `start` to `end`, or to where it ends.
    pub(super) fn new(profile: &'a [u8], start: usize, end: usize) -> Self {
        let end = end.min(profile.len());
        Self { profile, at: start.min(end), end }
    }

    /// The next `len` bytes.
    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(len).filter(|&end| end <= self.end)?;
        let bytes = &self.profile[self.at..end];
        self.at = end;
        Some(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A 32-bit float that is a number: others have bits that mean nothing.
    pub(super) fn f32(&mut self) -> Option<f32> {
        self.array().map(f32::from_be_bytes).filter(|value| value.is_finite())
    }

    /// A type's signature and the four reserved bytes behind it.
    pub(super) fn type_signature(&mut self) -> Option<[u8; 4]> {
        let signature = self.array()?;
        self.take(4)?;
        Some(signature)
    }

    /// Skips to the next multiple of four, as lists of curves are padded.
    pub(super) fn align(&mut self) {
        self.at = self.at.next_multiple_of(4).min(self.end);
    }

    /// A reader of the same bytes that starts `offset` bytes behind `start`.
    pub(super) fn seek(&self, start: usize, offset: u32) -> Option<Self> {
        let at = start.checked_add(offset as usize).filter(|&at| at <= self.end)?;
        Some(Self { at, ..self.clone() })
    }

    pub(super) fn remaining(&self) -> usize {
        self.end - self.at
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }
}
