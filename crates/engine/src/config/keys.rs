//! The words of `config.toml`: which keys each table has, and what a misspelt
//! one was meant to be.

/// Keys of the file's top level.
pub(super) const TOP: &[&str] = &[
    "stack",
    "region",
    "account",
    "permissions_boundary",
    "tags",
    "source",
    "destination",
    "function",
    "trigger",
    "alarms",
    "users",
];
/// Keys of `[source]` and `[destination]`.
pub(super) const BUCKET: &[&str] = &[
    "bucket",
    "versioning",
    "encryption",
    "kms_key",
    "former_kms_keys",
    "expire_days",
    "noncurrent_days",
    "abort_multipart_days",
];
/// Keys of `[function]`.
pub(super) const FUNCTION: &[&str] = &[
    "memory",
    "timeout",
    "architecture",
    "environment",
    "reserved_concurrency",
    "log_retention_days",
    "keep_user_metadata",
    "orientation",
    "icc",
    "gain_maps",
    "hidden_pixels",
    "max_megapixels",
    "keep",
    "on_failure",
    "max_event_age",
    "retries",
];
/// Keys of `[trigger]`.
pub(super) const TRIGGER: &[&str] = &["prefix", "suffixes", "mirror_deletes"];
/// Keys of `[alarms]`.
pub(super) const ALARMS: &[&str] = &["actions", "errors", "throttles", "dropped", "rejected", "near_timeout"];
/// Keys of each `[[users]]`.
pub(super) const USER: &[&str] = &["name", "bucket", "access", "prefix", "kind", "trust"];
/// Keys of each entry of `trust`.
pub(super) const TRUST: &[&str] = &["principal", "external_id", "provider", "audience", "subject"];

/// The one of `known` that `word` was probably meant to be.
#[must_use]
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let folded = fold(word);
    let distance = |candidate: &str| strsim::damerau_levenshtein(&folded, &fold(candidate));
    let best = known.iter().copied().min_by_key(|candidate| distance(candidate))?;
    // A third of the letters may be wrong; beyond that it is another word.
    // A word that begins or ends like a key ("concurrency") means that one.
    let allowed = (best.chars().count() / 3).max(1);
    if distance(best) <= allowed {
        return Some(best);
    }
    let mut part_of =
        known.iter().copied().filter(|candidate| folded.len() >= 4 && fold(candidate).contains(&folded));
    part_of.next().filter(|_| part_of.next().is_none())
}

fn fold(word: &str) -> String {
    word.to_lowercase().replace(['-', ' '], "_")
}

/// Where a key is at home, in words, when that is only one place.
pub(super) fn home(key: &str) -> Option<&'static str> {
    let homes = [
        (TOP, "to the top of the file, above the first [table]"),
        (BUCKET, "into [source] or [destination]"),
        (FUNCTION, "into [function]"),
        (TRIGGER, "into [trigger]"),
        (ALARMS, "into [alarms]"),
        (USER, "into a [[users]] table"),
        (TRUST, "into an entry of `trust` of [[users]]"),
    ];
    let mut found = homes.into_iter().filter(|(keys, _)| keys.contains(&key)).map(|(_, home)| home);
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_their_key() {
        for (word, known, meant) in [
            ("memmory", FUNCTION, Some("memory")),
            ("Memory", FUNCTION, Some("memory")),
            ("keep-user-metadata", FUNCTION, Some("keep_user_metadata")),
            ("concurrency", FUNCTION, Some("reserved_concurrency")),
            ("suffix", TRIGGER, Some("suffixes")),
            ("user", TOP, Some("users")),
            ("vpc", FUNCTION, None),
            ("", FUNCTION, None),
            ("days", BUCKET, None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }

    #[test]
    fn a_key_in_the_wrong_table_is_sent_home() {
        assert_eq!(home("memory"), Some("into [function]"));
        assert_eq!(home("region"), Some("to the top of the file, above the first [table]"));
        // At home in two tables: there is no telling which was meant.
        assert_eq!(home("prefix"), None);
        assert_eq!(home("nonsense"), None);
    }
}
