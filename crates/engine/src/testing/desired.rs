//! What AWS shows of a stack: nothing of it, or all of it exactly as desired. A test changes one field of that.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::config::{BucketRole, UserConfig};
use crate::resources::bucket::{Lifecycle, Observation, ObservedEncryption, ObservedLifecycle, Versioning};
use crate::resources::identity::{ExtraInline, Policies};
use crate::resources::{alarm, bucket as buckets, function, identity as identities, log_group, trigger};
use crate::resources::{role as roles, user as users};
use crate::stack::{Stack, policies};
use crate::world::World;

/// The hash of the function's package in all tests.
pub(crate) const CODE: &str = "k3YzK1vT0mB0Qe2yUu5n0a1b2c3d4e5f6g7h8i9j0k0=";

/// Nothing exists.
pub(crate) fn nothing(stack: &Stack) -> World {
    World::nothing(stack)
}

/// Everything exists exactly as desired.
pub(crate) fn as_desired(stack: &Stack) -> World {
    let alarms = stack.config.alarms.as_ref();
    World {
        source: Observation::Present(Box::new(bucket(stack, BucketRole::Source))),
        destination: Observation::Present(Box::new(bucket(stack, BucketRole::Destination))),
        log_group: Some(log_group::Observed {
            retention_days: Some(stack.config.function.log_retention_days.cast_signed()),
            account_policy: None,
            stored_bytes: 2_000_000,
            is_protected: false,
            tags: stack.tags.clone(),
        }),
        role: Some(role(stack)),
        function: Some(function(stack)),
        permission: vec![policies::invoke_statement(stack)],
        trigger: trigger::Observed { ours: trigger::wanted(stack), foreign: Vec::new() },
        alarms: alarms.map_or_else(BTreeMap::new, |config| {
            let observed = |kind: alarm::Kind| alarm::Observed {
                settings: alarm::Settings::wanted(stack, config, kind),
                state: "OK".to_owned(),
                tags: stack.tags.clone(),
            };
            alarm::Kind::ALL.map(|kind| (stack.names.alarm(kind.word()), observed(kind))).into()
        }),
        users: (stack.iam_users())
            .map(|config| (stack.names.user(&config.name), Some(user(stack, config))))
            .collect(),
        user_roles: (stack.role_users())
            .map(|config| (stack.names.user(&config.name), Some(user_role(stack, config))))
            .collect(),
        ..nothing(stack)
    }
}

/// A bucket as desired.
pub(crate) fn bucket(stack: &Stack, role: BucketRole) -> buckets::Observed {
    let config = stack.bucket(role);
    buckets::Observed {
        region: stack.names.region.clone(),
        public_access_blocked: true,
        ownership: Some("BucketOwnerEnforced".to_owned()),
        grants: Vec::new(),
        encryption: Some(ObservedEncryption::wanted(&config.encryption)),
        versioning: if config.versioning { Versioning::Enabled } else { Versioning::Off },
        mfa_delete: false,
        policy: Some(policies::bucket(stack, role)),
        other_rules: Vec::new(),
        lifecycle: Lifecycle::wanted(config).map_or(ObservedLifecycle::None, ObservedLifecycle::Ours),
        tags: stack.tags.clone(),
    }
}

/// The role as desired.
pub(crate) fn role(stack: &Stack) -> roles::Observed {
    roles::Observed {
        trust: policies::trust(),
        created_at: Some(1_767_322_800),
        settings: roles::Settings::wanted(),
        identity: identity(stack, policies::role(stack)),
    }
}

/// A user that is a role as desired.
pub(crate) fn user_role(stack: &Stack, config: &UserConfig) -> roles::Observed {
    let trust = config.trust().unwrap_or_default();
    roles::Observed {
        trust: policies::user_trust(&stack.names.partition, trust),
        settings: roles::Settings::of_user(config),
        identity: identity(stack, policies::user(stack, config)),
        ..role(stack)
    }
}

/// A user as desired.
pub(crate) fn user(stack: &Stack, config: &UserConfig) -> users::Observed {
    let identity = identity(stack, policies::user(stack, config));
    users::Observed { groups: Vec::new(), identity, keys: Vec::new() }
}

/// A role or user with this policy and all else as desired.
pub(crate) fn identity(stack: &Stack, policy: Value) -> identities::Observed {
    identities::Observed {
        path: stack.names.path.clone(),
        policies: Policies { ours: Some(policy), extra_inline: Vec::new(), attached: Vec::new() },
        boundary: stack.config.permissions_boundary.clone(),
        tags: stack.tags.clone(),
    }
}

/// An inline policy of others, with which one may do everything in S3.
pub(crate) fn extra_inline(name: &str) -> ExtraInline {
    let document = json!({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    ExtraInline { name: name.to_owned(), document: Ok(document) }
}

fn function(stack: &Stack) -> function::Observed {
    function::Observed {
        settings: function::Settings::wanted(stack),
        architecture: stack.config.function.architecture.as_str().to_owned(),
        code_sha256: CODE.to_owned(),
        code_size: 5_000_000,
        state: "Active".to_owned(),
        state_reason: None,
        last_modified: "2026-01-02T03:04:05.000+0000".to_owned(),
        reserved_concurrency: stack.config.function.reserved_concurrency,
        asynchronous: function::Asynchronous::wanted(stack),
        tags: stack.tags.clone(),
    }
}
