//! What AWS has shown, look by look. Reads of IAM and of bucket configurations are eventually consistent: after a
//! change they answer now with the old state, now with the new one, for tens of seconds and rarely for minutes
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>). So
//! one look that differs from the configuration proves nothing.
//!
//! # Guarantees
//! - What was seen right after it was seen wrong counts as right from then on, however often the old state is shown
//!   again: that is lag.
//! - That a thing exists which a run did not make must be seen at two looks in a row, after it was missing at one: just
//!   deleted things come and go as just made ones do, until AWS has made up its mind.
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
    /// What a run has changed; before a run nothing is known of that.
    changed: Option<BTreeSet<Address>>,
    /// Right at the last look, wrong at the one before, and one more look decides.
    doubtful: BTreeSet<Aspect>,
    /// What was there and missing by turns, and not twice the same since.
    by_turns: BTreeSet<Aspect>,
}

impl Sightings {
    /// After `done` was executed: all that it has changed was wrong before.
    #[must_use]
    pub fn after(done: &Plan) -> Self {
        let changed = done.steps.iter().map(|step| step.address.clone()).collect();
        Self { wrong: aspects(done), changed: Some(changed), ..Self::default() }
    }

    /// Takes note of one look, told as what is still to be done.
    pub fn look(&mut self, plan: &Plan) {
        let before = std::mem::replace(&mut self.wrong, aspects(plan));
        let doubtful = std::mem::take(&mut self.doubtful);
        self.lag.extend(doubtful.into_iter().filter(|aspect| !self.wrong.contains(aspect)));
        for aspect in before {
            if self.wrong.contains(&aspect) {
                self.by_turns.remove(&aspect);
            } else if self.lag.contains(&aspect) || !self.takes_two_looks(&aspect) {
                self.lag.insert(aspect);
            } else {
                self.by_turns.insert(aspect.clone());
                self.doubtful.insert(aspect);
            }
        }
    }

    /// Whether one more look must show that something which was missing is there.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        !self.doubtful.is_empty()
    }

    /// Whether a resource is there and missing by turns.
    #[must_use]
    pub fn comes_and_goes(&self, address: &Address) -> bool {
        self.by_turns.contains(&Aspect::Of(address.clone(), None))
    }

    fn takes_two_looks(&self, aspect: &Aspect) -> bool {
        let Aspect::Of(address, None) = aspect else { return false };
        self.changed.as_ref().is_some_and(|changed| !changed.contains(address))
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
        assert!(seen.settle(no_group.clone()).is_empty() && seen.settle(no_permission.clone()).is_empty());

        // Right, then wrong for good, is no lag.
        let mut seen = Sightings::default();
        seen.look(&right);
        seen.look(&no_permission);
        seen.look(&no_permission);
        assert_eq!(seen.settle(no_permission.clone()), no_permission);
        // What a run did not make must be seen twice in a row.
        let mut seen = Sightings::after(&no_permission);
        for (look, in_doubt) in [(&no_group, false), (&right, true), (&no_group, false), (&right, true)] {
            seen.look(look);
            assert_eq!(seen.is_in_doubt(), in_doubt);
            assert!(!seen.settle(no_group.clone()).is_empty());
        }
        assert!(seen.comes_and_goes(&Address::LogGroup));
        let mut gone = seen.clone();
        seen.look(&right);
        assert!(seen.settle(no_group.clone()).is_empty() && !seen.is_in_doubt());
        gone.look(&no_group);
        gone.look(&no_group);
        assert!(!gone.comes_and_goes(&Address::LogGroup));
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
