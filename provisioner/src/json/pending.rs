//! `pending` and `backfill`: a line for each picture, and one for the end.

use serde::Serialize;

use crate::moment::rfc3339;
use engine::backfill::Outcome;
use engine::pending::{self, Object, State, Why};

/// Pictures younger than this many seconds may be under way.
const UNDER_WAY: i64 = 60;

/// A line of `pending`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Pending {
    /// A picture without a clean copy.
    Pending {
        /// Its key, exact.
        key: String,
        /// `no-copy`: the destination bucket has nothing under its key; `older-copy`: it has a copy of the picture that
        /// this one replaced.
        why: &'static str,
        /// Its length.
        bytes: u64,
        /// When it was uploaded, in RFC 3339.
        uploaded: String,
    },
    /// The last line: the sums.
    Compared(Compared),
}

impl Pending {
    /// A picture that is pending.
    pub(crate) fn of(object: &Object, why: Why) -> Self {
        Self::Pending {
            key: object.key.clone(),
            why: why.as_str(),
            bytes: object.bytes,
            uploaded: rfc3339(object.modified),
        }
    }
}

/// How the two buckets compare.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Compared {
    /// Pictures in the source bucket that have, or should have, a clean copy.
    pub(crate) pictures: u64,
    /// Those without one.
    pub(crate) pending: u64,
    /// Those of the pending ones that were uploaded less than a minute ago: they may be under way.
    pub(crate) under_way: u64,
    /// Other objects in the source bucket: the trigger has no entry for their keys, and nothing cleans them.
    pub(crate) unmatched: u64,
    /// Clean copies of what is no longer in the source bucket.
    pub(crate) orphaned: u64,
    /// Whether all was compared; `--limit` ends earlier.
    pub(crate) complete: bool,
    /// How long it took.
    pub(crate) elapsed_ms: u64,
    /// Calls to AWS of this run.
    pub(crate) aws_calls: usize,
}

impl Compared {
    /// Counts a key, and tells why it is pending when it is.
    pub(crate) fn count(&mut self, compared: &pending::Compared, now: i64) -> Option<Why> {
        match compared.state {
            State::Clean => self.pictures += 1,
            State::Unmatched => self.unmatched += 1,
            State::Orphaned => self.orphaned += 1,
            State::Pending(why) => {
                self.pictures += 1;
                self.pending += 1;
                self.under_way += u64::from(now - compared.object.modified < UNDER_WAY);
                return Some(why);
            }
        }
        None
    }
}

/// A line of `backfill`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Backfill {
    /// With `--emit-batch-job`: the files of a job of S3 Batch Operations.
    Emitted {
        /// Pictures in the manifest.
        objects: u64,
        /// The files.
        files: Vec<String>,
    },
    /// What became of a picture.
    Picture {
        /// Its key, exact.
        key: String,
        /// `cleaned`; `gone`: it was deleted meanwhile; `rejected`: it cannot be cleaned; `failed`: run again.
        outcome: &'static str,
        /// A stable word for why it was rejected.
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        /// Why it was rejected or failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// With `--dry-run`: what would be cleaned.
    WouldClean {
        /// Its key, exact.
        key: String,
    },
    /// The last line: the sums.
    Backfilled(Backfilled),
}

impl Backfill {
    /// What became of a picture.
    pub(crate) fn of(key: &str, outcome: &Outcome) -> Self {
        let (word, kind, reason) = match outcome {
            Outcome::Cleaned => ("cleaned", None, None),
            Outcome::Gone => ("gone", None, None),
            Outcome::Rejected { kind, reason } => ("rejected", Some(kind.clone()), Some(reason.clone())),
            Outcome::Failed { reason } => ("failed", None, Some(reason.clone())),
        };
        Self::Picture { key: key.to_owned(), outcome: word, kind, reason }
    }
}

/// What a `backfill` did.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Backfilled {
    /// Pictures that have a clean copy now.
    pub(crate) cleaned: u64,
    /// Pictures that were deleted meanwhile.
    pub(crate) gone: u64,
    /// Pictures that cannot be cleaned.
    pub(crate) rejected: u64,
    /// Pictures that could not be cleaned this time.
    pub(crate) failed: u64,
    /// Pictures in the same part of the bucket that are pending now, the rejected ones among them; null: not asked.
    pub(crate) still_pending: Option<u64>,
    /// How long it took.
    pub(crate) elapsed_ms: u64,
    /// Calls to AWS of this run.
    pub(crate) aws_calls: usize,
}
