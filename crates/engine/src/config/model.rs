//! The validated configuration: every value in here obeys AWS's rules.

use std::collections::BTreeMap;

use contract::cleaning::Cleaning;

/// A stack as `config.toml` describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The name every other name derives from.
    pub stack: String,
    /// The region, when the file names one; else the AWS environment decides.
    pub region: Option<String>,
    /// The only account this stack may be created in, when the file names one.
    pub account: Option<String>,
    /// Tags of the user's own, put on everything that can be tagged.
    pub tags: BTreeMap<String, String>,
    /// Bucket A: where pictures are uploaded.
    pub source: BucketConfig,
    /// Bucket B: where clean pictures appear.
    pub destination: BucketConfig,
    /// The function between them.
    pub function: FunctionConfig,
    /// Which uploads start it.
    pub trigger: TriggerConfig,
    /// Alarms on the function; `None`: there are none.
    pub alarms: Option<AlarmsConfig>,
    /// Who may do what.
    pub users: Vec<UserConfig>,
    /// ARN of a permissions boundary for the role and the users.
    pub permissions_boundary: Option<String>,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketConfig {
    /// The name; `{stack}`, `{account}` and `{region}` stand for their values.
    pub bucket: String,
    /// Keep old versions of objects.
    pub versioning: bool,
    /// How objects are encrypted at rest.
    pub encryption: Encryption,
    /// ARNs of keys that older objects are encrypted with: whoever reads the bucket may decrypt with them.
    pub former_kms_keys: Vec<String>,
    /// Delete current objects after this many days.
    pub expire_days: Option<u32>,
    /// Delete noncurrent versions after this many days.
    pub noncurrent_days: Option<u32>,
    /// Abort multipart uploads that were not completed within this many days.
    pub abort_multipart_days: Option<u32>,
}

/// Default encryption of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// SSE-S3 (`AES256`).
    Aes256,
    /// SSE-KMS (`aws:kms`) with this key's ARN.
    Kms {
        /// ARN of the key.
        key: String,
    },
}

/// The function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionConfig {
    /// Memory in MB, 128 to 10240.
    pub memory: u32,
    /// Timeout in seconds, 1 to 900.
    pub timeout: u32,
    /// Instruction set.
    pub architecture: Architecture,
    /// Environment variables of the user's own.
    pub environment: BTreeMap<String, String>,
    /// Reserved concurrency: at most this many at once.
    pub reserved_concurrency: Option<u32>,
    /// Days the logs are kept.
    pub log_retention_days: u32,
    /// Copy `x-amz-meta-*` to the clean object.
    pub keep_user_metadata: bool,
    /// How pictures are cleaned: `orientation`, `icc`, `gain_maps`, `hidden_pixels`, `max_megapixels` and `keep`.
    pub cleaning: Cleaning,
    /// What becomes of events that fail: `on_failure`, `max_event_age` and `retries`.
    pub asynchronous: AsyncConfig,
}

/// What becomes of events that fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncConfig {
    /// The ARN of the queue, topic, bucket or event bus that is told when Lambda gives up on an event.
    pub on_failure: Option<String>,
    /// How long Lambda tries, in seconds.
    pub max_event_age: u32,
    /// How often it tries an event again that failed.
    pub retries: u32,
}

/// Lambda's own: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>.
impl Default for AsyncConfig {
    fn default() -> Self {
        Self { on_failure: None, max_event_age: 6 * 60 * 60, retries: 2 }
    }
}

/// Instruction set of the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// `x86_64`
    X86_64,
    /// `arm64` (Graviton)
    Arm64,
}

impl Architecture {
    /// Lambda's name for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

/// Which uploads start the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerConfig {
    /// Only keys that begin so. Empty: all.
    pub prefix: String,
    /// Only keys that end so; one notification entry each.
    pub suffixes: Vec<String>,
    /// Remove a clean copy when its source is deleted, or replaced by something that is refused.
    pub mirror_deletes: bool,
}

impl TriggerConfig {
    /// Whether an upload under this key starts the function. Case matters
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>).
    #[must_use]
    pub fn matches(&self, key: &str) -> bool {
        key.starts_with(&self.prefix) && self.suffixes.iter().any(|suffix| key.ends_with(suffix))
    }
}

