//! The plan of `up`: what must change so that the stack is as configured.

use super::{Adopt, Note, Plan, Problem, order};
use crate::config::{BucketRole, Encryption, UserConfig};
use crate::resources::user::UploadKey;
use crate::resources::{
    Address, Change, alarm, bucket, bucket::Observation, bucket::Versioning, function, log_group, permission,
    role, trigger, user, user_role,
};
use crate::stack::{OWNER_TAG, Stack, Tags};
use crate::world::World;

/// Plans `up`. `code_sha256` is the hash of the function's package; `adopt`
/// says what is taken over that is not ours.
#[must_use]
pub fn up(stack: &Stack, code_sha256: &str, world: &World, adopt: &Adopt) -> Plan {
    let mut planner = Planner { stack, adopt, plan: Plan::default(), changes: Vec::new() };
    for role in [BucketRole::Source, BucketRole::Destination] {
        planner.bucket(role, world.bucket(role));
    }
    planner.owned(Address::LogGroup, world.log_group.as_ref().map(|group| (&group.tags, None)), || {
        log_group::diff(stack, world.log_group.as_ref()).into_iter().map(Change::LogGroup).collect()
    });
    if let Some(group) = &world.log_group
        && let Some(policy) = group.account_policy.clone()
        && group.retention_days != Some(stack.config.function.log_retention_days.cast_signed())
    {
        planner.plan.notes.push(Note::RetentionOfAccount { policy, days: group.retention_days });
    }
    if let Some(region) = world.role.as_ref().and_then(|role| role::other_region(stack, role)) {
        let stack = stack.names.stack.clone();
        planner.plan.problems.push(Problem::OtherRegion { stack, region });
    }
    planner.owned(
        Address::Role,
        world.role.as_ref().map(|role| (&role.identity.tags, Some(role.identity.path.as_str()))),
        || {
            let changes = role::diff(stack, world.role.as_ref()).into_iter().map(Change::Role);
            // A part of making the role anew, and not of the function: a role that is only not shown says nothing of it.
            let function = world.function.as_ref().filter(|it| world.role.is_none() && stack.owns(&it.tags));
            let grant = function.and_then(|function| function::renewal(stack, function));
            changes.chain(grant.map(Change::Function)).collect()
        },
    );
    planner.owned(Address::Function, world.function.as_ref().map(|function| (&function.tags, None)), || {
        function::diff(stack, code_sha256, world.function.as_ref(), world.role.as_ref())
            .into_iter()
            .map(Change::Function)
            .collect()
    });
    if let (Some(wanted), Some(concurrency)) = (stack.config.function.reserved_concurrency, world.concurrency)
    {
        let reserved =
            world.function.as_ref().and_then(|function| function.reserved_concurrency).unwrap_or(0);
        let available = concurrency.available(reserved);
        if wanted > available {
            let limit = concurrency.limit;
            planner.plan.problems.push(Problem::Concurrency { wanted, available, limit });
        }
    }
    if let Some(bucket) = own_bucket(stack) {
        planner.plan.problems.push(Problem::OwnBucket { bucket });
    }
    planner.add(
        Address::Permission,
        permission::diff(stack, &world.permission).into_iter().map(Change::Permission).collect(),
    );
    let (ours, foreign) = (trigger::wanted(stack), &world.trigger.foreign);
    match trigger::clash(&ours, foreign) {
        Some(clash) => planner.plan.problems.push(Problem::Clash(Box::new(clash))),
        None if ours.len() + foreign.len() > trigger::MOST_ENTRIES => {
            let (ours, foreign) = (ours.len(), foreign.len());
            planner.plan.problems.push(Problem::TooManyEntries { ours, foreign });
        }
        None => planner.add(
            Address::Trigger,
            trigger::diff(stack, &world.trigger).into_iter().map(Change::Trigger).collect(),
        ),
    }
    if !world.trigger.foreign.is_empty() {
        planner.plan.notes.push(Note::ForeignEntries(world.trigger.foreign.len()));
    }
    if !world.replicas.is_empty() {
        let bucket = stack.names.bucket(BucketRole::Source).to_owned();
        planner.plan.notes.push(Note::Replicated { bucket, to: world.replicas.clone() });
    }
    for kind in alarm::Kind::ALL {
        let Some(config) = &stack.config.alarms else { break };
        let name = stack.names.alarm(kind.word());
        let observed = world.alarms.get(&name);
        planner.owned(Address::Alarm(name), observed.map(|alarm| (&alarm.tags, None)), || {
            alarm::diff(stack, config, kind, observed).into_iter().map(Change::Alarm).collect()
        });
    }
    for name in &world.former_alarms {
        planner.add(Address::Alarm(name.clone()), vec![Change::Alarm(alarm::removal(name))]);
    }
    for config in stack.iam_users() {
        let name = stack.names.user(&config.name);
        let observed = world.users.get(&name).and_then(Option::as_ref);
        for UploadKey { key, given, .. } in
            observed.iter().flat_map(|user| UploadKey::of_tags(&user.identity.tags))
        {
            let is_given = given.is_some();
            planner.plan.notes.push(Note::UploadKey { user: name.clone(), key, is_given });
        }
        if let Some(doubt) = observed.and_then(|user| user::doubt(&user.keys)) {
            planner.plan.notes.push(Note::DoubtfulKeys { user: name.clone(), doubt });
        }
        planner.owned(
            Address::User(name),
            observed.map(|user| (&user.identity.tags, Some(user.identity.path.as_str()))),
            || user::diff(stack, config, observed).into_iter().map(Change::User).collect(),
        );
    }
    for name in &world.former_users {
        let changes = user::removal(stack, name).into_iter().map(Change::User).collect();
        planner.add(Address::User(name.clone()), changes);
    }
    for config in stack.role_users() {
        let name = stack.names.user(&config.name);
        let observed = world.user_roles.get(&name).and_then(Option::as_ref);
        planner.owned(
            Address::UserRole(name),
            observed.map(|role| (&role.identity.tags, Some(role.identity.path.as_str()))),
            || user_role::diff(stack, config, observed).into_iter().map(Change::UserRole).collect(),
        );
    }
    for name in &world.former_roles {
        let changes = user_role::removal(stack, name).into_iter().map(Change::UserRole).collect();
        planner.add(Address::UserRole(name.clone()), changes);
    }
    planner.exchanged(world);
    if !world.former_known {
        planner.plan.notes.push(Note::FormerUnknown);
    }
    for name in &world.former_buckets {
        planner.plan.notes.push(Note::FormerBucket(name.clone()));
    }
    planner.finish()
}

