//! `doctor`

use serde::Serialize;

use crate::doctor::{Check, Verdict};

/// What this program needs, piece by piece.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Examined {
    /// The pieces.
    checks: Vec<Examination>,
}

/// A piece that was looked at.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Examination {
    /// `configuration`, `python`, `function`, `credentials`, `endpoint`, `clock`, `rights` or `concurrency`.
    subject: &'static str,
    /// `ok`, `warning`, `problem`, or `skipped` when it cannot be looked at.
    verdict: &'static str,
    /// What was found.
    found: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Examined {
    pub(crate) fn of(checks: &[Check]) -> Self {
        let one = |Check { subject, verdict }: &Check| {
            let (word, found, fix) = match verdict {
                Verdict::Ok(what) => ("ok", what, None),
                Verdict::Warning { what, fix } => ("warning", what, Some(fix.clone())),
                Verdict::Problem { what, fix } => ("problem", what, fix.clone()),
                Verdict::Skipped(what) => ("skipped", what, None),
            };
            Examination { subject: subject.as_str(), verdict: word, found: found.clone(), fix }
        };
        Self { checks: checks.iter().map(one).collect() }
    }
}
