//! Who else writes what a run has written. Of an aspect that the run has changed AWS may show the value from before for
//! minutes; a value that is neither that one nor ours nobody but somebody else can have written, and no patience makes
//! it ours.
//!
//! # Guarantees
//! - Seen at two looks in a row: a single one may be from before an earlier run.
//! - What was only missing or at AWS's default when the run began is lag, however it differs.
//!
//! # Caveats
//! - What others write to aspects that the run did not touch is told by `disturbed`.

use serde_json::Value;

use crate::plan::{Note, Plan, Problem, Step};
use crate::policy;
use crate::resources::{
    Action, Address, Change, Line, ResourceChange, Shown, identity, role, user, user_role,
};
use crate::stack::Stack;
use crate::status::statements;

/// What Lambda says of its own work, and nobody writes.
const OF_AWS: [&str; 2] = ["state", "role grant"];
/// What tells who writes a resource that should be ours.
const OWNER: &str = "owner";

/// What was found of aspects that the run has changed, and what it wrote.
pub(super) struct Others<'a> {
    stack: &'a Stack,
    done: &'a Plan,
    /// What the last look has found that is of somebody else.
    last: Vec<Problem>,
}

impl<'a> Others<'a> {
    pub(super) fn beside(done: &'a Plan, stack: &'a Stack) -> Self {
        Self { stack, done, last: Vec::new() }
    }

    /// Takes note of a look, told as what is still to be done. What others have written, when the look before has shown
    /// it, too.
    pub(super) fn look(&mut self, plan: &Plan) -> Vec<Problem> {
        let is_second =
            |index: usize| plan.steps[..index].iter().any(|before| leads_to(before, &plan.steps[index]));
        let steps = plan.steps.iter().enumerate().filter(|(index, _)| !is_second(*index));
        // What is missing whole has no values that anybody wrote.
        let is_missing = |address: &Address| {
            plan.steps.iter().any(|step| step.address == *address && step.change.line().attribute.is_none())
        };
        let of_steps =
            steps.filter(|(_, step)| !is_missing(&step.address)).filter_map(|(_, step)| self.of_step(step));
        let of_problems = plan.problems.iter().filter_map(|problem| self.of_problem(problem));
        let found: Vec<Problem> = of_steps.chain(of_problems).collect();
        let again = found.iter().filter(|problem| self.last.contains(problem)).cloned().collect();
        self.last = found;
        again
    }

    fn of_step(&self, step: &Step) -> Option<Problem> {
        let now = step.change.line();
        let attribute = now.attribute.filter(|attribute| !OF_AWS.contains(attribute))?;
        let done: Vec<Line> = self.done_to(&step.address).collect();
        let is_new = done.iter().any(|line| line.attribute.is_none() && line.action == Action::Create);
        let written: Vec<&Line> = done.iter().filter(|line| line.attribute == Some(attribute)).collect();
        let known = || written.iter().flat_map(|line| [line.from.as_ref(), line.to.as_ref()]);
        let wrote = written.last()?.to.as_ref();
        // What is new begins with defaults of AWS, of which the plan knows nothing; policies have none.
        let is_default = is_new && !matches!(now.from, Some(Shown::Document(_)));
        if is_default || is_known(now.from.as_ref(), known()) {
            return None;
        }
        Some(Problem::Overwritten {
            address: step.address.clone(),
            name: step.address.name(self.stack).to_owned(),
            attribute,
            found: words(now.from.as_ref()),
            wrote: words(wrote),
        })
    }

    /// What we have made or marked, and what says now that it is of another stack.
    fn of_problem(&self, problem: &Problem) -> Option<Problem> {
        let Problem::Foreign { address, name, owner: Some(owner) } = problem else { return None };
        self.done_to(address).next()?;
        let was_theirs =
            |note: &Note| matches!(note, Note::Adopted { address: adopted, .. } if adopted == address);
        if self.done.notes.iter().any(was_theirs) {
            return None;
        }
        Some(Problem::Overwritten {
            address: address.clone(),
            name: name.clone(),
            attribute: OWNER,
            found: format!("the stack {owner}"),
            wrote: format!("the stack {}", self.stack.names.stack),
        })
    }

    fn done_to(&self, address: &Address) -> impl Iterator<Item = Line> {
        let steps = self.done.steps.iter().filter(move |step| step.address == *address);
        steps.map(|step| step.change.line())
    }
}

/// Whether a step begins with what another one leaves, since rights go before others come: what is there now the first
/// one tells.
fn leads_to(first: &Step, second: &Step) -> bool {
    let (before, after) = (first.change.line(), second.change.line());
    let leaves = before.to.is_some() || is_revocation(&first.change);
    first.address == second.address
        && before.attribute == after.attribute
        && leaves
        && before.to == after.from
}

fn is_revocation(change: &Change) -> bool {
    let identity = match change {
        Change::Role(role::Change::Identity(identity))
        | Change::UserRole(user_role::Change { aspect: role::Change::Identity(identity), .. }) => identity,
        Change::User(user::Change { aspect: user::Aspect::Identity(identity), .. }) => identity,
        _ => return false,
    };
    matches!(identity, identity::Change::RevokeRights { .. })
}

/// Whether a value is one from before, or ours.
fn is_known<'s>(found: Option<&Shown>, mut known: impl Iterator<Item = Option<&'s Shown>> + Clone) -> bool {
    match found {
        None => known.any(|one| one.is_none()),
        Some(Shown::Document(found)) => known.any(|one| match one {
            Some(Shown::Document(one)) => same(one, found),
            _ => false,
        }),
        // Several settings in one: of each its own.
        Some(found) => match found.to_value() {
            Value::Object(settings) => settings.iter().all(|(key, value)| {
                let mut values =
                    known.clone().flatten().filter_map(|one| one.to_value().get(key).cloned()).peekable();
                // One that the run did not set says nothing of who writes.
                values.peek().is_none() || values.any(|one| one == *value)
            }),
            found => known.flatten().any(|one| one.to_value() == found),
        },
    }
}

/// Of the function's policy a change has one statement, without a document around it.
fn same(one: &Value, other: &Value) -> bool {
    match other.get("Effect") {
        Some(_) => policy::same_statement(one, other),
        None => policy::same(one, other),
    }
}

fn words(shown: Option<&Shown>) -> String {
    match shown {
        None => "nothing".to_owned(),
        Some(Shown::Document(document)) => statements(document),
        Some(shown) => shown.to_words().replace('\n', "; "),
    }
}