struct Planner<'a> {
    stack: &'a Stack,
    adopt: &'a Adopt,
    plan: Plan,
    changes: Vec<(Address, Change)>,
}

impl Planner<'_> {
    fn add(&mut self, address: Address, changes: Vec<Change>) {
        if changes.is_empty() {
            self.plan.unchanged.push(address);
        } else {
            self.changes.extend(changes.into_iter().map(|change| (address.clone(), change)));
        }
    }

    /// Says of users that go while others come what that means for whoever works as them.
    fn exchanged(&mut self, world: &World) {
        let stack = self.stack;
        let is_role = |name: &String| stack.user(name).map(UserConfig::is_role);
        // A user whose `kind` is another one now has the same name.
        let (turned, gone): (Vec<_>, Vec<_>) =
            world.former_users.iter().cloned().partition(|name| is_role(name) == Some(true));
        self.plan.notes.extend(turned.into_iter().map(|user| Note::BecomesRole { user }));
        let turned = world.former_roles.iter().filter(|name| is_role(name) == Some(false));
        self.plan.notes.extend(turned.map(|role| Note::BecomesUser { role: role.clone() }));
        let is_new = |name: &String| world.users.get(name).is_none_or(Option::is_none);
        let users = stack.iam_users().map(|user| stack.names.user(&user.name));
        let new: Vec<String> =
            users.filter(|name| is_new(name) && !world.former_roles.contains(name)).collect();
        if !new.is_empty() && !gone.is_empty() {
            self.plan.notes.push(Note::Renamed { gone, new });
        }
    }

    fn bucket(&mut self, role: BucketRole, observation: &Observation) {
        let (stack, address) = (self.stack, Address::Bucket(role));
        let bucket = stack.names.bucket(role).to_owned();
        match observation {
            Observation::Taken => self.plan.problems.push(Problem::Taken { bucket }),
            Observation::Elsewhere(region) => {
                self.plan.problems.push(Problem::Elsewhere { bucket, region: region.clone() });
            }
            Observation::Absent | Observation::Present(_) => {
                let observed = observation.present();
                if let Some(observed) = observed {
                    self.of_others(role, bucket, observed);
                }
                self.owned(address, observed.map(|bucket| (&bucket.tags, None)), || {
                    bucket::diff(stack, role, observed).into_iter().map(Change::Bucket).collect()
                });
            }
        }
    }

    /// What others have set on a bucket and we leave alone, or cannot change.
    fn of_others(&mut self, role: BucketRole, bucket: String, observed: &bucket::Observed) {
        let wanted = self.stack.bucket(role).versioning;
        if observed.mfa_delete && wanted != (observed.versioning == Versioning::Enabled) {
            self.plan.problems.push(Problem::MfaDelete { bucket: bucket.clone() });
        }
        let config = self.stack.bucket(role);
        let key = observed.encryption.as_ref().and_then(|encryption| encryption.key.as_ref());
        let is_named = |key: &&String| {
            matches!(&config.encryption, Encryption::Kms { key: wanted } if wanted == *key)
                || config.former_kms_keys.contains(key)
        };
        if let Some(key) = key.filter(|key| !is_named(key)) {
            let (table, bucket, key) = (role.as_str(), bucket.clone(), key.clone());
            self.plan.notes.push(Note::KeyChange { table, bucket, key });
        }
        if !observed.other_rules.is_empty() {
            self.plan.notes.push(Note::ForeignRules { bucket, ids: observed.other_rules.clone() });
        }
    }

    /// Adds the changes of a resource that is ours, absent, or adopted. The
    /// mark is the tag or, where there is one, the IAM path.
    fn owned(
        &mut self,
        address: Address,
        exists: Option<(&Tags, Option<&str>)>,
        diff: impl FnOnce() -> Vec<Change>,
    ) {
        let Some((tags, path)) = exists else { return self.add(address, diff()) };
        let name = address.name(self.stack).to_owned();
        let ours = self.stack.owns(tags) || path == Some(self.stack.names.path.as_str());
        // A user can be moved; a role cannot, which is told before anybody tries to adopt it.
        let is_fixed = matches!(address, Address::Role | Address::UserRole(_));
        if let Some(path) = path.filter(|path| *path != self.stack.names.path && is_fixed) {
            self.plan.problems.push(Problem::WrongPath { address, name, path: path.to_owned() });
        } else if ours {
            self.add(address, diff());
        } else if self.adopt.includes(&address) {
            self.plan.notes.push(Note::Adopted { address: address.clone(), name });
            self.add(address, diff());
        } else {
            self.plan.problems.push(Problem::Foreign { address, name, owner: tags.get(OWNER_TAG).cloned() });
        }
    }

    fn finish(mut self) -> Plan {
        self.plan.steps = order::steps(self.changes);
        self.plan
    }
}

/// The bucket of the stack that `on_failure` names, if it does.
fn own_bucket(stack: &Stack) -> Option<String> {
    let wanted = stack.config.function.asynchronous.on_failure.as_deref()?;
    let own = [BucketRole::Source, BucketRole::Destination].into_iter();
    own.filter(|role| stack.names.bucket_arn(*role) == wanted)
        .map(|role| stack.names.bucket(role).to_owned())
        .next()
}

#[cfg(test)]
mod tests;
