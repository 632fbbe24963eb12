//! Which parts of some data stay, and which go.

use std::ops::Range;

use crate::Category;

/// Which parts of some data stay, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) keep: Vec<Range<usize>>,
    pub(super) drop: Vec<(Category, &'static str, Range<usize>)>,
}

impl Cut {
    pub(super) fn keep(&mut self, range: Range<usize>) {
        match self.keep.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.keep.push(range),
        }
    }

    pub(super) fn drop(&mut self, category: Category, location: &'static str, range: Range<usize>) {
        self.drop.push((category, location, range));
    }
}
