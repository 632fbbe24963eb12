//! Two runs at once, of the same stack: whoever comes second at something takes it as it is.

use std::sync::Arc;
use std::time::Duration;
use testkit::proxy::{Call, Fault, Pace, Rule};
use testkit::stage::{CHANGED, PLAIN, Stage};

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
        println!("    {command:?} beside another, {later:?} later: {:?} in {:?}", run.code(), run.elapsed);
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

/// What was right when `up` began, was not touched and is gone at its end was not gone because AWS is slow.
#[test]
fn an_up_whose_stack_is_taken_down_behind_it_says_so() {
    let stage = Stage::new();
    stage.run(UP).ok();
    let user = stage.aws.iam.list_user_policies().user_name("crash-reader");
    let name = stage.wait(user.send()).unwrap().policy_names()[0].clone();
    let user = stage.aws.iam.delete_user_policy().user_name("crash-reader");
    stage.wait(user.policy_name(name).send()).unwrap();
    let down = std::sync::Mutex::new(stage.command(DOWN));
    let take_down = move || assert!(down.lock().unwrap().output().unwrap().status.success());
    let second_look = |call: &Call| call.operation == "GetFunction" && call.earlier == 1;
    let run = stage.run_with(UP, vec![Rule::when(second_look, Fault::Meanwhile(Arc::new(take_down)))]);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    run.is_understandable();
    for said in [
        "reading again what this run did not touch and what differs now",
        "all changes were made, and still 9 resources are not as in config.toml",
        "8 of them had been right when this run began, and it did not touch them: something else changes this stack",
        "another `up` or `down`, Terraform or a person",
    ] {
        assert!(run.text().contains(said), "{said:?}: {}", run.text());
    }
    stage.is_bare();
}

/// A value that is neither the one from before nor ours is nobody's lag: told at once, and not waited for.
#[test]
fn what_somebody_else_writes_meanwhile_is_told_at_once() {
    let stage = Stage::new();
    stage.run(UP).ok();
    stage.configure(&PLAIN.replace("read-write", "write-only"));
    let iam = stage.aws.iam.clone();
    let name = stage.stack().names.inline_policy;
    let runtime = stage.handle();
    let their_policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}"#;
    let write = move || {
        let put = iam.put_user_policy().user_name("crash-writer").policy_name(&name);
        runtime.block_on(put.policy_document(their_policy).send()).unwrap();
    };
    // The plan has looked twice; then this run has written, and looks.
    let recheck = |call: &Call| {
        call.operation == "GetUserPolicy" && call.subject == "crash-writer" && call.earlier == 2
    };
    let run = stage.run_with(UP, vec![Rule::when(recheck, Fault::Meanwhile(Arc::new(write)))]);
    assert_eq!(run.code(), Some(1), "{}", run.text());
    run.is_understandable();
    for said in [
        "somebody else is writing the inline policy of user crash-writer: found sqs:* on *, we wrote s3:",
        "neither what was there before nor what this run wrote",
        "another `up`, Terraform or a person",
        "All changes of this run were made.",
    ] {
        assert!(run.text().contains(said), "{said:?}: {}", run.text());
    }
    assert!(run.elapsed < Duration::from_secs(20), "{:?}", run.elapsed);
    stage.run(UP).ok();
    // What is only old is waited for.
    stage.configure(PLAIN);
    let recheck = |call: &Call| {
        call.operation == "GetUserPolicy" && call.subject == "crash-writer" && (2..5).contains(&call.earlier)
    };
    let run = stage.run_with(UP, vec![Rule::when(recheck, Fault::Stale)]).ok();
    assert!(run.text().contains("waiting until AWS shows the changes everywhere"), "{}", run.text());
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code(), Some(0));
}
