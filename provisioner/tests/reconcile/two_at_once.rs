//! Two runs at once, of the same stack: whoever comes second at something takes it as it is.

use crate::support::proxy::Pace;
use crate::support::stage::{CHANGED, PLAIN, Stage};
use std::time::Duration;

/// Runs both commands, the second one a little later, then `up`: all is as it should be.
#[track_caller]
fn at_once(stage: &Stage, commands: [&[&str]; 2], later: Duration) {
    stage.proxy.begin(Vec::new(), Pace::Latency(Duration::from_millis(20)));
    let first = stage.spawn(commands[0]);
    std::thread::sleep(later);
    let second = stage.spawn(commands[1]);
    let runs = [first.wait(), second.wait()];
    stage.proxy.end();
    for (command, run) in commands.iter().zip(&runs) {
        println!("    {command:?} beside another, {later:?} later: {:?}", run.code());
        run.is_understandable();
    }
    stage.run(&["up", "--yes"]).ok();
    let plan = stage.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code(), Some(0), "{}{}{}", runs[0].text(), runs[1].text(), plan.text());
}

const UP: &[&str] = &["up", "--yes"];
const DOWN: &[&str] = &["down", "--yes", "--delete-data"];

#[test]
fn two_ups_make_one_stack() {
    let stage = Stage::new();
    for later in [0, 150] {
        at_once(&stage, [UP, UP], Duration::from_millis(later));
        stage.run(DOWN).ok();
        stage.is_bare();
    }
    stage.configure(PLAIN);
    stage.run(UP).ok();
    stage.configure(CHANGED);
    at_once(&stage, [UP, UP], Duration::ZERO);
}

#[test]
fn an_up_beside_a_down_leaves_what_one_more_up_repairs() {
    let stage = Stage::new();
    stage.run(UP).ok();
    for later in [0, 100, 300] {
        at_once(&stage, [DOWN, UP], Duration::from_millis(later));
        at_once(&stage, [UP, DOWN], Duration::from_millis(later));
    }
    stage.run(DOWN).ok();
    stage.is_bare();
}
