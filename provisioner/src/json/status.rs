//! `status`

use serde::Serialize;

use crate::report::Seen;
use engine::config::BucketRole;
use engine::plan::Problem;
use engine::resources::{Address, alarm, bucket, function, permission};
use engine::stack::Stack;
use engine::status::{Exposure, Row, function_exposure, role_rights};

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
    /// Every resource, with how it compares.
    resources: Vec<Resource>,
    /// The bucket for uploads.
    source: Bucket,
    /// The bucket with the clean pictures.
    destination: Bucket,
    /// Clean copies that are still published although their source is gone, or newer.
    clean_copies: CleanCopies,
    /// Pictures that have no clean copy.
    uncleaned: Uncleaned,
    /// What the function's role may do; null: there is none.
    role: Option<Rights>,
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
    /// What a person should know.
    notes: Vec<String>,
}

/// A resource.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Resource {
    /// The kind, as in a plan.
    resource: String,
    /// Its AWS name.
    name: String,
    /// `ok`; `differs`; `missing`: config.toml has it, and it does not exist; `extra`: it is no longer in config.toml;
    /// `foreign`: something of that name is not of this stack.
    state: &'static str,
    /// The attributes that differ.
    differs_in: Vec<&'static str>,
}

/// What the policies of a user or role allow.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Rights {
    /// Whether it can do everything, or give itself the right to.
    admin: bool,
    /// What it may do, in words.
    may: Vec<String>,
}

/// A bucket.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Bucket {
    /// Its name.
    name: String,
    /// Whether it exists and is of this account.
    exists: bool,
    /// Whether somebody without any right of this account may do something in it.
    public: bool,
    /// Whether all four settings of the public access block are on; null: there is no such bucket.
    public_access_blocked: Option<bool>,
    /// What is open in it, in words; empty: nothing.
    open: Vec<String>,
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

/// How many objects of the source bucket have no clean copy.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Uncleaned {
    /// Pictures that were looked at.
    compared: u64,
    /// Those without a clean copy, or with one that is older.
    pending: u64,
    /// Objects that start no function: no prefix or suffix of the trigger is theirs.
    unmatched: u64,
    /// Whether there are more than were looked at.
    more: bool,
}

/// How many clean copies have no source.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CleanCopies {
    /// Copies that were looked at.
    compared: u64,
    /// Those of them whose source is gone.
    orphaned: u64,
    /// Those whose source was written after them: it was refused, or is about to be cleaned.
    older: u64,
    /// Whether there are more copies than were looked at.
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
    /// What its policy gives to everybody, in words; empty: nothing.
    open: Vec<String>,
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
    /// `user` or `role`: a role has no keys, and others assume it.
    kind: &'static str,
    /// Its ARN.
    arn: String,
    /// Whether IAM has it.
    exists: bool,
    /// What it may really do; null: IAM does not have it.
    rights: Option<Rights>,
    /// What it should be for: `source` or `destination`.
    bucket: &'static str,
    /// What it should be allowed: `read-write`, `read-only` or `write-only`.
    access: &'static str,
    /// What the keys begin with that it is for.
    prefix: String,
}

impl Status {
    pub(crate) fn of(seen: &Seen<'_>) -> Self {
        let Seen { stack, world, plan, rows, .. } = seen;
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
                exists: if user.is_role() {
                    world.user_roles.get(&name).is_some_and(Option::is_some)
                } else {
                    world.users.get(&name).is_some_and(Option::is_some)
                },
                kind: user.kind.as_str(),
                arn: stack.user_arn(user),
                rights: seen.rights(&name).map(Rights::of),
                name,
                bucket: user.bucket.as_str(),
                access: user.access.as_str(),
                prefix: user.prefix.clone(),
            }
        });
        let drift = plan.by_resource().into_iter().map(|(address, _)| named(address, stack));
        Self {
            stack: stack.names.stack.clone(),
            account: stack.names.account.clone(),
            region: stack.names.region.clone(),
            resources: rows.iter().map(|row| Resource::of(row, stack)).collect(),
            source: Bucket::of(seen, BucketRole::Source),
            destination: Bucket::of(seen, BucketRole::Destination),
            clean_copies: CleanCopies::of(seen.clean_copies),
            uncleaned: Uncleaned::of(seen.uncleaned),
            role: world.role.as_ref().map(|role| Rights::of(role_rights(stack, role))),
            function: world
                .function
                .as_ref()
                .map(|function| Function::of(function, &world.permission, stack)),
            trigger: entries.collect(),
            alarms: world.alarms.iter().map(alarm).collect(),
            users: users.collect(),
            drift: drift.collect(),
            problems: plan.problems.iter().map(Problem::what).collect(),
            notes: plan.notes.iter().map(ToString::to_string).collect(),
        }
    }
}

fn named(address: &Address, stack: &Stack) -> String {
    format!("{address} {}", address.name(stack))
}

impl Resource {
    fn of(row: &Row, stack: &Stack) -> Self {
        Self {
            resource: row.address.to_string(),
            name: row.address.name(stack).to_owned(),
            state: row.verdict.as_str(),
            differs_in: row.differing.clone(),
        }
    }
}

impl Rights {
    fn of(rights: engine::status::Rights) -> Self {
        Self { admin: rights.is_admin, may: rights.words }
    }
}

impl Bucket {
    fn of(seen: &Seen<'_>, role: BucketRole) -> Self {
        let exposure = seen.exposure(role);
        Self {
            name: seen.stack.names.bucket(role).to_owned(),
            exists: exposure.is_some(),
            public: exposure.as_ref().is_some_and(Exposure::is_public),
            public_access_blocked: exposure.as_ref().map(|exposure| !exposure.is_unblocked),
            open: exposure.iter().flat_map(Exposure::words).collect(),
            contents: Contents::of(seen.contents(role)),
        }
    }
}

impl CleanCopies {
    fn of(found: bucket::CleanCopies) -> Self {
        let bucket::CleanCopies { compared, orphaned, older, more } = found;
        Self { compared, orphaned, older, more }
    }
}

impl Uncleaned {
    fn of(found: bucket::Uncleaned) -> Self {
        let bucket::Uncleaned { compared, pending, unmatched, more } = found;
        Self { compared, pending, unmatched, more }
    }
}

impl Contents {
    fn of(contents: &bucket::Contents) -> Self {
        let bucket::Contents { objects, versions, delete_markers, bytes, uploads, more } = *contents;
        Self { objects, versions, delete_markers, bytes, uploads, more }
    }
}

impl Function {
    fn of(function: &function::Observed, policy: &permission::Observed, stack: &Stack) -> Self {
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
            open: function_exposure(policy),
        }
    }
}
