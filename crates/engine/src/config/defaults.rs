//! What a stack gets that `config.toml` does not mention: the values that the
//! shipped file shows. None of them deletes a current object.

use std::collections::BTreeMap;

use contract::cleaning::Cleaning;

use super::model::{
    AlarmsConfig, Architecture, AsyncConfig, BucketConfig, BucketRole, Encryption, FunctionConfig,
    TriggerConfig,
};

/// Days after which noncurrent versions go, in a bucket that keeps versions.
pub(super) const NONCURRENT_DAYS: u32 = 30;

/// A bucket of the shipped stack.
pub(super) fn bucket(role: BucketRole) -> BucketConfig {
    let name = match role {
        BucketRole::Source => "{stack}-uploads-{account}",
        BucketRole::Destination => "{stack}-clean-{account}",
    };
    BucketConfig {
        bucket: name.to_owned(),
        versioning: true,
        encryption: Encryption::Aes256,
        former_kms_keys: Vec::new(),
        expire_days: None,
        noncurrent_days: Some(NONCURRENT_DAYS),
        abort_multipart_days: Some(7),
    }
}

/// The function of the shipped stack.
pub(super) fn function() -> FunctionConfig {
    FunctionConfig {
        memory: 1024,
        timeout: 60,
        architecture: Architecture::X86_64,
        environment: BTreeMap::new(),
        reserved_concurrency: None,
        log_retention_days: 30,
        keep_user_metadata: false,
        cleaning: Cleaning::default(),
        asynchronous: AsyncConfig::default(),
    }
}

/// Endings of the names of everything that can be cleaned.
const PICTURES: [&str; 11] =
    ["jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "heic", "heif", "hif", "avif"];

/// The trigger of the shipped stack. S3 compares suffixes case-sensitively, so each is there in the
/// cases that cameras, phones and people write: `.jpg`, `.JPG`, `.Jpg`.
pub(super) fn trigger() -> TriggerConfig {
    let title = |word: &str| format!("{}{}", word[..1].to_ascii_uppercase(), &word[1..]);
    let cases = [str::to_owned, str::to_ascii_uppercase, title];
    let in_case = |case: fn(&str) -> String| PICTURES.map(|word| format!(".{}", case(word)));
    TriggerConfig {
        prefix: String::new(),
        suffixes: cases.into_iter().flat_map(in_case).collect(),
        mirror_deletes: false,
    }
}

/// The alarms of a file with an empty `[alarms]`.
pub(super) fn alarms() -> AlarmsConfig {
    AlarmsConfig { actions: Vec::new(), errors: 5, throttles: 5, dropped: 1, rejected: 1, near_timeout: 80 }
}
