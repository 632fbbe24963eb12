//! Bucket A and bucket B. Each aspect (public access, ownership, encryption, versioning, policy, lifecycle, tags) is
//! synced on its own.
//!
//! # Expected flow
//! `up` creates the bucket with its mark, closes it (public access, ACLs, TLS only), then sets the rest. `down` empties
//! it when the plan says so, then deletes it; both wait until trigger and function are gone, so that nothing writes.
//!
//! # Guarantees
//! - It carries its mark from the call that creates it.
//! - Data goes only with `Context::delete_data`, also what arrives after the plan was made.
//! - Tags of others stay; each call after the creation names the owner that it expects.
//!
//! # Assumptions
//! - `AccessDenied` means somebody else's bucket or too few rights. Neither is absent: nothing is planned on it.
//!
//! # Caveats
//! - The bucket policy is replaced whole: statements of others in a bucket of ours do not stay. Lifecycle rules do.
//! - Versioning cannot be switched off again, only suspended.

mod blank_key;
mod clean_copies;
mod empty;
mod execute;
mod lifecycle;
mod listed_key;
mod locks;
mod observe;
mod tagging;

pub use clean_copies::{CleanCopies, Keys, Uncleaned, clean_copies, uncleaned};
pub use empty::{Contents, count, list};
pub use lifecycle::{Lifecycle, ObservedLifecycle};
pub(crate) use listed_key::listed_key;
pub use locks::{Lock, locked};
pub use observe::{Observation, former, observe, replicas};

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Address, Context, Line, Need, ResourceChange, Shown, tags};
use crate::aws::AwsError;
use crate::config::{BucketRole, Encryption};
use crate::policy;
use crate::stack::{Stack, Tags, policies};

/// Encryption with keys that uploaders bring along.
const CUSTOMER_KEY: &str = "SSE-C";
/// The object ownership that switches ACLs off.
const ENFORCED: &str = "BucketOwnerEnforced";

/// A bucket as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Its region.
    pub region: String,
    /// All four settings of the public access block are on.
    pub public_access_blocked: bool,
    /// Object ownership.
    pub ownership: Option<String>,
    /// What the ACL grants to others than the owner, as far as object ownership lets it.
    pub grants: Vec<String>,
    /// Default encryption: algorithm, key, whether a bucket key is used.
    pub encryption: Option<ObservedEncryption>,
    /// Versioning.
    pub versioning: Versioning,
    /// Deleting versions and changing versioning take a code of the root user's MFA device.
    pub mfa_delete: bool,
    /// Bucket policy.
    pub policy: Option<Value>,
    /// Our lifecycle rule.
    pub lifecycle: ObservedLifecycle,
    /// The ids of the lifecycle rules of others.
    pub other_rules: Vec<String>,
    /// Tags.
    pub tags: Tags,
}

/// Default encryption as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedEncryption {
    /// `AES256` or `aws:kms`.
    pub algorithm: String,
    /// The key.
    pub key: Option<String>,
    /// Whether S3 Bucket Keys save calls to KMS.
    pub bucket_key: bool,
    /// Kinds of encryption that S3 refuses for new objects
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html>).
    pub blocked: BTreeSet<String>,
}

impl ObservedEncryption {
    /// The setting that the configuration asks for.
    #[must_use]
    pub fn wanted(encryption: &Encryption) -> Self {
        // What only its uploader can decrypt nobody can clean.
        let blocked = BTreeSet::from([CUSTOMER_KEY.to_owned()]);
        match encryption {
            Encryption::Aes256 => {
                Self { algorithm: "AES256".to_owned(), key: None, bucket_key: false, blocked }
            }
            Encryption::Kms { key } => {
                Self { algorithm: "aws:kms".to_owned(), key: Some(key.clone()), bucket_key: true, blocked }
            }
        }
    }

    fn shown(&self) -> Option<Shown> {
        let Self { algorithm, key, bucket_key, blocked } = self;
        Shown::value(
            self,
            json!({"algorithm": algorithm, "kms_key": key, "bucket_key": bucket_key, "blocked": blocked}),
        )
    }
}

