//! `up` and `down`: a line for the plan, for what happens to each change of it, and for the end.

use serde::Serialize;

use super::Plan;
use super::write::millis;
use engine::events;
use engine::stack::Stack;

use crate::report::step_title;

/// A line of `up` and `down`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Event {
    /// The first line: the plan, with the fields of [`plan`](#plan).
    Planned(Plan),
    /// A change has begun.
    Started {
        /// Which change: resource, name and attribute.
        step: String,
    },
    /// A change waits for AWS.
    Waiting {
        /// For what.
        why: String,
        /// How long already.
        elapsed_ms: u64,
        /// How long at most.
        deadline_ms: u64,
        /// Which change.
        step: String,
    },
    /// How far a long change is.
    Progress {
        /// So many are done.
        done: u64,
        /// Of so many; null: unknown.
        total: Option<u64>,
        /// What is counted.
        what: String,
        /// How long it takes already.
        elapsed_ms: u64,
        /// Which change.
        step: String,
    },
    /// A change is done.
    Done {
        /// How long it took.
        elapsed_ms: u64,
        /// Which change.
        step: String,
    },
    /// A change failed.
    Failed {
        /// The call that failed, such as `CreateBucket`.
        operation: String,
        /// AWS's code of the error; null when AWS did not answer.
        code: Option<String>,
        /// What AWS says.
        message: String,
        /// AWS's id of the call.
        request_id: Option<String>,
        /// How to fix it, when that is known.
        hint: Option<String>,
        /// Which change.
        step: String,
    },
    /// A change had no answer in time after an interruption. It may have been made.
    Abandoned {
        /// Which change.
        step: String,
    },
    /// A change was not begun.
    Skipped {
        /// Why not.
        why: Skipped,
        /// Which change.
        step: String,
    },
    /// The plan is over, well or not.
    Executed(Executed),
    /// The last line of `up`: all is as in config.toml.
    Ready(Ready),
    /// The last line of `down`: nothing of the stack is left but what the notes of the plan name.
    Removed(Removed),
}

/// Why a change was not begun.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Skipped {
    /// A change that it needs failed.
    Dependency,
    /// The run was interrupted.
    Interrupted,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Executed {
    /// Changes that were made.
    pub(crate) done: usize,
    /// Changes that failed.
    pub(crate) failed: usize,
    /// Changes without an answer after an interruption.
    pub(crate) abandoned: usize,
    /// Changes that were not begun.
    pub(crate) skipped: usize,
    /// How long it took.
    pub(crate) elapsed_ms: u64,
    /// How much of that was waiting for AWS.
    pub(crate) waited_ms: u64,
    /// Calls to AWS of this run so far.
    pub(crate) aws_calls: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Ready {
    /// Whether there was anything to change.
    pub(crate) changed: bool,
    /// The bucket for uploads.
    pub(crate) source_bucket: String,
    /// The bucket with the clean pictures.
    pub(crate) destination_bucket: String,
    /// The name of the function.
    pub(crate) function: String,
    /// The ARN of the function's role.
    pub(crate) role: String,
    /// Seconds that S3 may take to follow what has changed: until then an upload may not start the function (trigger), or
    /// its clean copy may come late (versioning). 0: nothing of that has changed.
    pub(crate) settles_in_s: u64,
    /// The IAM names of the users.
    pub(crate) users: Vec<String>,
    /// The ARNs of the users that are roles: they have no keys, and those whom they trust assume them.
    pub(crate) user_roles: Vec<String>,
    /// Calls to AWS of this run.
    pub(crate) aws_calls: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Removed {
    /// What is left: always empty here; otherwise there is an `error`.
    pub(crate) residue: Vec<String>,
    /// Calls to AWS of this run.
    pub(crate) aws_calls: usize,
}

impl Event {
    /// The line for an event of the engine.
    pub(crate) fn of(event: &events::Event<'_>, stack: &Stack) -> Self {
        let title = |step: &engine::plan::Step| step_title(&step.address, &step.change, stack);
        match event {
            events::Event::Started { step, .. } => Self::Started { step: title(step) },
            events::Event::Waiting { step, why, elapsed, deadline, .. } => Self::Waiting {
                why: (*why).to_owned(),
                elapsed_ms: millis(*elapsed),
                deadline_ms: millis(*deadline),
                step: title(step),
            },
            events::Event::Progress { step, progress, elapsed, .. } => Self::Progress {
                done: progress.done,
                total: progress.total,
                what: progress.what.to_owned(),
                elapsed_ms: millis(*elapsed),
                step: title(step),
            },
            events::Event::Done { step, elapsed, .. } => {
                Self::Done { elapsed_ms: millis(*elapsed), step: title(step) }
            }
            events::Event::Failed { step, error, .. } => Self::Failed {
                operation: error.operation.to_owned(),
                code: error.code.clone(),
                message: error.message.clone(),
                request_id: error.request_id.clone(),
                hint: error.hint().map(String::from),
                step: title(step),
            },
            events::Event::Abandoned { step, .. } => Self::Abandoned { step: title(step) },
            events::Event::Skipped { step, why, .. } => Self::Skipped {
                why: match why {
                    events::Skipped::Dependency => Skipped::Dependency,
                    events::Skipped::Interrupted => Skipped::Interrupted,
                },
                step: title(step),
            },
        }
    }

    /// The line at the end of a plan.
    pub(crate) fn executed(
        outcome: &engine::apply::Outcome,
        took: std::time::Duration,
        aws_calls: usize,
    ) -> Self {
        Self::Executed(Executed {
            done: outcome.done.len(),
            failed: outcome.failed.len(),
            abandoned: outcome.abandoned.len(),
            skipped: outcome.skipped.len(),
            elapsed_ms: millis(took),
            waited_ms: millis(outcome.waited),
            aws_calls,
        })
    }
}
