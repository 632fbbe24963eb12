//! The plan of `down`: everything of the stack goes, and nothing else.

use std::collections::BTreeMap;

use super::{Note, Plan, Problem, order};
use crate::config::BucketRole;
use crate::resources::bucket::{self, Contents, Observation};
use crate::resources::{Address, Change, alarm, function, log_group, role, trigger, user, user_role};
use crate::stack::Stack;
use crate::world::World;

/// What becomes of the objects in the buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataRule {
    /// Nobody has said: a bucket with data is a problem.
    Ask,
    /// Delete it.
    Delete,
    /// Keep the buckets that hold any.
    Keep,
}

/// Plans `down`. `contents` says what each bucket holds, by name.
#[must_use]
pub fn down(stack: &Stack, world: &World, contents: &BTreeMap<String, Contents>, rule: DataRule) -> Plan {
    let mut plan = Plan::default();
    let mut changes: Vec<(Address, Change)> = Vec::new();
    if !world.trigger.ours.is_empty() {
        let change = trigger::Change {
            from: world.trigger.ours.clone(),
            to: Vec::new(),
            foreign: world.trigger.foreign.len(),
        };
        changes.push((Address::Trigger, Change::Trigger(change)));
    }
    let mut left_alone = Vec::new();
    let mut not_ours = |address: Address| {
        let name = address.name(stack).to_owned();
        left_alone.push(Note::NotOurs { address, name });
    };
    for (name, observed) in &world.users {
        let Some(observed) = observed else { continue };
        let address = Address::User(name.clone());
        if stack.owns(&observed.identity.tags) || observed.identity.path == stack.names.path {
            changes
                .extend(user::removal(stack, name).into_iter().map(|c| (address.clone(), Change::User(c))));
        } else {
            not_ours(address);
        }
    }
    for name in &world.former_users {
        let address = Address::User(name.clone());
        changes.extend(user::removal(stack, name).into_iter().map(|c| (address.clone(), Change::User(c))));
    }
    let remove_role = |name: &String| {
        let address = Address::UserRole(name.clone());
        user_role::removal(stack, name).into_iter().map(move |c| (address.clone(), Change::UserRole(c)))
    };
    for (name, observed) in &world.user_roles {
        let Some(observed) = observed else { continue };
        if stack.owns(&observed.identity.tags) || observed.identity.path == stack.names.path {
            changes.extend(remove_role(name));
        } else {
            not_ours(Address::UserRole(name.clone()));
        }
    }
    changes.extend(world.former_roles.iter().flat_map(remove_role));
    match &world.function {
        Some(observed) if stack.owns(&observed.tags) => {
            changes.push((Address::Function, Change::Function(function::Change::Delete)));
        }
        Some(_) => not_ours(Address::Function),
        None => {}
    }
    for (name, observed) in &world.alarms {
        let address = Address::Alarm(name.clone());
        if stack.owns(&observed.tags) {
            changes.push((address, Change::Alarm(alarm::removal(name))));
        } else {
            not_ours(address);
        }
    }
    for name in &world.former_alarms {
        changes.push((Address::Alarm(name.clone()), Change::Alarm(alarm::removal(name))));
    }
    match &world.role {
        Some(observed)
            if stack.owns(&observed.identity.tags) || observed.identity.path == stack.names.path =>
        {
            changes.extend(role::removal(stack).into_iter().map(|c| (Address::Role, Change::Role(c))));
        }
        Some(_) => not_ours(Address::Role),
        None => {}
    }
    match &world.log_group {
        Some(observed) if stack.owns(&observed.tags) => {
            let change = log_group::Change::Delete { bytes: observed.stored_bytes };
            changes.push((Address::LogGroup, Change::LogGroup(change)));
        }
        Some(_) => not_ours(Address::LogGroup),
        None => {}
    }
    let mut buckets: Vec<(Address, &str)> = Vec::new();
    for role in [BucketRole::Source, BucketRole::Destination] {
        let name = stack.names.bucket(role);
        match world.bucket(role) {
            Observation::Present(observed) if stack.owns(&observed.tags) => {
                buckets.push((Address::Bucket(role), name));
            }
            Observation::Present(_) => not_ours(Address::Bucket(role)),
            // What cannot be looked at may be ours, and full: nothing goes before that is known.
            Observation::Taken => plan.problems.push(Problem::Taken { bucket: name.to_owned() }),
            Observation::Elsewhere(region) => {
                plan.problems.push(Problem::Elsewhere { bucket: name.to_owned(), region: region.clone() });
            }
            Observation::Absent => {}
        }
    }
    plan.notes.extend(left_alone);
    if !world.former_known {
        plan.notes.push(Note::FormerUnknown);
    }
    let source = stack.names.bucket(BucketRole::Source);
    if !world.replicas.is_empty() && buckets.iter().any(|(_, name)| *name == source) {
        plan.notes.push(Note::CopiesStay { bucket: source.to_owned(), at: world.replicas.clone() });
    }
    if let Some(region) = world.role.as_ref().and_then(|role| role::other_region(stack, role)) {
        plan.problems.push(Problem::OtherRegion { stack: stack.names.stack.clone(), region });
    }
    buckets
        .extend(world.former_buckets.iter().map(|name| (Address::FormerBucket(name.clone()), name.as_str())));
    for (address, name) in buckets {
        let contents = contents.get(name).copied().unwrap_or_default();
        let change = |aspect| Change::Bucket(bucket::Change { bucket: name.to_owned(), aspect });
        match rule {
            DataRule::Keep if !contents.is_empty() => {
                plan.notes.push(Note::Kept { bucket: name.to_owned(), contents });
                continue;
            }
            DataRule::Ask if !contents.is_empty() => {
                plan.problems.push(Problem::Data { bucket: name.to_owned(), contents });
            }
            _ => {}
        }
        if !contents.is_deletable() {
            changes.push((address.clone(), change(bucket::Aspect::Empty { contents })));
        }
        changes.push((address, change(bucket::Aspect::Delete)));
    }
    plan.steps = order::steps(changes);
    plan
}

#[cfg(test)]
mod tests;
