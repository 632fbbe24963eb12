//! Lifecycle rules: one of ours for the whole bucket, told by its id
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>). Those of others stay.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, NoncurrentVersionExpiration,
};

use super::super::shared_document::{Document, ReadBody, WriteBody};
use super::Shown;
use crate::aws::{Aws, AwsCall, AwsError};
use crate::config::BucketConfig;

/// The id of our rule.
const RULE_ID: &str = "provisioner";

/// What our one rule does. All in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Lifecycle {
    /// Delete current objects.
    pub expire_days: Option<u32>,
    /// Delete noncurrent versions.
    pub noncurrent_days: Option<u32>,
    /// Abort multipart uploads.
    pub abort_multipart_days: Option<u32>,
}

/// The rule under our id as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObservedLifecycle {
    /// There is none.
    None,
    /// It does nothing that ours cannot do.
    Ours(Lifecycle),
    /// It does something else.
    Other,
}

impl Lifecycle {
    /// The rule that the configuration asks for, if any.
    #[must_use]
    pub fn wanted(config: &BucketConfig) -> Option<Self> {
        let lifecycle = Self {
            expire_days: config.expire_days,
            // Without versioning, too: what was kept while it was enabled would else stay for ever.
            noncurrent_days: config.noncurrent_days,
            abort_multipart_days: config.abort_multipart_days,
        };
        (lifecycle != Self { expire_days: None, noncurrent_days: None, abort_multipart_days: None })
            .then_some(lifecycle)
    }

    pub(super) fn shown(&self) -> Option<Shown> {
        Shown::value(self, serde_json::json!(self))
    }

    /// The rule for S3: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html>.
    fn to_xml(self) -> String {
        let element = |name: &str, unit: &str, days: Option<u32>| {
            days.map_or_else(String::new, |days| format!("<{name}><{unit}>{days}</{unit}></{name}>"))
        };
        format!(
            "<Rule>{}<ID>{RULE_ID}</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>{}{}</Rule>",
            element("Expiration", "Days", self.expire_days),
            element("NoncurrentVersionExpiration", "NoncurrentDays", self.noncurrent_days),
            element("AbortIncompleteMultipartUpload", "DaysAfterInitiation", self.abort_multipart_days),
        )
    }
}

/// Writes or deletes our rule. The rules of others are read right before, and go back as they came; a bucket that was
/// just created has none.
pub(super) async fn replace_ours(
    aws: &Aws,
    bucket: &str,
    is_new: bool,
    ours: Option<Lifecycle>,
) -> Result<(), AwsError> {
    const READ: &str = "GetBucketLifecycleConfiguration";
    const EMPTY: &str = r#"<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>"#;
    let (s3, owner, answer) = (&aws.s3, &aws.account, ReadBody::default());
    let mut current = None;
    if !is_new {
        let read = s3.get_bucket_lifecycle_configuration().bucket(bucket).expected_bucket_owner(owner);
        current = match read.customize().interceptor(answer.clone()).send().await.aws(READ) {
            Err(error) if error.is_not_found() && !error.is_no_such_bucket() => None,
            current => Some(current?),
        };
    }
    let text = if current.is_some() { answer.text() } else { EMPTY.to_owned() };
    let document = Document::of_answer(READ, &text)?;
    let ours = ours.map(Lifecycle::to_xml);
    let others = document.entries.iter().filter(|rule| rule.field("ID") != RULE_ID).map(|rule| rule.xml);
    let rules: Vec<&str> = others.chain(ours.as_deref()).collect();
    if rules.is_empty() {
        let delete = s3.delete_bucket_lifecycle().bucket(bucket).expected_bucket_owner(owner);
        return delete.send().await.aws("DeleteBucketLifecycle").map(drop);
    }
    s3.put_bucket_lifecycle_configuration()
        .bucket(bucket)
        .expected_bucket_owner(owner)
        // A part of the configuration that stands in a header; not sent back, it would be the default again.
        .set_transition_default_minimum_object_size(
            current.and_then(|current| current.transition_default_minimum_object_size().cloned()),
        )
        .set_lifecycle_configuration(
            BucketLifecycleConfiguration::builder().set_rules(Some(Vec::new())).build().ok(),
        )
        .customize()
        .interceptor(WriteBody(document.with_entries(rules)))
        .send()
        .await
        .aws("PutBucketLifecycleConfiguration")
        .map(drop)
}

impl std::fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [
            ("objects expire after", self.expire_days),
            ("noncurrent versions after", self.noncurrent_days),
            ("broken uploads after", self.abort_multipart_days),
        ];
        let words: Vec<String> =
            parts.iter().filter_map(|(what, days)| days.map(|days| format!("{what} {days} d"))).collect();
        f.write_str(&words.join(", "))
    }
}

impl ObservedLifecycle {
    /// The rule of ours, and the ids of those of others.
    pub(super) fn from_s3(rules: &[LifecycleRule]) -> (Self, Vec<String>) {
        let (ours, others): (Vec<_>, Vec<_>) = rules.iter().partition(|rule| rule.id() == Some(RULE_ID));
        let ours = ours.first().map_or(Self::None, |rule| like_ours(rule).map_or(Self::Other, Self::Ours));
        (ours, others.iter().map(|rule| rule.id().unwrap_or("without an id").to_owned()).collect())
    }

    pub(super) fn is(&self, wanted: Option<&Lifecycle>) -> bool {
        match (self, wanted) {
            (Self::None, None) => true,
            (Self::Ours(observed), Some(wanted)) => observed == wanted,
            _ => false,
        }
    }

    pub(super) fn shown(&self) -> Option<Shown> {
        match self {
            Self::None => None,
            Self::Ours(lifecycle) => lifecycle.shown(),
            Self::Other => Shown::text("something else"),
        }
    }
}

/// What the rule does when it does nothing that ours cannot do.
fn like_ours(rule: &LifecycleRule) -> Option<Lifecycle> {
    #[expect(deprecated, reason = "old rules still answer with it")]
    let old_prefix = rule.prefix();
    let whole_bucket = old_prefix.unwrap_or_default().is_empty()
        && rule.filter().is_none_or(|filter| {
            filter.prefix().unwrap_or_default().is_empty()
                && filter.tag().is_none()
                && filter.and().is_none()
                && filter.object_size_greater_than().is_none()
                && filter.object_size_less_than().is_none()
        });
    let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok()).filter(|days| *days > 0);
    let expiration = rule.expiration();
    let simple = rule.status() == &ExpirationStatus::Enabled
        && rule.transitions().is_empty()
        && rule.noncurrent_version_transitions().is_empty()
        && expiration.is_none_or(|e| e.date().is_none() && e.expired_object_delete_marker() != Some(true))
        && rule
            .noncurrent_version_expiration()
            .is_none_or(|e| e.newer_noncurrent_versions().is_none_or(|n| n == 0));
    (whole_bucket && simple).then(|| Lifecycle {
        expire_days: days(expiration.and_then(LifecycleExpiration::days)),
        noncurrent_days: days(
            rule.noncurrent_version_expiration().and_then(NoncurrentVersionExpiration::noncurrent_days),
        ),
        abort_multipart_days: days(
            rule.abort_incomplete_multipart_upload()
                .and_then(AbortIncompleteMultipartUpload::days_after_initiation),
        ),
    })
}

#[cfg(test)]
mod tests;
