//! What role and users have in common in IAM.

use serde_json::Value;

use crate::aws::AwsError;
use crate::stack::Tags;

/// Why a call on a principal that was just made is tried again
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>).
pub(super) fn propagating(error: &AwsError) -> Option<&'static str> {
    if error.is_not_found() {
        Some("IAM does not show what was just created everywhere yet")
    } else {
        busy(error)
    }
}

/// Why a call that creates or deletes is tried again.
pub(super) fn busy(error: &AwsError) -> Option<&'static str> {
    error.is_conflict().then_some("another change in IAM is under way")
}

/// IAM answers with URL-encoded documents (RFC 3986).
pub(super) fn document(encoded: &str) -> Value {
    let text = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
    serde_json::from_str(&text).unwrap_or(Value::String(text.into_owned()))
}

/// Tags out of IAM's type.
pub(super) fn from_iam(tags: &[aws_sdk_iam::types::Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// Tags in IAM's type.
pub(super) fn to_iam(tags: &Tags) -> Vec<aws_sdk_iam::types::Tag> {
    tags.iter()
        .filter_map(|(key, value)| aws_sdk_iam::types::Tag::builder().key(key).value(value).build().ok())
        .collect()
}

/// A thing that is gone already needs no deletion.
pub(super) fn gone<T>(result: Result<T, AwsError>) -> Result<(), AwsError> {
    match result {
        Err(error) if error.is_not_found() => Ok(()),
        other => other.map(drop),
    }
}
