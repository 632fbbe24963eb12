//! Runs the steps of a plan: everything whose needs are met at once, bounded.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::aws::{AwsError, Wait};
use crate::events::{Event, Listener, Skipped};
use crate::interrupt::Interrupt;
use crate::pace::Pace;
use crate::plan::{Plan, Step};
use crate::resources::{Context, Progress, ResourceChange};

/// Upper bound on in-flight steps, reached while AWS keeps up.
const MAX_IN_FLIGHT: usize = 128;
/// Lower bound on in-flight steps while AWS throttles.
const MIN_IN_FLIGHT: usize = 4;

/// What came of executing a plan.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Indices of the steps that are done.
    pub done: Vec<usize>,
    /// The steps that failed, each with its error.
    pub failed: Vec<(usize, AwsError)>,
    /// Indices of the steps that were let go of, done or not.
    pub abandoned: Vec<usize>,
    /// Indices of the steps that were not begun.
    pub skipped: Vec<usize>,
    /// How long steps have waited for AWS, all added up.
    pub waited: Duration,
}

impl Outcome {
    /// Everything was done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.abandoned.is_empty() && self.skipped.is_empty()
    }
}

/// The steps that are not begun yet.
struct Schedule {
    /// For each step the number of those that it still waits for; `None`: begun or skipped.
    missing: Vec<Option<usize>>,
    /// For each step those that wait for it.
    waiting: Vec<Vec<usize>>,
    /// Those that wait for nothing any more, in the plan's order.
    ready: BTreeSet<usize>,
}

impl Schedule {
    fn of(plan: &Plan) -> Self {
        let mut waiting = vec![Vec::new(); plan.steps.len()];
        for (index, step) in plan.steps.iter().enumerate() {
            step.after.iter().for_each(|&other| waiting[other].push(index));
        }
        let missing: Vec<_> = plan.steps.iter().map(|step| Some(step.after.len())).collect();
        let ready = (0..missing.len()).filter(|&index| missing[index] == Some(0)).collect();
        Self { missing, waiting, ready }
    }

    /// Takes the next one that may begin.
    fn begin(&mut self) -> Option<usize> {
        let index = self.ready.pop_first()?;
        self.missing[index] = None;
        Some(index)
    }

    fn done(&mut self, index: usize) {
        for other in std::mem::take(&mut self.waiting[index]) {
            if let Some(missing) = &mut self.missing[other] {
                *missing -= 1;
                if *missing == 0 {
                    self.ready.insert(other);
                }
            }
        }
    }

    /// Takes out all that cannot be done without this one.
    fn failed(&mut self, index: usize) -> Vec<usize> {
        let mut skipped = BTreeSet::new();
        let mut failed = vec![index];
        while let Some(index) = failed.pop() {
            for other in std::mem::take(&mut self.waiting[index]) {
                if self.missing[other].take().is_some() {
                    skipped.insert(other);
                    failed.push(other);
                }
            }
        }
        skipped.into_iter().collect()
    }

    /// Takes out all that is left.
    fn drain(&mut self) -> Vec<usize> {
        self.ready.clear();
        (0..self.missing.len()).filter(|&index| self.missing[index].take().is_some()).collect()
    }
}

/// Executes a plan. After a signal no further step begins; those under way have some time to finish.
pub async fn apply(
    plan: &Plan,
    context: &Context<'_>,
    listener: &dyn Listener,
    interrupt: &Interrupt,
) -> Outcome {
    let mut schedule = Schedule::of(plan);
    let mut pace = Pace::new(MIN_IN_FLIGHT, MAX_IN_FLIGHT, context.aws.retries());
    let mut outcome = Outcome::default();
    let mut running = FuturesUnordered::new();
    let mut in_flight = BTreeSet::new();
    let mut grace = pin!(interrupt.grace());
    let skip = |outcome: &mut Outcome, steps: Vec<usize>, why: Skipped| {
        for index in steps {
            outcome.skipped.push(index);
            listener.event(&Event::Skipped { index, step: &plan.steps[index], why });
        }
    };
    loop {
        if interrupt.interrupted().is_some() {
            skip(&mut outcome, schedule.drain(), Skipped::Interrupted);
        }
        while running.len() < pace.limit() {
            let Some(index) = schedule.begin() else { break };
            in_flight.insert(index);
            running.push(run(index, &plan.steps[index], context, listener));
        }
        let next = tokio::select! {
            next = running.next() => next,
            _ = &mut grace => {
                skip(&mut outcome, schedule.drain(), Skipped::Interrupted);
                for index in in_flight {
                    outcome.abandoned.push(index);
                    listener.event(&Event::Abandoned { index, step: &plan.steps[index] });
                }
                break;
            }
        };
        let Some((index, result, waited)) = next else { break };
        in_flight.remove(&index);
        pace.adapt(context.aws.retries());
        outcome.waited += waited;
        match result {
            Ok(()) => {
                schedule.done(index);
                outcome.done.push(index);
            }
            Err(error) => {
                skip(&mut outcome, schedule.failed(index), Skipped::Dependency);
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
    let on_progress = |progress: Progress<'_>| {
        listener.event(&Event::Progress { index, step, progress, elapsed: start.elapsed() });
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::BucketRole;
    use crate::resources::{Address, Change, log_group};

    fn plan(after: &[&[usize]]) -> Plan {
        let step = |after: &&[usize]| Step {
            address: Address::Bucket(BucketRole::Source),
            change: Change::LogGroup(log_group::Change::Delete { bytes: 0 }),
            after: after.to_vec(),
        };
        Plan { steps: after.iter().map(step).collect(), ..Plan::default() }
    }

    #[test]
    fn steps_begin_when_all_they_wait_for_is_done() {
        let mut schedule = Schedule::of(&plan(&[&[], &[0], &[], &[0, 2], &[3]]));
        assert_eq!([schedule.begin(), schedule.begin(), schedule.begin()], [Some(0), Some(2), None]);
        schedule.done(2);
        assert_eq!(schedule.begin(), None);
        schedule.done(0);
        assert_eq!([schedule.begin(), schedule.begin(), schedule.begin()], [Some(1), Some(3), None]);
    }

    #[test]
    fn what_needs_a_failed_step_is_skipped_and_the_rest_goes_on() {
        let mut schedule = Schedule::of(&plan(&[&[], &[0], &[1, 3], &[], &[3]]));
        assert_eq!([schedule.begin(), schedule.begin()], [Some(0), Some(3)]);
        assert_eq!(schedule.failed(0), [1, 2]);
        schedule.done(3);
        assert_eq!([schedule.begin(), schedule.begin()], [Some(4), None]);
        assert!(schedule.drain().is_empty());
        let mut schedule = Schedule::of(&plan(&[&[], &[0], &[]]));
        assert_eq!(schedule.begin(), Some(0));
        assert_eq!(schedule.drain(), [1, 2]);
    }
}
