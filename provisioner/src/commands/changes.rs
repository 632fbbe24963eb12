//! What `up` and `down` have in common: show the plan, ask, execute, sum up.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures::future::Either;

use crate::artifact::Package;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::{JsonLines, Live, Plain, Screen, changes_text, made, plan_text, seconds, step_title};
use crate::session::{Connected, Session};
use engine::apply::{Outcome, apply};
use engine::aws::{AwsError, Wait};
use engine::events::Listener;
use engine::permissions::lacking;
use engine::plan::Plan;
use engine::resources::Context;

/// How often a terminal is drawn anew.
const FRAME: Duration = Duration::from_millis(100);
/// From so long on a summary tells how long AWS was waited for.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// Shows a plan and refuses one that cannot be executed. `stays`: the stack will be there, and cost something.
pub(super) fn show(
    session: &Session<'_>,
    connected: &Connected,
    plan: &Plan,
    stays: bool,
) -> Result<(), Failure> {
    let screen = session.screen;
    let stack = &connected.stack;
    if screen.json {
        screen.line(&json::Event::Planned(json::Plan::of(plan, stack, stays && !session.global.local)));
    } else if plan.problems.is_empty() {
        screen.out(&plan_text(plan, stack, session.view()));
    } else if screen.verbose {
        screen.out(&changes_text(plan, stack, session.view()));
    }
    if plan.problems.is_empty() { Ok(()) } else { Err(Failure::Problems(plan.problems.clone())) }
}

/// Asks IAM whether the plan can be carried out, where it says, so that nothing is left half made.
pub(super) async fn foresee(
    session: &Session<'_>,
    connected: &Connected,
    plan: &Plan,
    skip: bool,
) -> Result<(), Failure> {
    if skip || plan.steps.is_empty() {
        return Ok(());
    }
    let asked = async { Ok::<_, Failure>(lacking(&connected.aws, &connected.stack, plan).await) };
    let actions = session.interrupt.or(asked).await?;
    if actions.is_empty() {
        return Ok(());
    }
    Err(Failure::Lacking { caller: connected.aws.caller.clone(), actions })
}

/// Asks on a terminal; without one, `--yes` must have been given.
pub(super) async fn confirm(session: &Session<'_>, yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !session.screen.interactive || session.screen.json {
        return Err(Failure::Refused {
            what: "nothing was changed: there is no terminal to ask on".to_owned(),
            hint: "run the command again with --yes".to_owned(),
        });
    }
    let asked = async { Ok::<_, Failure>(session.screen.confirm(question).await) };
    match session.interrupt.or(asked).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Cancelled(None)),
        Err(Failure::Interrupted(interrupted)) => Err(Failure::Cancelled(Some(interrupted))),
        Err(other) => Err(other),
    }
}

/// Executes a plan, and shows what happens.
pub(super) async fn execute(
    session: &Session<'_>,
    connected: &Connected,
    package: Option<&Package>,
    plan: &Plan,
    delete_data: bool,
) -> Result<Outcome, Failure> {
    let (screen, stack) = (session.screen, &connected.stack);
    let start = Instant::now();
    let listener: Box<dyn Listener> = if screen.json {
        Box::new(JsonLines { screen, stack })
    } else if screen.is_live {
        Box::new(Live::new(screen, plan, stack))
    } else {
        Box::new(Plain::new(screen, plan, stack))
    };
    let code = package.map(|package| &*package.zip);
    let context =
        Context { aws: &connected.aws, stack, code, delete_data, on_wait: &|_| (), on_progress: &|_| () };
    let outcome = {
        let work = pin!(apply(plan, &context, listener.as_ref(), session.interrupt));
        let ticking = pin!(async {
            let mut clock = tokio::time::interval(FRAME);
            loop {
                clock.tick().await;
                listener.tick();
            }
        });
        match futures::future::select(work, ticking).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((never, _)) => never,
        }
    };
    drop(listener);
    sum_up(session, connected, plan, &outcome, start.elapsed());
    if let Some(failure) =
        session.interrupt.interrupted().map(Failure::from).filter(|_| !outcome.abandoned.is_empty())
    {
        return Err(failure);
    }
    if let Some((_, error)) = outcome.failed.first() {
        return Err(Failure::Steps {
            total: plan.steps.len(),
            failed: outcome.failed.len(),
            skipped: outcome.skipped.len(),
            // Steps run at once, so each may lack something else.
            hint: AwsError::all_denied(outcome.failed.iter().map(|(_, error)| error))
                .as_ref()
                .filter(|_| error.is_access_denied())
                .unwrap_or(error)
                .hint()
                .map(String::from),
        });
    }
    match session.interrupt.interrupted().map(Failure::from) {
        Some(failure) if !outcome.is_complete() => Err(failure),
        _ => Ok(outcome),
    }
}

/// Says what AWS is waited for after the changes.
pub(super) fn say_wait(screen: &Screen, wait: Wait<'_>) {
    let Wait { why, elapsed, deadline } = wait;
    screen.say(&format!("{why} ({} of at most {})", seconds(elapsed), seconds(deadline)));
}

fn sum_up(session: &Session<'_>, connected: &Connected, plan: &Plan, outcome: &Outcome, took: Duration) {
    let screen = session.screen;
    let calls = connected.aws.calls();
    if screen.json {
        screen.line(&json::Event::executed(outcome, took, calls));
        return;
    }
    let mut text = format!("{} in {}", made(plan, &outcome.done), seconds(took));
    if outcome.waited >= LONG_WAIT || screen.verbose {
        text.push_str(&format!(", {} of it waiting for AWS", seconds(outcome.waited)));
    }
    if screen.verbose {
        text.push_str(&format!(", {calls} AWS calls so far"));
    }
    screen.say(&text);
    for (what, steps) in [("perhaps done", &outcome.abandoned), ("not done", &outcome.skipped)] {
        for &index in steps {
            let step = &plan.steps[index];
            screen.tell(&format!("{what}: {}", step_title(&step.address, &step.change, &connected.stack)));
        }
    }
}
