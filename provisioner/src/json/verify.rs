//! `verify`: a line for each check, and one for the end.

use std::time::Duration;

use serde::Serialize;

use super::write::millis;
use crate::verify::{Check, Verdict};

/// A line of `verify`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Verify {
    /// A picture that was sent, or a user whose rights were asked for.
    Check {
        /// Which, in words.
        what: String,
        /// Whether it is as it should be.
        ok: bool,
        /// Whether it could be asked for at all; what was not tried is neither right nor wrong.
        tried: bool,
        /// What was found, or why it was not tried.
        found: String,
        /// From the upload to the clean copy.
        #[serde(skip_serializing_if = "Option::is_none")]
        elapsed_ms: Option<u64>,
    },
    /// The last line: the sums.
    Verified(Verified),
}

/// What a `verify` found.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Verified {
    /// Checks in all.
    pub(crate) checks: usize,
    /// Failed ones.
    pub(crate) failed: usize,
    /// Those that could not be tried.
    pub(crate) untried: usize,
    /// From an upload to its clean copy: the median; null: there is none.
    pub(crate) median_ms: Option<u64>,
    /// The same: 95 of 100 took no longer.
    pub(crate) p95_ms: Option<u64>,
    /// The same: the longest.
    pub(crate) max_ms: Option<u64>,
    /// How long all of it took.
    pub(crate) elapsed_ms: u64,
    /// Calls to AWS of this run.
    pub(crate) aws_calls: usize,
}

impl Verify {
    /// A check.
    pub(crate) fn of(check: &Check) -> Self {
        let (ok, tried, found) = match &check.verdict {
            Verdict::Right(found) => (true, true, found),
            Verdict::Wrong(found) => (false, true, found),
            Verdict::Untried(found) => (false, false, found),
        };
        Self::Check {
            what: check.what.clone(),
            ok,
            tried,
            found: found.clone(),
            elapsed_ms: check.elapsed_ms,
        }
    }
}

impl Verified {
    pub(crate) fn of(checks: &[Check], failed: usize, elapsed: Duration, aws_calls: usize) -> Self {
        let mut times: Vec<u64> = checks.iter().filter_map(|check| check.elapsed_ms).collect();
        times.sort_unstable();
        let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Self {
            checks: checks.len(),
            failed,
            untried: checks.iter().filter(|check| matches!(check.verdict, Verdict::Untried(_))).count(),
            median_ms: at(50),
            p95_ms: at(95),
            max_ms: at(100),
            elapsed_ms: millis(elapsed),
            aws_calls,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_summed_up() {
        let check = |elapsed_ms| Check {
            what: String::new(),
            verdict: Verdict::Right(String::new()),
            elapsed_ms,
            shown: None,
        };
        let checks: Vec<Check> = (1..=20).rev().map(|ms| check(Some(ms))).chain([check(None)]).collect();
        let sums = Verified::of(&checks, 0, Duration::ZERO, 0);
        assert_eq!((sums.median_ms, sums.p95_ms, sums.max_ms), (Some(10), Some(19), Some(20)));
        let sums = Verified::of(&[check(None)], 0, Duration::ZERO, 0);
        assert_eq!((sums.median_ms, sums.max_ms), (None, None));
    }
}
