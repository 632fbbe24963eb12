//! All stacks of an account and region, for a person.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::foreign;
use engine::stack::Stack;
use engine::stacks::{Stacks, kind};

/// One line a stack: what it has, and whether it is that of the configuration.
#[must_use]
pub(crate) fn stacks_text(stacks: &Stacks, own: &Stack) -> String {
    let names = &own.names;
    let mut text = format!("Stacks in account {}, {}\n\n", names.account, names.region);
    for (name, arns) in stacks {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        arns.iter().for_each(|arn| *counts.entry(kind(arn)).or_default() += 1);
        let counts = counts.iter().map(|(kind, count)| match count {
            1 => format!("1 {kind}"),
            count => format!("{count} {kind}s"),
        });
        let which = if *name == names.stack { "  (this configuration)" } else { "" };
        let _ = writeln!(text, "{:<20} {}{which}", foreign(name), counts.collect::<Vec<_>>().join(", "));
    }
    if stacks.is_empty() {
        text.push_str("none\n");
    }
    text.push_str("\nRoles and users are of no region. What was just deleted is shown for some time.\n");
    text
}
