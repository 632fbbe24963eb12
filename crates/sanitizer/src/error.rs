//! Why a picture was refused.

use crate::{Format, Unseen, pixels::megapixels};

/// Why a picture was refused. No variant holds bytes of the picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The content is that of no picture format we know.
    #[error("not a picture")]
    NotAPicture,
    /// A picture, in a format that we cannot clean.
    #[error("{name} pictures cannot be cleaned")]
    UnsupportedFormat {
        /// The format's name.
        name: &'static str,
    },
    /// The file ends before the picture does.
    #[error("the {format} file is cut off at byte {offset}: {what}")]
    Truncated {
        /// The format.
        format: Format,
        /// Where the input ended, in bytes from its start.
        offset: usize,
        /// What was expected there.
        what: &'static str,
    },
    /// The file breaks a rule of its format.
    #[error("the {format} file is damaged at byte {offset}: {what}")]
    Malformed {
        /// The format.
        format: Format,
        /// Where, in bytes from the start of the file.
        offset: usize,
        /// Which rule.
        what: &'static str,
    },
    /// Valid, perhaps, but it holds something that cannot be proven clean.
    #[error("the {format} file cannot be proven clean (byte {offset}): {what}")]
    Unprovable {
        /// The format.
        format: Format,
        /// Where, in bytes from the start of the file.
        offset: usize,
        /// What it holds.
        what: &'static str,
    },
    /// It holds pixels that nobody sees, and they can or shall not be blanked
    /// ([`crate::Options::hidden_pixels`]).
    #[error("the {format} file holds {what} (byte {offset}); {advice}")]
    HiddenPixels {
        /// The format.
        format: Format,
        /// Where, in bytes from the start of the file.
        offset: usize,
        /// What nobody sees.
        what: Unseen,
        /// What can be done about it.
        advice: &'static str,
    },
    /// Its image data are longer, when they are inflated, than [`crate::Options::max_inflated_bytes`] allows.
    #[error("it takes {needed} bytes when it is unpacked, more than the limit of {limit}")]
    TooLarge {
        /// Bytes needed.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// It has more pixels than [`crate::Options::max_megapixels`] allows.
    #[error("it has {} megapixels, more than the limit of {}", megapixels(*pixels), megapixels(*limit))]
    TooManyPixels {
        /// Its pixels; of an animation those of all frames together.
        pixels: u64,
        /// Pixels allowed.
        limit: u64,
    },
    /// Cleaning it would take more memory than [`crate::Options::max_memory`] allows.
    #[error("cleaning it takes {needed} bytes of memory besides the file, more than the limit of {limit}")]
    Memory {
        /// Bytes needed, besides the input.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// It was stopped by [`crate::Options::cancellation`].
    #[error("cleaning it was cancelled")]
    Cancelled,
    /// It cannot be turned upright exactly, and the options refuse the other ways.
    #[error("it cannot be turned upright exactly: {what}")]
    NotRotatable {
        /// Why.
        what: &'static str,
    },
}

impl Error {
    /// A stable word for the kind of the error, for logs and JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotAPicture => "not-a-picture",
            Self::UnsupportedFormat { .. } => "unsupported-format",
            Self::Truncated { .. } => "truncated",
            Self::Malformed { .. } => "malformed",
            Self::Unprovable { .. } => "unprovable",
            Self::HiddenPixels { .. } => "hidden-pixels",
            Self::TooLarge { .. } | Self::Memory { .. } => "too-large",
            Self::TooManyPixels { .. } => "too-many-pixels",
            Self::Cancelled => "cancelled",
            Self::NotRotatable { .. } => "not-rotatable",
        }
    }
}
