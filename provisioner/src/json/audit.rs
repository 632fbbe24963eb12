//! `audit`: a line for each object that is not as it should be, and one for the end.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::{Finding, Looked};

/// A line of `audit`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Audit {
    /// An object that is not as it should be.
    Object {
        /// Its key, exact.
        key: String,
        /// `not-clean`: cleaning removes something; `written-otherwise`: there is nothing to remove, and another version or
        /// other settings made it; `unknown`: it is no picture that can be cleaned; `clean`, for an orphan.
        finding: &'static str,
        /// What would be removed.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        removable: Vec<String>,
        /// Why nothing can be said of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The source bucket has nothing under this key.
        orphan: bool,
        /// The version of the sanitizer that made it.
        #[serde(skip_serializing_if = "Option::is_none")]
        cleaned_by: Option<String>,
    },
    /// The last line: the sums.
    Audited(Audited),
}

impl Audit {
    /// An object; `None` when it is as it should be.
    pub(crate) fn of(looked: &Looked) -> Option<Self> {
        let (finding, removable, reason) = match &looked.finding {
            Finding::Gone => return None,
            Finding::Clean if !looked.is_orphan => return None,
            Finding::Clean => ("clean", Vec::new(), None),
            Finding::NotClean(kinds) => ("not-clean", kinds.clone(), None),
            Finding::WrittenOtherwise => ("written-otherwise", Vec::new(), None),
            Finding::Unknown(reason) => ("unknown", Vec::new(), Some(reason.clone())),
        };
        Some(Self::Object {
            key: looked.key.clone(),
            finding,
            removable,
            reason,
            orphan: looked.is_orphan,
            cleaned_by: looked.cleaned_by.clone(),
        })
    }
}

/// What an `audit` found.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Audited {
    /// Objects in the destination bucket.
    pub(crate) objects: u64,
    /// Those that were looked at: all, or a sample.
    pub(crate) looked_at: u64,
    /// Those that cleaning does not change.
    pub(crate) clean: u64,
    /// Those that hold something to remove.
    pub(crate) not_clean: u64,
    /// Those with nothing to remove that another version or other settings made.
    pub(crate) written_otherwise: u64,
    /// Those that are no pictures that can be cleaned.
    pub(crate) unknown: u64,
    /// Objects, looked at or not, that are made of nothing in the source bucket.
    pub(crate) orphaned: u64,
    /// How many were made by which version of the sanitizer; `unknown` for those that do not say.
    pub(crate) cleaned_by: BTreeMap<String, u64>,
    /// Whether all was listed and looked at; an interrupted run says what it found until then.
    pub(crate) complete: bool,
    /// How long it took.
    pub(crate) elapsed_ms: u64,
    /// Calls to AWS of this run.
    pub(crate) aws_calls: usize,
}

impl Audited {
    /// Counts an object that was looked at.
    pub(crate) fn count(&mut self, looked: &Looked) {
        let place = match looked.finding {
            Finding::Gone => return,
            Finding::Clean => &mut self.clean,
            Finding::NotClean(_) => &mut self.not_clean,
            Finding::WrittenOtherwise => &mut self.written_otherwise,
            Finding::Unknown(_) => &mut self.unknown,
        };
        *place += 1;
        self.looked_at += 1;
        let version = looked.cleaned_by.as_deref().unwrap_or("unknown");
        *self.cleaned_by.entry(version.to_owned()).or_default() += 1;
    }
}
