//! `plan`, and the first line of `up` and `down`.

use serde::Serialize;
use serde_json::Value;

use super::Cost;
use crate::access::{Shift, shifts};
use crate::verify::Right;
use engine::plan::{self, resource_action};
use engine::resources::{self, ResourceChange, Shown};
use engine::stack::Stack;

/// What is to be done, and what stands in the way.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Plan {
    /// The name of the stack.
    stack: String,
    /// The AWS account.
    account: String,
    /// The AWS region.
    region: String,
    /// The resources that change, in the order in which that begins.
    resources: Vec<Resource>,
    /// Who may do more or less in a bucket than before, as far as that is known.
    access: Vec<AccessShift>,
    /// What a person should know.
    notes: Vec<String>,
    /// Why the plan cannot be executed. Empty: it can.
    problems: Vec<Problem>,
    /// How many resources it touches.
    summary: Summary,
    /// What the stack costs, about, when it is as configured; null for the local AWS and for `down`.
    cost: Option<Cost>,
}

/// What somebody may do in a bucket, before and after.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AccessShift {
    /// A user of config.toml, `function`, or `everybody` for who has no credentials.
    who: String,
    /// `source` or `destination`.
    bucket: &'static str,
    /// What was allowed: `list`, `read`, `write`, `delete`.
    before: Vec<&'static str>,
    /// What is allowed then.
    after: Vec<&'static str>,
}

/// A resource that changes.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Resource {
    /// What it is: `source bucket`, `destination bucket`, `former bucket`, `log group`, `role`, `function`,
    /// `function policy`, `trigger`, `alarm`, `user`.
    resource: String,
    /// Its name in AWS.
    name: String,
    /// What all its changes amount to.
    action: Action,
    /// Its changes, in the order of their execution.
    changes: Vec<Change>,
}

/// A change of a resource.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Change {
    /// What happens to the attribute, or to the whole resource.
    action: Action,
    /// Which attribute; null: the whole resource.
    attribute: Option<&'static str>,
    /// Its value now; null: none. See [values](#values-of-a-plan).
    from: Option<Value>,
    /// Its value afterwards; null: none.
    to: Option<Value>,
    /// The same in words, for people; null when there is no value, or a policy.
    summary: Option<String>,
    /// A remark for people.
    note: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum Action {
    Create,
    Update,
    Delete,
}

/// What stands in the way.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Problem {
    /// What it is.
    what: String,
    /// Why that is in the way.
    why: &'static str,
    /// How to go on.
    hint: &'static str,
}

/// Counts of resources.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    /// Resources to create.
    create: usize,
    /// Resources to change.
    change: usize,
    /// Resources to delete.
    delete: usize,
    /// Resources that stay as they are.
    unchanged: usize,
}

impl Plan {
    /// `is_paid`: it is of a stack that will be there, on AWS.
    pub(crate) fn of(plan: &plan::Plan, stack: &Stack, is_paid: bool) -> Self {
        let resources = plan.by_resource().into_iter().map(|(address, steps)| Resource {
            resource: address.to_string(),
            name: address.name(stack).to_owned(),
            action: Action::of(resource_action(&steps)),
            changes: steps.iter().map(|step| Change::of(&step.change)).collect(),
        });
        let problems = plan.problems.iter().map(|problem| Problem {
            what: problem.what(),
            why: problem.why(),
            hint: problem.fix(),
        });
        let plan::Summary { create, change, delete, unchanged } = plan.summary();
        Self {
            stack: stack.names.stack.clone(),
            account: stack.names.account.clone(),
            region: stack.names.region.clone(),
            resources: resources.collect(),
            access: shifts(plan, stack).into_iter().map(AccessShift::of).collect(),
            notes: plan.notes.iter().map(ToString::to_string).collect(),
            problems: problems.collect(),
            summary: Summary { create, change, delete, unchanged },
            cost: is_paid.then(|| Cost::of(&stack.config)),
        }
    }
}

impl AccessShift {
    fn of(shift: Shift) -> Self {
        let words = |rights: Vec<Right>| rights.into_iter().map(Right::as_str).collect();
        Self {
            who: shift.who,
            bucket: shift.bucket.as_str(),
            before: words(shift.before),
            after: words(shift.after),
        }
    }
}

impl Change {
    fn of(change: &resources::Change) -> Self {
        let line = change.line();
        let value = |shown: &Option<Shown>| shown.as_ref().map(Shown::to_value);
        Self {
            action: Action::of(line.action),
            attribute: line.attribute,
            from: value(&line.from),
            to: value(&line.to),
            summary: summary(line.from.as_ref(), line.to.as_ref()),
            note: line.note,
        }
    }
}

/// The change in one line. Policies have none: their statements are compared by meaning, and that takes a page.
fn summary(from: Option<&Shown>, to: Option<&Shown>) -> Option<String> {
    if [from, to].into_iter().flatten().any(|shown| matches!(shown, Shown::Document(_))) {
        return None;
    }
    let words = |shown: &Shown| shown.to_words().replace('\n', "; ");
    match (from.map(words), to.map(words)) {
        // Of a list only what comes and goes is told.
        (Some(from), Some(to)) if from.is_empty() => Some(format!("and {to}")),
        (Some(from), Some(to)) if to.is_empty() => Some(format!("without {from}")),
        (Some(from), Some(to)) => Some(format!("{from} -> {to}")),
        (from, to) => from.or(to),
    }
}

impl Action {
    fn of(action: resources::Action) -> Self {
        match action {
            resources::Action::Create => Self::Create,
            resources::Action::Update => Self::Update,
            resources::Action::Delete => Self::Delete,
        }
    }
}
