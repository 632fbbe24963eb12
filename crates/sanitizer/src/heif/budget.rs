//! Bounds for what is done for the items of a file.

use crate::{Options, work::Work};

/// Units of all items of a file together. A picture of 100 megapixels has some
/// thousand; each takes memory while it is looked at.
const UNIT_LIMIT: usize = 100_000;

/// Steps that following slices may take for each byte; one is about a bin. Real pictures take less than 16,
/// but for the flattest, which are small.
const STEPS_PER_BYTE: u64 = 64;

/// What may still be done for the items of a file.
pub(super) struct Budget {
    /// How many more units may come.
    pub(super) units: usize,
    /// For following the slices of HEVC; `None` when they are not followed.
    pub(super) work: Option<Work>,
}

impl Budget {
    pub(super) fn new(options: &Options) -> Self {
        let work = options.verify_entropy.then(|| Work::new(STEPS_PER_BYTE, options));
        Self { units: UNIT_LIMIT, work }
    }
}
