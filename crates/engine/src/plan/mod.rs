//! Desired x observed -> ordered changes. Pure; `plan`, `up` and `down` all
//! use what is made here.

mod adopt;
mod down;
mod obstacles;
mod order;
mod problem;
mod up;

pub use adopt::Adopt;
pub use down::{DataRule, down};
pub use obstacles::obstacles;
pub use problem::{Note, Problem};
pub use up::up;

use crate::resources::{Action, Address, Change};

/// What is to be done, and what stands in the way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The changes. A step comes after all the steps it waits for.
    pub steps: Vec<Step>,
    /// What a person should know.
    pub notes: Vec<Note>,
    /// Why the plan cannot be executed.
    pub problems: Vec<Problem>,
    /// Resources that are as they should be.
    pub unchanged: Vec<Address>,
}

/// One change, and the steps that must be done before.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Which resource.
    pub address: Address,
    /// What is done.
    pub change: Change,
    /// Indices of the steps to wait for.
    pub after: Vec<usize>,
}

/// How many resources a plan touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Summary {
    /// Resources created.
    pub create: usize,
    /// Resources changed.
    pub change: usize,
    /// Resources deleted.
    pub delete: usize,
    /// Resources left as they are.
    pub unchanged: usize,
}

impl Plan {
    /// Nothing to do and nothing in the way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.problems.is_empty()
    }

    /// The plan without the steps and problems that do not count. What has none left counts as unchanged.
    #[must_use]
    pub(crate) fn retain(self, step: impl Fn(&Step) -> bool, problem: impl Fn(&Problem) -> bool) -> Self {
        let (kept, dropped): (Vec<_>, Vec<_>) = self.steps.into_iter().partition(step);
        let mut unchanged = self.unchanged;
        for Step { address, .. } in dropped {
            if !unchanged.contains(&address) && !kept.iter().any(|step| step.address == address) {
                unchanged.push(address);
            }
        }
        Self {
            steps: order::steps(kept.into_iter().map(|step| (step.address, step.change)).collect()),
            notes: self.notes,
            problems: self.problems.into_iter().filter(problem).collect(),
            unchanged,
        }
    }

    /// The steps of each resource, in the plan's order of resources.
    #[must_use]
    pub fn by_resource(&self) -> Vec<(&Address, Vec<&Step>)> {
        let mut groups: Vec<(&Address, Vec<&Step>)> = Vec::new();
        for step in &self.steps {
            match groups.iter_mut().find(|(address, _)| *address == &step.address) {
                Some((_, steps)) => steps.push(step),
                None => groups.push((&step.address, vec![step])),
            }
        }
        groups
    }

    /// How many resources are touched.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { unchanged: self.unchanged.len(), ..Summary::default() };
        for (_, steps) in self.by_resource() {
            match resource_action(&steps) {
                Action::Create => summary.create += 1,
                Action::Update => summary.change += 1,
                Action::Delete => summary.delete += 1,
            }
        }
        summary
    }
}

/// What the steps of one resource amount to.
#[must_use]
pub fn resource_action(steps: &[&Step]) -> Action {
    use crate::resources::ResourceChange;
    let lines: Vec<_> = steps.iter().map(|step| step.change.line()).collect();
    let whole = lines.iter().find(|line| line.attribute.is_none()).map(|line| line.action);
    // Policy and trigger have no life of their own: their only content says it.
    let content = match steps.first().map(|step| &step.address) {
        Some(Address::Permission | Address::Trigger) if lines.len() == 1 => {
            lines.first().map(|line| line.action)
        }
        _ => None,
    };
    whole.or(content).unwrap_or(Action::Update)
}
