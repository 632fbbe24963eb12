//! What AWS has shown, look by look. Reads of IAM and of bucket configurations are eventually consistent: after a
//! change they answer now with the old state, now with the new one, for tens of seconds and rarely for minutes
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>). So
//! one look that differs from the configuration proves nothing.
//!
//! # Guarantees
//! - What was seen right after it was seen wrong counts as right from then on, however often the old state is shown
//!   again: that is lag.
//!
//! # Caveats
//! - What somebody takes back within seconds of our write may be taken for lag. The next run finds it.

use std::collections::BTreeSet;

use crate::plan::{Plan, Problem, Step};
use crate::resources::{Address, Change, ResourceChange};

/// Something that can be right or wrong on its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Aspect {
    /// A setting of a resource; `None`: whether it exists.
    Of(Address, Option<&'static str>),
    /// What stands in the way.
    Problem(String),
}

/// What was wrong at the last look, and what is known to be lag.
#[derive(Debug, Clone, Default)]
pub struct Sightings {
    wrong: BTreeSet<Aspect>,
    lag: BTreeSet<Aspect>,
}

impl Sightings {
    /// After `done` was executed: all that it has changed was wrong before.
    #[must_use]
    pub fn after(done: &Plan) -> Self {
        Self { wrong: aspects(done), lag: BTreeSet::new() }
    }

    /// Takes note of one look, told as what is still to be done.
    pub fn look(&mut self, plan: &Plan) {
        let wrong = aspects(plan);
        let right_again = std::mem::replace(&mut self.wrong, wrong);
        self.lag.extend(right_again.into_iter().filter(|aspect| !self.wrong.contains(aspect)));
    }

    /// The plan without what is lag.
    #[must_use]
    pub fn settle(&self, plan: Plan) -> Plan {
        plan.retain(|step| !self.lag.contains(&of_step(step)), |problem| !self.lag.contains(&of(problem)))
    }
}

fn of_step(step: &Step) -> Aspect {
    // The function's new grant is a part of making the role: both are there, or both are not.
    let with_role = step.address == Address::Role && matches!(step.change, Change::Function(_));
    Aspect::Of(step.address.clone(), step.change.line().attribute.filter(|_| !with_role))
}

fn of(problem: &Problem) -> Aspect {
    Aspect::Problem(problem.what())
}

fn aspects(plan: &Plan) -> BTreeSet<Aspect> {
    plan.steps.iter().map(of_step).chain(plan.problems.iter().map(of)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{self, Adopt};
    use crate::testing::{CODE, EVERYTHING, as_desired, nothing, stack};
    use crate::world::World;

    #[test]
    fn right_after_wrong_is_lag_and_wrong_after_right_is_not() {
        let stack = stack(EVERYTHING);
        let plan = |world: &World| plan::up(&stack, CODE, world, &Adopt::Nothing);
        let right = plan(&as_desired(&stack));
        let no_group = plan(&World { log_group: None, ..as_desired(&stack) });
        let no_permission = plan(&World { permission: Vec::new(), ..as_desired(&stack) });
        assert!(right.is_empty() && !no_group.is_empty() && !no_permission.is_empty());

        let mut seen = Sightings::default();
        seen.look(&no_group);
        assert_eq!(seen.settle(no_group.clone()), no_group, "one look proves nothing");
        seen.look(&no_permission);
        assert!(seen.settle(no_group.clone()).is_empty(), "the group was seen in between");
        assert_eq!(seen.settle(no_permission.clone()), no_permission, "the permission was not");
        seen.look(&no_group);
        assert!(seen.settle(no_group).is_empty() && seen.settle(no_permission.clone()).is_empty());

        // Right, then wrong for good, is no lag.
        let mut seen = Sightings::default();
        seen.look(&right);
        seen.look(&no_permission);
        seen.look(&no_permission);
        assert_eq!(seen.settle(no_permission.clone()), no_permission);
        // What a run has made was wrong before it.
        let mut seen = Sightings::after(&plan(&nothing(&stack)));
        seen.look(&right);
        seen.look(&no_permission);
        assert!(seen.settle(no_permission).is_empty());
    }

    #[test]
    fn what_is_lag_counts_as_unchanged() {
        let stack = stack(EVERYTHING);
        let world = World { permission: Vec::new(), log_group: None, ..as_desired(&stack) };
        let differing = plan::up(&stack, CODE, &world, &Adopt::Nothing);
        let mut seen = Sightings::default();
        seen.look(&differing);
        seen.look(&plan::up(
            &stack,
            CODE,
            &World { permission: Vec::new(), ..as_desired(&stack) },
            &Adopt::Nothing,
        ));
        let settled = seen.settle(differing);
        let left: BTreeSet<&Address> = settled.steps.iter().map(|step| &step.address).collect();
        assert_eq!(left, BTreeSet::from([&Address::Permission]));
        assert!(settled.unchanged.contains(&Address::LogGroup));
        assert!(settled.steps.iter().all(|step| step.after.iter().all(|&other| other < settled.steps.len())));
    }
}
