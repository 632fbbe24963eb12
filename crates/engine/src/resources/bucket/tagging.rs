//! Setting tags of a bucket: ours are set, those of others stay.

use aws_sdk_s3::types::{BucketAbacStatus, Tag, Tagging};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::escape::escape;

use super::super::shared_document::WriteBody;
use super::execute::build;
use crate::aws::{Aws, AwsCall, AwsError};
use crate::stack::{Tags, partition};

/// Sets tags.
pub(super) async fn set(aws: &Aws, bucket: &str, tags: &Tags) -> Result<(), AwsError> {
    match replace_all(aws, bucket, tags).await {
        Err(error) if error.is_rejection() => match has_abac(aws, bucket).await {
            Ok(true) => tag_resource(aws, bucket, tags).await,
            Ok(false) => Err(error),
            Err(unknown) => Err(unknown),
        },
        other => other,
    }
}

/// The call replaces the whole set, so tags of others are read right before, and written back.
async fn replace_all(aws: &Aws, bucket: &str, tags: &Tags) -> Result<(), AwsError> {
    let (s3, owner) = (&aws.s3, &aws.account);
    let current = s3.get_bucket_tagging().bucket(bucket).expected_bucket_owner(owner).send().await;
    let mut wanted = match current.aws("GetBucketTagging") {
        Err(error) if error.is_not_found() && !error.is_no_such_bucket() => Tags::new(),
        current => from_s3(current?.tag_set()),
    };
    wanted.extend(tags.clone());
    let tagging = build(Tagging::builder().set_tag_set(Some(to_s3(&wanted)?)).build())?;
    let request = s3.put_bucket_tagging().bucket(bucket).expected_bucket_owner(owner).tagging(tagging);
    request.send().await.aws("PutBucketTagging").map(drop)
}

/// Whether tags of the bucket give rights. Such a bucket refuses `PutBucketTagging`
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html>).
///
/// Whoever may not ask is told that: with this right alone it is known what else it takes.
async fn has_abac(aws: &Aws, bucket: &str) -> Result<bool, AwsError> {
    let request = aws.s3.get_bucket_abac().bucket(bucket).expected_bucket_owner(&aws.account);
    match request.send().await.aws("GetBucketAbac") {
        Err(error) if error.is_access_denied() => Err(error),
        answer => {
            let status = answer.ok().and_then(|output| output.abac_status?.status);
            Ok(status == Some(BucketAbacStatus::Enabled))
        }
    }
}

/// S3 Control's `TagResource`, which adds tags
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_TagResource.html>). It is signed as a call of S3, so
/// S3's client sends it: an SDK of its own for one rare call would cost more than all that it does.
async fn tag_resource(aws: &Aws, bucket: &str, tags: &Tags) -> Result<(), AwsError> {
    let mut body =
        "<TagResourceRequest xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\"><Tags>".to_owned();
    for (key, value) in tags {
        let tag = format!("<Tag><Key>{}</Key><Value>{}</Value></Tag>", escape(key), escape(value));
        body.push_str(&tag);
    }
    body.push_str("</Tags></TagResourceRequest>");
    let arn = format!("arn:{}:s3:::{bucket}", aws.partition);
    let host = match &aws.endpoint {
        Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
        None => {
            format!("https://{}.s3-control.{}.{}", aws.account, aws.region, partition::domain(&aws.partition))
        }
    };
    let uri = format!("{host}/v20180820/tags/{}", utf8_percent_encode(&arn, NON_ALPHANUMERIC));
    let account = aws.account.clone();
    let tagging = build(Tagging::builder().set_tag_set(Some(Vec::new())).build())?;
    aws.s3
        .put_bucket_tagging()
        .bucket(bucket)
        .tagging(tagging)
        .customize()
        .interceptor(WriteBody(body))
        .mutate_request(move |request| {
            // The address is ours from its scheme on, and so parses.
            let _ = request.set_method("POST").and(request.set_uri(uri.as_str()));
            request.headers_mut().insert("x-amz-account-id", account.clone());
        })
        .send()
        .await
        .aws("s3:TagResource")
        .map(drop)
}

pub(super) fn to_s3(tags: &Tags) -> Result<Vec<Tag>, AwsError> {
    build(tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect())
}

pub(super) fn from_s3(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}
