//! Clean copies whose source is gone, or newer than they are because it was refused: what bucket B goes on publishing
//! although bucket A has it no more. And pictures of bucket A that have no clean copy, or one of what they replaced.
//!
//! The keys come with the listings that count what the buckets hold, so this takes no call of its own. S3 lists keys in
//! the order of their UTF-8 bytes
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html>): where counting stopped early, it
//! is known how far one listing can be compared with the other.

use std::collections::HashMap;

use crate::config::TriggerConfig;

/// Bytes of keys that are kept of a bucket: more than a hundred thousand of common length.
const MOST_BYTES: usize = 16 << 20;

/// The keys of the current objects of a bucket, as far as they were listed, and when each was written, in seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// In the order of their bytes.
    listed: Vec<(String, i64)>,
    bytes: usize,
    /// Whether there may be more after the last one.
    more: bool,
}

impl Keys {
    /// Takes the next key of the listing, if it still fits.
    pub(super) fn add(&mut self, key: String, written: i64) {
        self.bytes += key.len();
        if self.more || self.bytes > MOST_BYTES {
            self.more = true;
        } else {
            self.listed.push((key, written));
        }
    }

    /// Notes that the listing was left before its end.
    pub(super) fn stop(&mut self) {
        self.more = true;
    }
}

/// How many clean copies have no source, or an old one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct CleanCopies {
    /// Copies that were looked at.
    pub compared: u64,
    /// Those of them whose source is gone.
    pub orphaned: u64,
    /// Those whose source was written after them: it was refused, or is about to be cleaned.
    pub older: u64,
    /// Whether there are more copies than were looked at.
    pub more: bool,
}

/// Compares the buckets: source and destination. Objects that the trigger would not have made are no copies.
#[must_use]
pub fn clean_copies(source: &Keys, destination: &Keys, trigger: &TriggerConfig) -> CleanCopies {
    let sources: HashMap<&str, i64> =
        source.listed.iter().map(|(key, written)| (key.as_str(), *written)).collect();
    let last = source.listed.last().map(|(key, _)| key.as_str()).filter(|_| source.more);
    // A listing that was left before its first object says nothing.
    let is_unknown = |key: &str| source.more && last.is_none_or(|last| key > last);
    let mut found = CleanCopies { more: destination.more, ..CleanCopies::default() };
    for (key, written) in destination.listed.iter().filter(|(key, _)| trigger.matches(key)) {
        if is_unknown(key) {
            found.more = true;
            break;
        }
        found.compared += 1;
        match sources.get(key.as_str()) {
            None => found.orphaned += 1,
            Some(of_source) => found.older += u64::from(of_source > written),
        }
    }
    found
}

/// How many objects of bucket A have no clean copy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Uncleaned {
    /// Pictures that were looked at.
    pub compared: u64,
    /// Those of them without a clean copy, or with one that is older. A copy of the same second counts as one of the
    /// picture: S3 tells no more, and `pending` asks for each.
    pub pending: u64,
    /// Objects beside them that start no function: the trigger has neither their prefix nor their suffix.
    pub unmatched: u64,
    /// Whether there are more than were looked at.
    pub more: bool,
}

