//! Reading a bucket: every aspect at once.

use std::collections::BTreeSet;

use aws_sdk_s3::types::{
    BlockedEncryptionTypes, BucketVersioningStatus, Destination, EncryptionType, MfaDeleteStatus, Owner,
    PublicAccessBlockConfiguration, ReplicationRuleStatus, ServerSideEncryptionRule,
};

use super::tagging::from_s3;
use super::{ENFORCED, Observed, ObservedEncryption, ObservedLifecycle, Versioning};
use crate::aws::{Aws, AwsCall, AwsError, bucket_region, endpoint};
use crate::stack::Tags;

/// What was found under a bucket's name.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// Nothing.
    Absent,
    /// A bucket of this account.
    Present(Box<Observed>),
    /// A bucket of another account, or one that we may not even look at.
    Taken,
    /// A bucket in another region.
    Elsewhere(Option<String>),
}

impl Observation {
    /// The bucket, when it is there and of this account.
    #[must_use]
    pub fn present(&self) -> Option<&Observed> {
        match self {
            Self::Present(observed) => Some(observed),
            _ => None,
        }
    }
}

/// Reads a bucket. Every call names the expected owner, so that a bucket of
/// somebody else is never read or written by mistake
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>).
///
/// # Errors
/// When a call fails.
pub async fn observe(aws: &Aws, name: &str) -> Result<Observation, AwsError> {
    let (s3, owner) = (&aws.s3, &aws.account);
    let (head, tags, public_access, ownership, encryption, versioning, policy, lifecycle) = futures::join!(
        async { s3.head_bucket().bucket(name).expected_bucket_owner(owner).send().await },
        async {
            s3.get_bucket_tagging()
                .bucket(name)
                .expected_bucket_owner(owner)
                .send()
                .await
                .aws("GetBucketTagging")
        },
        async {
            s3.get_public_access_block()
                .bucket(name)
                .expected_bucket_owner(owner)
                .send()
                .await
                .aws("GetPublicAccessBlock")
        },
        async {
            let request = s3.get_bucket_ownership_controls().bucket(name).expected_bucket_owner(owner);
            request.send().await.aws("GetBucketOwnershipControls")
        },
        async {
            s3.get_bucket_encryption()
                .bucket(name)
                .expected_bucket_owner(owner)
                .send()
                .await
                .aws("GetBucketEncryption")
        },
        async {
            s3.get_bucket_versioning()
                .bucket(name)
                .expected_bucket_owner(owner)
                .send()
                .await
                .aws("GetBucketVersioning")
        },
        async {
            s3.get_bucket_policy()
                .bucket(name)
                .expected_bucket_owner(owner)
                .send()
                .await
                .aws("GetBucketPolicy")
        },
        async {
            let request = s3.get_bucket_lifecycle_configuration().bucket(name).expected_bucket_owner(owner);
            request.send().await.aws("GetBucketLifecycleConfiguration")
        },
    );
    let elsewhere = head.as_ref().err().and_then(bucket_region).filter(|region| *region != aws.region);
    let head = match head.aws("HeadBucket") {
        Ok(head) => head,
        Err(error) if error.is_not_found() => return Ok(Observation::Absent),
        Err(error) if error.is_wrong_region() || elsewhere.is_some() => {
            return Ok(Observation::Elsewhere(elsewhere));
        }
        Err(error) if error.is_access_denied() => return Ok(Observation::Taken),
        Err(error) => return Err(error),
    };
    // A bucket that is being deleted answers some of the calls only.
    let answers = [
        tags.as_ref().err(),
        public_access.as_ref().err(),
        ownership.as_ref().err(),
        encryption.as_ref().err(),
        versioning.as_ref().err(),
        policy.as_ref().err(),
        lifecycle.as_ref().err(),
    ];
    if answers.iter().flatten().any(|error| error.is_no_such_bucket()) {
        return Ok(Observation::Absent);
    }
    if let Some(denied) = AwsError::all_denied(answers.into_iter().flatten()) {
        return Err(denied);
    }
    let region = head.bucket_region().unwrap_or(&aws.region).to_owned();
    if region != aws.region {
        return Ok(Observation::Elsewhere(Some(region)));
    }
    let versioning = versioning?;
    let mfa_delete = versioning.mfa_delete() == Some(&MfaDeleteStatus::Enabled);
    let versioning = match versioning.status() {
        Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
        Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
        _ => Versioning::Off,
    };
    let ownership = absent(ownership)?.and_then(|output| output.ownership_controls).and_then(|controls| {
        controls.rules().first().map(|rule| rule.object_ownership().as_str().to_owned())
    });
    let grants = match ownership.as_deref() {
        Some(ENFORCED) => Vec::new(),
        _ => grants(aws, name).await?,
    };
    let (lifecycle, other_rules) = absent(lifecycle)?
        .map_or((ObservedLifecycle::None, Vec::new()), |output| ObservedLifecycle::from_s3(output.rules()));
    Ok(Observation::Present(Box::new(Observed {
        region,
        public_access_blocked: absent(public_access)?
            .and_then(|output| output.public_access_block_configuration)
            .is_some_and(|block| all_four(&block)),
        ownership,
        grants,
        encryption: absent(encryption)?
            .and_then(|output| output.server_side_encryption_configuration)
            .and_then(|configuration| {
                let rule = configuration.rules().first()?;
                let default = rule.apply_server_side_encryption_by_default()?;
                Some(ObservedEncryption {
                    algorithm: default.sse_algorithm().as_str().to_owned(),
                    key: default.kms_master_key_id().filter(|key| !key.is_empty()).map(str::to_owned),
                    bucket_key: rule.bucket_key_enabled().unwrap_or(false),
                    blocked: blocked(aws, rule),
                })
            }),
        versioning,
        mfa_delete,
        policy: absent(policy)?
            .and_then(|output| output.policy)
            .map(|text| serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text))),
        lifecycle,
        other_rules,
        tags: absent(tags)?.map_or_else(Tags::new, |output| from_s3(output.tag_set())),
    })))
}

