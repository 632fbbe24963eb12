//! Executing the changes of a bucket.

use std::cell::Cell;
use std::time::Duration;

use aws_sdk_s3::types::{
    BlockedEncryptionTypes, BucketCannedAcl, BucketLocationConstraint, BucketNamespace,
    BucketVersioningStatus, CreateBucketConfiguration, EncryptionType, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};
use aws_smithy_types::error::operation::BuildError;

use super::super::{Context, idempotent};
use super::{Aspect, Change, ObservedEncryption, Versioning, empty, lifecycle, observe, tagging};
use crate::aws::{AwsCall, AwsError, Deadline, until};

/// How long to wait for the name of a bucket that was deleted a moment ago. Mostly that is seconds; in another region
/// it can be an hour, which nobody should sit through
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html>).
const NAME_IS_FREE: Deadline = Deadline(Duration::from_secs(600));

pub(super) async fn execute(change: &Change, context: &Context<'_>) -> Result<(), AwsError> {
    let (s3, bucket) = (&context.aws.s3, change.bucket.as_str());
    let owner = context.aws.account.as_str();
    match &change.aspect {
        Aspect::Create { region } => create(context, bucket, region).await,
        Aspect::BlockPublicAccess => {
            let block = PublicAccessBlockConfiguration::builder()
                .block_public_acls(true)
                .ignore_public_acls(true)
                .block_public_policy(true)
                .restrict_public_buckets(true)
                .build();
            let written = until_consistent(context, async || {
                s3.put_public_access_block()
                    .bucket(bucket)
                    .expected_bucket_owner(owner)
                    .public_access_block_configuration(block.clone())
                    .send()
                    .await
                    .aws("PutPublicAccessBlock")
            });
            unless_so(written.await, observe::is_closed(context.aws, bucket)).await
        }
        Aspect::EnforceOwnership { .. } => {
            let rule =
                OwnershipControlsRule::builder().object_ownership(ObjectOwnership::BucketOwnerEnforced);
            let controls =
                build(rule.build().and_then(|rule| OwnershipControls::builder().rules(rule).build()))?;
            let enforce = async || {
                s3.put_bucket_ownership_controls()
                    .bucket(bucket)
                    .expected_bucket_owner(owner)
                    .ownership_controls(controls.clone())
                    .send()
                    .await
                    .aws("PutBucketOwnershipControls")
            };
            let written = until_consistent(context, async || match enforce().await {
                Err(error) if error.is_acl_in_the_way() => {
                    let reset = s3.put_bucket_acl().bucket(bucket).expected_bucket_owner(owner);
                    reset.acl(BucketCannedAcl::Private).send().await.aws("PutBucketAcl")?;
                    enforce().await
                }
                other => other,
            });
            unless_so(written.await, observe::is_without_acls(context.aws, bucket)).await
        }
        Aspect::SetEncryption { to, .. } => {
            let configuration = build(encryption(to))?;
            until_consistent(context, async || {
                s3.put_bucket_encryption()
                    .bucket(bucket)
                    .expected_bucket_owner(owner)
                    .server_side_encryption_configuration(configuration.clone())
                    .send()
                    .await
                    .aws("PutBucketEncryption")
            })
            .await
        }
        Aspect::SetVersioning { to, .. } => {
            let status = match to {
                Versioning::Enabled => BucketVersioningStatus::Enabled,
                Versioning::Off | Versioning::Suspended => BucketVersioningStatus::Suspended,
            };
            let configuration = VersioningConfiguration::builder().status(status).build();
            until_consistent(context, async || {
                s3.put_bucket_versioning()
                    .bucket(bucket)
                    .expected_bucket_owner(owner)
                    .versioning_configuration(configuration.clone())
                    .send()
                    .await
                    .aws("PutBucketVersioning")
            })
            .await
        }
        Aspect::SetPolicy { to, .. } => {
            until_consistent(context, async || {
                s3.put_bucket_policy()
                    .bucket(bucket)
                    .expected_bucket_owner(owner)
                    .policy(to.to_string())
                    .send()
                    .await
                    .aws("PutBucketPolicy")
            })
            .await
        }
        Aspect::SetLifecycle { to, is_new, .. } => {
            until_consistent(context, async || {
                lifecycle::replace_ours(context.aws, bucket, *is_new, *to).await
            })
            .await
        }
        Aspect::SetTags { set, .. } => {
            until_consistent(context, async || tagging::set(context.aws, bucket, set).await).await
        }
        Aspect::Empty { contents } => empty::empty(context, bucket, Some(contents)).await,
        Aspect::Delete => delete(context, bucket).await,
    }
}

/// What a bucket is created without, because these credentials may not set it in that call. It is set right after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeftOut {
    Nothing,
    /// Which new buckets have anyway.
    Ownership,
    /// Ownership, too: S3 does not say which of them was denied.
    Tags,
}

impl LeftOut {
    fn next(self) -> Option<Self> {
        match self {
            Self::Nothing => Some(Self::Ownership),
            Self::Ownership => Some(Self::Tags),
            Self::Tags => None,
        }
    }

