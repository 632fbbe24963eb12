//! Lifecycle rules: one rule for the whole bucket
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>).

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration,
};

use super::Shown;
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

/// The rules as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObservedLifecycle {
    /// No rules.
    None,
    /// One rule like ours.
    Ours(Lifecycle),
    /// Anything else, in words.
    Other(String),
}

impl Lifecycle {
    /// The rule that the configuration asks for, if any.
    #[must_use]
    pub fn wanted(config: &BucketConfig) -> Option<Self> {
        let lifecycle = Self {
            expire_days: config.expire_days,
            noncurrent_days: config.noncurrent_days.filter(|_| config.versioning),
            abort_multipart_days: config.abort_multipart_days,
        };
        (lifecycle != Self { expire_days: None, noncurrent_days: None, abort_multipart_days: None })
            .then_some(lifecycle)
    }

    pub(super) fn shown(&self) -> Option<Shown> {
        Shown::value(self, serde_json::json!(self))
    }

    /// The document for S3.
    ///
    /// # Errors
    /// Never in practice: every mandatory member is set.
    pub(super) fn to_s3(
        self,
    ) -> Result<BucketLifecycleConfiguration, aws_smithy_types::error::operation::BuildError> {
        let days = u32::cast_signed;
        let rule = LifecycleRule::builder()
            .id(RULE_ID)
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix("").build())
            .set_expiration(self.expire_days.map(|d| LifecycleExpiration::builder().days(days(d)).build()))
            .set_noncurrent_version_expiration(
                self.noncurrent_days
                    .map(|d| NoncurrentVersionExpiration::builder().noncurrent_days(days(d)).build()),
            )
            .set_abort_incomplete_multipart_upload(
                self.abort_multipart_days.map(|d| {
                    AbortIncompleteMultipartUpload::builder().days_after_initiation(days(d)).build()
                }),
            )
            .build()?;
        BucketLifecycleConfiguration::builder().rules(rule).build()
    }
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
    pub(super) fn from_s3(rules: &[LifecycleRule]) -> Self {
        match rules {
            [] => Self::None,
            [rule] => like_ours(rule)
                .map_or_else(|| Self::Other(format!("rule {}", rule.id().unwrap_or("?"))), Self::Ours),
            many => {
                let ids: Vec<&str> = many.iter().map(|rule| rule.id().unwrap_or("?")).collect();
                Self::Other(format!("rules {}", ids.join(", ")))
            }
        }
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
            Self::Other(words) => Shown::text(words),
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
