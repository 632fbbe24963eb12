//! Reads everything once more after `up` or `down`, and says what is not as it should be.
//!
//! Reads of IAM and of bucket configurations are eventually consistent: right after a change they may tell of the
//! state before it, and tell of it again after they have told of the new one. So a difference is given minutes, and what
//! was seen right once is right ([`Sightings`]). What was right before, was not touched and is not right any more is
//! given one: an earlier run may be what AWS is behind with. If it stays, or is of several services at once, something
//! else is at work. What was written and is neither as before nor as we wrote it is given no time (`recheck/others.rs`).

mod others;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::BoxFuture;

use others::Others;

use crate::aws::{Aws, AwsError, Backoff, Deadline, OnWait, Poll, Waited, poll_until};
use crate::plan::{self, Adopt, DataRule, Note, Plan, Problem};
use crate::resources::Address;
use crate::sightings::Sightings;
use crate::stack::Stack;
use crate::world::World;

/// How long AWS may show the state from before our changes: S3, IAM, CloudWatch.
const DEADLINE: Deadline = Deadline(Duration::from_secs(300));
/// How long Lambda may.
const LAMBDA_DEADLINE: Deadline = Deadline::LAMBDA;
/// How long it may be what we did not touch.
const DISTURBED_DEADLINE: Deadline = Deadline(Duration::from_secs(60));
/// How long, when that is of several services: they are not behind all at once.
const TAKEN_DOWN_DEADLINE: Deadline = Deadline(Duration::from_secs(8));
/// Everything is read at each look, so they become rare.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(250), cap: Duration::from_secs(4), factor: 2.0 };

/// What differs after `up`.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// What is still to be done.
    pub plan: Plan,
    /// What it is about, one name for each resource or problem.
    pub left: Vec<String>,
    /// How many of the resources were right before and not touched.
    pub disturbed: usize,
    /// What this run has written and somebody else has written over.
    pub overwritten: Vec<Problem>,
}

/// Compares everything once more after `done` was executed. `None`: all is as configured.
///
/// # Errors
/// When a call fails.
pub async fn after_up(
    aws: &Aws,
    stack: &Stack,
    code_sha256: &str,
    done: &Plan,
    on_wait: OnWait<'_>,
) -> Result<Option<Difference>, AwsError> {
    until_up(stack, code_sha256, done, on_wait, async || observe(aws, stack).await).await
}

/// Looks for what is left of the stack after a `down` with these `notes`.
///
/// # Errors
/// When a call fails.
pub async fn after_down(
    aws: &Aws,
    stack: &Stack,
    rule: DataRule,
    notes: &[Note],
    on_wait: OnWait<'_>,
) -> Result<Vec<String>, AwsError> {
    until_down(stack, rule, notes, on_wait, async || observe(aws, stack).await).await
}

/// On the heap: all the calls of an observation in one future, moved through the futures around it, overflow the stack
/// of an unoptimised build.
fn observe<'a>(aws: &'a Aws, stack: &'a Stack) -> BoxFuture<'a, Result<World, AwsError>> {
    Box::pin(World::observe(aws, stack))
}

async fn until_up(
    stack: &Stack,
    code_sha256: &str,
    done: &Plan,
    on_wait: OnWait<'_>,
    mut look: impl AsyncFnMut() -> Result<World, AwsError>,
) -> Result<Option<Difference>, AwsError> {
    let mut seen = Sightings::after(done);
    let mut others = Others::beside(done, stack);
    let mut missing: Option<Difference> = None;
    let waited = poll_until(BACKOFF, on_wait, async || {
        let plan = plan::up(stack, code_sha256, &look().await?, &Adopt::Nothing);
        seen.look(&plan);
        let settled = seen.settle(plan.clone());
        let overwritten = others.look(&settled);
        let open = difference(stack, done, settled);
        // What was missing and is there again may be an old answer about what is gone.
        let Some(open) = open.or_else(|| missing.take().filter(|_| seen.is_in_doubt())) else {
            return Ok(Poll::Ready(None));
        };
        if !overwritten.is_empty() {
            return Ok(Poll::Ready(Some(Difference { overwritten, ..open })));
        }
        let disturbed = || {
            let untouched =
                |address: &&Address| done.unchanged.contains(address) && !seen.comes_and_goes(address);
            open.plan.steps.iter().map(|step| &step.address).filter(untouched)
        };
        let (why, deadline) = if disturbed().next().is_some() {
            let deadline = if services(disturbed()) > 1 { TAKEN_DOWN_DEADLINE } else { DISTURBED_DEADLINE };
            ("reading again what this run did not touch and what differs now", deadline)
        } else {
            ("waiting until AWS shows the changes everywhere", patience(&open.plan))
        };
        let why = naming(why, &open.left).into();
        // What comes and goes is named, too, when there is something that stays.
        let last = difference(stack, done, plan).unwrap_or(open);
        missing = Some(last.clone());
        Ok(Poll::NotYet { why, deadline, last })
    });
    match waited.await? {
        Waited::Ready(difference) => Ok(difference),
        Waited::TimedOut(difference) => Ok(Some(difference)),
    }
}