    fn why(self) -> &'static str {
        match self {
            Self::Tags => "denied: trying without its tags (s3:TagResource), which are set right after",
            _ => "denied: trying without object ownership (s3:PutBucketOwnershipControls)",
        }
    }

    fn ownership(self) -> Option<ObjectOwnership> {
        (self == Self::Nothing).then_some(ObjectOwnership::BucketOwnerEnforced)
    }
}

/// Creates a bucket that carries our mark from its first moment, so that a run
/// which dies right after leaves nothing that looks foreign.
async fn create(context: &Context<'_>, bucket: &str, region: &str) -> Result<(), AwsError> {
    let mut configuration =
        CreateBucketConfiguration::builder().set_tags(Some(tagging::to_s3(&context.stack.tags)?));
    // us-east-1 is the one region that must not be named.
    if region != "us-east-1" {
        configuration = configuration.location_constraint(BucketLocationConstraint::from(region));
    }
    let configuration = configuration.build();
    // Only there, and must be said: a name alone does not choose the namespace.
    let namespace =
        context.stack.names.is_account_regional(bucket).then_some(BucketNamespace::AccountRegional);
    let untagged = configuration
        .location_constraint()
        .map(|region| CreateBucketConfiguration::builder().location_constraint(region.clone()).build());
    let left_out = Cell::new(LeftOut::Nothing);
    let created = until(
        NAME_IS_FREE,
        context.on_wait,
        |error| {
            if error.is_access_denied() {
                return left_out.get().next().map(|next| {
                    left_out.set(next);
                    next.why()
                });
            }
            (error.is_conflict() && !error.is_already_exists())
                .then_some("S3 has not given the name of a deleted bucket back yet, which can take an hour")
        },
        async || {
            context
                .aws
                .s3
                .create_bucket()
                .bucket(bucket)
                .set_object_ownership(left_out.get().ownership())
                .set_bucket_namespace(namespace.clone())
                .set_create_bucket_configuration(match left_out.get() {
                    LeftOut::Tags => untagged.clone(),
                    _ => Some(configuration.clone()),
                })
                .send()
                .await
                .aws("CreateBucket")
        },
    )
    .await;
    idempotent::ok_if_exists(created)
}

/// Deletes a bucket. Objects that arrived after it was emptied are deleted, too, when the plan said that data
/// goes, as often as it takes.
async fn delete(context: &Context<'_>, bucket: &str) -> Result<(), AwsError> {
    let mut arrived = false;
    let deleted = until(
        Deadline::PROPAGATION,
        context.on_wait,
        |error| {
            if error.is_bucket_not_empty() {
                context.delete_data.then_some("objects keep arriving in the bucket, and are deleted")
            } else {
                error.is_conflict().then_some("another change of the bucket is under way")
            }
        },
        async || {
            if std::mem::take(&mut arrived) {
                empty::empty(context, bucket, None).await?;
            }
            let request =
                context.aws.s3.delete_bucket().bucket(bucket).expected_bucket_owner(&context.aws.account);
            let result = request.send().await.aws("DeleteBucket");
            arrived = context.delete_data && result.as_ref().is_err_and(AwsError::is_bucket_not_empty);
            result
        },
    )
    .await;
    idempotent::ok_if_gone(deleted)
}

/// What is so already needs no right to be set: new buckets of AWS are closed and have no ACLs, and an organisation that
/// wants it to stay so may deny everybody to touch it.
async fn unless_so(written: Result<(), AwsError>, is_so: impl Future<Output = bool>) -> Result<(), AwsError> {
    match written {
        Err(error) if error.is_access_denied() && is_so.await => Ok(()),
        other => other,
    }
}

/// Repeats a call on a bucket that was just created, or that is being changed.
async fn until_consistent<T>(
    context: &Context<'_>,
    call: impl AsyncFnMut() -> Result<T, AwsError>,
) -> Result<(), AwsError> {
    until(
        Deadline::PROPAGATION,
        context.on_wait,
        |error| {
            if error.is_no_such_bucket() {
                Some("S3 does not show the new bucket everywhere yet")
            } else if error.is_conflict() {
                Some("another change of the bucket is under way")
            } else if error.is_acl_in_the_way() {
                Some("S3 still sees what the ACL of the bucket granted")
            } else if error.is_unknown_principal() {
                Some("S3 does not know a principal of the policy yet")
            } else {
                None
            }
        },
        call,
    )
    .await
    .map(drop)
}

fn encryption(to: &ObservedEncryption) -> Result<ServerSideEncryptionConfiguration, BuildError> {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::from(to.algorithm.as_str()))
        .set_kms_master_key_id(to.key.clone())
        .build()?;
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(to.bucket_key)
        .blocked_encryption_types(
            BlockedEncryptionTypes::builder()
                .set_encryption_type(Some(
                    to.blocked.iter().map(|one| EncryptionType::from(one.as_str())).collect(),
                ))
                .build(),
        )
        .build();
    ServerSideEncryptionConfiguration::builder().rules(rule).build()
}

/// The SDK's builders fail only when a mandatory member is missing.
pub(super) fn build<T>(built: Result<T, BuildError>) -> Result<T, AwsError> {
    built.map_err(|error| AwsError {
        operation: "(building the request)",
        code: None,
        status: None,
        message: error.to_string(),
        request_id: None,
        transport: None,
    })
}
