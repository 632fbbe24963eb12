//! Waits until the clean copy of an upload is in bucket B, or until it is known
//! that there will be none.

use std::time::{Duration, Instant};

use aws_sdk_s3::primitives::DateTime;

use super::function_log::{About, Verdict, verdict};
use engine::aws::{Aws, AwsCall, AwsError, Backoff, Deadline, OnWait, Poll, Waited, poll_until};

/// Pauses between two looks; a picture of some megabytes takes about as long as the first one.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(100), cap: Duration::from_secs(1), factor: 1.5 };
/// When nothing came so far, the function's log may say why.
const SUSPICIOUS: Duration = Duration::from_secs(5);
/// Pause between two looks into the log, which are slow and rationed.
const LOG_PAUSE: Duration = Duration::from_secs(2);
/// The same, when only the log is waited for.
const LOG_PAUSE_REFUSED: Duration = Duration::from_millis(700);
/// How long to wait for the function's own word on what it will reject.
const REFUSED: Duration = Duration::from_secs(10);
/// Clocks of S3 and of the logs differ by less.
const SKEW: i64 = 5_000;

/// An object, as `HeadObject` shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    version_id: Option<String>,
    etag: Option<String>,
    /// In seconds.
    last_modified: Option<DateTime>,
    /// Its length in bytes.
    pub(crate) length: u64,
}

/// Looks at an object. `None`: it is not there.
///
/// # Errors
/// When S3 refuses or cannot be reached.
pub(super) async fn look(s3: &aws_sdk_s3::Client, bucket: &str, key: &str) -> Result<Option<Seen>, AwsError> {
    match s3.head_object().bucket(bucket).key(key).send().await.aws("HeadObject") {
        Ok(head) => Ok(Some(Seen {
            version_id: head.version_id,
            etag: head.e_tag,
            last_modified: head.last_modified,
            length: head.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or(0),
        })),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is waited for.
pub(crate) struct Awaited<'a> {
    /// Bucket A.
    pub(crate) source: &'a str,
    /// Bucket B.
    pub(crate) destination: &'a str,
    /// The function's log group.
    pub(crate) log_group: &'a str,
    /// The key, the same in both buckets.
    pub(crate) key: &'a str,
    /// The version that was uploaded, in a bucket with versioning.
    pub(crate) version_id: Option<&'a str>,
    /// What was in bucket B before the upload.
    pub(crate) before: Option<Seen>,
    /// The clean copy's length, when it is known.
    pub(crate) length: Option<u64>,
    /// The sanitizer refuses the picture here, so the function will, too.
    pub(crate) refused: bool,
    /// How long to wait.
    pub(crate) deadline: Duration,
}

/// How the wait ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// The clean copy is there.
    Clean(Seen),
    /// The function says that there will be none. Its reason, unless it was asked
    /// about a picture of which we know the reason, and was silent.
    Rejected(Option<String>),
    /// Nothing came in time. What the function failed of, if it says so.
    Overdue(Option<String>),
}

