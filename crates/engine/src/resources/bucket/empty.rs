//! Counting and deleting what a bucket holds: objects, versions, delete
//! markers, multipart uploads; in batches of 1000, concurrently, and as often
//! as new ones arrive.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{Delete, EncodingType, ObjectIdentifier};
use futures::{StreamExt, TryStreamExt};

use super::super::{Context, Progress};
use super::blank_key::{addressed, for_sdk, is_blank};
use super::clean_copies::Keys;
use super::listed_key::{fits_xml, listed_key};
use crate::aws::{Aws, AwsCall, AwsError, Deadline, until};

/// `DeleteObjects` takes that many keys
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>).
const BATCH: i32 = 1000;
/// Batches under way at once.
const CONCURRENT: usize = 8;
/// Counting stops here: a plan need not be exact about millions.
const COUNT_PAGES: usize = 100;

/// What a bucket holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Contents {
    /// Current objects.
    pub objects: u64,
    /// Noncurrent versions.
    pub versions: u64,
    /// Delete markers.
    pub delete_markers: u64,
    /// Bytes of objects and versions.
    pub bytes: u64,
    /// Multipart uploads that were not completed.
    pub uploads: u64,
    /// There is more than was counted.
    pub more: bool,
}

impl Contents {
    /// Whether nothing of it is anybody's data. A delete marker holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects == 0 && self.versions == 0 && self.uploads == 0
    }

    /// How many keys there are to delete.
    fn keys(&self) -> u64 {
        self.objects + self.versions + self.delete_markers
    }

    /// Whether the bucket can be deleted as it is.
    #[must_use]
    pub fn is_deletable(&self) -> bool {
        self.is_empty() && self.delete_markers == 0
    }
}

impl std::fmt::Display for Contents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.more {
            f.write_str("more than ")?;
        }
        let plural = |count: u64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        write!(f, "{}", plural(self.objects, "object"))?;
        if self.versions > 0 {
            write!(f, ", {}", plural(self.versions, "old version"))?;
        }
        if self.delete_markers > 0 {
            write!(f, ", {}", plural(self.delete_markers, "delete marker"))?;
        }
        if self.uploads > 0 {
            write!(f, ", {}", plural(self.uploads, "unfinished upload"))?;
        }
        write!(f, ", {}", crate::units::bytes(self.bytes))
    }
}

/// Counts what a bucket holds.
///
/// # Errors
/// When a call fails. A bucket that does not exist holds nothing.
pub async fn count(aws: &Aws, bucket: &str) -> Result<Contents, AwsError> {
    Ok(list(aws, bucket).await?.0)
}

/// The same with the keys of its objects.
///
/// # Errors
/// As [`count`].
pub async fn list(aws: &Aws, bucket: &str) -> Result<(Contents, Keys), AwsError> {
    let (listed, uploads) = futures::join!(count_versions(aws, bucket), async {
        let request = aws.s3.list_multipart_uploads().bucket(bucket).expected_bucket_owner(&aws.account);
        request.encoding_type(EncodingType::Url).send().await.aws("ListMultipartUploads")
    });
    let (mut contents, keys) = match listed {
        Err(error) if error.is_no_such_bucket() => return Ok(Default::default()),
        other => other?,
    };
    let uploads = uploads?;
    contents.uploads = uploads.uploads().len() as u64;
    contents.more |= uploads.is_truncated() == Some(true);
    Ok((contents, keys))
}

async fn count_versions(aws: &Aws, bucket: &str) -> Result<(Contents, Keys), AwsError> {
    let (mut contents, mut keys) = (Contents::default(), Keys::default());
    let mut pages = pages(aws, bucket);
    let mut seen = 0;
    while let Some(page) = pages.try_next().await? {
        for version in page.versions() {
            if version.is_latest() == Some(true) {
                contents.objects += 1;
                let written = version.last_modified().map_or(0, DateTime::secs);
                keys.add(listed_version(&page, version.key().unwrap_or_default())?, written);
            } else {
                contents.versions += 1;
            }
            contents.bytes += u64::try_from(version.size().unwrap_or(0)).unwrap_or(0);
        }
        contents.delete_markers += page.delete_markers().len() as u64;
        seen += 1;
        if seen == COUNT_PAGES && page.is_truncated() == Some(true) {
            contents.more = true;
            keys.stop();
            break;
        }
    }
    Ok((contents, keys))
}

pub(super) type VersionsPage = aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;

/// The pages of `ListObjectVersions`, which the SDK has no paginator for.
pub(super) fn pages<'a>(
    aws: &'a Aws,
    bucket: &'a str,
) -> futures::stream::BoxStream<'a, Result<VersionsPage, AwsError>> {
    let first = Some((None::<String>, None::<String>));
    futures::stream::try_unfold(first, move |position| async move {
        let Some((key, version)) = position else { return Ok(None) };
        let page = aws
            .s3
            .list_object_versions()
            .bucket(bucket)
            .expected_bucket_owner(&aws.account)
            .max_keys(BATCH)
            .encoding_type(EncodingType::Url)
            .set_key_marker(key)
            .set_version_id_marker(version)
            .send()
            .await
            .aws("ListObjectVersions")?;
        if page.is_truncated() != Some(true) {
            return Ok(Some((page, None)));
        }
        let key = page.next_key_marker().map(|key| listed_version(&page, key)).transpose()?;
        let version = page.next_version_id_marker().map(str::to_owned);
        Ok(Some((page, Some((key, version)))))
    })
    .boxed()
}

pub(super) fn listed_version(page: &VersionsPage, key: &str) -> Result<String, AwsError> {
    listed_key("ListObjectVersions", page.encoding_type(), key)
}

