//! The name of the stack: the beginning of a bucket name, an IAM name, an IAM
//! path, a function name and a log group name, so it keeps to what all of
//! them allow.

use crate::config::errors::Problem;
use crate::config::reader::quoted;

/// Longest name: leaves a user's name 31 of IAM's 64 characters, and a bucket
/// name enough for `-uploads-` and the account.
pub(in crate::config) const LONGEST: usize = 32;
const SHORTEST: usize = 3;

const WHY: &str = "bucket, role, user and function names begin with it, so it is made of a-z, 0-9 and hyphens, \
    3 to 32 of them, begins with a letter and ends with a letter or digit: \
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";

/// Checks a stack's name.
pub(in crate::config) fn check(name: &str) -> Option<Problem> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let valid = (SHORTEST..=LONGEST).contains(&name.len())
        && name.chars().all(allowed)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-');
    if valid {
        return None;
    }
    let message = format!("{} cannot be the name of a stack", quoted(name));
    Some(Problem::new(message, WHY, format!("for example: stack = \"{}\"", nearest_valid(name))))
}

/// Why this cannot be the name of a stack, when it cannot: what is wrong, the rule, and a name that can.
#[must_use]
pub fn why_not(name: &str) -> Option<[String; 3]> {
    let problem = check(name)?;
    let hint = format!("for example: {}", nearest_valid(name));
    Some([problem.message, problem.note.unwrap_or_default(), hint])
}

/// The given name with what is not allowed taken out, or the shipped one.
fn nearest_valid(name: &str) -> String {
    let mut valid = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' => valid.push(c),
            '0'..='9' if !valid.is_empty() => valid.push(c),
            '-' | '_' | ' ' | '.' | '/' if !valid.is_empty() && !valid.ends_with('-') => valid.push('-'),
            _ => {}
        }
    }
    valid.truncate(LONGEST);
    let valid = valid.trim_end_matches('-');
    if valid.len() < SHORTEST { "photos".to_owned() } else { valid.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_the_rule() {
        let (longest, too_long) = ("a".repeat(LONGEST), "a".repeat(LONGEST + 1));
        for good in ["abc", "photos", "photos-2", "a-b", "a--b", longest.as_str()] {
            assert_eq!(check(good), None, "{good}");
        }
        let bad =
            ["", "ab", "Photos", "2photos", "-photos", "photos-", "pho_tos", "pho.tos", "fotós", "a b c"];
        for bad in bad.into_iter().chain([too_long.as_str()]) {
            let problem = check(bad).unwrap_or_else(|| panic!("{bad:?} passed"));
            // The help must itself be valid, or it is none.
            let offered = problem.help.split('"').nth(1).unwrap();
            assert_eq!(check(offered), None, "{bad:?} -> {offered:?}");
        }
        assert_eq!(nearest_valid("My Photos_2"), "my-photos-2");
    }
}