impl std::fmt::Display for ObservedEncryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.algorithm)?;
        if let Some(key) = &self.key {
            write!(f, " {key}{}", if self.bucket_key { "" } else { " (no bucket key)" })?;
        } else if self.bucket_key {
            f.write_str(" (with a bucket key)")?;
        }
        if !self.blocked.contains(CUSTOMER_KEY) {
            write!(f, " ({CUSTOMER_KEY} allowed)")?;
        }
        Ok(())
    }
}

/// Versioning of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioning {
    /// Never enabled.
    Off,
    /// Enabled.
    Enabled,
    /// Enabled once; old versions are still there.
    Suspended,
}

impl std::fmt::Display for Versioning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Enabled => "enabled",
            Self::Suspended => "suspended",
        })
    }
}

/// A change of a bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The bucket's name.
    pub bucket: String,
    /// What of it changes.
    pub aspect: Aspect,
}

/// What of a bucket changes: all of it, or one aspect.
#[derive(Debug, Clone, PartialEq)]
pub enum Aspect {
    /// Create it, with its mark, in this region.
    Create {
        /// The region.
        region: String,
    },
    /// Block public access, all four settings.
    BlockPublicAccess,
    /// Set object ownership to `BucketOwnerEnforced`.
    EnforceOwnership {
        /// As it is.
        from: Option<String>,
        /// What the ACL grants to others, which goes.
        grants: Vec<String>,
    },
    /// Set default encryption.
    SetEncryption {
        /// As it is.
        from: Option<ObservedEncryption>,
        /// As it should be.
        to: ObservedEncryption,
    },
    /// Set versioning.
    SetVersioning {
        /// As it is.
        from: Versioning,
        /// As it should be.
        to: Versioning,
    },
    /// Write the bucket policy.
    SetPolicy {
        /// As it is.
        from: Option<Value>,
        /// As it should be.
        to: Value,
    },
    /// Write or delete our lifecycle rule.
    SetLifecycle {
        /// As it is.
        from: ObservedLifecycle,
        /// As it should be; `None`: no rule.
        to: Option<Lifecycle>,
        /// Whether the bucket is created in the same run, and so has no rules of others.
        is_new: bool,
    },
    /// Set tags.
    SetTags {
        /// As they are.
        from: Tags,
        /// Those of ours to set.
        set: Tags,
    },
    /// Delete every object, version, delete marker and multipart upload.
    Empty {
        /// What was counted when the plan was made.
        contents: Contents,
    },
    /// Delete the bucket.
    Delete,
}

/// What is to be done.
#[must_use]
pub fn diff(stack: &Stack, role: BucketRole, observed: Option<&Observed>) -> Vec<Change> {
    let bucket = stack.names.bucket(role);
    let config = stack.bucket(role);
    let mut encryption = ObservedEncryption::wanted(&config.encryption);
    // What somebody blocks besides stays so.
    if let Some(observed) = observed.and_then(|observed| observed.encryption.as_ref()) {
        encryption.blocked.extend(observed.blocked.iter().cloned());
    }
    let policy = policies::bucket(stack, role);
    let lifecycle = Lifecycle::wanted(config);
    let mut changes = Vec::new();
    match observed {
        None => {
            changes.push(Aspect::Create { region: stack.names.region.clone() });
            changes.push(Aspect::BlockPublicAccess);
            changes.push(Aspect::EnforceOwnership { from: None, grants: Vec::new() });
            changes.push(Aspect::SetPolicy { from: None, to: policy });
            changes.push(Aspect::SetEncryption { from: None, to: encryption });
            if config.versioning {
                changes.push(Aspect::SetVersioning { from: Versioning::Off, to: Versioning::Enabled });
            }
            if lifecycle.is_some() {
                let from = ObservedLifecycle::None;
                changes.push(Aspect::SetLifecycle { from, to: lifecycle, is_new: true });
            }
            changes.push(Aspect::SetTags { from: Tags::new(), set: stack.tags.clone() });
        }
        Some(observed) => {
            if !observed.public_access_blocked {
                changes.push(Aspect::BlockPublicAccess);
            }
            if observed.ownership.as_deref() != Some(ENFORCED) {
                let (from, grants) = (observed.ownership.clone(), observed.grants.clone());
                changes.push(Aspect::EnforceOwnership { from, grants });
            }
            if !observed.policy.as_ref().is_some_and(|observed| policy::same(observed, &policy)) {
                changes.push(Aspect::SetPolicy { from: observed.policy.clone(), to: policy });
            }
            if observed.encryption.as_ref() != Some(&encryption) {
                changes.push(Aspect::SetEncryption { from: observed.encryption.clone(), to: encryption });
            }
            match (observed.versioning, config.versioning) {
                (from @ (Versioning::Off | Versioning::Suspended), true) => {
                    changes.push(Aspect::SetVersioning { from, to: Versioning::Enabled });
                }
                (Versioning::Enabled, false) => {
                    changes
                        .push(Aspect::SetVersioning { from: Versioning::Enabled, to: Versioning::Suspended });
                }
                _ => {}
            }
            if !observed.lifecycle.is(lifecycle.as_ref()) {
                let from = observed.lifecycle.clone();
                changes.push(Aspect::SetLifecycle { from, to: lifecycle, is_new: false });
            }
            if let Some(set) = tags::missing(stack, &observed.tags) {
                changes.push(Aspect::SetTags { from: observed.tags.clone(), set });
            }
        }
    }
    changes.into_iter().map(|aspect| Change { bucket: bucket.to_owned(), aspect }).collect()
}

