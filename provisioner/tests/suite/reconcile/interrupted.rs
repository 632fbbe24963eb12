//! Ctrl-C and SIGTERM: calls under way have some time to finish, the summary says what was done, and the next run goes on.

use rustix::process::Signal;
use std::time::{Duration, Instant};
use testkit::proxy::{Fault, Pace, Rule};
use testkit::stage::{Run, Stage};

#[test]
fn the_first_signal_lets_calls_finish_and_tells_what_is_not_done() {
    let stage = Stage::new();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let rule = Rule::on("CreateRole", Fault::Signal(signal)).times(1);
        let run = stage.run_with(&["up", "--yes"], vec![rule]);
        let text = run.text();
        assert_eq!(run.code(), Some(code), "{text}");
        assert!(run.stderr.contains(" resources done") && run.stderr.contains("not done: "), "{text}");
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
    let rules =
        vec![Rule::on("GetRole", Fault::Signal(Signal::INT)).times(1), Rule::on("ListUsers", Fault::Freeze)];
    let run = stage.run_with(&["plan"], rules);
    assert_eq!(run.code(), Some(130), "{}", run.text());
    assert!(
        run.elapsed < Duration::from_secs(9),
        "not at once, but after the 10 s that calls have to finish"
    );
}

/// A run in which one operation gets no answer, and that gets a signal two seconds after a call of the other.
#[track_caller]
fn signalled(stage: &Stage, args: &[&str], frozen: &'static str, after: &str, signal: Signal) -> Run {
    stage.proxy.begin(vec![Rule::on(frozen, Fault::Freeze)], Pace::Free);
    let running = stage.spawn(args);
    while stage.proxy.seen(after) == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    // What does not wait for it is done meanwhile.
    std::thread::sleep(Duration::from_secs(2));
    let asked = Instant::now();
    running.signal(signal);
    let run = running.wait();
    stage.proxy.end();
    let took = asked.elapsed().as_secs();
    assert!((9..15).contains(&took), "{took} s: {}", run.text());
    run
}

#[test]
fn one_signal_ends_a_frozen_run_with_its_summary() {
    let stage = Stage::new();
    let run = signalled(&stage, &["up", "--yes"], "CreateRole", "CreateRole", Signal::INT);
    let text = run.text();
    assert_eq!(run.code(), Some(130), "{text}");
    assert!(text.contains("calls under way have 10 s to finish"), "{text}");
    assert!(
        text.contains(" resources done") && text.contains("perhaps done: role crash-sanitizer"),
        "{text}"
    );
    assert!(text.contains("not done: function crash-sanitizer"), "{text}");
    assert!(text.contains("run the same command again"), "{text}");
    stage.run(&["up", "--yes"]).ok();
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code(), Some(0));

    let args = ["down", "--yes", "--json"];
    let run = signalled(&stage, &args, "DeleteFunction", "DeleteFunction", Signal::TERM);
    assert_eq!(run.code(), Some(143), "{}", run.text());
    let lines: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |event: &str| lines.iter().find(|line| line["event"] == event).unwrap();
    assert!(of("abandoned")["step"].as_str().unwrap().contains("function crash-sanitizer"));
    assert_eq!(of("executed")["abandoned"], 1);
    assert_eq!(of("error")["error"]["exit_code"], 143);
    stage.run(&["down", "--yes"]).ok();
    stage.is_bare();
}

#[test]
fn an_access_key_that_is_perhaps_left_is_told_of() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let photo = stage.file("photo.jpg", b"no picture");
    let args = ["upload", photo.to_str().unwrap(), "--as", "writer", "--no-wait"];
    let run = signalled(&stage, &args, "CreateAccessKey", "CreateAccessKey", Signal::INT);
    assert_eq!(run.code(), Some(130), "{}", run.text());
    assert!(run.stderr.contains("aws iam list-access-keys --user-name crash-writer"), "{}", run.text());
    let run = signalled(&stage, &args, "DeleteAccessKey", "DeleteAccessKey", Signal::TERM);
    let says = "remove it: aws iam delete-access-key --user-name crash-writer --access-key-id ";
    assert!(run.stderr.contains(says), "{}", run.text());
    // The picture was there by then.
    assert_eq!(run.code(), Some(143), "{}", run.text());
    stage.run(&["down", "--yes", "--delete-data"]).ok();
    stage.is_bare();
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
    assert!(
        asked.elapsed() < Duration::from_secs(8),
        "not at once, but after the 10 s that the first one gives"
    );
    stage.run(&["up", "--yes"]).ok();
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code(), Some(0));
}
