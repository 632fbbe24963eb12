//! Ctrl-C and SIGTERM: calls under way finish, the summary says what was done, and the next run goes on.

use crate::support::proxy::{Fault, Pace, Rule};
use crate::support::stage::Stage;
use rustix::process::Signal;
use std::time::{Duration, Instant};

#[test]
fn the_first_signal_lets_calls_finish_and_tells_what_is_not_done() {
    let stage = Stage::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let rule = Rule::on("CreateRole", Fault::Signal(signal)).times(1);
        let run = stage.run_with(&["up", "--yes"], vec![rule]);
        let text = run.text();
        assert_eq!(run.code(), Some(code), "{text}");
        assert!(run.stderr.contains("changes made in") && run.stderr.contains("not done: "), "{text}");
        assert!(run.stderr.contains("run the same command again"), "{text}");
        assert!(run.calls.0.iter().all(|call| call.end.is_some()), "no call was abandoned");
        assert_eq!(run.calls.count("CreateFunction"), 0, "{text}");
        stage.run(&["up", "--yes"]).ok();
        assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code(), Some(0));

        let rule = Rule::on("DeleteFunction", Fault::Signal(signal)).times(1);
        let run = stage.run_with(&["down", "--yes"], vec![rule]);
        assert_eq!(run.code(), Some(code), "{}", run.text());
        stage.run(&["down", "--yes"]).ok();
        stage.is_bare();
    }
}

#[test]
fn reading_ends_at_the_first_signal() {
    let stage = Stage::new();
    let rules = vec![
        Rule::on("GetRole", Fault::Signal(Signal::INT)).times(1),
        Rule::on("ListUsers", Fault::Delay(Duration::from_secs(3))),
    ];
    let run = stage.run_with(&["plan"], rules);
    assert_eq!(run.code(), Some(130), "{}", run.text());
    assert!(run.elapsed < Duration::from_secs(3), "{:?}", run.elapsed);
}

#[test]
fn a_second_signal_ends_a_frozen_run_at_once() {
    let stage = Stage::new();
    stage.proxy.begin(vec![Rule::on("CreateRole", Fault::Freeze)], Pace::Free);
    let running = stage.spawn(&["up", "--yes"]);
    while stage.proxy.count() < 60 {
        std::thread::sleep(Duration::from_millis(10));
    }
    running.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    running.signal(Signal::INT);
    let run = running.wait();
    stage.proxy.end();
    assert_eq!(run.code(), Some(130), "{}", run.text());
    assert!(run.stderr.contains("press Ctrl-C again"), "{}", run.text());
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    stage.run(&["up", "--yes"]).ok();
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code(), Some(0));
}
