//! How many calls each command makes, and how many of them one after the other.

use crate::support::stage::{Run, Stage};
use std::time::Duration;

/// Dwarfs what the calls take by themselves.
const LATENCY: Duration = Duration::from_millis(400);

#[test]
fn calls_and_chains_stay_within_their_limits() {
    let stage = Stage::new();
    let run = |args: &[&str]| stage.run_slowly(args, Vec::new(), LATENCY).ok();
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

/// Each call in steps of the latency.
fn show(what: &str, run: &Run) {
    println!("\n{what}");
    let Some(first) = run.calls.0.first() else { return };
    for call in &run.calls.0 {
        let at = call.start.duration_since(first.start).as_secs_f64() / LATENCY.as_secs_f64();
        println!("  {at:5.2} {} -> {}", call.label(), call.status);
    }
}
