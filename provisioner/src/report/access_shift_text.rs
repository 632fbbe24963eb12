//! Whose rights a plan changes, as lines of the plan.

use std::fmt::Write;

use super::foreign::foreign_lines;
use super::styles::CHANGE;
use crate::access::{Shift, shifts};
use crate::verify::Right;
use engine::plan::Plan;
use engine::stack::Stack;

/// A line for each of those who may do something else in a bucket than before; nothing when there is none.
pub(super) fn access_shift_text(plan: &Plan, stack: &Stack) -> String {
    let shifts = shifts(plan, stack);
    if shifts.is_empty() {
        return String::new();
    }
    let who = |shift: &Shift| foreign_lines(&shift.who).chars().count();
    let width = shifts.iter().map(who).max().unwrap_or_default();
    let mut text = "\nWho may do more or less than before:\n".to_owned();
    for shift in &shifts {
        let _ = writeln!(
            text,
            "  {CHANGE}~{CHANGE:#} {:width$}  in {} {}: {} -> {}",
            foreign_lines(&shift.who),
            shift.bucket.as_str(),
            stack.names.bucket(shift.bucket),
            words(&shift.before),
            words(&shift.after)
        );
    }
    text
}

fn words(rights: &[Right]) -> String {
    match rights {
        [] => "nothing".to_owned(),
        rights => rights.iter().map(|right| right.as_str()).collect::<Vec<_>>().join(", "),
    }
}
