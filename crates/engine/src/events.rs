//! What happens while a plan is executed. The engine tells; reporters show.

use std::time::Duration;

use crate::aws::AwsError;
use crate::plan::Step;
use crate::resources::Progress;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// A step has begun.
    Started {
        /// Its place in the plan.
        index: usize,
        /// The step.
        step: &'a Step,
    },
    /// A step pauses.
    Waiting {
        /// Its place in the plan.
        index: usize,
        /// The step.
        step: &'a Step,
        /// For what.
        why: &'a str,
        /// How long already.
        elapsed: Duration,
        /// How long at most.
        deadline: Duration,
    },
    /// A long step has come this far.
    Progress {
        /// Its place in the plan.
        index: usize,
        /// The step.
        step: &'a Step,
        /// How far.
        progress: Progress<'a>,
        /// How long it took so far.
        elapsed: Duration,
    },
    /// A step is done.
    Done {
        /// Its place in the plan.
        index: usize,
        /// The step.
        step: &'a Step,
        /// How long it took.
        elapsed: Duration,
    },
    /// A step failed.
    Failed {
        /// Its place in the plan.
        index: usize,
        /// The step.
        step: &'a Step,
        /// Why.
        error: &'a AwsError,
    },
    /// A step was let go of after an interruption, since it was not over in time. Perhaps it is done.
    Abandoned {
        /// Its place in the plan.
        index: usize,
        /// The step.
        step: &'a Step,
    },
    /// A step was not begun.
    Skipped {
        /// Its place in the plan.
        index: usize,
        /// The step.
        step: &'a Step,
        /// Why not.
        why: Skipped,
    },
}

/// Why a step was not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// A step that it waits for failed.
    Dependency,
    /// The user interrupted.
    Interrupted,
}

/// Shows events.
pub trait Listener: Sync {
    /// Something happened.
    fn event(&self, event: &Event<'_>);
    /// A moment has passed: what moves is drawn again.
    fn tick(&self) {}
}
