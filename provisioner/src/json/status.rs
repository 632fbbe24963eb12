//! `status`

use serde::Serialize;

use engine::config::BucketRole;
use engine::resources::{alarm, bucket, function};
use engine::stack::Stack;
use engine::world::World;

/// What exists, and what differs from config.toml.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Status {
    /// The name of the stack.
    stack: String,
    /// The AWS account.
    account: String,
    /// The AWS region.
    region: String,
    /// The bucket for uploads.
    source: Bucket,
    /// The bucket with the clean pictures.
    destination: Bucket,
    /// The function; null: there is none.
    function: Option<Function>,
    /// What starts the function: one entry a suffix.
    trigger: Vec<Entry>,
    /// The alarms.
    alarms: Vec<Alarm>,
    /// The users of config.toml.
    users: Vec<User>,
    /// The resources that are not as in config.toml.
    drift: Vec<String>,
    /// What would keep `up` from mending that.
    problems: Vec<String>,
}

/// A bucket.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Bucket {
    /// Its name.
    name: String,
    /// Whether it exists and is of this account.
    exists: bool,
    /// What it holds.
    contents: Contents,
}

/// What a bucket holds.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Contents {
    /// Current objects.
    objects: u64,
    /// Noncurrent versions.
    versions: u64,
    /// Delete markers.
    delete_markers: u64,
    /// Bytes of objects and versions.
    bytes: u64,
    /// Multipart uploads that were not completed.
    uploads: u64,
    /// Whether there is more than was counted.
    more: bool,
}

/// The function.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Function {
    /// Its name.
    name: String,
    /// Lambda's word for its state, such as `Active`.
    state: String,
    /// Why it is in this state.
    state_reason: Option<String>,
    /// Memory in MB.
    memory: u32,
    /// Timeout in seconds.
    timeout: u32,
    /// `arm64` or `x86_64`.
    architecture: String,
    /// SHA-256 of its package in Base64.
    code_sha256: String,
    /// Length of its package.
    code_bytes: i64,
    /// When it was changed, as Lambda writes it.
    last_modified: String,
}

/// An entry of the trigger.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Entry {
    /// Its id.
    id: String,
    /// What keys begin with.
    prefix: String,
    /// What keys end in.
    suffix: String,
}

/// An alarm.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Alarm {
    /// Its name.
    name: String,
    /// CloudWatch's word for its state, such as `OK`.
    state: String,
}

/// A user of config.toml.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct User {
    /// The IAM name.
    name: String,
    /// Whether IAM has it.
    exists: bool,
    /// `source` or `destination`.
    bucket: &'static str,
    /// `read-write`, `read-only` or `write-only`.
    access: &'static str,
    /// What the keys begin with that it is for.
    prefix: String,
}

impl Status {
    pub(crate) fn of(
        stack: &Stack,
        world: &World,
        contents: [&bucket::Contents; 2],
        drift: Vec<String>,
        problems: Vec<String>,
    ) -> Self {
        let bucket = |role: BucketRole, contents: &bucket::Contents| Bucket {
            name: stack.names.bucket(role).to_owned(),
            exists: world.bucket(role).present().is_some(),
            contents: Contents::of(contents),
        };
        let entries = world.trigger.ours.iter().map(|entry| Entry {
            id: entry.id.clone(),
            prefix: entry.prefix.clone(),
            suffix: entry.suffix.clone(),
        });
        let alarm = |(name, alarm): (&String, &alarm::Observed)| Alarm {
            name: name.clone(),
            state: alarm.state.clone(),
        };
        let users = stack.config.users.iter().map(|user| {
            let name = stack.names.user(&user.name);
            User {
                exists: world.users.get(&name).is_some_and(Option::is_some),
                name,
                bucket: user.bucket.as_str(),
                access: user.access.as_str(),
                prefix: user.prefix.clone(),
            }
        });
        Self {
            stack: stack.names.stack.clone(),
            account: stack.names.account.clone(),
            region: stack.names.region.clone(),
            source: bucket(BucketRole::Source, contents[0]),
            destination: bucket(BucketRole::Destination, contents[1]),
            function: world.function.as_ref().map(|function| Function::of(function, stack)),
            trigger: entries.collect(),
            alarms: world.alarms.iter().map(alarm).collect(),
            users: users.collect(),
            drift,
            problems,
        }
    }
}

impl Contents {
    fn of(contents: &bucket::Contents) -> Self {
        let bucket::Contents { objects, versions, delete_markers, bytes, uploads, more } = *contents;
        Self { objects, versions, delete_markers, bytes, uploads, more }
    }
}

impl Function {
    fn of(function: &function::Observed, stack: &Stack) -> Self {
        Self {
            name: stack.names.function.clone(),
            state: function.state.clone(),
            state_reason: function.state_reason.clone(),
            memory: function.settings.memory,
            timeout: function.settings.timeout,
            architecture: function.architecture.clone(),
            code_sha256: function.code_sha256.clone(),
            code_bytes: function.code_size,
            last_modified: function.last_modified.clone(),
        }
    }
}
