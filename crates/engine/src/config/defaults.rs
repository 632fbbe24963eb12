//! What a stack gets that `config.toml` does not mention: the values that the
//! shipped file shows. None of them deletes a current object.

use std::collections::BTreeMap;

use contract::cleaning::Cleaning;

use super::model::{
    AlarmsConfig, Architecture, BucketConfig, BucketRole, Encryption, FunctionConfig, TriggerConfig,
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
    }
}

/// The trigger of the shipped stack: S3 compares suffixes case-sensitively.
pub(super) fn trigger() -> TriggerConfig {
    TriggerConfig {
        prefix: String::new(),
        suffixes: [".jpg", ".jpeg", ".JPG", ".JPEG"].map(str::to_owned).to_vec(),
    }
}

/// The alarms of a file with an empty `[alarms]`.
pub(super) fn alarms() -> AlarmsConfig {
    AlarmsConfig { actions: Vec::new(), errors: 5, throttles: 5, dropped: 1 }
}
