//! When S3 deletes what is in a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>

use crate::config::reader::Limits;

/// A number of days in a lifecycle rule.
pub(in crate::config) const DAYS: Limits = Limits {
    range: 1..=i32::MAX as i64,
    unit: "days",
    why: "S3's lifecycle rules count whole days, from 1: \
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
};
