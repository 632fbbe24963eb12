//! Environment variables of the function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>

use std::collections::BTreeMap;

use contract::environment::{
    DESTINATION_BUCKET, GAIN_MAPS, HIDDEN_PIXELS, ICC, KEEP, KEEP_USER_METADATA, MAX_MEGAPIXELS,
    MIRROR_DELETES, SOURCE_BUCKET, VARIABLES,
};

use crate::config::errors::Problem;
use crate::config::reader::quoted;

const RULES: &str = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html";

/// Variables that Lambda sets and does not let anybody set, besides all that
/// begin with `AWS_LAMBDA_` or `LAMBDA_`.
const RESERVED: &[&str] = &[
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

/// Lambda's limit for all variables together.
const MOST_BYTES: usize = 4096;

/// Checks the name of a variable.
pub(in crate::config) fn check_name(name: &str) -> Option<Problem> {
    let message = |what: &str| format!("the environment variable {} {what}", quoted(name));
    if RESERVED.contains(&name) || name.starts_with("AWS_LAMBDA_") || name.starts_with("LAMBDA_") {
        let note = format!("Lambda sets it and refuses to let it be set: {RULES}");
        return Some(Problem::new(message("is reserved"), note, "remove it, or choose another name"));
    }
    if VARIABLES.contains(&name) {
        let help = match name {
            SOURCE_BUCKET => "set `bucket` in [source]",
            DESTINATION_BUCKET => "set `bucket` in [destination]",
            KEEP_USER_METADATA => "set `keep_user_metadata` in [function]",
            ICC => "set `icc` in [function]",
            GAIN_MAPS => "set `gain_maps` in [function]",
            HIDDEN_PIXELS => "set `hidden_pixels` in [function]",
            MAX_MEGAPIXELS => "set `max_megapixels` in [function]",
            MIRROR_DELETES => "set `mirror_deletes` in [trigger]",
            KEEP => "set `keep` in [function]",
            _ => "set `orientation` in [function]",
        };
        return Some(Problem::new(
            message("is set by the stack"),
            "the function is configured with it",
            help,
        ));
    }
    let valid = name.len() >= 2
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!valid).then(|| {
        let note =
            format!("names are at least two letters, digits or underscores and begin with a letter: {RULES}");
        Problem::new(
            message("has a name that Lambda refuses"),
            note,
            "choose another name, e.g. \"RUST_LOG\"",
        )
    })
}

/// Checks the size of all variables together, ours with their longest values.
pub(in crate::config) fn check_size(environment: &BTreeMap<String, String>) -> Option<Problem> {
    // Lambda measures the JSON text of the map.
    let mut all = environment.clone();
    all.extend(VARIABLES.iter().map(|name| ((*name).to_owned(), "x".repeat(63))));
    let size = serde_json::to_string(&all).map_or(usize::MAX, |text| text.len());
    (size > MOST_BYTES).then(|| {
        Problem::new(
            format!("the environment has {size} bytes, the stack's own variables included"),
            format!("all variables of a function together have at most {MOST_BYTES} bytes: {RULES}"),
            format!("make it {} bytes shorter", size - MOST_BYTES),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_lambdas_rule() {
        for good in ["RUST_LOG", "ab", "TZ", "A1", "AWS_MAX_ATTEMPTS"] {
            assert_eq!(check_name(good), None, "{good}");
        }
        for (bad, says) in [
            ("", "refuses"),
            ("A", "refuses"),
            ("1A", "refuses"),
            ("_A", "refuses"),
            ("A-B", "refuses"),
            ("A B", "refuses"),
            ("ÄB", "refuses"),
            ("_HANDLER", "is reserved"),
            ("AWS_REGION", "is reserved"),
            ("AWS_SECRET_ACCESS_KEY", "is reserved"),
            ("AWS_LAMBDA_RUNTIME_API", "is reserved"),
            ("LAMBDA_TASK_ROOT", "is reserved"),
            ("SOURCE_BUCKET", "is set by the stack"),
            ("DESTINATION_BUCKET", "is set by the stack"),
            ("KEEP_USER_METADATA", "is set by the stack"),
            ("ORIENTATION", "is set by the stack"),
            ("ICC", "is set by the stack"),
            ("GAIN_MAPS", "is set by the stack"),
            ("HIDDEN_PIXELS", "is set by the stack"),
            ("MAX_MEGAPIXELS", "is set by the stack"),
            ("MIRROR_DELETES", "is set by the stack"),
            ("KEEP", "is set by the stack"),
        ] {
            let problem = check_name(bad).unwrap_or_else(|| panic!("{bad} passed"));
            assert!(problem.message.contains(says), "{bad}: {}", problem.message);
        }
    }

    #[test]
    fn four_kilobytes_and_not_one_more() {
        let of = |length: usize| BTreeMap::from([("BIG".to_owned(), "x".repeat(length))]);
        let fits = (0..MOST_BYTES).rev().find(|length| check_size(&of(*length)).is_none()).unwrap();
        assert!(fits > 3000, "{fits}");
        assert!(check_size(&of(fits + 1)).unwrap().help.contains("1 bytes"));
        // Characters that JSON escapes count double.
        assert!(check_size(&BTreeMap::from([("BIG".to_owned(), "\"".repeat(2000))])).is_some());
    }
}
