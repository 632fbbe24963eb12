//! The objects of a bucket, in the order of their keys, a page ahead of who reads them.

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::EncodingType;
use futures::stream::{BoxStream, StreamExt, TryStreamExt, iter, try_unfold};
use tokio::task::JoinHandle;

use crate::aws::{Aws, AwsCall, AwsError, Transport};
use crate::resources::bucket::listed_key;

const LIST: &str = "ListObjectsV2";

/// An object, as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key, decoded.
    pub key: String,
    /// When it was written, in seconds since 1970. S3 tells whole seconds.
    pub modified: i64,
    /// Its length in bytes.
    pub bytes: u64,
}

type Page = Result<ListObjectsV2Output, AwsError>;

/// All current objects whose keys begin with `prefix`.
///
/// The next page is asked for as soon as one is there, so that who reads two listings at once waits for neither.
pub(super) fn objects<'a>(
    aws: &'a Aws,
    bucket: &'a str,
    prefix: &'a str,
) -> BoxStream<'a, Result<Object, AwsError>> {
    let first = Some(ask(aws, bucket, prefix, None));
    let pages = try_unfold(first, move |asked| async move {
        let Some(asked) = asked else { return Ok(None) };
        let page = asked.await.map_err(|_| unreadable("the listing was given up".to_owned()))??;
        let next =
            page.next_continuation_token().map(|token| ask(aws, bucket, prefix, Some(token.to_owned())));
        Ok(Some((page, next)))
    });
    let mut before: Option<String> = None;
    pages
        .map_ok(|page| iter(objects_of(&page)))
        .try_flatten()
        .map(move |object| {
            let object = object?;
            // A merge of what is not sorted would call clean pictures pending.
            if before.as_ref().is_some_and(|before| before.as_bytes() >= object.key.as_bytes()) {
                return Err(unreadable(format!("S3 listed {:?} behind {:?}", object.key, before)));
            }
            before = Some(object.key.clone());
            Ok(object)
        })
        .boxed()
}

fn ask(aws: &Aws, bucket: &str, prefix: &str, token: Option<String>) -> JoinHandle<Page> {
    let request = aws
        .s3
        .list_objects_v2()
        .bucket(bucket)
        .expected_bucket_owner(&aws.account)
        .encoding_type(EncodingType::Url)
        .set_prefix((!prefix.is_empty()).then(|| prefix.to_owned()))
        .set_continuation_token(token);
    tokio::spawn(async move { request.send().await.aws(LIST) })
}

fn objects_of(page: &ListObjectsV2Output) -> Vec<Result<Object, AwsError>> {
    let object = |object: &aws_sdk_s3::types::Object| {
        Ok(Object {
            key: listed_key(LIST, page.encoding_type(), object.key().unwrap_or_default())?,
            modified: object.last_modified().map_or(0, aws_sdk_s3::primitives::DateTime::secs),
            bytes: u64::try_from(object.size().unwrap_or(0)).unwrap_or(0),
        })
    };
    page.contents().iter().map(object).collect()
}

fn unreadable(message: String) -> AwsError {
    AwsError {
        operation: LIST,
        code: None,
        status: None,
        message,
        request_id: None,
        transport: Some(Transport::Response),
    }
}
