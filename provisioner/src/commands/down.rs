//! `provisioner down`

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};

use super::changes;
use crate::cli;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::session::Session;
use engine::aws::{Aws, AwsError, Wait};
use engine::config::BucketRole;
use engine::plan::{self, DataRule, Note};
use engine::recheck;
use engine::resources::bucket::{self, Contents, Lock};
use engine::stack::Stack;
use engine::survey;
use engine::world::World;

pub(super) async fn run(args: &cli::Down, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let connected = session.connect().await?;
    let (aws, stack, screen) = (&connected.aws, &connected.stack, session.screen);
    let rule = match (args.delete_data, args.keep_data) {
        (true, _) => DataRule::Delete,
        (_, true) => DataRule::Keep,
        _ => DataRule::Ask,
    };
    let Observed { world, contents, locks } = session.interrupt.or(observe(aws, stack, rule)).await?;
    let mut plan = plan::down(stack, &world, &contents, rule);
    plan.problems.extend(plan::obstacles(stack, &world, &contents, &locks, rule));
    changes::show(session, &connected, &plan, false)?;
    if plan.is_empty() {
        screen.say("There is nothing of this stack to remove.");
        return Ok(ExitCode::Ok);
    }
    let question = if rule == DataRule::Delete {
        "Remove all this, objects included, for good?"
    } else {
        "Remove all this?"
    };
    changes::foresee(session, &connected, &plan, args.skip_simulation).await?;
    changes::confirm(session, args.yes, question).await?;
    changes::execute(session, &connected, None, &plan, rule == DataRule::Delete).await?;

    let on_wait = |wait: Wait<'_>| changes::say_wait(screen, wait);
    let left = session.interrupt.or(recheck::after_down(aws, stack, rule, &plan.notes, &on_wait)).await?;
    if !left.is_empty() {
        return Err(Failure::Residue(left.join(", ")));
    }
    if screen.json {
        screen.line(&json::Event::Removed(json::Removed { residue: left, aws_calls: aws.calls() }));
    } else {
        let is_left =
            |note: &Note| matches!(note, Note::Kept { .. } | Note::NotOurs { .. } | Note::FormerUnknown);
        screen.say(if plan.notes.iter().any(is_left) {
            "\nRemoved. Nothing of the stack is left but what is noted above."
        } else {
            "\nRemoved. Nothing of the stack is left."
        });
    }
    Ok(ExitCode::Ok)
}

/// Everything that the plan is made of.
struct Observed {
    world: World,
    /// What each bucket of the stack holds, by name.
    contents: BTreeMap<String, Contents>,
    /// What of it Object Lock keeps, by the bucket's name; only read when data is to be deleted.
    locks: BTreeMap<String, Lock>,
}

/// Reads everything. The buckets of the configuration are counted while all else is read; what that says of a bucket
/// that is not ours is not used.
async fn observe(aws: &Aws, stack: &Stack, rule: DataRule) -> Result<Observed, Failure> {
    let look = async |name: &str| {
        let lock =
            async { if rule == DataRule::Delete { bucket::locked(aws, name).await } else { Ok(None) } };
        futures::try_join!(bucket::count(aws, name), lock)
    };
    let (world, source, destination) = futures::join!(
        survey::down(aws, stack),
        look(stack.names.bucket(BucketRole::Source)),
        look(stack.names.bucket(BucketRole::Destination))
    );
    let world = world?;
    let mut looked: Vec<(String, (Contents, Option<Lock>))> =
        futures::stream::iter(world.former_buckets.iter().cloned())
            .map(|name| async move { Ok::<_, AwsError>((name.clone(), look(&name).await?)) })
            .buffer_unordered(4)
            .try_collect()
            .await?;
    for (role, found) in [(BucketRole::Source, source), (BucketRole::Destination, destination)] {
        if world.bucket(role).present().is_some_and(|bucket| stack.owns(&bucket.tags)) {
            looked.push((stack.names.bucket(role).to_owned(), found?));
        }
    }
    let (mut contents, mut locks) = (BTreeMap::new(), BTreeMap::new());
    for (name, (held, lock)) in looked {
        locks.extend(lock.map(|lock| (name.clone(), lock)));
        contents.insert(name, held);
    }
    Ok(Observed { world, contents, locks })
}
