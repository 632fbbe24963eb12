//! What a run called: how much, and how long its longest chain is.

use super::call::Call;
use super::fault::Point;

/// The calls of a run in the order in which they began.
#[derive(Debug, Clone, Default)]
pub struct Record(pub Vec<Call>);

impl Record {
    /// Every call as a point where a fault can happen.
    pub fn points(&self) -> Vec<Point> {
        self.0.iter().map(|call| Point { label: call.label(), earlier: call.earlier }).collect()
    }

    /// How many calls of this operation there were.
    pub fn count(&self, operation: &str) -> usize {
        self.0.iter().filter(|call| call.operation == operation).count()
    }

    /// The longest chain of calls that wait for one another, of a run in lockstep.
    pub fn chain(&self) -> usize {
        self.0.iter().map(|call| call.round + 1).max().unwrap_or(0)
    }
}
