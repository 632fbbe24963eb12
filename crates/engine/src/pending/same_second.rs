//! A picture and its copy that were written within the same second: S3 tells whole seconds, so that the listings cannot
//! say whether the copy is of this picture or of the one before. The copy itself can: the function writes into its
//! metadata which version it was made of.

use contract::provenance::CLEANED_FROM;

use crate::aws::{Aws, AwsCall, AwsError};
use crate::config::BucketRole;
use crate::stack::Stack;

/// Whether the copy says that it was made of the version that is the newest. One that says nothing was not.
pub(super) async fn is_copy_of_the_newest(aws: &Aws, stack: &Stack, key: &str) -> Result<bool, AwsError> {
    let head = async |role: BucketRole| {
        let request = aws.s3.head_object().bucket(stack.names.bucket(role)).key(key);
        match request.expected_bucket_owner(&aws.account).send().await.aws("HeadObject") {
            Ok(head) => Ok(Some(head)),
            // Deleted since it was listed.
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    };
    let (source, copy) = futures::try_join!(head(BucketRole::Source), head(BucketRole::Destination))?;
    let newest = source.as_ref().and_then(|head| head.version_id());
    let made_of = copy.as_ref().and_then(|head| head.metadata()?.get(CLEANED_FROM));
    Ok(newest.is_some() && newest == made_of.map(String::as_str))
}
