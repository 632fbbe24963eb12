//! The life of a stack on an AWS that is neither consistent nor instant nor lenient: `testkit::proxy::Adversary`. Each part by
//! itself and all together; the other suites say what is right, here it must stay right.

use testkit::proxy::Adversary;
use testkit::stage::{CHANGED, Run, Stage};

const UP: [&str; 2] = ["up", "--yes"];
const PLAN: [&str; 2] = ["plan", "--detailed-exitcode"];
const DOWN: [&str; 3] = ["down", "--yes", "--delete-data"];

/// Blames nobody for what AWS does.
#[track_caller]
fn blames_nobody(run: &Run) {
    let text = run.text();
    for never in ["something else", "this is a bug", "does not belong", "another `up`"] {
        assert!(!text.contains(never), "{never:?}: {text}");
    }
}

/// A command that succeeds, and blames nobody.
#[track_caller]
fn fine(stage: &Stage, args: &[&str]) -> Run {
    let run = stage.run(args).ok();
    blames_nobody(&run);
    run
}

/// From nothing, again, changed, gone, and all of that once more. How many calls the adversary has disturbed.
#[track_caller]
fn life(adversary: Adversary) -> usize {
    let stage = Stage::new();
    stage.proxy.adversary(adversary);
    let mut disturbed = 0;
    let mut fine = |args: &[&str]| {
        let run = fine(&stage, args);
        disturbed += run.calls.0.iter().filter(|call| call.disturbed).count();
        run
    };
    fine(&UP);
    fine(&PLAN);
    let again = fine(&UP);
    assert!(again.text().contains("No changes"), "{}", again.text());
    stage.configure(CHANGED);
    fine(&UP);
    fine(&PLAN);
    fine(&["status", "--detailed-exitcode"]);
    fine(&DOWN);
    stage.is_bare();
    fine(&UP);
    fine(&PLAN);
    fine(&DOWN);
    stage.is_bare();
    disturbed
}

#[test]
fn reads_are_old_and_new_by_turns() {
    let disturbed = life(Adversary::STALE);
    assert!(disturbed > 50, "{disturbed}");
}

#[test]
fn what_was_made_does_not_work_yet() {
    let disturbed = life(Adversary::SLOW);
    assert!(disturbed > 5, "{disturbed}");
}

#[test]
fn the_models_of_aws_are_the_law() {
    let disturbed = life(Adversary::STRICT);
    assert_eq!(disturbed, 0);
}

#[test]
fn all_of_it_at_once() {
    let disturbed = life(Adversary::ALL);
    assert!(disturbed > 50, "{disturbed}");
}
