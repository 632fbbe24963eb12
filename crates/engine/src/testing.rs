//! What the tests of this crate have in common: stacks, worlds as values, and changes and plans as text.

mod desired;
mod ordered;
mod render;
mod table;

pub(crate) use desired::{CODE, as_desired, bucket, extra_inline, identity, nothing, role, user, user_role};
pub(crate) use ordered::assert_ordered;
pub(crate) use render::{change_line, plan_lines};
pub(crate) use table::{Table, Variants, variants};

use crate::config::{Overrides, parse};
use crate::stack::Stack;

/// The account of all test stacks.
pub(crate) const ACCOUNT: &str = "123456789012";
/// Their region.
pub(crate) const REGION: &str = "eu-west-1";

/// Every option of a configuration, each unlike its default.
pub(crate) const EVERYTHING: &str = r#"
permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
[tags]
team = "media"
[source]
encryption = "aws:kms"
kms_key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
expire_days = 90
[destination]
versioning = false
[function]
memory = 2048
reserved_concurrency = 5
on_failure = "arn:aws:sqs:eu-west-1:123456789012:failed"
retries = 1
max_megapixels = 50
environment = { RUST_LOG = "info" }
[trigger]
prefix = "in/"
suffixes = [".jpg", ".png"]
mirror_deletes = true
[alarms]
actions = ["arn:aws:sns:eu-west-1:123456789012:on-call"]
[[users]]
name = "uploader"
bucket = "source"
access = "read-write"
[[users]]
name = "viewer"
bucket = "destination"
access = "read-only"
prefix = "albums/"
[[users]]
name = "partner"
bucket = "destination"
access = "read-only"
kind = "role"
trust = ["210987654321"]
"#;

/// The stack `photos` with this configuration; an empty one is the shipped stack without users.
pub(crate) fn stack(config: &str) -> Stack {
    match parse(&format!("stack = \"photos\"\n{config}"), "config.toml", &Overrides::default()) {
        Ok(config) => Stack::new(config, "aws", ACCOUNT, REGION),
        Err(errors) => panic!("{errors:?}"),
    }
}
