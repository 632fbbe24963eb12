//! Where a stack lives: account and region.

use crate::config::errors::Problem;
use crate::config::reader::quoted;

/// An account's number.
///
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html>
pub(in crate::config) fn check_account(account: &str) -> Option<Problem> {
    if is_account(account) {
        return None;
    }
    let digits: String = account.chars().filter(char::is_ascii_digit).collect();
    let help = if is_account(&digits) && account.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ') {
        format!("write the digits only: account = \"{digits}\"")
    } else {
        "ask for it with `aws sts get-caller-identity`, or remove the line".to_owned()
    };
    Some(Problem::new(
        format!("{} is not an AWS account", quoted(account)),
        "accounts are 12 digits: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
        help,
    ))
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A region's name: parts of letters, then a number.
///
/// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
pub(in crate::config) fn check_region(region: &str) -> Option<Problem> {
    const WHY: &str = "region names look like eu-central-1: \
        https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html";
    if is_region(region) {
        return None;
    }
    let message = format!("{} is not an AWS region", quoted(region));
    let help = match region_meant(region) {
        Some(meant) if region.starts_with(&meant) => {
            format!("this is an availability zone; its region is {meant:?}")
        }
        Some(meant) => format!("write {meant:?}"),
        None => "write for example \"eu-central-1\", or remove the line to use AWS_REGION or your profile's"
            .to_owned(),
    };
    Some(Problem::new(message, WHY, help))
}

/// The region that somebody meant who wrote an availability zone, or wrote it in another way.
pub(crate) fn region_meant(text: &str) -> Option<String> {
    let without_zone = text.trim_end_matches(|c: char| c.is_ascii_lowercase()).to_owned();
    let folded = text.trim().to_lowercase().replace(['_', ' '], "-");
    [without_zone, folded].into_iter().find(|meant| is_region(meant))
}

/// Whether this looks like the name of a region.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    is_number && (2..=3).contains(&words.len()) && words.iter().all(is_word) && words[0].len() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_twelve_digits() {
        assert_eq!(check_account("012345678901"), None);
        for bad in ["", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２"]
        {
            assert!(check_account(bad).is_some(), "{bad}");
        }
        assert!(check_account("1234-5678-9012").unwrap().help.contains("\"123456789012\""));
    }

    #[test]
    fn regions_by_their_grammar() {
        let regions = ["eu-central-1", "us-gov-west-1", "ap-southeast-7", "us-isob-east-1", "eusc-de-east-1"];
        for good in regions {
            assert_eq!(check_region(good), None, "{good}");
        }
        for (bad, helps) in [
            ("eu-central-1a", "\"eu-central-1\""),
            ("EU_Central_1", "\"eu-central-1\""),
            ("frankfurt", "for example"),
            ("eu-central", "for example"),
            ("eu--1", "for example"),
            ("", "for example"),
        ] {
            let problem = check_region(bad).unwrap_or_else(|| panic!("{bad} passed"));
            assert!(problem.help.contains(helps), "{bad}: {}", problem.help);
        }
    }
}
