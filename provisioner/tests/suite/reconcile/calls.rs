//! How many calls each command makes, and how many of them one after the other.

use engine::resources::alarm::Kind;
use std::time::Duration;
use testkit::proxy::Pace;
use testkit::stage::{Run, Stage};

/// Longer than the program takes from an answer to the next call, and than its first pause between two looks
/// at a function that is not ready.
pub(crate) const LOCKSTEP: Pace = Pace::Lockstep(Duration::from_millis(700));

#[test]
fn calls_and_chains_stay_within_their_limits() {
    let stage = Stage::new();
    let run = |args: &[&str]| stage.run_at(args, Vec::new(), LOCKSTEP).ok();
    let table = [
        ("plan, nothing there", run(&["plan"]), 45, 3),
        ("up, from nothing", run(&["up", "--yes"]), usize::MAX, 10),
        ("plan, no changes", run(&["plan"]), 45, 3),
        ("up, no changes", run(&["up", "--yes"]), 45, 3),
        ("down", run(&["down", "--yes"]), usize::MAX, 8),
    ];
    println!("{:<22}{:>7}{:>7}", "", "calls", "chain");
    for (what, run, _, _) in &table {
        println!("{what:<22}{:>7}{:>7}", run.calls.0.len(), run.calls.chain());
    }
    if std::env::var_os("PROVISIONER_SHOW_CALLS").is_some() {
        table.iter().for_each(|(what, run, _, _)| show(what, run));
    }
    for (what, run, most_calls, longest_chain) in &table {
        assert!(run.calls.0.len() <= *most_calls, "{what}: {} calls", run.calls.0.len());
        assert!(run.calls.chain() <= *longest_chain, "{what}: a chain of {}", run.calls.chain());
    }
}

#[test]
fn with_alarms_they_stay_within_their_limits_too() {
    let stage = Stage::new();
    let users = ["source", "destination"].map(|bucket| {
        format!("[[users]]\nname = \"{bucket}\"\nbucket = \"{bucket}\"\naccess = \"read-only\"\n")
    });
    stage.configure(&format!("stack = \"crash\"\n[alarms]\n{}", users.concat()));
    // Each alarm's tags are a call of its own, beside the others.
    let plan = 45 + Kind::ALL.len();
    for (args, most_calls, longest_chain) in
        [(&["up", "--yes"][..], usize::MAX, 10), (&["plan"], plan, 3), (&["down", "--yes"], usize::MAX, 8)]
    {
        let calls = stage.run_at(args, Vec::new(), LOCKSTEP).ok().calls;
        println!("{args:?}: {} calls, chain {}", calls.0.len(), calls.chain());
        assert!(calls.0.len() <= most_calls && calls.chain() <= longest_chain, "{args:?}");
    }
}

/// Each call with its round.
fn show(what: &str, run: &Run) {
    println!("\n{what}");
    for call in &run.calls.0 {
        println!("  {:>2} {} -> {}", call.round + 1, call.label(), call.status);
    }
}
