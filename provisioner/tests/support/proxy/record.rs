//! What a run called: how much, and how long its longest chain is.

use super::call::Call;
use super::fault::Point;
use std::time::Instant;

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

    /// The most calls of which each began after the one before had ended. With a latency added to each call
    /// that dwarfs everything else, that is how many latencies the run takes.
    pub fn chain(&self) -> usize {
        let mut intervals: Vec<(Instant, Instant)> =
            self.0.iter().filter_map(|call| Some((call.end?, call.start))).collect();
        intervals.sort();
        let mut chain = 0;
        let mut free: Option<Instant> = None;
        for (end, start) in intervals {
            if free.is_none_or(|free| start >= free) {
                chain += 1;
                free = Some(end);
            }
        }
        chain
    }
}