impl Awaited<'_> {
    /// Waits.
    ///
    /// # Errors
    /// When bucket B cannot be read.
    pub(crate) async fn wait(&self, aws: &Aws, on_wait: OnWait<'_>) -> Result<Found, AwsError> {
        let start = Instant::now();
        // Whoever may not read bucket A can still wait, only less exactly.
        let uploaded =
            look(&aws.s3, self.source, self.key).await.ok().flatten().and_then(|seen| seen.last_modified);
        let deadline = Deadline(if self.refused { self.deadline.min(REFUSED) } else { self.deadline });
        let mut log_at = if self.refused { Duration::ZERO } else { SUSPICIOUS };
        let mut failed = None;
        let waited = poll_until(BACKOFF, on_wait, async || {
            if let Some(now) = look(&aws.s3, self.destination, self.key).await?
                && self.is_the_copy(&now, uploaded)
            {
                return Ok(Poll::Ready(Found::Clean(now)));
            }
            let elapsed = start.elapsed();
            if elapsed >= log_at || elapsed >= deadline.0 {
                log_at = elapsed + if self.refused { LOG_PAUSE_REFUSED } else { LOG_PAUSE };
                match self.ask_the_log(aws, uploaded).await {
                    Some(Verdict::Rejected(reason)) => {
                        return Ok(Poll::Ready(Found::Rejected(Some(reason))));
                    }
                    Some(Verdict::Failed(reason)) => failed = Some(reason),
                    None => {}
                }
            }
            let why = if self.refused { "the function to say why" } else { "the clean copy" };
            Ok::<_, AwsError>(Poll::NotYet { why: why.into(), deadline, last: failed.clone() })
        });
        Ok(match waited.await? {
            Waited::Ready(found) => found,
            Waited::TimedOut(_) if self.refused => Found::Rejected(None),
            Waited::TimedOut(failed) => Found::Overdue(failed),
        })
    }

    /// The log explains, but is not needed: who may not read it waits without.
    async fn ask_the_log(&self, aws: &Aws, uploaded: Option<DateTime>) -> Option<Verdict> {
        let since = uploaded.and_then(|time| time.to_millis().ok()).unwrap_or(SKEW) - SKEW;
        let about = About { key: self.key, version_id: self.version_id, since };
        verdict(aws, self.log_group, about).await.ok().flatten()
    }

    /// Whether what is in bucket B now was written after the upload.
    fn is_the_copy(&self, now: &Seen, uploaded: Option<DateTime>) -> bool {
        if let (Some(written), Some(uploaded)) = (now.last_modified, uploaded)
            && written.secs() < uploaded.secs()
        {
            return false;
        }
        let Some(before) = &self.before else { return true };
        let has_versions = now.version_id.as_deref().is_some_and(|id| id != "null");
        if has_versions {
            return now.version_id != before.version_id;
        }
        // Without versions, the same picture uploaded twice within a second looks the same.
        now != before || self.length == Some(now.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(version: Option<&str>, etag: &str, at: i64) -> Seen {
        Seen {
            version_id: version.map(str::to_owned),
            etag: Some(etag.to_owned()),
            last_modified: Some(DateTime::from_secs(at)),
            length: 10,
        }
    }

    fn awaited(before: Option<Seen>) -> Awaited<'static> {
        Awaited {
            source: "a",
            destination: "b",
            log_group: "log",
            key: "k.jpg",
            version_id: None,
            before,
            length: Some(9),
            refused: false,
            deadline: Duration::ZERO,
        }
    }

    #[test]
    fn an_older_copy_is_not_taken_for_the_new_one() {
        let uploaded = Some(DateTime::from_secs(100));
        let old = seen(Some("v1"), "e", 100);
        assert!(!awaited(Some(old.clone())).is_the_copy(&old, uploaded));
        assert!(awaited(Some(old.clone())).is_the_copy(&seen(Some("v2"), "e", 100), uploaded));
        // A late copy of an earlier upload.
        assert!(!awaited(Some(old)).is_the_copy(&seen(Some("v2"), "e", 99), uploaded));
        assert!(!awaited(None).is_the_copy(&seen(Some("v2"), "e", 99), uploaded));
        assert!(awaited(None).is_the_copy(&seen(Some("v2"), "e", 99), None));
    }

    #[test]
    fn without_versions_the_rest_must_tell() {
        let uploaded = Some(DateTime::from_secs(100));
        for none in [None, Some("null")] {
            let old = seen(none, "e", 100);
            assert!(!awaited(Some(old.clone())).is_the_copy(&old, uploaded));
            assert!(awaited(Some(old.clone())).is_the_copy(&seen(none, "f", 100), uploaded));
            assert!(awaited(Some(old.clone())).is_the_copy(&seen(none, "e", 101), uploaded));
            let same_picture_again = Awaited { length: Some(10), ..awaited(Some(old.clone())) };
            assert!(same_picture_again.is_the_copy(&old, uploaded));
        }
    }
}