impl Change {
    /// After this S3 may not find new objects for some minutes
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html>).
    #[must_use]
    pub fn enables_versioning_for_the_first_time(&self) -> bool {
        matches!(self.aspect, Aspect::SetVersioning { from: Versioning::Off, to: Versioning::Enabled })
    }
}

impl ResourceChange for Change {
    fn line(&self) -> Line {
        match &self.aspect {
            Aspect::Create { region } => Line::create().note(format!("in {region}")),
            Aspect::BlockPublicAccess => {
                let all = json!({
                    "block_public_acls": true,
                    "ignore_public_acls": true,
                    "block_public_policy": true,
                    "restrict_public_buckets": true,
                });
                Line::set("public access", None, Shown::value("blocked (all four settings)", all))
            }
            Aspect::EnforceOwnership { from, grants } => {
                let from = from.as_ref().and_then(Shown::text);
                let line = Line::set("object ownership", from, Shown::text(ENFORCED));
                if grants.is_empty() {
                    line
                } else {
                    line.note(format!("what the ACL grants goes: {}", grants.join(", ")))
                }
            }
            Aspect::SetEncryption { from, to } => {
                Line::set("encryption", from.as_ref().and_then(ObservedEncryption::shown), to.shown())
            }
            Aspect::SetVersioning { from, to } => Line::set("versioning", Shown::text(from), Shown::text(to)),
            Aspect::SetPolicy { from, to } => {
                Line::set("bucket policy", from.as_ref().and_then(Shown::document), Shown::document(to))
            }
            Aspect::SetLifecycle { from, to, .. } => {
                Line::set("lifecycle", from.shown(), to.as_ref().and_then(Lifecycle::shown))
            }
            Aspect::SetTags { from, set } => tags::line(from, set),
            Aspect::Empty { contents } => {
                Line::set("objects", Shown::value(contents, json!(contents)), None).note("deleted for good")
            }
            Aspect::Delete => Line::delete(),
        }
    }

    fn rank(&self) -> u8 {
        match self.aspect {
            Aspect::Create { .. } => 0,
            Aspect::Delete => 2,
            _ => 1,
        }
    }

    fn needs(&self) -> Vec<Need> {
        match self.aspect {
            // Nothing may write into it any more.
            Aspect::Empty { .. } | Aspect::Delete => {
                vec![Need::Settled(Address::Trigger), Need::Settled(Address::Function)]
            }
            _ => Vec::new(),
        }
    }

    /// Applies to what exists: on a bucket that is about to be created nothing is open yet.
    fn narrows(&self) -> bool {
        matches!(
            self.aspect,
            Aspect::BlockPublicAccess | Aspect::EnforceOwnership { .. } | Aspect::SetPolicy { .. }
        )
    }

    async fn execute(&self, context: &Context<'_>) -> Result<(), AwsError> {
        execute::execute(self, context).await
    }
}

#[cfg(test)]
mod tests;
