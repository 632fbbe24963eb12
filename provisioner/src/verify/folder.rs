//! Where a run puts its canaries, and how they go again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_s3::types::EncodingType;
use contract::event::decode_key;
use engine::aws::{Aws, AwsCall, AwsError};
use engine::config::{BucketRole, TriggerConfig, UserConfig};
use engine::stack::Stack;

/// What every run puts its canaries below.
const FOLDER: &str = "provisioner-verify/";

/// A killed run's canaries are this old when they go. Those of a run that goes on are younger.
const LEFT: Duration = Duration::from_secs(60 * 60);

/// The folder of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Tells runs apart.
    run: String,
}

impl Folder {
    /// For this run.
    pub(crate) fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { run: format!("{:x}-{:x}", std::process::id(), now.as_nanos()) }
    }

    /// The folder below a prefix.
    pub(crate) fn below(&self, prefix: &str) -> String {
        format!("{prefix}{FOLDER}{}/", self.run)
    }

    /// Puts something to read under `key` in both buckets.
    ///
    /// # Errors
    /// When S3 refuses or cannot be reached.
    pub(crate) async fn put_probes(aws: &Aws, stack: &Stack, key: &str) -> Result<(), AwsError> {
        for role in [BucketRole::Source, BucketRole::Destination] {
            let put =
                aws.s3.put_object().bucket(stack.names.bucket(role)).key(key).body(b"x".to_vec().into());
            put.expected_bucket_owner(&aws.account).send().await.aws("PutObject")?;
        }
        Ok(())
    }

    /// Deletes every version of everything that this run has put into the buckets.
    ///
    /// # Errors
    /// When S3 refuses or cannot be reached: something is left then, and the next run deletes it.
    pub(crate) async fn remove(&self, aws: &Aws, stack: &Stack) -> Result<(), AwsError> {
        for (bucket, prefix) in places(stack) {
            remove(aws, bucket, &self.below(&prefix), None).await?;
        }
        Ok(())
    }

    /// Deletes what killed runs have left.
    ///
    /// # Errors
    /// When S3 refuses or cannot be reached.
    pub(crate) async fn remove_leftovers(aws: &Aws, stack: &Stack) -> Result<usize, AwsError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let before = i64::try_from(now.saturating_sub(LEFT).as_secs()).unwrap_or(0);
        let mut count = 0;
        for (bucket, prefix) in places(stack) {
            count += remove(aws, bucket, &format!("{prefix}{FOLDER}"), Some(before)).await?;
        }
        Ok(count)
    }
}

/// What keys of uploads of this user begin with that start the function; `None`: there are no such keys.
pub(crate) fn base(trigger: &TriggerConfig, user: Option<&UserConfig>) -> Option<String> {
    let user = user.map_or("", |user| &user.prefix);
    if user.starts_with(&trigger.prefix) {
        Some(user.to_owned())
    } else {
        trigger.prefix.starts_with(user).then(|| trigger.prefix.clone())
    }
}

/// Every place in the buckets that a run may put something below.
fn places(stack: &Stack) -> Vec<(&str, String)> {
    let mut prefixes: Vec<String> = stack.config.users.iter().map(|user| user.prefix.clone()).collect();
    prefixes.extend([String::new(), stack.config.trigger.prefix.clone()]);
    prefixes.sort();
    prefixes.dedup();
    let buckets = [BucketRole::Source, BucketRole::Destination].map(|role| stack.names.bucket(role));
    buckets.iter().flat_map(|bucket| prefixes.iter().map(|prefix| (*bucket, prefix.clone()))).collect()
}

/// Deletes all versions below a prefix, or only those from before a time. Returns how many there were.
async fn remove(aws: &Aws, bucket: &str, prefix: &str, before: Option<i64>) -> Result<usize, AwsError> {
    const LIST: &str = "ListObjectVersions";
    let mut count = 0;
    let mut position = (None, None);
    loop {
        let page = aws
            .s3
            .list_object_versions()
            .bucket(bucket)
            .prefix(prefix)
            .expected_bucket_owner(&aws.account)
            .encoding_type(EncodingType::Url)
            .set_key_marker(position.0.take())
            .set_version_id_marker(position.1.take())
            .send()
            .await
            .aws(LIST)?;
        let versions = page.versions().iter().map(|it| (it.key(), it.version_id(), it.last_modified()));
        let markers = page.delete_markers().iter().map(|it| (it.key(), it.version_id(), it.last_modified()));
        for (key, version, modified) in versions.chain(markers) {
            let is_old = before.is_none_or(|before| modified.is_some_and(|at| at.secs() < before));
            let Some(key) = key.and_then(|key| decode_key(key).ok()).filter(|_| is_old) else { continue };
            let delete =
                aws.s3.delete_object().bucket(bucket).key(key).set_version_id(version.map(str::to_owned));
            match delete.expected_bucket_owner(&aws.account).send().await.aws("DeleteObject") {
                Err(error) if !error.is_not_found() => return Err(error),
                _ => count += 1,
            }
        }
        if page.is_truncated() != Some(true) {
            return Ok(count);
        }
        let marker = |text: Option<&str>| text.and_then(|text| decode_key(text).ok());
        position = (marker(page.next_key_marker()), page.next_version_id_marker().map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use engine::config::{Access, UserKind};

    use super::*;

    #[test]
    fn canaries_go_where_the_user_may_write_and_the_function_starts() {
        let at = |trigger: &str, user: Option<&str>| {
            let trigger =
                TriggerConfig { prefix: trigger.to_owned(), suffixes: Vec::new(), mirror_deletes: false };
            let user = user.map(|prefix| UserConfig {
                name: "a".to_owned(),
                bucket: BucketRole::Source,
                access: Access::ReadWrite,
                prefix: prefix.to_owned(),
                kind: UserKind::User,
            });
            base(&trigger, user.as_ref())
        };
        assert_eq!(at("", None).as_deref(), Some(""));
        assert_eq!(at("in/", Some("")).as_deref(), Some("in/"));
        assert_eq!(at("in/", Some("in/ann/")).as_deref(), Some("in/ann/"));
        assert_eq!(at("", Some("ann/")).as_deref(), Some("ann/"));
        assert_eq!(at("in/", Some("ann/")), None);
    }
}
