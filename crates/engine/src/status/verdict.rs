//! One word a resource: how what was read compares with config.toml.

use crate::config::BucketRole;
use crate::plan::{Plan, Problem, resource_action};
use crate::resources::{Action, Address};
use crate::stack::Stack;

/// How a resource compares with config.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As in config.toml.
    Ok,
    /// It is there, and something of it differs.
    Differs,
    /// It is in config.toml, and does not exist.
    Missing,
    /// It exists, and is no longer in config.toml.
    Extra,
    /// Something of that name exists, and `up` would not touch it.
    Foreign,
}

impl Verdict {
    /// The word for it on screens and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Foreign => "foreign",
        }
    }
}

/// A resource with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which resource.
    pub address: Address,
    /// How it compares.
    pub verdict: Verdict,
    /// The attributes that differ, in the words of the plan.
    pub differing: Vec<&'static str>,
}

/// Every resource of a stack; `plan` is the plan of `up` for what was read.
#[must_use]
pub fn rows(stack: &Stack, plan: &Plan) -> Vec<Row> {
    let ok =
        |address: &Address| Row { address: address.clone(), verdict: Verdict::Ok, differing: Vec::new() };
    let mut rows: Vec<Row> = plan.unchanged.iter().map(ok).collect();
    for (address, steps) in plan.by_resource() {
        let verdict = match resource_action(&steps) {
            Action::Create => Verdict::Missing,
            Action::Update => Verdict::Differs,
            Action::Delete => Verdict::Extra,
        };
        let mut differing: Vec<&'static str> = match verdict {
            Verdict::Differs => steps.iter().filter_map(|step| attribute(&step.change)).collect(),
            _ => Vec::new(),
        };
        // A policy that takes rights and gives others is written in two steps.
        differing.dedup();
        rows.push(Row { address: address.clone(), verdict, differing });
    }
    for problem in &plan.problems {
        let Some(address) = address_of(stack, problem) else { continue };
        rows.retain(|row| row.address != address);
        rows.push(Row { address, verdict: Verdict::Foreign, differing: Vec::new() });
    }
    rows.sort_by(|left, right| left.address.cmp(&right.address));
    rows
}

fn attribute(change: &crate::resources::Change) -> Option<&'static str> {
    use crate::resources::ResourceChange;
    change.line().attribute
}

/// The resource that a problem is about.
fn address_of(stack: &Stack, problem: &Problem) -> Option<Address> {
    match problem {
        Problem::Foreign { address, .. }
        | Problem::WrongPath { address, .. }
        | Problem::Overwritten { address, .. } => Some(address.clone()),
        Problem::Taken { bucket } | Problem::Elsewhere { bucket, .. } | Problem::MfaDelete { bucket } => {
            let roles = [BucketRole::Source, BucketRole::Destination];
            roles.into_iter().find(|role| stack.names.bucket(*role) == bucket).map(Address::Bucket)
        }
        Problem::OtherRegion { .. } => Some(Address::Role),
        Problem::Clash(_) | Problem::TooManyEntries { .. } => Some(Address::Trigger),
        // Only `down` has it.
        Problem::Concurrency { .. } | Problem::OwnBucket { .. } => Some(Address::Function),
        Problem::Data { .. }
        | Problem::Denied { .. }
        | Problem::Locked { .. }
        | Problem::Protected { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{self, Adopt};
    use crate::resources::bucket::Observation;
    use crate::testing::{CODE, EVERYTHING, as_desired, nothing, stack};
    use crate::world::World;

    fn verdicts(stack: &Stack, world: &World) -> Vec<String> {
        let rows = rows(stack, &plan::up(stack, CODE, world, &Adopt::Nothing));
        let text = |row: &Row| {
            let mut text = format!("{} {} {}", row.verdict.as_str(), row.address, row.address.name(stack));
            if !row.differing.is_empty() {
                text += &format!(": {}", row.differing.join(", "));
            }
            text
        };
        rows.iter().map(text).collect()
    }

    #[test]
    fn each_resource_has_its_verdict() {
        let stack = stack(EVERYTHING);
        let right = as_desired(&stack);
        let all = verdicts(&stack, &right);
        assert!(all.len() >= 10 && all.iter().all(|row| row.starts_with("ok ")), "{all:?}");
        let none = verdicts(&stack, &nothing(&stack));
        assert_eq!(none.len(), all.len());
        assert!(none.iter().all(|row| row.starts_with("missing ")), "{none:?}");

        type Hand = fn(&mut World);
        let cases: [(Hand, &str); 9] = [
            (|world| world.function = None, "missing function photos-sanitizer"),
            (
                |world| source(world).public_access_blocked = false,
                "differs source bucket photos-uploads-123456789012: public access",
            ),
            (|world| source(world).tags.clear(), "foreign source bucket photos-uploads-123456789012"),
            (
                |world| world.destination = Observation::Taken,
                "foreign destination bucket photos-clean-123456789012",
            ),
            (|world| world.trigger.ours.clear(), "missing trigger photos-uploads-123456789012"),
            (
                |world| {
                    world.trigger.ours.pop();
                },
                "differs trigger photos-uploads-123456789012: entries",
            ),
            (|world| world.former_users.push("photos-gone".to_owned()), "extra user photos-gone"),
            (
                |world| viewer(world).identity.policies.ours = None,
                "differs user photos-viewer: inline policy",
            ),
            (|world| viewer(world).identity.path = "/theirs/".to_owned(), "differs user photos-viewer: path"),
        ];
        for (by_hand, expected) in cases {
            let mut world = right.clone();
            by_hand(&mut world);
            let other: Vec<_> =
                verdicts(&stack, &world).into_iter().filter(|row| !row.starts_with("ok ")).collect();
            assert_eq!(other, [expected]);
        }
    }

    fn source(world: &mut World) -> &mut crate::resources::bucket::Observed {
        match &mut world.source {
            Observation::Present(bucket) => bucket,
            _ => panic!("it is there"),
        }
    }

    fn viewer(world: &mut World) -> &mut crate::resources::user::Observed {
        world.users.get_mut("photos-viewer").unwrap().as_mut().unwrap()
    }
}
