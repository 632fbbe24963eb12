//! `config show`: the effective configuration, in JSON and in TOML with the same keys as `config.toml`.

use std::collections::BTreeMap;

use serde::Serialize;

use engine::config::{BucketConfig, BucketRole, Config, Encryption, Trusted, expand_bucket_name};

/// Stands for the value of a variable of the function, which may be a secret.
const HIDDEN: &str = "(hidden)";

/// What a configuration comes to: the defaults filled in, `--stack` applied. The keys are those of `config.toml`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ConfigShown {
    /// The stack's name.
    stack: String,
    /// The region, when the file or AWS_REGION names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// The only account it may be in, when the file names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// ARN of the permissions boundary.
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<String>,
    /// The user's own tags.
    tags: BTreeMap<String, String>,
    /// Bucket A.
    source: Bucket,
    /// Bucket B.
    destination: Bucket,
    /// The function.
    function: Function,
    /// Which uploads start it.
    trigger: Trigger,
    /// Alarms, when there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    alarms: Option<Alarms>,
    /// Who may do what.
    users: Vec<User>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Bucket {
    /// Its name; `{account}` and `{region}` stand in it when they are known only to AWS.
    bucket: String,
    /// Old versions of objects are kept.
    versioning: bool,
    /// `AES256` or `aws:kms`.
    encryption: &'static str,
    /// ARN of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key: Option<String>,
    /// ARNs of keys that older objects are encrypted with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    former_kms_keys: Vec<String>,
    /// Days until objects are deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_days: Option<u32>,
    /// Days until old versions are deleted, or `never`.
    noncurrent_days: Days,
    /// Days until broken uploads are cleaned up, or `never`.
    abort_multipart_days: Days,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum Days {
    Number(u32),
    Word(&'static str),
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Function {
    /// MB.
    memory: u32,
    /// Seconds.
    timeout: u32,
    /// `x86_64` or `arm64`.
    architecture: &'static str,
    /// The user's own variables. Their values may be secrets and are hidden.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    environment: BTreeMap<String, &'static str>,
    /// At most so many at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_concurrency: Option<u32>,
    /// Days.
    log_retention_days: u32,
    /// Whether metadata of the uploader's own goes to the clean copy.
    keep_user_metadata: bool,
    /// What becomes of sideways pictures.
    orientation: &'static str,
    /// What becomes of colour profiles.
    icc: &'static str,
    /// What becomes of HDR gain maps.
    gain_maps: &'static str,
    /// What becomes of pixels that nobody sees.
    hidden_pixels: &'static str,
    /// Pictures of more are refused.
    max_megapixels: u32,
    /// Which words about rights stay.
    keep: Vec<&'static str>,
    /// The ARN of what is told of failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_failure: Option<String>,
    /// Seconds.
    max_event_age: u32,
    /// How often Lambda tries again.
    retries: u32,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Trigger {
    /// Only keys that begin so. Empty: all.
    prefix: String,
    /// Only keys that end so.
    suffixes: Vec<String>,
    /// Whether a clean copy goes with its source.
    mirror_deletes: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Alarms {
    /// ARNs of the topics that are told.
    actions: Vec<String>,
    /// Failed invocations.
    errors: u32,
    /// Invocations that had to wait.
    throttles: u32,
    /// Uploads that Lambda gave up on.
    dropped: u32,
    /// Pictures that were refused.
    rejected: u32,
    /// Percent of the timeout.
    near_timeout: u32,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct User {
    /// The name within the stack.
    name: String,
    /// `source` or `destination`.
    bucket: &'static str,
    /// `read-write`, `read-only` or `write-only`.
    access: &'static str,
    /// Only keys that begin so. Empty: all.
    prefix: String,
    /// `user` or `role`.
    kind: &'static str,
    /// Who may assume the role; only roles have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<Vec<Trust>>,
}

/// Who may assume a role: a principal, or an identity provider.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Trust {
    /// An account's 12 digits, or the ARN of a user or role.
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<String>,
    /// What the caller has to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    /// ARN of an identity provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    /// Whom tokens or assertions have to be made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    /// Whom tokens have to be about.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

impl Trust {
    fn of(trusted: &Trusted) -> Self {
        let none = Self { principal: None, external_id: None, provider: None, audience: None, subject: None };
        match trusted.clone() {
            Trusted::Principal { principal, external_id } => {
                Self { principal: Some(principal), external_id, ..none }
            }
            Trusted::Oidc { provider, audience, subject } => {
                Self { provider: Some(provider), audience: Some(audience), subject: Some(subject), ..none }
            }
            Trusted::Saml { provider, audience } => Self { provider: Some(provider), audience, ..none },
        }
    }
}

impl ConfigShown {
    /// `region`: where the stack goes, if that is known without a call.
    pub(crate) fn of(config: &Config, region: Option<&str>) -> Self {
        let bucket = |role| Bucket::of(role, config, region);
        let (function, trigger) = (&config.function, &config.trigger);
        let cleaning = function.cleaning;
        Self {
            stack: config.stack.clone(),
            region: region.map(str::to_owned),
            account: config.account.clone(),
            permissions_boundary: config.permissions_boundary.clone(),
            tags: config.tags.clone(),
            source: bucket(BucketRole::Source),
            destination: bucket(BucketRole::Destination),
            function: Function {
                memory: function.memory,
                timeout: function.timeout,
                architecture: function.architecture.as_str(),
                environment: function.environment.keys().map(|name| (name.clone(), HIDDEN)).collect(),
                reserved_concurrency: function.reserved_concurrency,
                log_retention_days: function.log_retention_days,
                keep_user_metadata: function.keep_user_metadata,
                orientation: cleaning.orientation.as_str(),
                icc: cleaning.icc.as_str(),
                gain_maps: cleaning.gain_maps.as_str(),
                hidden_pixels: cleaning.hidden_pixels.as_str(),
                max_megapixels: cleaning.max_megapixels,
                keep: cleaning.keep.iter().map(sanitizer::Right::as_str).collect(),
                on_failure: function.asynchronous.on_failure.clone(),
                max_event_age: function.asynchronous.max_event_age,
                retries: function.asynchronous.retries,
            },
            trigger: Trigger {
                prefix: trigger.prefix.clone(),
                suffixes: trigger.suffixes.clone(),
                mirror_deletes: trigger.mirror_deletes,
            },
            alarms: config.alarms.as_ref().map(|alarms| Alarms {
                actions: alarms.actions.clone(),
                errors: alarms.errors,
                throttles: alarms.throttles,
                dropped: alarms.dropped,
                rejected: alarms.rejected,
                near_timeout: alarms.near_timeout,
            }),
            users: (config.users.iter())
                .map(|user| User {
                    name: user.name.clone(),
                    bucket: user.bucket.as_str(),
                    access: user.access.as_str(),
                    prefix: user.prefix.clone(),
                    kind: user.kind.as_str(),
                    trust: user.trust().map(|trust| trust.iter().map(Trust::of).collect()),
                })
                .collect(),
        }
    }

    /// The same as `config.toml` has it.
    pub(crate) fn toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }
}

impl Bucket {
    fn of(role: BucketRole, config: &Config, region: Option<&str>) -> Self {
        let bucket: &BucketConfig = match role {
            BucketRole::Source => &config.source,
            BucketRole::Destination => &config.destination,
        };
        let (encryption, kms_key) = match &bucket.encryption {
            Encryption::Aes256 => ("AES256", None),
            Encryption::Kms { key } => ("aws:kms", Some(key.clone())),
        };
        let account = config.account.as_deref().unwrap_or("{account}");
        Self {
            bucket: expand_bucket_name(&bucket.bucket, &config.stack, account, region.unwrap_or("{region}")),
            versioning: bucket.versioning,
            encryption,
            kms_key,
            former_kms_keys: bucket.former_kms_keys.clone(),
            expire_days: bucket.expire_days,
            noncurrent_days: Days::of(bucket.noncurrent_days),
            abort_multipart_days: Days::of(bucket.abort_multipart_days),
        }
    }
}

impl Days {
    fn of(days: Option<u32>) -> Self {
        days.map_or(Self::Word("never"), Self::Number)
    }
}

#[cfg(test)]
mod tests {
    use engine::config::{Overrides, parse};

    use super::*;

    fn read(text: &str) -> Config {
        parse(text, "config.toml", &Overrides::default()).unwrap()
    }

    /// What is shown is a configuration, and the same one; each name in it is whole.
    #[test]
    fn what_is_shown_can_be_used() {
        let text = super::super::samples::EVERY_KEY;
        let config = read(text);
        let shown = ConfigShown::of(&config, config.region.as_deref()).toml().unwrap();
        insta::assert_snapshot!("config-show", shown);
        let mut again = read(&shown);
        assert_eq!(again.source.bucket, "photos-eu-central-1-raw");
        again.source.bucket = config.source.bucket.clone();
        again.destination.bucket = config.destination.bucket.clone();
        again.function.environment = config.function.environment.clone();
        assert_eq!(again, config);
    }

    #[test]
    fn secrets_stay_where_they_are() {
        let config = read("stack = \"abc\"\nfunction.environment.TOKEN = \"hunter2\"\n");
        let shown = ConfigShown::of(&config, None).toml().unwrap();
        assert!(!shown.contains("hunter2") && shown.contains("TOKEN = \"(hidden)\""), "{shown}");
        assert!(shown.contains("bucket = \"abc-uploads-{account}\""), "{shown}");
    }
}
