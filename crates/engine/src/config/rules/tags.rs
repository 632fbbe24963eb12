//! Tags: what S3, IAM, Lambda and CloudWatch Logs all accept.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>

use crate::config::errors::Problem;
use crate::config::reader::quoted;

const RULES: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html";

/// AWS allows 50 on a resource; the others are for the stack's own.
pub(in crate::config) const MOST: usize = 40;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Letters, digits and spaces of any script, and a few signs: `[\p{L}\p{Z}\p{N}_.:/=+\-@]*` in the models of all services.
/// Vowel signs and other marks, which Rust counts among what is alphabetic, are no letters there.
fn allowed(c: char) -> bool {
    let is_letter = c.is_alphabetic() && unicode_ident::is_xid_start(c) && !MARKS.contains(&c);
    is_letter || c.is_numeric() || c == ' ' || "_.:/=+-@".contains(c)
}

/// The marks among what identifiers may begin with
/// (`Other_ID_Start`, <https://www.unicode.org/Public/UCD/latest/ucd/PropList.txt>).
const MARKS: [char; 2] = ['\u{1885}', '\u{1886}'];

/// Checks the key of a tag.
pub(in crate::config) fn check_key(key: &str) -> Option<Problem> {
    let folded = key.to_lowercase();
    if let Some(owner) = ["aws:", "provisioner:"].into_iter().find(|prefix| folded.starts_with(prefix)) {
        let note = match owner {
            "aws:" => format!("tags that begin with `aws:` are AWS's own: {RULES}"),
            _ => "tags that begin with `provisioner:` mark what belongs to a stack".to_owned(),
        };
        return Some(Problem::new(
            format!("the tag {} is reserved", quoted(key)),
            note,
            "choose another key",
        ));
    }
    check_text("the key of the tag", key, key, 1, LONGEST_KEY)
}

/// Checks the value of a tag.
pub(in crate::config) fn check_value(key: &str, value: &str) -> Option<Problem> {
    check_text("the value of the tag", key, value, 0, LONGEST_VALUE)
}

fn check_text(what: &str, key: &str, text: &str, least: usize, most: usize) -> Option<Problem> {
    let length = text.chars().count();
    if !(least..=most).contains(&length) {
        let note = format!("it has {least} to {most} characters: {RULES}");
        let help =
            if length == 0 { "name it".to_owned() } else { format!("make it {} shorter", length - most) };
        return Some(Problem::new(format!("{what} {} has {length} characters", quoted(key)), note, help));
    }
    let bad = text.chars().find(|c| !allowed(*c))?;
    let note = format!("tags are letters, digits, spaces and _ . : / = + - @: {RULES}");
    let message = format!("{bad:?} cannot be in {what} {}", quoted(key));
    Some(Problem::new(message, note, "remove it or write another character").underlining(bad.to_string()))
}

/// Two keys that IAM takes for one.
pub(in crate::config) fn check_twice(key: &str, others: &[String]) -> Option<Problem> {
    let other = others.iter().find(|other| other.to_lowercase() == key.to_lowercase())?;
    let note = format!("for IAM, tags that differ in upper and lower case only are the same: {RULES}");
    let message = format!("the tags {} and {} are one", quoted(other), quoted(key));
    Some(Problem::new(message, note, "keep one of them"))
}

/// Checks how many there are.
pub(in crate::config) fn check_count(count: usize) -> Option<Problem> {
    (count > MOST).then(|| {
        let note = format!("AWS allows 50 on a resource, and the stack adds its own: {RULES}");
        Problem::new(format!("{count} tags; {MOST} are possible"), note, format!("remove {}", count - MOST))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_by_the_common_rule() {
        let (longest, too_long) = ("k".repeat(128), "k".repeat(129));
        for good in [
            "team",
            "写真",
            "команда",
            "Kosten Stelle",
            "größe",
            "a:b/c=d+e-f@g_h.i",
            "awsome",
            longest.as_str(),
        ] {
            assert_eq!(check_key(good), None, "{good}");
        }
        for bad in [
            "",
            "हिन्दी",
            "Ⓐ",
            "℮",
            "e\u{301}",
            "aws:x",
            "AWS:x",
            "provisioner:stack",
            "a,b",
            "a\tb",
            "a#b",
            "a\u{0}",
            too_long.as_str(),
        ] {
            assert!(check_key(bad).is_some(), "{bad}");
        }
        assert_eq!(check_value("k", ""), None);
        assert_eq!(check_value("k", "aws:anything"), None);
        assert_eq!(check_value("k", &"é".repeat(256)), None);
        assert!(check_value("k", &"é".repeat(257)).is_some());
        assert!(check_value("k", "50%").is_some());
    }

    #[test]
    fn at_most_forty_and_none_twice() {
        assert_eq!(check_count(40), None);
        assert_eq!(check_count(41).unwrap().help, "remove 1");
        assert!(check_twice("Team", &["x".to_owned(), "team".to_owned()]).is_some());
        assert_eq!(check_twice("Team", &["teams".to_owned()]), None);
    }
}
