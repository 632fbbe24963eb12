//! What becomes of each resource while a plan is executed: a resource has several steps and is told once.

use std::collections::BTreeSet;
use std::time::Duration;

use super::seconds;
use engine::plan::{Plan, resource_action};
use engine::resources::Action;
use engine::stack::Stack;

/// From so long on the time is told.
const LONG: Duration = Duration::from_secs(1);

/// The resources of a plan, each with the steps that are left of it.
pub(super) struct Ledger {
    entries: Vec<Entry>,
    /// The entry of each step.
    of_step: Vec<usize>,
}

struct Entry {
    title: String,
    left: usize,
    began: Option<Duration>,
}

impl Ledger {
    pub(super) fn of(plan: &Plan, stack: &Stack) -> Self {
        let mut of_step = vec![0; plan.steps.len()];
        let mut entries = Vec::new();
        for (address, steps) in plan.by_resource() {
            for (index, step) in plan.steps.iter().enumerate() {
                if step.address == *address {
                    of_step[index] = entries.len();
                }
            }
            let verb = past(resource_action(&steps));
            let title = format!("{address} {} {verb}", address.name(stack));
            entries.push(Entry { title, left: steps.len(), began: None });
        }
        Self { entries, of_step }
    }

    /// A step begins, at this time since the beginning.
    pub(super) fn begin(&mut self, step: usize, now: Duration) {
        self.entries[self.of_step[step]].began.get_or_insert(now);
    }

    /// A step is done. Was it the last one of its resource, that is told: `role NAME created`.
    pub(super) fn done(&mut self, step: usize, now: Duration) -> Option<String> {
        let entry = &mut self.entries[self.of_step[step]];
        entry.left = entry.left.saturating_sub(1);
        let took = entry.began.map(|began| now.saturating_sub(began)).filter(|took| *took >= LONG);
        let took = took.map(|took| format!(" ({})", seconds(took))).unwrap_or_default();
        (entry.left == 0).then(|| entry.title.clone() + &took)
    }
}

/// What was made of a plan: `Done: 9 created, 1 changed`. `done` are the steps that are.
#[must_use]
pub(crate) fn made(plan: &Plan, done: &[usize]) -> String {
    let done: BTreeSet<usize> = done.iter().copied().collect();
    let resources = plan.by_resource();
    let total = resources.len();
    let mut counts = [(Action::Create, 0_usize), (Action::Update, 0), (Action::Delete, 0)];
    for (address, steps) in resources {
        let mut own = plan.steps.iter().enumerate().filter(|(_, step)| step.address == *address);
        if own.all(|(index, _)| done.contains(&index)) {
            let action = resource_action(&steps);
            counts.iter_mut().filter(|(of, _)| *of == action).for_each(|(_, count)| *count += 1);
        }
    }
    let whole: usize = counts.iter().map(|(_, count)| count).sum();
    let words: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(action, count)| format!("{count} {}", past(*action)))
        .collect();
    match (whole, words.is_empty()) {
        (_, true) => format!("0 of {total} resources done"),
        (whole, false) if whole < total => format!("{whole} of {total} resources done: {}", words.join(", ")),
        _ => format!("Done: {}", words.join(", ")),
    }
}

fn past(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "changed",
        Action::Delete => "deleted",
    }
}
