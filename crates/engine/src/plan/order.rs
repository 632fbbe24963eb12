//! Which step waits for which.

use super::Step;
use crate::resources::{Address, Change, Need, ResourceChange};

/// Makes steps out of changes: narrowing ones first, then by the needs that
/// the changes state, and by rank within a resource. Steps are returned in an
/// order in which each comes after all it waits for.
pub(super) fn steps(changes: Vec<(Address, Change)>) -> Vec<Step> {
    // On something that is about to be created nothing is open yet.
    let created: Vec<Address> = changes
        .iter()
        .filter(|(_, change)| change.rank() == 0 && change.line().attribute.is_none())
        .map(|(address, _)| address.clone())
        .collect();
    let narrows: Vec<bool> =
        changes.iter().map(|(address, change)| change.narrows() && !created.contains(address)).collect();
    let mut steps: Vec<Step> = Vec::with_capacity(changes.len());
    for (index, (address, change)) in changes.iter().enumerate() {
        let needs = change.needs();
        let after = (0..changes.len()).filter(|&other| {
            let (other_address, other_change) = &changes[other];
            if other == index {
                return false;
            }
            if other_address == address && narrows[other] == narrows[index] {
                return other_change.rank() < change.rank();
            }
            if narrows[other] != narrows[index] {
                return narrows[other];
            }
            // Among narrowing steps no one waits for another resource: they are all urgent.
            !narrows[index] && needs.iter().any(|need| is_needed(need, other_address, other_change))
        });
        steps.push(Step { address: address.clone(), change: change.clone(), after: after.collect() });
    }
    sorted(steps)
}

fn is_needed(need: &Need, address: &Address, change: &Change) -> bool {
    match need {
        Need::Created(wanted) => wanted == address && change.rank() == 0,
        Need::Settled(wanted) => wanted == address,
    }
}

/// Topological order that keeps the given order where it can.
fn sorted(steps: Vec<Step>) -> Vec<Step> {
    let mut place: Vec<Option<usize>> = vec![None; steps.len()];
    let mut order = Vec::with_capacity(steps.len());
    while order.len() < steps.len() {
        let before = order.len();
        for (index, step) in steps.iter().enumerate() {
            if place[index].is_none() && step.after.iter().all(|&other| place[other].is_some()) {
                place[index] = Some(order.len());
                order.push(index);
            }
        }
        assert!(order.len() > before, "a cycle in the needs of changes is a bug");
    }
    order
        .iter()
        .map(|&index| {
            let step = &steps[index];
            let mut after: Vec<usize> = step.after.iter().filter_map(|&other| place[other]).collect();
            after.sort_unstable();
            Step { after, ..step.clone() }
        })
        .collect()
}

#[cfg(test)]
mod tests;
