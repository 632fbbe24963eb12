//! Reads everything once more after `up` or `down`, and says what is not as it should be.
//!
//! Reads of IAM and of bucket configurations are eventually consistent: right after a change they may tell of the
//! state before it. So a difference is given time. What was right before, was not touched and is not right any more
//! is hardly AWS, which shows the past everywhere: something else is at work, and it is not waited for as long.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::aws::{Aws, AwsError, Backoff, Deadline, OnWait, Poll, Waited, poll_until};
use crate::plan::{self, DataRule, Note, Plan, Problem};
use crate::stack::Stack;
use crate::world::World;

/// How long AWS may show the state from before our changes.
const DEADLINE: Deadline = Deadline::PROPAGATION;
/// How long it may do so when what we did not touch differs, too.
const DISTURBED_DEADLINE: Deadline = Deadline(Duration::from_secs(8));
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
    // Once disturbed, it stays so: what comes and goes is no sign of peace.
    let mut disturbed = false;
    let waited = poll_until(BACKOFF, on_wait, async || {
        let Some(difference) = difference(stack, code_sha256, done, &look().await?) else {
            return Ok(Poll::Ready(()));
        };
        disturbed |= difference.disturbed > 0;
        let (why, deadline) = if disturbed {
            ("something else seems to change this stack at the same time", DISTURBED_DEADLINE)
        } else {
            ("waiting until AWS shows the changes everywhere", DEADLINE)
        };
        Ok(Poll::NotYet { why: naming(why, &difference.left).into(), deadline, last: difference })
    });
    match waited.await? {
        Waited::Ready(()) => Ok(None),
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
    let waited = poll_until(BACKOFF, on_wait, async || {
        let left = residue(stack, &look().await?, rule, notes);
        if left.is_empty() {
            return Ok(Poll::Ready(left));
        }
        let why = naming("waiting until AWS shows everywhere that all is gone", &left);
        Ok(Poll::NotYet { why: why.into(), deadline: DEADLINE, last: left })
    });
    match waited.await? {
        Waited::Ready(left) | Waited::TimedOut(left) => Ok(left),
    }
}

/// What is still to be done after `done`, if anything. Nothing is adopted any more: that has been done.
fn difference(stack: &Stack, code_sha256: &str, done: &Plan, world: &World) -> Option<Difference> {
    let plan = plan::up(stack, code_sha256, world, false);
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
    Some(Difference { left, disturbed, plan })
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
        [first, rest @ ..] if rest.len() > 2 => format!("{why}: {first} and {} more", rest.len()),
        few => format!("{why}: {}", few.join(", ")),
    }
}

#[cfg(test)]
mod tests;
