//! Which keys start the function: S3's notification filters.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>

use crate::config::errors::Problem;
use crate::config::reader::{At, quoted};
pub(in crate::config) use crate::resources::trigger::MOST_ENTRIES as MOST;

const RULES: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html";
/// The longest object key, in bytes of UTF-8.
const LONGEST: usize = 1024;

/// The longest id of an entry.
const LONGEST_ID: usize = 255;

/// Characters that stand for themselves in a filter; S3 wants all others
/// URL-encoded, which no two implementations of S3 take in the same way.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html#object-key-guidelines-safe-characters>
fn is_safe(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!-_.'()/".contains(c)
}

/// Checks the prefix.
pub(in crate::config) fn check_prefix(prefix: &str) -> Option<Problem> {
    check_text("prefix", prefix).or_else(|| {
        prefix.starts_with('/').then(|| {
            Problem::new(
                "the prefix begins with `/`",
                "keys of objects do not begin with a slash, so nothing would start the function: \
                 https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html",
                format!("write it without: prefix = {:?}", prefix.trim_start_matches('/')),
            )
        })
    })
}

/// Checks one suffix of `all`.
pub(in crate::config) fn check_suffix(suffix: &str, all: &[At<String>]) -> Option<Problem> {
    if suffix.is_empty() {
        let note = format!("every upload ends with nothing, so everything would start the function: {RULES}");
        return Some(Problem::new("a suffix is empty", note, "write an ending, e.g. \".jpg\", or remove it"));
    }
    check_text("suffix", suffix).or_else(|| {
        suffix.chars().all(|c| c.is_ascii_alphanumeric()).then(|| {
            let note =
                format!("S3 compares the end of the key as it is, so this also means \"x{suffix}\": {RULES}");
            let dotted = format!(".{suffix}");
            let help = if all.iter().any(|other| other.value == dotted) {
                format!("remove it; {dotted:?} is in the list already")
            } else {
                format!("write {dotted:?}")
            };
            Problem::new(format!("the suffix {suffix:?} has no dot"), note, help)
        })
    })
}

fn check_text(what: &str, text: &str) -> Option<Problem> {
    if text.len() > LONGEST {
        return Some(Problem::new(
            format!("the {what} has {} bytes", text.len()),
            "keys of objects have at most 1024 bytes: \
             https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html",
            format!("make it {} bytes shorter", text.len() - LONGEST),
        ));
    }
    let bad = text.chars().find(|c| !is_safe(*c))?;
    let (note, help) = if bad == '*' {
        let without: String = text.chars().filter(|c| *c != '*').collect();
        (format!("filters have no wildcards: {RULES}"), format!("write it without: {without:?}"))
    } else {
        (
            format!("in a filter only a-z, A-Z, 0-9 and ! - _ . ' ( ) / stand for themselves: {RULES}"),
            format!("choose a {what} of those characters; the rest of a key may have any"),
        )
    };
    Some(Problem::new(format!("{bad:?} cannot be in a {what}"), note, help).underlining(bad.to_string()))
}

/// Checks a suffix against those before it: S3 refuses two entries that one
/// key can match.
pub(in crate::config) fn check_overlap(suffix: &str, before: &[At<String>]) -> Option<Problem> {
    let overlaps = |other: &&At<String>| other.value.ends_with(suffix) || suffix.ends_with(&other.value);
    let other = &before.iter().filter(|other| !other.value.is_empty()).find(overlaps)?.value;
    if other == suffix {
        return Some(Problem::new(
            format!("the suffix {} is there twice", quoted(suffix)),
            format!("each suffix is one entry, and S3 refuses two that overlap: {RULES}"),
            "keep one of them",
        ));
    }
    let (short, long) =
        if suffix.len() < other.len() { (suffix, other.as_str()) } else { (other.as_str(), suffix) };
    Some(Problem::new(
        format!("the suffixes {} and {} overlap", quoted(other), quoted(suffix)),
        format!("S3 refuses two entries that one key can match: {RULES}"),
        format!("remove {}; {} already matches its keys", quoted(long), quoted(short)),
    ))
}