/// Alarms on the function: each goes off when its number is reached within five minutes, or its share of the timeout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmsConfig {
    /// ARNs of the SNS topics that are told.
    pub actions: Vec<String>,
    /// Failed invocations.
    pub errors: u32,
    /// Throttled invocations.
    pub throttles: u32,
    /// Events that Lambda gave up on.
    pub dropped: u32,
    /// Pictures that cannot be cleaned.
    pub rejected: u32,
    /// Percent of the function's timeout that one invocation took.
    pub near_timeout: u32,
}

/// A user of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserConfig {
    /// The name within the stack; the IAM name is `<stack>-<name>`.
    pub name: String,
    /// The one bucket the user has to do with.
    pub bucket: BucketRole,
    /// What the user may do there.
    pub access: Access,
    /// Only keys that begin so. Empty: all.
    pub prefix: String,
    /// Whether it is a user with keys or a role that others assume.
    pub kind: UserKind,
}

/// What a user is in IAM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum UserKind {
    /// An IAM user: whoever has one of its access keys acts as it.
    #[default]
    User,
    /// An IAM role without any key: whoever is trusted gets credentials for a session from STS.
    Role {
        /// Who may assume it; never empty.
        trust: Vec<Trusted>,
    },
}

/// Whom a role trusts: one entry of `trust`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// An account, or a user or role of one.
    Principal {
        /// The account's 12 digits, or an ARN.
        principal: String,
        /// What the caller has to say (`sts:ExternalId`).
        external_id: Option<String>,
    },
    /// Whoever has a token of an OpenID Connect provider, made for this audience and about this subject.
    Oidc {
        /// The provider's ARN.
        provider: String,
        /// The token's `aud`.
        audience: String,
        /// The token's `sub`; `*` and `?` are wildcards.
        subject: String,
    },
    /// Whoever a SAML provider vouches for.
    Saml {
        /// The provider's ARN.
        provider: String,
        /// The assertion's recipient (`SAML:aud`); `None`: AWS's page for signing in.
        audience: Option<String>,
    },
}

impl UserConfig {
    /// Whom it trusts, if it is a role.
    #[must_use]
    pub fn trust(&self) -> Option<&[Trusted]> {
        match &self.kind {
            UserKind::User => None,
            UserKind::Role { trust } => Some(trust),
        }
    }

    /// Whether it is a role: it has no keys, and others assume it.
    #[must_use]
    pub fn is_role(&self) -> bool {
        self.trust().is_some()
    }
}

impl UserKind {
    /// The word for it in `config.toml`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role { .. } => "role",
        }
    }
}

impl Trusted {
    /// Whom it means, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let name = |arn: &str, kind: &str| {
            arn.split_once(kind).map_or_else(|| arn.to_owned(), |(_, name)| name.to_owned())
        };
        match self {
            Self::Principal { principal, external_id } => {
                let who = if principal.starts_with("arn:") {
                    principal.clone()
                } else {
                    format!("account {principal}")
                };
                match external_id {
                    Some(_) => format!("{who} with the external id"),
                    None => who,
                }
            }
            Self::Oidc { provider, subject, .. } => {
                format!("{subject} by {}", name(provider, ":oidc-provider/"))
            }
            Self::Saml { provider, .. } => {
                format!("whoever {} vouches for", name(provider, ":saml-provider/"))
            }
        }
    }
}

/// One of the two buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BucketRole {
    /// Bucket A.
    Source,
    /// Bucket B.
    Destination,
}

impl BucketRole {
    /// The word for it in `config.toml` and in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }
}

/// What a user may do in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// List, get, put and delete objects.
    ReadWrite,
    /// List and get objects.
    ReadOnly,
    /// Put objects, nothing else: a drop box.
    WriteOnly,
}

impl Access {
    /// The word for it in `config.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadWrite => "read-write",
            Self::ReadOnly => "read-only",
            Self::WriteOnly => "write-only",
        }
    }

    /// May list and get objects.
    #[must_use]
    pub fn reads(self) -> bool {
        matches!(self, Self::ReadWrite | Self::ReadOnly)
    }

    /// May put objects.
    #[must_use]
    pub fn writes(self) -> bool {
        matches!(self, Self::ReadWrite | Self::WriteOnly)
    }
}
