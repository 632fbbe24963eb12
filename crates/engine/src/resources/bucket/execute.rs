//! Executing the changes of a bucket.

use std::cell::Cell;

use aws_sdk_s3::types::{
    BucketCannedAcl, BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
};
use aws_smithy_types::error::operation::BuildError;

use super::super::{Context, idempotent};
use super::{Aspect, Change, ObservedEncryption, Versioning, empty, observe};
use crate::aws::{AwsCall, AwsError, Deadline, until};
use crate::stack::Tags;

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
        Aspect::SetLifecycle { to: Some(lifecycle), .. } => {
            let configuration = build(lifecycle.to_s3())?;
            until_consistent(context, async || {
                s3.put_bucket_lifecycle_configuration()
                    .bucket(bucket)
                    .expected_bucket_owner(owner)
                    .lifecycle_configuration(configuration.clone())
                    .send()
                    .await
                    .aws("PutBucketLifecycleConfiguration")
            })
            .await
        }
        Aspect::SetLifecycle { to: None, .. } => {
            until_consistent(context, async || {
                s3.delete_bucket_lifecycle()
                    .bucket(bucket)
                    .expected_bucket_owner(owner)
                    .send()
                    .await
                    .aws("DeleteBucketLifecycle")
            })
            .await
        }
        Aspect::SetTags { set, .. } => {
            until_consistent(context, async || {
                // The call replaces the whole set, so foreign tags are read right before, and written back.
                let current =
                    s3.get_bucket_tagging().bucket(bucket).expected_bucket_owner(owner).send().await;
                let mut wanted = match current.aws("GetBucketTagging") {
                    Err(error) if error.is_not_found() && !error.is_no_such_bucket() => Tags::new(),
                    current => from_s3(current?.tag_set()),
                };
                wanted.extend(set.clone());
                let tagging = build(Tagging::builder().set_tag_set(Some(to_s3(&wanted)?)).build())?;
                s3.put_bucket_tagging()
                    .bucket(bucket)
                    .expected_bucket_owner(owner)
                    .tagging(tagging)
                    .send()
                    .await
                    .aws("PutBucketTagging")
            })
            .await
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
    let mut configuration = CreateBucketConfiguration::builder().set_tags(Some(to_s3(&context.stack.tags)?));
    // us-east-1 is the one region that must not be named.
    if region != "us-east-1" {
        configuration = configuration.location_constraint(BucketLocationConstraint::from(region));
    }
    let configuration = configuration.build();
    let untagged = configuration
        .location_constraint()
        .map(|region| CreateBucketConfiguration::builder().location_constraint(region.clone()).build());
    let left_out = Cell::new(LeftOut::Nothing);
    let created = until(
        Deadline::SLOW,
        context.on_wait,
        |error| {
            if error.is_access_denied() {
                return left_out.get().next().map(|next| {
                    left_out.set(next);
                    next.why()
                });
            }
            (error.is_conflict() && !error.is_already_exists())
                .then_some("S3 is still busy with an earlier bucket of this name")
        },
        async || {
            context
                .aws
                .s3
                .create_bucket()
                .bucket(bucket)
                .set_object_ownership(left_out.get().ownership())
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
        .build();
    ServerSideEncryptionConfiguration::builder().rules(rule).build()
}

fn to_s3(tags: &Tags) -> Result<Vec<Tag>, AwsError> {
    build(tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect())
}

pub(super) fn from_s3(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// The SDK's builders fail only when a mandatory member is missing.
fn build<T>(built: Result<T, BuildError>) -> Result<T, AwsError> {
    built.map_err(|error| AwsError {
        operation: "(building the request)",
        code: None,
        status: None,
        message: error.to_string(),
        request_id: None,
        transport: None,
    })
}
