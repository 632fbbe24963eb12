//! What the function made of a picture.

use std::time::{Duration, Instant};

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use engine::aws::{Aws, AwsCall};

/// Waits until the object is there.
pub async fn clean_copy(aws: &Aws, bucket: &str, key: &str) -> Option<GetObjectOutput> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        match aws.s3.get_object().bucket(bucket).key(key).send().await.aws("GetObject") {
            Ok(object) => return Some(object),
            Err(error) if error.is_not_found() => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => panic!("{error}"),
        }
    }
    None
}
