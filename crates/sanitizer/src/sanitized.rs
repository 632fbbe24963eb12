//! The clean picture.

use bytes::Bytes;

use crate::{Format, Report};

/// A clean picture: the pieces that make up the file, in order, and the report
/// of what is not in it any more.
///
/// Pieces that were kept share the memory of the input; only what had to be
/// rewritten was allocated.
#[derive(Debug, Clone)]
pub struct Sanitized {
    /// The format of input and output (they are always the same).
    pub format: Format,
    /// What was removed, and what it would have told.
    pub report: Report,
    pub(crate) pieces: Vec<Bytes>,
}

impl Sanitized {
    /// The pieces of the clean file, in order. None of them is empty.
    #[must_use]
    pub fn pieces(&self) -> &[Bytes] {
        &self.pieces
    }

    /// The length of the clean file in bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a picture is never empty")]
    pub fn len(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }

    /// What was removed, without the file.
    #[must_use]
    pub fn into_report(self) -> Report {
        self.report
    }

    /// The clean file as one buffer. Copies, unless there is only one piece.
    #[must_use]
    pub fn into_bytes(mut self) -> Bytes {
        if self.pieces.len() == 1 {
            return self.pieces.remove(0);
        }
        let mut whole = Vec::with_capacity(self.len());
        for piece in &self.pieces {
            whole.extend_from_slice(piece);
        }
        whole.into()
    }
}
