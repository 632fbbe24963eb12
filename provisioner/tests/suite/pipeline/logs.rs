//! `logs`: what became of pictures, in the function's words and in Lambda's.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use engine::aws::Aws;
use engine::config::BucketRole;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testkit::clean_copy::clean_copy;
use testkit::one_pixel;

use super::stage::Stage;

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// Writes lines into a log stream as Lambda does.
async fn write(aws: &Aws, group: &str, stream: &str, lines: &[(i64, String)]) {
    let _ = aws.logs.create_log_stream().log_group_name(group).log_stream_name(stream).send().await;
    for batch in lines.chunks(5_000) {
        let events = batch
            .iter()
            .map(|(at, text)| InputLogEvent::builder().timestamp(*at).message(text).build().unwrap())
            .collect();
        let put = aws.logs.put_log_events().log_group_name(group).log_stream_name(stream);
        put.set_log_events(Some(events)).send().await.unwrap();
    }
}

fn rejected(key: &str) -> String {
    format!(
        r#"{{"level":"ERROR","message":"rejected","request_id":"r-1","key":"{key}","reason":"damaged: cut off"}}"#
    )
}

#[tokio::test]
async fn the_log_tells_what_became_of_each_picture() {
    let stage = Stage::new().await;
    let run = stage.run(&["logs"]);
    assert_eq!(run.code, 4, "{}{}", run.out, run.err);
    assert!(run.err.contains("there is no log group"), "{}", run.err);
    stage.ok(&["up", "--yes"]);
    assert!(stage.ok(&["logs"]).err.contains("The log tells nothing of that."));
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let source = stack.names.bucket(BucketRole::Source);
    let odd = "in \u{1b}[31m *\".jpg";
    let picture = one_pixel::picture(&[one_pixel::exif()], b"");
    for (key, body) in [("broken.jpg", b"no picture".to_vec()), (odd, picture)] {
        aws.s3.put_object().bucket(source).key(key).body(body.into()).send().await.unwrap();
    }
    assert!(clean_copy(&aws, stack.names.bucket(BucketRole::Destination), odd).await.is_some());
    let group = &stack.names.log_group;
    let killed = "RequestId: r-9 Error: Runtime exited with error: signal: killed\nRuntime.ExitError";
    write(&aws, group, "other", &[(now(), killed.to_owned()), (now(), "START RequestId: r-9".to_owned())])
        .await;

    // The function's lines come when its invocation has ended.
    let mut run = stage.ok(&["logs"]);
    for _ in 0..50 {
        if run.out.contains("cleaned") && run.out.contains("broken.jpg") {
            break;
        }
        run = stage.ok(&["logs"]);
    }
    let line = |run: &super::stage::Run, word: &str| {
        run.out
            .lines()
            .find(|line| line.contains(word))
            .unwrap_or_else(|| panic!("{word}\n{}", run.out))
            .to_owned()
    };
    assert!(line(&run, "cleaned ").contains("; removed "), "{}", run.out);
    assert!(line(&run, "rejected ").contains("broken.jpg: not a picture"), "{}", run.out);
    assert!(line(&run, "Lambda ").contains("signal: killed Runtime.ExitError"), "{}", run.out);
    assert!(!run.out.contains('\u{1b}') && !run.out.contains("START"), "{}", run.out);
    assert_eq!(run.err.lines().last(), Some("1 cleaned, 1 rejected, 1 invocation ended badly."));
    assert!(stage.ok(&["logs", "-v"]).out.contains("START"));
    let only = |args: &[&str]| stage.ok(&[&["logs"], args].concat()).out.lines().count();
    assert_eq!(only(&["--rejected"]), 1);
    assert_eq!(only(&["--failed"]), 1);
    assert_eq!(only(&["--rejected", "--failed"]), 2);
    assert_eq!(only(&["--key", odd]), 1);
    assert_eq!(only(&["--key", "broken.jpg"]), 1);
    assert_eq!(only(&["--request-id", "r-9"]), 1);
    assert_eq!(only(&["--since", "2999-01-01"]), 0);
    let run = stage.ok(&["logs", "--json"]);
    let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cleaned = lines.iter().find(|line| line["outcome"] == "cleaned").unwrap();
    assert_eq!(cleaned["key"], odd);
    assert!(cleaned["removed_bytes"].as_u64() > Some(0) && cleaned["request_id"].is_string(), "{cleaned}");
    assert_eq!((&lines[3]["event"], &lines[3]["trouble"]), (&"read".into(), &1.into()));
}

/// More than a page, and more while it is read: each line comes once.
#[tokio::test]
async fn no_line_is_lost_or_comes_twice() {
    const MANY: usize = 10_500;
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let group = &stack.names.log_group;
    let begin = now() - 20_000;
    // Thousands of them within the same millisecond.
    let lines: Vec<_> = (0..MANY).map(|n| (begin + n as i64 / 4000, rejected(&format!("{n}.jpg")))).collect();
    write(&aws, group, "one", &lines).await;
    let run = stage.ok(&["logs", "--rejected"]);
    assert_eq!(run.out.lines().count(), MANY);

    let mut command = std::process::Command::new(testkit::program());
    command.args(["logs", "--follow", "--json", "--config"]).arg(stage.config());
    let mut child = command.envs(stage.local.env()).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut keys: Vec<String> = Vec::new();
    let mut next = |count: usize, keys: &mut Vec<String>| {
        while keys.len() < count {
            let line: Value = serde_json::from_str(&out.next().unwrap()).unwrap();
            keys.push(line["key"].as_str().unwrap().to_owned());
        }
    };
    next(MANY, &mut keys);
    // These come late: they are older than what was read already.
    write(&aws, group, "two", &[(begin - 1, rejected("late.jpg")), (now(), rejected("new.jpg"))]).await;
    next(MANY + 2, &mut keys);
    write(&aws, group, "one", &[(now(), rejected("last.jpg"))]).await;
    next(MANY + 3, &mut keys);
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let rest: Vec<Value> = out.map(|line| serde_json::from_str(&line).unwrap()).collect();
    assert_eq!((rest.len(), &rest[0]["rejected"]), (1, &(MANY + 3).into()), "{rest:?}");
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), MANY + 3);
}

/// `| head` goes away when it has enough, and then nobody is to be followed for.
#[tokio::test]
async fn who_follows_ends_when_nobody_reads() {
    let stage = Stage::new().await;
    stage.ok(&["up", "--yes"]);
    let aws = stage.aws().await;
    let stack = stage.stack(&aws);
    let lines: Vec<_> = (0..3).map(|n| (now(), rejected(&format!("{n}.jpg")))).collect();
    write(&aws, &stack.names.log_group, "one", &lines).await;
    let mut command = std::process::Command::new(testkit::program());
    command.args(["logs", "--follow", "--config"]).arg(stage.config());
    let mut child = command.envs(stage.local.env()).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    drop(out);
    write(&aws, &stack.names.log_group, "one", &[(now(), rejected("more.jpg"))]).await;
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
