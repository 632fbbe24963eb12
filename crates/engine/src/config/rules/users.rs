//! Users: IAM names, and what may stand in their policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>

use crate::config::errors::Problem;
use crate::config::reader::quoted;

const NAMES: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
/// Longest name of a user, role or function.
const LONGEST_NAME: usize = 64;
/// The prefix stands up to three times in a user's policy, whose limit is 2048
/// characters, of which the rest takes at most 1200.
const LONGEST_PREFIX: usize = 256;

/// The pattern of IAM's policy documents is `[\u0009\u000A\u000D\u0020-\u00FF]+`
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html>). Whether it would take JSON's escapes of
/// others is written nowhere.
const LAST_IN_A_POLICY: char = '\u{ff}';

/// Checks the name of a user.
pub(in crate::config) fn check_name(stack: &str, name: &str) -> Option<Problem> {
    if name.is_empty() {
        let help = "write for example name = \"user-a\"";
        return Some(Problem::plain("the user's name is empty", help));
    }
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(*c);
    if let Some(bad) = name.chars().find(|c| !allowed(c)) {
        let valid = name.replace(' ', "-");
        let help = if valid.chars().all(|c| allowed(&c)) {
            format!("for example {valid:?}")
        } else {
            "remove it".to_owned()
        };
        let note = format!("names in IAM are letters, digits and _ + = , . @ -: {NAMES}");
        let problem = Problem::new(format!("{bad:?} cannot be in a user's name"), note, help);
        return Some(problem.underlining(bad.to_string()));
    }
    let length = stack.len() + 1 + name.len();
    (length > LONGEST_NAME).then(|| {
        Problem::new(
            format!("the IAM name {} has {length} characters", quoted(&format!("{stack}-{name}"))),
            format!("a name in IAM has at most 64 characters, and this one is <stack>-<name>: {NAMES}"),
            format!("make the name {} shorter", length - LONGEST_NAME),
        )
    })
}

/// Two users by one name. IAM does not tell upper and lower case apart.
pub(in crate::config) fn check_twice(name: &str, others: &[String]) -> Option<Problem> {
    let other = others.iter().find(|other| other.eq_ignore_ascii_case(name))?;
    let note = format!("a name in IAM is unique, whether in upper or lower case: {NAMES}");
    let message = if other == name {
        format!("there are two users {}", quoted(name))
    } else {
        format!("the users {} and {} have the same name", quoted(other), quoted(name))
    };
    Some(Problem::new(message, note, "give each user a name of its own"))
}

/// A role has its name among the stack's roles, and the function's is one of them.
pub(in crate::config) fn check_role_name(name: &str, kind: Option<&str>) -> Option<Problem> {
    const TAKEN: &str = "sanitizer";
    (kind == Some("role") && name.eq_ignore_ascii_case(TAKEN)).then(|| {
        Problem::new(
            format!("a role cannot be called {}", quoted(name)),
            format!("<stack>-{TAKEN} is the function's own role, and a name in IAM is unique: {NAMES}"),
            "choose another name",
        )
    })
}

/// Checks the prefix of the keys that a user may see: it becomes part of the
/// resources and conditions of the policy.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
pub(in crate::config) fn check_prefix(prefix: &str) -> Option<Problem> {
    if prefix.starts_with('/') {
        return Some(Problem::new(
            "the prefix begins with `/`",
            "keys of objects do not begin with a slash, so the user could see none: \
             https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html",
            format!("write it without: prefix = {:?}", prefix.trim_start_matches('/')),
        ));
    }
    if prefix.len() > LONGEST_PREFIX {
        return Some(Problem::new(
            format!("the prefix has {} bytes", prefix.len()),
            format!("it stands in the user's policy, and that has at most 2048 characters: {NAMES}"),
            format!("make it at most {LONGEST_PREFIX} long"),
        ));
    }
    if let Some(bad) = prefix.chars().find(|c| *c > LAST_IN_A_POLICY) {
        return Some(
            Problem::new(
                format!("{bad:?} cannot be in a user's prefix"),
                format!(
                    "it stands in the user's policy, and IAM takes no character beyond U+00FF in one: {NAMES}"
                ),
                "choose a prefix in Latin letters; the keys below it may have any",
            )
            .underlining(bad.to_string()),
        );
    }
    let special = |c: &char| matches!(c, '*' | '?' | '$' | '"' | '\\') || c.is_control();
    let bad = prefix.chars().find(special)?;
    let help = match bad {
        '*' => format!(
            "write it without: {:?}; a prefix means everything that begins so",
            prefix.replace('*', "")
        ),
        _ => "choose a prefix without it".to_owned(),
    };
    Some(
        Problem::new(
            format!("{bad:?} cannot be in a user's prefix"),
            "it stands in a policy, where * and ? are wildcards and $ begins a variable: \
             https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
            help,
        )
        .underlining(bad.to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::super::stack_name;
    use super::*;

    #[test]
    fn names_by_iams_rule() {
        for good in ["user-a", "a", "Ann.Lee+x=y,z@example_1"] {
            assert_eq!(check_name("photos", good), None, "{good}");
        }
        for (bad, says) in [
            ("", "is empty"),
            ("ann lee", "' ' cannot be in"),
            ("ann/lee", "'/' cannot be in"),
            ("añn", "'ñ'"),
        ] {
            let problem = check_name("photos", bad).unwrap_or_else(|| panic!("{bad} passed"));
            assert!(problem.message.contains(says), "{bad}: {}", problem.message);
        }
    }

    #[test]
    fn lengths_count_with_the_stack_before_them() {
        let stack = "s".repeat(stack_name::LONGEST);
        assert_eq!(check_name(&stack, &"u".repeat(31)), None);
        assert!(check_name(&stack, &"u".repeat(32)).unwrap().help.contains("1 shorter"));
        // The role and the function need no rule of their own.
        assert!(format!("{stack}-sanitizer").len() <= LONGEST_NAME);
    }

    #[test]
    fn no_name_twice() {
        let others = ["ann".to_owned(), "bob".to_owned()];
        assert!(check_twice("ann", &others).is_some());
        assert!(check_twice("Bob", &others).unwrap().message.contains("same name"));
        assert_eq!(check_twice("anna", &others), None);
    }

    #[test]
    fn prefixes_are_literal_in_a_policy() {
        for good in ["", "albums/", "holiday photos/", "été/", "ÿ/", "a+b=c/"] {
            assert_eq!(check_prefix(good), None, "{good}");
        }
        for bad in [
            "写真/",
            "a\u{100}/",
            "/albums",
            "albums/*",
            "a?b",
            "${aws:username}/",
            "a\"b",
            "a\\b",
            "a\nb",
            &"x".repeat(257),
        ] {
            assert!(check_prefix(bad).is_some(), "{bad}");
        }
    }
}
