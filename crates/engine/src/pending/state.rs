//! How the same key stands in both buckets; pure.

use super::Object;
use crate::config::TriggerConfig;

/// How a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its clean copy is newer than it.
    Clean,
    /// It should have a clean copy, and has none that is newer than it.
    Pending(Why),
    /// It is in bucket A, and starts nothing: the trigger has no entry for its key.
    Unmatched,
    /// It is in bucket B alone: what it was cleaned of is gone.
    Orphaned,
}

/// Why a picture is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Bucket B has nothing under its key.
    NoCopy,
    /// What bucket B has is older: of a picture that was replaced.
    OlderCopy,
}

impl Why {
    /// A word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCopy => "no-copy",
            Self::OlderCopy => "older-copy",
        }
    }
}

/// What the two listings say of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    /// All that there is to know.
    Known(State),
    /// Written within the same second: the listings cannot tell which was first.
    SameSecond,
}

/// Judges one key, which is in at least one of the buckets.
pub(super) fn listed(source: Option<&Object>, copy: Option<&Object>, trigger: &TriggerConfig) -> Listed {
    let Some(source) = source else { return Listed::Known(State::Orphaned) };
    if !trigger.matches(&source.key) {
        return Listed::Known(State::Unmatched);
    }
    let Some(copy) = copy else { return Listed::Known(State::Pending(Why::NoCopy)) };
    match copy.modified.cmp(&source.modified) {
        std::cmp::Ordering::Greater => Listed::Known(State::Clean),
        std::cmp::Ordering::Equal => Listed::SameSecond,
        std::cmp::Ordering::Less => Listed::Known(State::Pending(Why::OlderCopy)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, modified: i64) -> Object {
        Object { key: key.to_owned(), modified, bytes: 1 }
    }

    #[test]
    fn a_copy_counts_when_it_is_newer() {
        let trigger = TriggerConfig {
            prefix: "in/".to_owned(),
            suffixes: vec![".jpg".to_owned()],
            mirror_deletes: false,
        };
        let listed = |source: Option<(&str, i64)>, copy: Option<(&str, i64)>| {
            let [source, copy] = [source, copy].map(|one| one.map(|(key, at)| object(key, at)));
            listed(source.as_ref(), copy.as_ref(), &trigger)
        };
        for (source, copy, expected) in [
            (Some(("in/a.jpg", 5)), Some(("in/a.jpg", 6)), Listed::Known(State::Clean)),
            (Some(("in/a.jpg", 5)), Some(("in/a.jpg", 5)), Listed::SameSecond),
            (Some(("in/a.jpg", 5)), Some(("in/a.jpg", 4)), Listed::Known(State::Pending(Why::OlderCopy))),
            (Some(("in/a.jpg", 5)), None, Listed::Known(State::Pending(Why::NoCopy))),
            (Some(("in/a.JPG", 5)), None, Listed::Known(State::Unmatched)),
            (Some(("a.jpg", 5)), Some(("a.jpg", 6)), Listed::Known(State::Unmatched)),
            (None, Some(("in/a.jpg", 6)), Listed::Known(State::Orphaned)),
        ] {
            assert_eq!(listed(source, copy), expected, "{source:?} {copy:?}");
        }
    }
}
