//! Which calls a picture takes, and that an older one never ends over a newer one.

use std::{process::Command, sync::Arc};

use serde_json::{Value, json};

use crate::{
    host::{Host, Object},
    pictures::gif,
};

fn start() -> Host {
    Host::start(256, &mut Command::new(env!("CARGO_BIN_EXE_bootstrap")))
}

fn cleaned(answer: &Value) -> bool {
    answer["cleaned"].as_array().is_some_and(|keys| keys.len() == 1)
}

#[test]
fn the_first_copy_takes_two_calls() {
    let mut host = start();
    host.put("k.gif", Object::Bytes(gif(100)));
    assert!(cleaned(&host.announce("k.gif")));
    assert_eq!(host.requests(), ["GET /a/k.gif", "PUT /b/k.gif if none"]);

    // The same event once more: there is a copy now.
    assert!(cleaned(&host.announce("k.gif")));
    let again = ["GET /a/k.gif", "PUT /b/k.gif if none", "PUT /b/k.gif", "HEAD /a/k.gif"];
    assert_eq!(host.requests(), again);

    // Who starts it by hand knows that there may be one.
    assert!(cleaned(&host.invoke("k.gif", std::time::Duration::from_secs(10))));
    assert_eq!(host.requests(), ["GET /a/k.gif", "PUT /b/k.gif", "HEAD /a/k.gif"]);
}

#[test]
fn a_newer_copy_is_not_left_under_an_older_one() {
    let mut host = start();
    let newer = gif(300);
    host.put("k.gif", Object::Replaced(gif(100), Arc::clone(&newer)));
    assert!(cleaned(&host.announce("k.gif")));
    let requests = host.requests();
    assert_eq!(requests.last().map(String::as_str), Some("HEAD /a/k.gif"), "{requests:?}");
    assert_eq!(requests.iter().filter(|request| *request == "PUT /b/k.gif").count(), 2, "{requests:?}");
    let written = host.written("k.gif").unwrap();
    assert!(written.windows(newer.len()).any(|window| window == newer.as_slice()));
}

#[test]
fn a_job_has_a_result_for_each_object() {
    let mut host = start();
    host.put("a b.gif", Object::Bytes(gif(100)));
    host.put("a%20b.gif", Object::Bytes(gif(100)));
    host.put("text.gif", Object::Bytes(Arc::new(b"hello".to_vec())));
    let task = |id: &str, key: &str, bucket: &str| json!({"taskId": id, "s3Key": key, "s3VersionId": null, "s3Bucket": bucket});
    let job = json!({"invocationSchemaVersion": "2.0", "invocationId": "i", "job": {"id": "j"}, "tasks": [
        task("1", "a%20b.gif", "a"), task("2", "text.gif", "a"), task("3", "gone.gif", "a"), task("4", "k.gif", "other"),
        task("5", "100%.gif", "a"),
    ]});
    let answer = host.invoke_with(&job.to_string(), std::time::Duration::from_secs(30));
    assert_eq!((&answer["invocationSchemaVersion"], &answer["invocationId"]), (&json!("2.0"), &json!("i")));
    let results: Vec<_> = (answer["results"].as_array().unwrap().iter())
        .map(|result| {
            let text = |name: &str| result[name].as_str().unwrap();
            (text("taskId"), text("resultCode"), text("resultString").split(':').next().unwrap())
        })
        .collect();
    assert_eq!(
        results,
        [
            ("1", "Succeeded", "cleaned"),
            ("2", "PermanentFailure", "not-a-picture"),
            ("3", "Succeeded", "ignored"),
            ("4", "PermanentFailure", "foreign-bucket"),
            ("5", "PermanentFailure", "key"),
        ]
    );
}

#[test]
fn messages_of_a_queue_are_taken_even_beside_one_that_is_none() {
    let mut host = start();
    host.put("k.gif", Object::Bytes(gif(100)));
    let event = json!({"Records": [{"eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": "a"}, "object": {"key": "k.gif"}}}]});
    let message = |body: &str| json!({"eventSource": "aws:sqs", "messageId": "m", "body": body});
    let queue = json!({"Records": [message("hello"), message(&event.to_string())]});
    let answer = host.invoke_with(&queue.to_string(), std::time::Duration::from_secs(10));
    let told = answer["errorMessage"].as_str().unwrap();
    assert!(told.starts_with("a message of SQS is not an S3 event") && !told.contains("k.gif"), "{told}");
    assert!(host.written("k.gif").is_some());
}

#[test]
fn each_line_carries_its_metrics() {
    let mut host = start();
    host.put("k.gif", Object::Bytes(gif(100)));
    host.announce("k.gif");
    let line = host.last_line();
    assert_eq!(line["message"], "cleaned", "{line}");
    for (name, least) in [("Cleaned", 1), ("ColdStarts", 1), ("InputBytes", 100), ("RemovedBytes", 0)] {
        assert!(line[name].as_u64().is_some_and(|value| value >= least), "{name}: {line}");
    }
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "provisioner", "{line}");
    for metric in directive["Metrics"].as_array().unwrap() {
        assert!(line[metric["Name"].as_str().unwrap()].is_u64(), "{metric} is no number of the line");
    }
    host.put("k.gif", Object::Bytes(Arc::new(b"hello".to_vec())));
    host.announce("k.gif");
    let line = host.last_line();
    assert_eq!((&line["Rejected"], line.get("ColdStarts")), (&json!(1), None), "{line}");
    assert_eq!(
        line["_aws"]["CloudWatchMetrics"][0]["Dimensions"],
        json!([["FunctionName"], ["FunctionName", "kind"]])
    );
}
