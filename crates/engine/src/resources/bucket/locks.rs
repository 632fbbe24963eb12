//! What Object Lock keeps from being deleted: versions with a retention that is not over, or with a legal hold
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>).

use aws_sdk_s3::types::{ObjectLockEnabled, ObjectLockLegalHoldStatus};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use futures::{StreamExt, TryStreamExt};

use super::empty::{listed_version, pages};
use crate::aws::{Aws, AwsCall, AwsError};

/// Versions looked at, each with a call of its own. Object Lock is rare, and where it is used one finds a locked
/// version among the first.
const LOOKED_AT: usize = 1000;
/// Looks under way at once.
const CONCURRENT: usize = 16;

/// A version that cannot be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Its key.
    pub key: String,
    /// Why, in words.
    pub why: String,
}

/// A version of the bucket that is locked, if there is one.
///
/// # Errors
/// When a call fails. Without the right to it none is known.
pub async fn locked(aws: &Aws, bucket: &str) -> Result<Option<Lock>, AwsError> {
    let request = aws.s3.get_object_lock_configuration().bucket(bucket);
    let configuration = match request.send().await.aws("GetObjectLockConfiguration") {
        Err(error) if error.is_access_denied() || error.is_not_found() => return Ok(None),
        output => output?.object_lock_configuration,
    };
    if configuration.and_then(|it| it.object_lock_enabled) != Some(ObjectLockEnabled::Enabled) {
        return Ok(None);
    }
    let mut versions = Vec::new();
    let mut pages = pages(aws, bucket);
    while let Some(page) = pages.try_next().await? {
        for version in page.versions() {
            let key = listed_version(&page, version.key().unwrap_or_default())?;
            versions.push((key, version.version_id().map(str::to_owned)));
        }
        if versions.len() >= LOOKED_AT {
            break;
        }
    }
    let looks = futures::stream::iter(versions)
        .map(|(key, version)| lock_of(aws, bucket, key, version))
        .buffer_unordered(CONCURRENT);
    looks.try_filter_map(|lock| async { Ok(lock) }).boxed().try_next().await
}

async fn lock_of(
    aws: &Aws,
    bucket: &str,
    key: String,
    version: Option<String>,
) -> Result<Option<Lock>, AwsError> {
    let request = aws.s3.head_object().bucket(bucket).key(&key).set_version_id(version);
    let head = match request.send().await.aws("HeadObject") {
        // Gone meanwhile, or not to be read: deleting it tells.
        Err(error) if error.is_rejection() || error.is_not_found() => return Ok(None),
        head => head?,
    };
    let now = DateTime::from(std::time::SystemTime::now());
    let why = if head.object_lock_legal_hold_status() == Some(&ObjectLockLegalHoldStatus::On) {
        Some("is under a legal hold".to_owned())
    } else {
        let until = head.object_lock_retain_until_date().filter(|until| until.secs() > now.secs());
        until.and_then(|until| until.fmt(Format::DateTime).ok()).map(|until| {
            let mode = head.object_lock_mode().map_or("Object Lock", |mode| mode.as_str());
            format!("is retained until {until} ({mode})")
        })
    };
    Ok(why.map(|why| Lock { key, why }))
}
