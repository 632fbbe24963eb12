//! AWS behind a proxy, as companies have it.

use super::{Home, KEYS, REGION};
use std::process::Command;
use testkit::proxy::{Forward, Front, Pace};
use testkit::stage::Stage;

/// `user` and `p@ss`, as a proxy's address and as `Proxy-Authorization` have them (RFC 7617).
const IN_URL: &str = "user:p%40ss@";
const IN_HEADER: &str = "Basic dXNlcjpwQHNz";

/// The program in front of everything that a stage has, without an endpoint.
fn status(stage: &Stage, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    stage.proxy.begin(Vec::new(), Pace::Free);
    let mut command: Command = stage.command(&["status"]);
    let output = command.env_remove("AWS_ENDPOINT_URL").envs(environment.iter().copied()).output().unwrap();
    stage.proxy.end();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn aws_is_reached_through_a_proxy_that_wants_a_password() {
    let stage = Stage::new();
    stage.run(&["up", "--yes"]).ok();
    let region = stage.aws.region.clone();
    let names = [
        &format!("*.{region}.amazonaws.com"),
        &format!("*.s3.{region}.amazonaws.com"),
        "iam.amazonaws.com",
        "*.s3.amazonaws.com",
    ];
    let front = Front::start(&names.map(|name| name as &str), &stage.proxy.endpoint());
    let forward = Forward::start(front.address(), Some(IN_HEADER));
    let bundle = stage.file("authority.pem", front.authority().as_bytes());
    let bundle = bundle.to_str().unwrap();
    let proxy = format!("http://{IN_URL}{}", forward.address());
    let environment =
        [("HTTPS_PROXY", "http://127.0.0.1:9"), ("https_proxy", proxy.as_str()), ("AWS_CA_BUNDLE", bundle)];
    let (code, text) = status(&stage, &environment);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("All 9 resources are as in config.toml"), "{text}");
    let asked = forward.asked();
    for service in ["sts", "s3", "lambda", "logs", "tagging"] {
        let host = format!("{service}.{region}.amazonaws.com:443");
        assert!(asked.iter().any(|line| line.starts_with("CONNECT ") && line.ends_with(&host)), "{asked:?}");
    }
    assert!(asked.contains(&"CONNECT iam.amazonaws.com:443".to_owned()), "{asked:?}");

    // Without TLS the proxy reads along: requests are passed on, and the password goes with each.
    let plain = Forward::start(
        stage.proxy.endpoint().trim_start_matches("http://").parse().unwrap(),
        Some(IN_HEADER),
    );
    let proxy = format!("{IN_URL}{}", plain.address());
    let environment = [("HTTP_PROXY", proxy.as_str()), ("AWS_ENDPOINT_URL", "http://aws.test")];
    let (code, text) = status(&stage, &environment);
    assert_eq!(code, Some(0), "{text}");
    let asked = plain.asked();
    assert!(asked.len() > 20 && asked.iter().all(|line| line.contains(" http://aws.test/")), "{asked:?}");

    // This machine is reached directly, whatever the proxy.
    let endpoint = stage.proxy.endpoint();
    let environment = [("HTTP_PROXY", "http://127.0.0.1:9"), ("AWS_ENDPOINT_URL", endpoint.as_str())];
    let (code, text) = status(&stage, &environment);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_proxy_that_is_in_the_way_is_named_without_its_password() {
    let home = Home::new();
    let nowhere = "127.0.0.1:9".parse().unwrap();
    let refuses = Forward::start(nowhere, Some("Basic b3RoZXI6"));
    let leads_nowhere = Forward::start(nowhere, None);
    std::thread::scope(|scope| {
        for (address, says) in [
            (refuses.address().to_string(), "proxy authorization required"),
            (leads_nowhere.address().to_string(), ""),
            ("127.0.0.1:9".to_owned(), "onnection refused"),
        ] {
            let home = &home;
            scope.spawn(move || {
                let proxy = format!("http://user:secret@{address}");
                let run = home.run(&[REGION, KEYS[0], KEYS[1], ("HTTPS_PROXY", &proxy)]);
                let named = format!("through the proxy http://{address} (HTTPS_PROXY)");
                run.says(
                    5,
                    &["error: GetCallerIdentity: ", &named, says, "hint: does this proxy run", "NO_PROXY"],
                );
                assert!(!run.err.contains("secret"), "{}", run.err);
            });
        }
    });
    // In plain HTTP the refusal is an answer.
    let proxy = format!("http://user:secret@{}", refuses.address());
    let run = home.run(&[
        REGION,
        KEYS[0],
        KEYS[1],
        ("http_proxy", &proxy),
        ("AWS_ENDPOINT_URL", "http://aws.test"),
    ]);
    run.says(5, &["HTTP 407", "hint: does this proxy run"]);
}

#[test]
fn a_variable_that_names_no_proxy_is_told_as_such() {
    let home = Home::new();
    for (variable, value, says) in [
        ("HTTPS_PROXY", "socks5://user:secret@proxy.test:1080", "\"socks5://proxy.test:1080\""),
        ("http_proxy", "http://user:sec@ret@proxy.test", "\"http://proxy.test\""),
    ] {
        let run = home.run(&[REGION, KEYS[0], KEYS[1], (variable, value)]);
        let error = format!("error: {variable} is not the address of an HTTP proxy: {says}");
        run.says(5, &[&error, "hint: write http://HOST:PORT", "%40"]);
        assert!(!run.err.contains("sec"), "{}", run.err);
    }
}
