//! When S3 deletes what is in a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>

use crate::config::errors::Problem;
use crate::config::reader::Limits;

/// A number of days in a lifecycle rule.
pub(in crate::config) const DAYS: Limits = Limits {
    range: 1..=i32::MAX as i64,
    unit: "days",
    why: "S3's lifecycle rules count whole days, from 1: \
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
};

/// Without versioning there are no noncurrent versions to delete.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html#intro-lifecycle-rules-actions>
pub(in crate::config) fn check_noncurrent(versioning: bool, days: Option<u32>) -> Option<Problem> {
    (!versioning && days.is_some()).then(|| {
        Problem::new(
            "`noncurrent_days` in a bucket without versioning",
            "only a bucket with versioning keeps the versions that were overwritten or deleted: \
             https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
            "set versioning = true, or remove this line (`expire_days` deletes current objects)",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noncurrent_versions_need_versioning() {
        assert!(check_noncurrent(false, Some(1)).is_some());
        for (versioning, days) in [(false, None), (true, None), (true, Some(1))] {
            assert_eq!(check_noncurrent(versioning, days), None);
        }
    }
}
