//! What would make `down` fail half-way. Nothing is removed before it is known that all of it can be.

use std::collections::BTreeMap;

use super::{DataRule, Problem};
use crate::config::BucketRole;
use crate::policy;
use crate::resources::bucket::{Contents, Lock};
use crate::stack::Stack;
use crate::world::World;

/// The obstacles. `contents` says what each bucket holds, and `locks` what of it Object Lock keeps, both by name.
#[must_use]
pub fn obstacles(
    stack: &Stack,
    world: &World,
    contents: &BTreeMap<String, Contents>,
    locks: &BTreeMap<String, Lock>,
    rule: DataRule,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if world.log_group.as_ref().is_some_and(|group| group.is_protected && stack.owns(&group.tags)) {
        problems.push(Problem::Protected { log_group: stack.names.log_group.clone() });
    }
    for role in [BucketRole::Source, BucketRole::Destination] {
        let Some(observed) = world.bucket(role).present().filter(|bucket| stack.owns(&bucket.tags)) else {
            continue;
        };
        let bucket = stack.names.bucket(role).to_owned();
        let held = contents.get(&bucket).copied().unwrap_or_default();
        if rule == DataRule::Keep && !held.is_empty() {
            continue;
        }
        let actions: &[&'static str] = match held.is_deletable() {
            true => &["s3:DeleteBucket"],
            false => &["s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion"],
        };
        if let Some((action, statement)) = actions
            .iter()
            .find_map(|action| Some((*action, policy::denied_to_all(observed.policy.as_ref()?, action)?)))
        {
            problems.push(Problem::Denied { bucket: bucket.clone(), action, statement });
        }
        if observed.mfa_delete && !held.is_deletable() {
            problems.push(Problem::MfaDelete { bucket: bucket.clone() });
        }
    }
    problems.extend(
        locks.iter().map(|(bucket, lock)| Problem::Locked { bucket: bucket.clone(), lock: lock.clone() }),
    );
    problems
}
