//! A stack and what may be found of it, for the samples.

use std::collections::{BTreeMap, BTreeSet};

use engine::config::{BucketRole, Overrides, parse};
use engine::plan::{self, DataRule, Step};
use engine::resources::{Address, Change, alarm, bucket, function, identity, log_group, role, user};
use engine::stack::{Stack, policies};
use engine::world::World;
use serde_json::Value;

const CONFIG: &str = "stack = \"photos\"\n[trigger]\nsuffixes = [\".jpg\"]\n[alarms]\n[[users]]\nname = \"ann\"\n\
                      bucket = \"source\"\naccess = \"write-only\"\n\
                      [[users]]\nname = \"bob\"\nbucket = \"destination\"\naccess = \"read-only\"\n\
                      kind = \"role\"\ntrust = [\"210987654321\"]\n";
/// A SHA-256 as Lambda writes it.
pub(super) const HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

pub(crate) fn stack() -> Stack {
    let config = parse(CONFIG, "config.toml", &Overrides::default()).unwrap();
    Stack::new(config, "aws", "123456789012", "eu-central-1")
}

fn nothing() -> World {
    World::nothing(&stack())
}

/// The plan that creates everything.
pub(crate) fn creation() -> plan::Plan {
    plan::up(&stack(), HASH, &nothing(), &plan::Adopt::Nothing)
}

/// Its first change alone.
pub(super) fn beginning() -> plan::Plan {
    let mut plan = creation();
    plan.steps.truncate(1);
    plan
}

/// Changes of each kind of value that a creation does not have.
pub(crate) fn update() -> plan::Plan {
    let stack = stack();
    let settings = function::Settings::wanted(&stack);
    let mut old = settings.clone();
    old.memory = 512;
    old.layers = vec!["arn:aws:lambda:eu-central-1:123456789012:layer:spy:1".to_owned()];
    old.environment.insert("TOKEN".to_owned(), "secret".to_owned());
    let wanted = alarm::Settings::wanted(&stack, stack.config.alarms.as_ref().unwrap(), alarm::Kind::Errors);
    let louder = alarm::Settings { threshold: 9.5, actions_enabled: false, ..wanted.clone() };
    let source = stack.names.bucket(BucketRole::Source).to_owned();
    let of_source = |aspect| Change::Bucket(bucket::Change { bucket: source.clone(), aspect });
    let kms = bucket::ObservedEncryption {
        algorithm: "aws:kms".to_owned(),
        key: Some(
            "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab".to_owned(),
        ),
        bucket_key: true,
        blocked: BTreeSet::from(["SSE-C".to_owned()]),
    };
    let aes = bucket::ObservedEncryption {
        algorithm: "AES256".to_owned(),
        key: None,
        bucket_key: false,
        blocked: BTreeSet::new(),
    };
    let ann = policies::user(&stack, &stack.config.users[0]);
    let with_reading = |policy: &Value| {
        let mut wide = policy.clone();
        wide["Statement"][0]["Action"] = vec!["s3:GetObject", "s3:PutObject"].into();
        wide
    };
    let step = |address, change| Step { address, change, after: Vec::new() };
    plan::Plan {
        steps: vec![
            step(
                Address::Bucket(BucketRole::Source),
                of_source(bucket::Aspect::SetVersioning {
                    from: bucket::Versioning::Suspended,
                    to: bucket::Versioning::Enabled,
                }),
            ),
            step(
                Address::Bucket(BucketRole::Source),
                of_source(bucket::Aspect::SetEncryption { from: Some(aes), to: kms }),
            ),
            step(Address::LogGroup, Change::LogGroup(log_group::Change::SetRetention { from: None, to: 30 })),
            step(
                Address::Function,
                Change::Function(function::Change::SetCode {
                    from: (HASH.replace('4', "5"), "arm64".to_owned()),
                    to: (HASH.to_owned(), "arm64"),
                }),
            ),
            step(
                Address::Function,
                Change::Function(function::Change::SetSettings {
                    from: Box::new(old),
                    to: Box::new(settings),
                }),
            ),
            step(
                Address::Function,
                Change::Function(function::Change::SetConcurrency { from: None, to: Some(5) }),
            ),
            step(
                Address::User("photos-ann".to_owned()),
                Change::User(user::Change {
                    user: "photos-ann".to_owned(),
                    aspect: user::Aspect::Identity(identity::Change::SetPolicy {
                        from: Some(with_reading(&ann)),
                        to: ann,
                        buckets: vec![BucketRole::Source],
                    }),
                }),
            ),
            step(
                Address::Alarm("photos-errors".to_owned()),
                Change::Alarm(alarm::Change {
                    alarm: "photos-errors".to_owned(),
                    aspect: alarm::Aspect::SetSettings { from: Box::new(louder), to: Box::new(wanted) },
                }),
            ),
        ],
        notes: Vec::new(),
        problems: vec![plan::Problem::Taken {
            bucket: stack.names.bucket(BucketRole::Destination).to_owned(),
        }],
        unchanged: vec![Address::Role],
    }
}

