//! Runs the steps of a plan: everything whose needs are met at once, bounded.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::aws::{AwsError, Wait};
use crate::events::{Event, Listener, Skipped};
use crate::plan::{Plan, Step};
use crate::resources::{Context, ResourceChange};

/// Steps under way at once. Removing a user takes the most calls of a step: eight at once.
const CONCURRENT: usize = 24;

/// What came of executing a plan.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Indices of the steps that are done.
    pub done: Vec<usize>,
    /// The steps that failed, each with its error.
    pub failed: Vec<(usize, AwsError)>,
    /// Indices of the steps that were not begun.
    pub skipped: Vec<usize>,
    /// How long steps have waited for AWS, all added up.
    pub waited: Duration,
}

impl Outcome {
    /// Everything was done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Todo,
    Running,
    Done,
    Failed,
}

/// Executes a plan. When `interrupted` turns true no further step begins;
/// those under way finish.
pub async fn apply(
    plan: &Plan,
    context: &Context<'_>,
    listener: &dyn Listener,
    interrupted: &AtomicBool,
) -> Outcome {
    let mut progress = vec![Progress::Todo; plan.steps.len()];
    let mut outcome = Outcome::default();
    let mut running = FuturesUnordered::new();
    loop {
        let stop = interrupted.load(Ordering::Relaxed);
        for index in 0..plan.steps.len() {
            if progress[index] != Progress::Todo {
                continue;
            }
            let step = &plan.steps[index];
            let skipped = if stop {
                Some(Skipped::Interrupted)
            } else if step.after.iter().any(|&other| progress[other] == Progress::Failed) {
                Some(Skipped::Dependency)
            } else {
                None
            };
            if let Some(why) = skipped {
                progress[index] = Progress::Failed;
                outcome.skipped.push(index);
                listener.event(&Event::Skipped { index, step, why });
            } else if running.len() < CONCURRENT
                && step.after.iter().all(|&other| progress[other] == Progress::Done)
            {
                progress[index] = Progress::Running;
                running.push(run(index, step, context, listener));
            }
        }
        let Some((index, result, waited)) = running.next().await else { break };
        outcome.waited += waited;
        match result {
            Ok(()) => {
                progress[index] = Progress::Done;
                outcome.done.push(index);
            }
            Err(error) => {
                progress[index] = Progress::Failed;
                outcome.failed.push((index, error));
            }
        }
    }
    outcome
}

async fn run(
    index: usize,
    step: &Step,
    context: &Context<'_>,
    listener: &dyn Listener,
) -> (usize, Result<(), AwsError>, Duration) {
    let start = Instant::now();
    let waiting_since: Mutex<Option<Duration>> = Mutex::new(None);
    let on_wait = |wait: Wait<'_>| {
        if let Ok(mut since) = waiting_since.lock() {
            since.get_or_insert(start.elapsed());
        }
        let Wait { why, elapsed, deadline } = wait;
        listener.event(&Event::Waiting { index, step, why, elapsed, deadline });
    };
    let on_progress = |done: u64, what: &str| listener.event(&Event::Progress { index, step, done, what });
    listener.event(&Event::Started { index, step });
    let context = Context { on_wait: &on_wait, on_progress: &on_progress, ..*context };
    let result = step.change.execute(&context).await;
    match &result {
        Ok(()) => listener.event(&Event::Done { index, step, elapsed: start.elapsed() }),
        Err(error) => listener.event(&Event::Failed { index, step, error }),
    }
    let since = waiting_since.lock().ok().and_then(|since| *since);
    (index, result, since.map_or(Duration::ZERO, |since| start.elapsed() - since))
}