/// Compares the buckets the other way round: source and destination.
#[must_use]
pub fn uncleaned(source: &Keys, destination: &Keys, trigger: &TriggerConfig) -> Uncleaned {
    let copies: HashMap<&str, i64> =
        destination.listed.iter().map(|(key, written)| (key.as_str(), *written)).collect();
    let last = destination.listed.last().map(|(key, _)| key.as_str()).filter(|_| destination.more);
    let is_unknown = |key: &str| destination.more && last.is_none_or(|last| key > last);
    let mut found = Uncleaned { more: source.more, ..Uncleaned::default() };
    for (key, written) in &source.listed {
        if !trigger.matches(key) {
            found.unmatched += 1;
            continue;
        }
        if is_unknown(key) {
            found.more = true;
            break;
        }
        found.compared += 1;
        found.pending += u64::from(copies.get(key.as_str()).is_none_or(|of_copy| of_copy < written));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(listed: &[&str], more: bool) -> Keys {
        let mut keys = Keys::default();
        listed.iter().for_each(|key| keys.add((*key).to_owned(), 7));
        if more {
            keys.stop();
        }
        keys
    }

    fn told(source: &Keys, destination: &Keys) -> (u64, u64, bool) {
        let suffixes = vec![".jpg".to_owned()];
        let trigger = TriggerConfig { prefix: "in/".to_owned(), suffixes, mirror_deletes: false };
        let CleanCopies { compared, orphaned, more, .. } = clean_copies(source, destination, &trigger);
        (compared, orphaned, more)
    }

    #[test]
    fn copies_without_a_source_are_counted_and_other_objects_are_not() {
        let source = keys(&["in/a.jpg", "in/b.jpg"], false);
        let destination = keys(&["in/a.jpg", "in/c.jpg", "in/index.html", "other/d.jpg"], false);
        assert_eq!(told(&source, &destination), (2, 1, false));
        assert_eq!(told(&Keys::default(), &destination), (2, 2, false));
        assert_eq!(told(&source, &Keys::default()), (0, 0, false));
    }

    #[test]
    fn copies_older_than_their_source_are_counted_apart() {
        let trigger =
            TriggerConfig { prefix: String::new(), suffixes: vec![".jpg".to_owned()], mirror_deletes: false };
        let (mut source, mut destination) = (Keys::default(), Keys::default());
        for (name, of_source, of_copy) in [("a.jpg", 5, 4), ("b.jpg", 5, 5), ("c.jpg", 5, 6)] {
            source.add(name.to_owned(), of_source);
            destination.add(name.to_owned(), of_copy);
        }
        let found = clean_copies(&source, &destination, &trigger);
        assert_eq!((found.compared, found.orphaned, found.older), (3, 0, 1));
    }

    #[test]
    fn pictures_without_a_copy_or_with_an_older_one_are_pending() {
        let trigger =
            TriggerConfig { prefix: String::new(), suffixes: vec![".jpg".to_owned()], mirror_deletes: false };
        let (mut source, mut destination) = (Keys::default(), Keys::default());
        for (name, of_source, of_copy) in [
            ("a.jpg", 5, Some(4)),
            ("b.jpg", 5, Some(5)),
            ("c.jpg", 5, Some(6)),
            ("d.jpg", 5, None),
            ("e.txt", 5, None),
        ] {
            source.add(name.to_owned(), of_source);
            of_copy.into_iter().for_each(|written| destination.add(name.to_owned(), written));
        }
        let told = |source: &Keys, destination: &Keys| {
            let Uncleaned { compared, pending, unmatched, more } = uncleaned(source, destination, &trigger);
            (compared, pending, unmatched, more)
        };
        assert_eq!(told(&source, &destination), (4, 2, 1, false));
        // The copy of the last may come later in the listing.
        destination.stop();
        assert_eq!(told(&source, &destination), (3, 1, 0, true));
        assert_eq!(told(&Keys::default(), &destination), (0, 0, 0, false));
    }

    #[test]
    fn only_what_both_listings_reach_is_compared() {
        let source = keys(&["in/a.jpg", "in/c.jpg"], true);
        let destination = keys(&["in/a.jpg", "in/b.jpg", "in/c.jpg", "in/d.jpg", "in/e.jpg"], false);
        assert_eq!(told(&source, &destination), (3, 1, true));
        assert_eq!(told(&keys(&[], true), &destination), (0, 0, true));
        assert_eq!(told(&source, &keys(&["in/a.jpg"], true)), (1, 0, true));
        let mut full = Keys::default();
        full.add("a".repeat(MOST_BYTES), 0);
        full.add("b".to_owned(), 0);
        full.add("c".to_owned(), 0);
        assert_eq!((full.listed.len(), full.more), (1, true));
    }
}
