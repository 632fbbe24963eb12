//! One user, ten, a hundred, a thousand: the calls grow with them, the chain of calls does not, memory stays small,
//! and an IAM that throttles only makes it slower.
//!
//! `cargo test` goes up to a hundred; `PROVISIONER_ALL_FAULTS=1` to a thousand.

use super::calls::LOCKSTEP;
use std::sync::Mutex;
use std::time::Instant;
use testkit::proxy::{Call, Fault, Refusal, Rule, Service};
use testkit::stage::{Run, Stage};

const UP: [&str; 2] = ["up", "--yes"];
const PLAN: [&str; 2] = ["plan", "--detailed-exitcode"];
const DOWN: [&str; 2] = ["down", "--yes"];

/// A stack with so many users.
pub(crate) fn with_users(count: usize) -> String {
    let user =
        |n: usize| format!("[[users]]\nname = \"u{n}\"\nbucket = \"source\"\naccess = \"read-only\"\n");
    format!("stack = \"crash\"\n{}", (0..count).map(user).collect::<String>())
}

#[test]
fn with_more_users_the_calls_grow_linearly_and_the_chain_stays() {
    let stage = Stage::new();
    let mut counts = vec![1, 10, 100];
    counts.extend(std::env::var_os("PROVISIONER_ALL_FAULTS").map(|_| 1000));
    let rows: Vec<[Run; 3]> = counts
        .iter()
        .map(|&count| {
            stage.configure(&with_users(count));
            [&UP, &PLAN, &DOWN].map(|command| stage.run_at(command, Vec::new(), LOCKSTEP).ok())
        })
        .collect();
    println!("{:>6}{:>22}{:>22}{:>22}{:>14}", "users", "up: calls, chain", "plan", "down", "peak memory");
    for (count, runs) in counts.iter().zip(&rows) {
        let cell = |run: &Run| format!("{}, {}", run.calls.0.len(), run.calls.chain());
        let peak = runs.iter().map(|run| run.peak_kib).max().unwrap() / 1024;
        println!("{count:>6}{:>22}{:>22}{:>22}{peak:>11} MB", cell(&runs[0]), cell(&runs[1]), cell(&runs[2]));
    }
    // Few users are read one by one, with six calls each; up makes two calls for each user, and down two, so many
    // at once.
    const AT_ONCE: usize = 128;
    for (count, [up, plan, down]) in counts.iter().zip(&rows) {
        let read = if *count <= 12 { 6 * count } else { 0 };
        let turns = 2 * (count.div_ceil(AT_ONCE) - 1);
        for (run, most_calls, longest) in [
            (up, 89 + 2 * read + 2 * count, 10 + turns),
            (plan, 32 + read, 3),
            (down, 79 + 2 * read + 2 * count, 8 + turns),
        ] {
            assert!(run.calls.0.len() <= most_calls, "{count} users: {} calls", run.calls.0.len());
            assert!(run.calls.chain() <= longest, "{count} users: a chain of {}", run.calls.chain());
            assert!(run.peak_kib < 100 * 1024, "{count} users: {} KiB", run.peak_kib);
        }
    }
}

#[test]
fn many_users_read_in_one_go_are_as_each_is_by_itself() {
    let stage = Stage::new();
    stage.configure(&with_users(13));
    stage.run(&UP).ok();
    let iam = &stage.aws.iam;
    let path = "/provisioner/crash/";
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;
    stage.wait(async {
        let policy =
            iam.create_policy().policy_name("theirs").policy_document(document).send().await.unwrap();
        let arn = policy.policy().unwrap().arn().unwrap();
        let put = iam.put_user_policy().user_name("crash-u0").policy_name("extra").policy_document(document);
        put.send().await.unwrap();
        iam.attach_user_policy().user_name("crash-u1").policy_arn(arn).send().await.unwrap();
        iam.create_group().group_name("group").send().await.unwrap();
        iam.add_user_to_group().user_name("crash-u2").group_name("group").send().await.unwrap();
        let bound = iam.put_user_permissions_boundary().user_name("crash-u3").permissions_boundary(arn);
        bound.send().await.unwrap();
        iam.untag_user().user_name("crash-u4").tag_keys("provisioner:stack").send().await.unwrap();
        let narrow = "provisioner-crash";
        iam.delete_user_policy().user_name("crash-u5").policy_name(narrow).send().await.unwrap();
        iam.create_user().user_name("crash-former").path(path).send().await.unwrap();
        iam.create_user().user_name("foreign").send().await.unwrap();
    });
    let at_once = stage.run(&["plan", "--json"]).ok();
    assert_eq!(at_once.calls.count("GetAccountAuthorizationDetails"), 1);
    // What differs is read again by itself: six users, and the list with the one that is not in the configuration.
    let again = at_once.calls.count("ListUsers");
    assert!(again > 0, "{}", at_once.text());
    assert_eq!(at_once.calls.count("GetUser"), 6 * again);
    for expected in
        ["extra", "theirs", "group", "permissions boundary", "tags", "inline policy", "crash-former"]
    {
        assert!(at_once.stdout.contains(expected), "{expected}: {}", at_once.text());
    }
    // Who may not read the whole account reads the users one by one.
    let denied = Refusal::new(403, "AccessDenied", "not authorized to perform this");
    let rule = || vec![Rule::on("GetAccountAuthorizationDetails", Fault::Refuse(denied.clone()))];
    let one_by_one = stage.run_with(&["plan", "--json"], rule()).ok();
    assert_eq!(one_by_one.calls.count("GetUser"), 13 + 6 * again);
    assert_eq!(at_once.stdout, one_by_one.stdout);

    stage.run(&UP).ok();
    assert_eq!(stage.run(&PLAN).code(), Some(0));
    assert_eq!(stage.run_with(&PLAN, rule()).code(), Some(0));
    stage.wait(iam.create_access_key().user_name("crash-u6").send()).unwrap();
    let again = iam.put_user_policy().user_name("crash-u7").policy_name("extra").policy_document(document);
    stage.wait(again.send()).unwrap();
    stage.run(&DOWN).ok();
    assert_eq!(stage.everything(), ["user foreign"]);
}

/// An IAM that takes so many calls a second, and throttles all others.
fn limited(per_second: f64) -> Vec<Rule> {
    let bucket = Mutex::new((per_second, Instant::now()));
    let too_fast = move |call: &Call| {
        if call.service != Service::Iam {
            return false;
        }
        let mut bucket = bucket.lock().unwrap();
        let now = Instant::now();
        bucket.0 = (bucket.0 + per_second * (now - bucket.1).as_secs_f64()).min(per_second);
        bucket.1 = now;
        let is_empty = bucket.0 < 1.0;
        bucket.0 -= f64::from(u8::from(!is_empty));
        is_empty
    };
    vec![Rule::when(too_fast, Fault::RefuseAs(Refusal::throttled))]
}

#[test]
fn an_iam_that_throttles_makes_it_slower_and_nothing_fails() {
    let stage = Stage::new();
    stage.configure(&with_users(100));
    for command in [&UP, &DOWN] {
        let run = stage.run_with(command, limited(30.0)).ok();
        let throttled = run.calls.0.iter().filter(|call| call.disturbed).count();
        println!(
            "{command:?}: {} calls, {throttled} of them throttled, {:?}",
            run.calls.0.len(),
            run.elapsed
        );
        assert!(throttled > 20, "{throttled}");
    }
    stage.is_bare();
}