/// No suffix, and nothing would ever start the function; too many, and S3 refuses them.
pub(in crate::config) fn check_count(count: usize) -> Option<Problem> {
    if count == 0 {
        return Some(Problem::new(
            "there is no suffix",
            "each suffix is one entry of the trigger; without one, no upload starts the function",
            "name at least one, e.g. suffixes = [\".jpg\", \".jpeg\", \".JPG\", \".JPEG\"], or remove the line: then every \
             picture that can be cleaned is",
        ));
    }
    (count > MOST).then(|| {
        Problem::new(
            format!("{count} suffixes are {} too many", count - MOST),
            format!(
                "each suffix is one entry, and a bucket has at most {MOST} event notifications: \
                 https://docs.aws.amazon.com/general/latest/gr/s3.html"
            ),
            "keep those that your files have; one that is the end of another matches the keys of both",
        )
    })
}

/// The suffix is a part of its entry's id.
pub(in crate::config) fn check_id(stack: &str, suffix: &str) -> Option<Problem> {
    let length = format!("provisioner-{stack}-{}", suffix.trim_start_matches('.')).len();
    (length > LONGEST_ID).then(|| {
        Problem::new(
            format!("the id of this suffix's entry would have {length} characters"),
            format!(
                "S3 takes at most {LONGEST_ID} for the name of an event notification, and this one is \
                 provisioner-<stack>-<suffix>: \
                 https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications.html"
            ),
            format!("make the suffix {} shorter", length - LONGEST_ID),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(suffixes: &[&str]) -> Vec<At<String>> {
        suffixes.iter().map(|suffix| At { value: (*suffix).to_owned(), span: 0..0 }).collect()
    }

    #[test]
    fn suffixes_that_mean_what_they_say() {
        for good in [".jpg", "-raw.jpg", "_final", ".tar.gz", ".JPG", "/photo"] {
            assert_eq!(check_suffix(good, &[]), None, "{good}");
        }
        let too_long = format!(".{}", "x".repeat(1024));
        for (bad, says) in [
            ("", "is empty"),
            ("jpg", "has no dot"),
            ("*.jpg", "'*' cannot be in"),
            (".j pg", "' ' cannot be in"),
            (".jpé", "'é' cannot be in"),
            (too_long.as_str(), "1025 bytes"),
        ] {
            let problem = check_suffix(bad, &[]).unwrap_or_else(|| panic!("{bad} passed"));
            assert!(problem.message.contains(says), "{bad}: {}", problem.message);
        }
    }

    #[test]
    fn prefixes_that_mean_what_they_say() {
        for good in ["", "incoming/", "a/b", "2024"] {
            assert_eq!(check_prefix(good), None, "{good}");
        }
        assert!(check_prefix("/incoming/").unwrap().help.contains("\"incoming/\""));
        assert!(check_prefix("incoming/*").unwrap().help.contains("\"incoming/\""));
        assert!(check_prefix("holiday photos/").is_some());
        assert!(check_prefix(&"x".repeat(1025)).is_some());
    }

    #[test]
    fn as_many_as_s3_takes() {
        assert!(check_count(0).unwrap().message.contains("there is no suffix"));
        assert_eq!((check_count(1), check_count(100)), (None, None));
        assert_eq!(check_count(103).unwrap().message, "103 suffixes are 3 too many");
    }

    #[test]
    fn ids_as_long_as_s3_takes() {
        // provisioner-photos-, and the suffix without its dot.
        let longest = format!(".{}", "x".repeat(255 - 19));
        assert_eq!(check_id("photos", &longest), None);
        let problem = check_id("photos", &format!("{longest}x")).unwrap();
        assert_eq!(problem.help, "make the suffix 1 shorter");
        assert!(problem.message.contains("256 characters"), "{}", problem.message);
    }

    #[test]
    fn overlap_as_s3_sees_it() {
        assert_eq!(check_overlap(".JPG", &before(&[".jpg", ".jpeg"])), None);
        assert!(check_overlap(".jpg", &before(&[".jpeg", ".jpg"])).unwrap().message.contains("twice"));
        for (suffix, other) in [("-raw.jpg", ".jpg"), (".jpg", "-raw.jpg")] {
            let problem = check_overlap(suffix, &before(&[other])).unwrap();
            assert_eq!(problem.help, "remove \"-raw.jpg\"; \".jpg\" already matches its keys");
        }
        // An empty one has its own error.
        assert_eq!(check_overlap(".jpg", &before(&[""])), None);
    }
}
