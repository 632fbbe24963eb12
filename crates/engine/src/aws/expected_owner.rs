//! Whose bucket: each call of S3 names the account that the bucket must be of
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>). Names of buckets are given
//! back when a bucket is deleted, and whoever takes one then would get the pictures that were meant for ours.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

const HEADER: &str = "x-amz-expected-bucket-owner";
/// Calls that are about no bucket yet.
const WITHOUT_BUCKET: [&str; 2] = ["CreateBucket", "ListBuckets"];

/// Adds the owner to every call of a client, so that none can be forgotten.
#[derive(Debug, Clone)]
pub(super) struct ExpectedOwner(pub(super) String);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for ExpectedOwner {
    fn name(&self) -> &'static str {
        "ExpectedOwner"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let is_of_bucket =
            config.load::<Metadata>().is_none_or(|call| !WITHOUT_BUCKET.contains(&call.name()));
        if is_of_bucket {
            context.request_mut().headers_mut().insert(HEADER, self.0.clone());
        }
        Ok(())
    }
}
