//! The world, and what is to be done, read as often as it takes to be sure: what differs is read again before it
//! counts ([`Sightings`]). Where everything is right at once there is one look, and where nothing exists, too.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::aws::{Aws, AwsError, pause};
use crate::plan::{self, Adopt, Plan, Problem};
use crate::resources::{Address, ResourceChange};
use crate::sightings::Sightings;
use crate::stack::Stack;
use crate::world::World;

/// The pauses before the looks that follow a first one that differs. Only what differs is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(&'static [Duration]);

impl Patience {
    /// For a run that changes what differs: to write once more what is right does no harm.
    pub const TO_CHANGE: Self = Self(&[Duration::ZERO]);
    /// For a person who reads.
    pub const TO_SHOW: Self = Self(&[Duration::ZERO, Duration::from_millis(250), Duration::from_millis(500)]);
    /// For a program that takes the exit code for the truth.
    pub const TO_JUDGE: Self = Self(&[
        Duration::ZERO,
        Duration::from_millis(250),
        Duration::from_millis(500),
        Duration::from_secs(1),
    ]);
}

/// Reads everything and plans `up`; `code_sha256` may look at the function that is there.
///
/// # Errors
/// When a call fails.
pub async fn up(
    aws: &Aws,
    stack: &Stack,
    code_sha256: impl Fn(&World) -> String,
    adopt: &Adopt,
    patience: Patience,
) -> Result<(World, Plan), AwsError> {
    let mut world = observe(aws, stack).await?;
    let mut plan = plan::up(stack, &code_sha256(&world), &world, adopt);
    let mut seen = Sightings::default();
    seen.look(&plan);
    for interval in patience.0 {
        let open = seen.settle(plan.clone());
        if open.is_empty() || world.is_empty() {
            break;
        }
        pause(*interval).await;
        look_again(&mut world, aws, stack, &addresses(&open, stack)).await?;
        plan = plan::up(stack, &code_sha256(&world), &world, adopt);
        seen.look(&plan);
    }
    Ok((world, seen.settle(plan)))
}

/// Reads everything for `down`: what seems to be gone while the rest is there is read again, so that it is not left
/// behind.
///
/// # Errors
/// When a call fails.
pub async fn down(aws: &Aws, stack: &Stack) -> Result<World, AwsError> {
    let mut world = observe(aws, stack).await?;
    for interval in Patience::TO_SHOW.0 {
        let missing = missing(&world, stack);
        if missing.is_empty() || world.is_empty() {
            break;
        }
        pause(*interval).await;
        look_again(&mut world, aws, stack, &missing).await?;
    }
    Ok(world)
}

/// On the heap: all the calls of an observation in one future, moved through the futures around it, overflow the stack
/// of an unoptimised build.
fn observe<'a>(aws: &'a Aws, stack: &'a Stack) -> BoxFuture<'a, Result<World, AwsError>> {
    Box::pin(World::observe(aws, stack))
}

fn look_again<'a>(
    world: &'a mut World,
    aws: &'a Aws,
    stack: &'a Stack,
    of: &'a BTreeSet<Address>,
) -> BoxFuture<'a, Result<(), AwsError>> {
    Box::pin(world.look_again(aws, stack, of))
}

/// What a plan is about.
fn addresses(plan: &Plan, stack: &Stack) -> BTreeSet<Address> {
    let steps = plan.steps.iter().map(|step| step.address.clone());
    steps.chain(plan.problems.iter().flat_map(|problem| Problem::addresses(problem, stack))).collect()
}

/// What `up` would create, and the trigger when it has not all its entries.
fn missing(world: &World, stack: &Stack) -> BTreeSet<Address> {
    let plan = plan::up(stack, "", world, &Adopt::Nothing);
    let creates = plan.steps.iter().filter(|step| {
        step.address == Address::Trigger
            || (step.change.rank() == 0 && step.change.line().attribute.is_none())
    });
    creates.map(|step| step.address.clone()).collect()
}