/// Deletes everything in a bucket; `counted` is what the plan has found there. A bucket that is gone is empty.
/// Unless data is to be deleted only delete markers go: what has arrived since the plan was made is somebody's data.
pub(super) async fn empty(
    context: &Context<'_>,
    bucket: &str,
    counted: Option<&Contents>,
) -> Result<(), AwsError> {
    let total = counted.filter(|contents| !contents.more).map(Contents::keys);
    let uploads =
        async { if context.delete_data { abort_uploads(context.aws, bucket).await } else { Ok(()) } };
    let (objects, uploads) = futures::join!(delete_objects(context, bucket, total), uploads);
    match objects.and(uploads) {
        Err(error) if error.is_no_such_bucket() => Ok(()),
        other => other,
    }
}

async fn delete_objects(context: &Context<'_>, bucket: &str, total: Option<u64>) -> Result<(), AwsError> {
    let deleted = &AtomicU64::new(0);
    pages(context.aws, bucket)
        .try_for_each_concurrent(CONCURRENT, |page| async move {
            let versions = if context.delete_data { page.versions() } else { &[] };
            let mut batch = Vec::new();
            let mut singles = Vec::new();
            for (key, version) in versions
                .iter()
                .map(|version| (version.key(), version.version_id()))
                .chain(page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id())))
            {
                let Some(key) = key else { continue };
                let key = listed_version(&page, key)?;
                let version = version.filter(|version| !version.is_empty()).map(str::to_owned);
                if !fits_xml(&key) || is_blank(&key) {
                    singles.push((key, version));
                } else if let Ok(object) =
                    ObjectIdentifier::builder().key(key).set_version_id(version).build()
                {
                    batch.push(object);
                }
            }
            let count = (batch.len() + singles.len()) as u64;
            let singles = futures::stream::iter(singles)
                .map(|(key, version)| delete_one(context, bucket, key, version))
                .buffer_unordered(CONCURRENT)
                .try_collect::<()>();
            futures::try_join!(delete_batch(context, bucket, batch), singles)?;
            let done = deleted.fetch_add(count, Ordering::Relaxed) + count;
            (context.on_progress)(Progress { done, total, what: "objects deleted" });
            Ok(())
        })
        .await
}

/// Deletes one version whose key no `DeleteObjects` document can hold, or none for sure: readers of XML may drop white
/// space that stands alone.
async fn delete_one(
    context: &Context<'_>,
    bucket: &str,
    key: String,
    version: Option<String>,
) -> Result<(), AwsError> {
    let s3 = &context.aws.s3;
    let request = s3.delete_object().bucket(bucket).expected_bucket_owner(&context.aws.account);
    let request = request.key(for_sdk(&key)).set_version_id(version);
    match request.customize().map_request(addressed(&key)).send().await.aws("DeleteObject") {
        Err(error) if error.is_not_found() => Ok(()),
        other => other.map(drop),
    }
}

/// Deletes one batch. Keys that S3 was too busy for are tried again, and with them the whole batch: what is
/// deleted already stays so.
async fn delete_batch(
    context: &Context<'_>,
    bucket: &str,
    objects: Vec<ObjectIdentifier>,
) -> Result<(), AwsError> {
    if objects.is_empty() {
        return Ok(());
    }
    let Ok(delete) = Delete::builder().set_objects(Some(objects)).quiet(true).build() else { return Ok(()) };
    until(
        Deadline::PROPAGATION,
        context.on_wait,
        |error| error.is_internal().then_some("S3 could not delete all of a batch"),
        async || {
            let output = context
                .aws
                .s3
                .delete_objects()
                .bucket(bucket)
                .expected_bucket_owner(&context.aws.account)
                .delete(delete.clone())
                .send()
                .await
                .aws("DeleteObjects")?;
            // A batch answers 200 even when some of its keys could not be deleted.
            match output.errors().first() {
                None => Ok(()),
                Some(error) => Err(AwsError {
                    operation: "DeleteObjects",
                    code: error.code().map(str::to_owned),
                    status: None,
                    message: format!(
                        "{} of a batch could not be deleted, the first one is {:?}: {}",
                        output.errors().len(),
                        error.key().unwrap_or_default(),
                        error.message().unwrap_or_default()
                    ),
                    request_id: aws_types::request_id::RequestId::request_id(&output).map(str::to_owned),
                    transport: None,
                }),
            }
        },
    )
    .await
}

async fn abort_uploads(aws: &Aws, bucket: &str) -> Result<(), AwsError> {
    loop {
        let page = aws
            .s3
            .list_multipart_uploads()
            .bucket(bucket)
            .expected_bucket_owner(&aws.account)
            .encoding_type(EncodingType::Url)
            .send()
            .await
            .aws("ListMultipartUploads")?;
        let encoding = page.encoding_type();
        let aborts = page.uploads().iter().map(|upload| async move {
            let key = listed_key("ListMultipartUploads", encoding, upload.key().unwrap_or_default())?;
            let request = aws
                .s3
                .abort_multipart_upload()
                .bucket(bucket)
                .expected_bucket_owner(&aws.account)
                .key(for_sdk(&key))
                .set_upload_id(upload.upload_id().map(str::to_owned));
            match request.customize().map_request(addressed(&key)).send().await.aws("AbortMultipartUpload") {
                Err(error) if error.is_not_found() => Ok(()),
                other => other.map(drop),
            }
        });
        futures::stream::iter(aborts).buffer_unordered(CONCURRENT).try_collect::<Vec<_>>().await?;
        if page.is_truncated() != Some(true) {
            return Ok(());
        }
    }
}
