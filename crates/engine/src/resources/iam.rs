//! How IAM speaks: errors that pass by themselves, URL-encoded documents, and its own types of what is simple.

use aws_sdk_iam::types::{AttachedPermissionsBoundary, AttachedPolicy, Tag};
use serde_json::Value;

use super::Context;
use crate::aws::{AwsError, Deadline, until};
use crate::stack::Tags;

/// Why a call that creates or deletes is tried again.
pub(super) const BUSY: &str = "another change in IAM is under way";

/// Why a call on an identity that was perhaps just made is tried again.
pub(super) fn not_shown_yet(error: &AwsError) -> Option<&'static str> {
    error.is_not_found().then_some("IAM does not show what was just created everywhere yet")
}

/// Repeats a call on an identity that was perhaps just made
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>).
pub(super) async fn until_consistent<T>(
    context: &Context<'_>,
    call: impl AsyncFnMut() -> Result<T, AwsError>,
) -> Result<(), AwsError> {
    until(
        Deadline::PROPAGATION,
        context.on_wait,
        |error| not_shown_yet(error).or_else(|| error.is_conflict().then_some(BUSY)),
        call,
    )
    .await
    .map(drop)
}

/// IAM answers with URL-encoded documents (RFC 3986).
pub(super) fn document(encoded: &str) -> Value {
    let text = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
    serde_json::from_str(&text).unwrap_or(Value::String(text.into_owned()))
}

/// ARNs of attached policies.
pub(super) fn arns(attached: &[AttachedPolicy]) -> Vec<String> {
    attached.iter().filter_map(AttachedPolicy::policy_arn).map(str::to_owned).collect()
}

/// ARN of a permissions boundary.
pub(super) fn boundary(boundary: Option<&AttachedPermissionsBoundary>) -> Option<String> {
    boundary.and_then(AttachedPermissionsBoundary::permissions_boundary_arn).map(str::to_owned)
}

/// Tags out of IAM's type.
pub(super) fn from_iam(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// Tags in IAM's type.
pub(super) fn to_iam(tags: &Tags) -> Vec<Tag> {
    tags.iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
}