/// The plan that removes what is there of it.
pub(super) fn removal() -> plan::Plan {
    let stack = stack();
    let world = World { function: Some(function()), ..nothing() };
    plan::down(&stack, &world, &BTreeMap::new(), DataRule::Delete)
}

/// A stack with a bucket that is open, a role and a user that may too much, a function, a trigger and an alarm.
pub(super) fn something() -> World {
    let stack = stack();
    let settings =
        alarm::Settings::wanted(&stack, stack.config.alarms.as_ref().unwrap(), alarm::Kind::Errors);
    let alarm = alarm::Observed { settings, state: "OK".to_owned(), tags: stack.tags.clone() };
    let identity = |policy, attached: &str| identity::Observed {
        path: stack.names.path.clone(),
        policies: identity::Policies {
            ours: Some(policy),
            extra_inline: Vec::new(),
            attached: vec![format!("arn:aws:iam::aws:policy/{attached}")],
        },
        boundary: None,
        tags: stack.tags.clone(),
    };
    let user = user::Observed {
        groups: Vec::new(),
        keys: Vec::new(),
        identity: identity(policies::user(&stack, &stack.config.users[0]), "AdministratorAccess"),
    };
    let role = role::Observed {
        created_at: None,
        trust: policies::trust(),
        settings: role::Settings::wanted(),
        identity: identity(policies::role(&stack), "AmazonS3ReadOnlyAccess"),
    };
    World {
        source: bucket::Observation::Present(Box::new(open_bucket(&stack))),
        role: Some(role),
        function: Some(function()),
        trigger: engine::resources::trigger::Observed {
            ours: engine::resources::trigger::wanted(&stack),
            foreign: Vec::new(),
        },
        alarms: BTreeMap::from([("photos-errors".to_owned(), alarm)]),
        users: BTreeMap::from([("photos-ann".to_owned(), Some(user))]),
        replicas: vec!["elsewhere".to_owned()],
        ..nothing()
    }
}

fn open_bucket(stack: &Stack) -> bucket::Observed {
    bucket::Observed {
        region: stack.names.region.clone(),
        public_access_blocked: false,
        ownership: Some("ObjectWriter".to_owned()),
        grants: vec!["READ to AllUsers".to_owned()],
        encryption: None,
        versioning: bucket::Versioning::Enabled,
        mfa_delete: false,
        policy: Some(policies::bucket(stack, BucketRole::Source)),
        lifecycle: bucket::ObservedLifecycle::None,
        other_rules: Vec::new(),
        tags: stack.tags.clone(),
    }
}

fn function() -> function::Observed {
    let stack = stack();
    function::Observed {
        settings: function::Settings::wanted(&stack),
        architecture: "arm64".to_owned(),
        code_sha256: HASH.to_owned(),
        code_size: 2_400_000,
        state: "Active".to_owned(),
        state_reason: None,
        last_modified: "2026-05-01T12:34:56.000+0000".to_owned(),
        reserved_concurrency: None,
        asynchronous: function::Asynchronous::default(),
        tags: stack.tags.clone(),
    }
}
