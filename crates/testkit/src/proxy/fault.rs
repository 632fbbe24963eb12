//! What can happen to a call, and to which.

use super::call::{Call, Service};
use super::wire::Refusal;
use rustix::process::Signal;
use std::sync::Arc;
use std::time::Duration;

/// What happens to a call.
#[derive(Clone)]
pub enum Fault {
    /// The connection breaks before AWS hears of the call.
    DropBefore,
    /// AWS does it, and the connection breaks before the answer.
    DropAfter,
    /// The process dies before AWS hears of the call.
    KillBefore,
    /// AWS does it, and the process dies before it hears so.
    KillAfter,
    /// AWS answers with an error in the service's own shape, and does nothing.
    Refuse(Refusal),
    /// AWS does nothing, and this is the answer as it goes over the wire.
    Answer(&'static str),
    /// An error that differs from service to service.
    RefuseAs(fn(Service) -> Refusal),
    /// AWS does it, but its answer is an error.
    RefuseAfter(fn(Service) -> Refusal),
    /// It takes longer.
    Delay(Duration),
    /// There is no answer, ever.
    Freeze,
    /// The process gets a signal, and time to take note of it; then the call goes on.
    Signal(Signal),
    /// The answer is changed on its way.
    Edit(fn(&str) -> String),
    /// Somebody else does this before AWS hears of the call.
    Meanwhile(Arc<dyn Fn() + Send + Sync>),
    /// The answer is that of the last time the same was asked: a read from before a change.
    Stale,
}

/// A fault for the calls that it fits, as often as said.
pub struct Rule {
    fits: Box<dyn Fn(&Call) -> bool + Send>,
    pub(super) fault: Fault,
    left: usize,
}

impl Rule {
    /// For every call that `fits` says.
    pub fn when(fits: impl Fn(&Call) -> bool + Send + 'static, fault: Fault) -> Self {
        Self { fits: Box::new(fits), fault, left: usize::MAX }
    }

    /// For every call of this operation.
    pub fn on(operation: &'static str, fault: Fault) -> Self {
        Self::when(move |call| call.operation == operation, fault)
    }

    /// For one call.
    pub fn at(point: &Point, fault: Fault) -> Self {
        let point = point.clone();
        Self::when(move |call| call.label() == point.label && call.earlier == point.earlier, fault).times(1)
    }

    /// The first so many of them.
    pub fn times(mut self, times: usize) -> Self {
        self.left = times;
        self
    }

    pub(super) fn takes(&mut self, call: &Call) -> bool {
        let takes = self.left > 0 && (self.fits)(call);
        self.left -= usize::from(takes);
        takes
    }
}

/// One call of a run. Calls run at once and their numbers change from run to run, so a point goes by what
/// is called, and by how often that was called before.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point {
    pub label: String,
    pub earlier: usize,
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.label, self.earlier + 1)
    }
}