/// Buckets that carry the stack's tag but that the configuration does not name
/// (any more).
///
/// # Errors
/// When a call fails.
pub async fn former(aws: &Aws, tagged: &[String], current: &[&str]) -> Result<Vec<String>, AwsError> {
    let prefix = format!("arn:{}:s3:::", aws.partition);
    // Other things of S3 that have tags, access points for example, have longer ARNs.
    let names = tagged.iter().filter_map(|arn| arn.strip_prefix(&prefix));
    let names = names.filter(|name| !current.contains(name)).map(str::to_owned);
    // The tagging service knows of buckets for some time after they were deleted.
    let existing = names.map(|name| async move {
        let request = aws.s3.head_bucket().bucket(&name).expected_bucket_owner(&aws.account);
        match request.send().await.aws("HeadBucket") {
            Err(error) if error.is_not_found() => Ok(None),
            _ => Ok(Some(name)),
        }
    });
    Ok(futures::future::try_join_all(existing).await?.into_iter().flatten().collect())
}

/// The buckets that S3 copies new objects of this one to, by the rules of others: we make none.
///
/// # Errors
/// When the call fails. Without the right to it none are known.
pub async fn replicas(aws: &Aws, name: &str) -> Result<Vec<String>, AwsError> {
    let request = aws.s3.get_bucket_replication().bucket(name).expected_bucket_owner(&aws.account);
    let output = match request.send().await.aws("GetBucketReplication") {
        Err(error) if error.is_access_denied() || error.is_not_found() => return Ok(Vec::new()),
        output => output?,
    };
    let rules = output.replication_configuration().map_or(&[][..], |configuration| configuration.rules());
    let enabled = rules.iter().filter(|rule| *rule.status() == ReplicationRuleStatus::Enabled);
    let targets = enabled.filter_map(|rule| rule.destination()).map(Destination::bucket);
    let mut names: Vec<String> =
        targets.map(|arn| arn.rsplit(':').next().unwrap_or(arn).to_owned()).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// The kinds of encryption that nobody may ask for in a request. AWS always tells of them
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-s3-c-encryption-setting-faq.html>). An S3 of
/// somebody else that does not has nothing there to be set, and asking for it again and again would not help.
fn blocked(aws: &Aws, rule: &ServerSideEncryptionRule) -> BTreeSet<String> {
    let is_of_aws = aws.endpoint.as_deref().is_none_or(endpoint::is_of_aws);
    match rule.blocked_encryption_types() {
        None if !is_of_aws => [EncryptionType::SseC.as_str().to_owned()].into(),
        types => (types.into_iter())
            .flat_map(BlockedEncryptionTypes::encryption_type)
            .filter(|one| **one != EncryptionType::None)
            .map(|one| one.as_str().to_owned())
            .collect(),
    }
}

/// What the bucket's ACL grants to others than its owner. Only asked where the answer counts: with ACLs switched off it
/// is always that there is nothing.
async fn grants(aws: &Aws, name: &str) -> Result<Vec<String>, AwsError> {
    let request = aws.s3.get_bucket_acl().bucket(name).expected_bucket_owner(&aws.account);
    let acl = match request.send().await.aws("GetBucketAcl") {
        // It is for the plan to show; what S3 does not show it resets all the same.
        Err(error) if error.is_access_denied() || error.is_not_found() => return Ok(Vec::new()),
        acl => acl?,
    };
    let owner = acl.owner().and_then(Owner::id);
    let others = acl.grants().iter().filter_map(|grant| {
        let grantee = grant.grantee()?;
        let who = match grantee.uri() {
            Some(group) => group.rsplit('/').next(),
            None => grantee.id().filter(|id| Some(*id) != owner),
        };
        Some(format!("{} to {}", grant.permission()?.as_str(), who?))
    });
    Ok(others.collect())
}

/// Whether all four settings of the public access block are on, as far as one may see.
pub(super) async fn is_closed(aws: &Aws, name: &str) -> bool {
    let request = aws.s3.get_public_access_block().bucket(name).expected_bucket_owner(&aws.account);
    let output = request.send().await.aws("GetPublicAccessBlock").ok();
    output.and_then(|output| output.public_access_block_configuration).is_some_and(|block| all_four(&block))
}

/// Whether ACLs are switched off, as far as one may see.
pub(super) async fn is_without_acls(aws: &Aws, name: &str) -> bool {
    let request = aws.s3.get_bucket_ownership_controls().bucket(name).expected_bucket_owner(&aws.account);
    let output = request.send().await.aws("GetBucketOwnershipControls").ok();
    let controls = output.and_then(|output| output.ownership_controls);
    controls
        .is_some_and(|it| it.rules().first().is_some_and(|rule| rule.object_ownership().as_str() == ENFORCED))
}

/// An aspect that was never set is `None`.
fn absent<T>(result: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match result {
        Ok(output) => Ok(Some(output)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn all_four(block: &PublicAccessBlockConfiguration) -> bool {
    [
        block.block_public_acls(),
        block.ignore_public_acls(),
        block.block_public_policy(),
        block.restrict_public_buckets(),
    ]
    .iter()
    .all(|setting| *setting == Some(true))
}
