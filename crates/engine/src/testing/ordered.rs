//! What holds for the order of every plan.

use crate::plan::{Plan, Step};
use crate::resources::{Need, ResourceChange};

/// Each step comes after those it waits for; what narrows is waited for by all that does not; needs are waited for.
pub(crate) fn assert_ordered(plan: &Plan) {
    let is_created = |step: &Step| {
        let creates = |other: &&Step| other.change.rank() == 0 && other.change.line().attribute.is_none();
        plan.steps.iter().filter(creates).any(|other| other.address == step.address)
    };
    let narrows: Vec<bool> =
        plan.steps.iter().map(|step| step.change.narrows() && !is_created(step)).collect();
    for (index, step) in plan.steps.iter().enumerate() {
        let name = format!("step {index} of {:#?}", plan.steps);
        assert!(step.after.is_sorted() && step.after.iter().all(|&other| other < index), "{name}");
        for (other, other_step) in plan.steps.iter().enumerate() {
            if other == index {
                continue;
            }
            let is_needed = |need: &Need| match need {
                Need::Created(address) => other_step.address == *address && other_step.change.rank() == 0,
                Need::Settled(address) => other_step.address == *address,
            };
            let waits = match (narrows[index], narrows[other]) {
                (false, true) => true,
                (true, false) => false,
                (both, _) => {
                    let same = step.address == other_step.address;
                    (same && other_step.change.rank() < step.change.rank())
                        || (!same && !both && step.change.needs().iter().any(is_needed))
                }
            };
            assert_eq!(step.after.contains(&other), waits, "{name} after {other}");
        }
    }
}