async fn until_down(
    stack: &Stack,
    rule: DataRule,
    notes: &[Note],
    on_wait: OnWait<'_>,
    mut look: impl AsyncFnMut() -> Result<World, AwsError>,
) -> Result<Vec<String>, AwsError> {
    // An AWS that has shown what is gone may do so again, and an `up` that comes next would take it for there.
    let (mut is_behind, mut was_gone) = (false, false);
    let waited = poll_until(BACKOFF, on_wait, async || {
        let left = residue(stack, &look().await?, rule, notes);
        if left.is_empty() && (!is_behind || was_gone) {
            return Ok(Poll::Ready(left));
        }
        (is_behind, was_gone) = (true, left.is_empty());
        let why = naming("waiting until AWS shows everywhere that all is gone", &left);
        Ok(Poll::NotYet { why: why.into(), deadline: DEADLINE, last: left })
    });
    match waited.await? {
        Waited::Ready(left) | Waited::TimedOut(left) => Ok(left),
    }
}

/// How many services these are of.
fn services<'a>(addresses: impl Iterator<Item = &'a Address>) -> usize {
    let service = |address: &Address| match address {
        Address::Bucket(_) | Address::FormerBucket(_) | Address::Trigger => "s3",
        Address::Role | Address::User(_) | Address::UserRole(_) => "iam",
        Address::Function | Address::Permission => "lambda",
        Address::LogGroup => "logs",
        Address::Alarm(_) => "cloudwatch",
    };
    addresses.map(service).collect::<BTreeSet<_>>().len()
}

/// How long the slowest of what differs may take.
fn patience(open: &Plan) -> Deadline {
    let is_lambda = |address: &Address| matches!(address, Address::Function | Address::Permission);
    if open.steps.iter().any(|step| is_lambda(&step.address)) { LAMBDA_DEADLINE } else { DEADLINE }
}

/// What is still to be done after `done`, if anything. Nothing is adopted any more: that has been done.
fn difference(stack: &Stack, done: &Plan, plan: Plan) -> Option<Difference> {
    if plan.is_empty() {
        return None;
    }
    let resources = plan.by_resource();
    let disturbed = resources.iter().filter(|(address, _)| done.unchanged.contains(address)).count();
    let left = resources
        .iter()
        .map(|(address, _)| format!("{address} {}", address.name(stack)))
        .chain(plan.problems.iter().map(Problem::what))
        .collect();
    Some(Difference { left, disturbed, plan, overwritten: Vec::new() })
}

/// Whatever carries our mark and was not kept on purpose.
fn residue(stack: &Stack, world: &World, rule: DataRule, notes: &[Note]) -> Vec<String> {
    let kept: Vec<&str> = notes
        .iter()
        .filter_map(|note| match note {
            Note::Kept { bucket, .. } => Some(bucket.as_str()),
            _ => None,
        })
        .collect();
    let plan = plan::down(stack, world, &BTreeMap::new(), rule);
    debug_assert!(!plan.problems.iter().any(|problem| matches!(problem, Problem::Data { .. })));
    let unknown = plan.problems.iter().map(Problem::what);
    plan.by_resource()
        .iter()
        .filter(|(address, _)| !kept.contains(&address.name(stack)))
        .map(|(address, _)| format!("{address} {}", address.name(stack)))
        .chain(unknown)
        .collect()
}

/// The cause of a wait, with what it is about; of more than three the first one.
fn naming(why: &str, left: &[String]) -> String {
    match left {
        [] => why.to_owned(),
        [first, rest @ ..] if rest.len() > 2 => format!("{why}: {first} and {} more", rest.len()),
        few => format!("{why}: {}", few.join(", ")),
    }
}

#[cfg(test)]
mod tests;
