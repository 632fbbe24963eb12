//! `provisioner down`

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use serde_json::json;

use super::changes;
use crate::aws::Aws;
use crate::cli;
use crate::config::BucketRole;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::plan::{self, DataRule, Note, Problem};
use crate::resources::bucket::{self, Contents};
use crate::session::Session;
use crate::stack::Stack;
use crate::world::World;

pub(super) async fn run(args: &cli::Down, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    let (aws, stack, screen) = (&connected.aws, &connected.stack, session.screen);
    let world = session.interrupt.or(World::observe(aws, stack)).await?;
    let contents = session.interrupt.or(contents(aws, stack, &world)).await?;
    let rule = match (args.delete_data, args.keep_data) {
        (true, _) => DataRule::Delete,
        (_, true) => DataRule::Keep,
        _ => DataRule::Ask,
    };
    let plan = plan::down(stack, &world, &contents, rule);
    changes::show(session, &connected, &plan)?;
    if plan.is_empty() {
        screen.say("There is nothing of this stack to remove.");
        return Ok(ExitCode::Ok);
    }
    let question = if rule == DataRule::Delete {
        "Remove all this, objects included, for good?"
    } else {
        "Remove all this?"
    };
    changes::confirm(session, args.yes, question)?;
    changes::execute(session, &connected, None, &plan, rule == DataRule::Delete).await?;

    // The residue scan: whatever carries our mark and was not kept on purpose.
    let world = session.interrupt.or(World::observe(aws, stack)).await?;
    let left = residue(stack, &world, rule, &plan.notes);
    if !left.is_empty() {
        return Err(Failure::Residue(left.join(", ")));
    }
    if screen.json {
        screen.line(&json!({"event": "removed", "residue": left, "aws_calls": aws.calls()}));
    } else {
        screen.say("\nRemoved. Nothing of the stack is left.");
    }
    Ok(ExitCode::Ok)
}

/// Counts what each bucket of the stack holds.
async fn contents(aws: &Aws, stack: &Stack, world: &World) -> Result<BTreeMap<String, Contents>, Failure> {
    let current = [BucketRole::Source, BucketRole::Destination]
        .into_iter()
        .filter(|role| world.bucket(*role).present().is_some_and(|bucket| stack.owns(&bucket.tags)))
        .map(|role| stack.names.bucket(role).to_owned());
    let names: Vec<String> = current.chain(world.former_buckets.iter().cloned()).collect();
    futures::stream::iter(names)
        .map(|name| async move { Ok((name.clone(), bucket::count(aws, &name).await?)) })
        .buffer_unordered(4)
        .try_collect()
        .await
}

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
    plan.by_resource()
        .iter()
        .filter(|(address, _)| !kept.contains(&address.name(stack)))
        .map(|(address, _)| format!("{address} {}", address.name(stack)))
        .collect()
}
