//! Whether a new key works, asked of S3 itself.

use std::time::Instant;

use aws_sdk_s3::Client;
use engine::aws::{AwsCall, AwsError, Deadline, Wait, until};
use engine::config::UserConfig;
use engine::stack::Stack;

use super::key::{AccessKey, not_known_yet};

/// Waits until S3 lets the user do with this key what it may: to write, or to list.
///
/// # Errors
/// When S3 still refuses the key at the deadline, or fails otherwise.
pub(crate) async fn prove(
    client: &Client,
    stack: &Stack,
    user: &UserConfig,
    on_wait: &(dyn for<'w> Fn(Wait<'w>) + Sync),
) -> Result<(), AwsError> {
    let bucket = stack.names.bucket(user.bucket);
    if user.access.writes() {
        return AccessKey::wait_until_usable(client, bucket, &format!("{}probe", user.prefix), on_wait).await;
    }
    let start = Instant::now();
    let reason = |error: &AwsError| not_known_yet(error, start.elapsed());
    until(Deadline::PROPAGATION, on_wait, reason, async || {
        let list = client.list_objects_v2().bucket(bucket).prefix(&user.prefix).max_keys(1);
        list.send().await.aws("ListObjectsV2").map(drop)
    })
    .await
}
