//! What is said of invocations that go wrong, and how long silent connections are waited for.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::host::{Host, Object};

fn start() -> Host {
    Host::start(256, &mut Command::new(env!("CARGO_BIN_EXE_bootstrap")))
}

#[test]
fn silent_connections_leave_time_for_others() {
    let mut host = start();
    host.put("k.jpg", Object::Silent(1000));
    let begun = Instant::now();
    let answer = host.invoke("k.jpg", Duration::from_millis(12_500));
    assert!(begun.elapsed() < Duration::from_millis(12_600), "{:?}", begun.elapsed());
    let gets = host.requests().iter().filter(|request| *request == "GET /a/k.jpg").count();
    assert!(gets >= 4, "{gets} tries in 12 s");
    let line = host.last_line();
    assert_eq!((&line["level"], &line["message"]), (&json!("ERROR"), &json!("failed")), "{line}");
    assert_eq!(line["phase"], "get", "{line}");
    assert!(line["milliseconds"]["get"].as_u64().is_some_and(|spent| spent > 8000), "{line}");
    assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
    let reason = line["reason"].as_str().unwrap();
    assert!(!reason.contains("function.memory"), "{reason}");
    assert!(answer["errorMessage"].as_str().is_some_and(|message| message.contains(reason)), "{answer}");
}

#[test]
fn each_invocation_has_a_line() {
    let mut host = start();
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    for (payload, word) in [
        ("hello", "not an S3 event"),
        (deep.as_str(), "recursion limit"),
        ("{}", "not an S3 event"),
        (r#"{"Records": [{"EventSource": "aws:sns"}]}"#, "a message of SNS"),
        (r#"{"Records": []}"#, "no records"),
    ] {
        let before = host.lines();
        host.invoke_with(payload, Duration::from_secs(10));
        assert_eq!(host.lines(), before + 1, "{payload:.50}");
        let line = host.last_line();
        assert!(line["reason"].as_str().is_some_and(|reason| reason.contains(word)), "{payload:.50}: {line}");
    }
}

#[test]
fn what_keeps_it_from_starting_is_told() {
    for missing in ["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "SOURCE_BUCKET", "AWS_REGION"]
    {
        let mut command = Command::new("sh");
        command.args(["-c", "unset \"$MISSING\"; exec \"$BOOTSTRAP\""]).env("MISSING", missing);
        let told = Host::fail(&mut command);
        assert_eq!(told["errorType"], "Startup", "{told}");
        assert!(told["errorMessage"].as_str().is_some_and(|message| message.contains(missing)), "{told}");
    }
}
