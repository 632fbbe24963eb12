//! The local AWS for real: started, used over TLS, stopped, killed, and started again.
//!
//! Each test has a home of its own; the installed program is shared with the user's.

use engine::aws::{Aws, AwsCall, AwsError, Connection};
use local_aws::{Error, LocalAws, Progress, Running, Settings, VERSION};
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A home that is stopped when its test ends, however it ends.
struct Home {
    aws: LocalAws,
    _folder: tempfile::TempDir,
}

impl Home {
    /// With a port of its own to remember: the one that homes begin with may be the user's, and of two
    /// tests that share it, one could take it while the other restarts.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("server.json"), format!(r#"{{"pid": 0, "port": {port}}}"#)).unwrap();
        Self { aws: LocalAws::at(path), _folder: folder }
    }

    async fn start(&self) -> Running {
        let settings = Settings { persist: true, ..Settings::default() };
        self.aws.start(&settings, &|_| ()).await.unwrap()
    }

    async fn pid(&self) -> i32 {
        self.aws.status().await.unwrap().pid.unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let aws = self.aws.clone();
        let stop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let _ = runtime.block_on(aws.stop(&|_| ()));
        };
        let _ = std::thread::spawn(stop).join();
    }
}

async fn connect(running: &Running) -> Aws {
    let connection = Connection {
        endpoint: Some(running.endpoint.clone()),
        ca_bundle: Some(running.ca_bundle.clone()),
        region: Some(running.region.clone()),
        credentials: Some((running.access_key_id.clone(), running.secret_access_key.clone())),
    };
    Aws::connect(&connection).await.unwrap()
}

fn signal(pid: i32, name: &str) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}

fn lives(pid: i32) -> bool {
    // A zombie of ours counts as dead.
    let output = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A function whose answer names its process and what it trusts and calls.
fn function_zip() -> Vec<u8> {
    const BOOTSTRAP: &str = r#"#!/usr/bin/env python3
import json, os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    event = urllib.request.urlopen(api + "next")
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    answer = {
        "pid": os.getpid(),
        "echo": json.load(event),
        "called_back": urllib.request.urlopen(endpoint + "/_ministack/health").status,
        "home": os.environ["HOME"],
    }
    url = api + event.headers["Lambda-Runtime-Aws-Request-Id"] + "/response"
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(answer).encode()))
"#;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("bootstrap", zip::write::SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
    zip.write_all(BOOTSTRAP.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

async fn create_function(aws: &Aws) {
    use aws_sdk_lambda::types::{FunctionCode, Runtime};
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let role = aws.iam.create_role().role_name("f").assume_role_policy_document(trust).send().await.unwrap();
    aws.lambda
        .create_function()
        .function_name("f")
        .runtime(Runtime::from("provided.al2023"))
        .handler("bootstrap")
        .timeout(20)
        .role(role.role().unwrap().arn())
        .code(FunctionCode::builder().zip_file(function_zip().into()).build())
        .send()
        .await
        .unwrap();
}

async fn invoke(aws: &Aws) -> serde_json::Value {
    let output =
        aws.lambda.invoke().function_name("f").payload(b"{\"n\":1}".to_vec().into()).send().await.unwrap();
    let payload = output.payload().unwrap().as_ref();
    assert_eq!(output.function_error(), None, "{}", String::from_utf8_lossy(payload));
    serde_json::from_slice(payload).unwrap()
}

#[tokio::test]
async fn it_starts_is_found_again_and_stops() {
    let home = Home::new();
    let before = home.aws.status().await.unwrap();
    assert!(!before.running && before.pid.is_none() && before.endpoint.is_none());
    assert!(!home.aws.stop(&|_| ()).await.unwrap(), "nothing to stop");
    assert!(home.aws.connect().await.unwrap().is_none());

    let running = home.start().await;
    let status = home.aws.status().await.unwrap();
    assert!(status.running, "{status:?}");
    assert_eq!(status.version.as_deref(), Some(VERSION));
    assert_eq!(status.endpoint.as_ref(), Some(&running.endpoint));
    assert_eq!(home.start().await, running, "a second start finds the first");
    assert_eq!(home.pid().await, status.pid.unwrap());
    assert_eq!(home.aws.connect().await.unwrap(), Some(running.clone()));

    let aws = connect(&running).await;
    assert_eq!(aws.account, running.account);
    assert!(!aws.is_plain_http());

    assert!(home.aws.stop(&|_| ()).await.unwrap());
    assert!(!lives(status.pid.unwrap()));
    assert!(!home.aws.status().await.unwrap().running);
}

#[tokio::test]
async fn two_starts_at_once_make_one_server() {
    let home = Home::new();
    let waited = Mutex::new(Vec::new());
    let note = |progress| waited.lock().unwrap().push(progress);
    let settings = Settings::default();
    let (one, two) = tokio::join!(home.aws.start(&settings, &note), home.aws.start(&settings, &note));
    assert_eq!(one.unwrap(), two.unwrap());
    let waited = waited.into_inner().unwrap();
    assert_eq!(waited.iter().filter(|&&progress| progress == Progress::Starting).count(), 1, "{waited:?}");
    assert!(waited.contains(&Progress::WaitingForOther));
}

#[tokio::test]
async fn what_was_made_is_there_after_a_restart_and_after_a_crash() {
    let home = Home::new();
    let running = home.start().await;
    let aws = connect(&running).await;
    aws.s3.create_bucket().bucket("pictures").send().await.unwrap();
    aws.s3
        .put_object()
        .bucket("pictures")
        .key("été +1/日本.jpg")
        .body(b"bytes".to_vec().into())
        .send()
        .await
        .unwrap();
    aws.iam.create_user().user_name("anna").path("/provisioner/x/").send().await.unwrap();
    create_function(&aws).await;
    assert_eq!(invoke(&aws).await["echo"]["n"], 1);

    home.aws.stop(&|_| ()).await.unwrap();
    assert_eq!(home.start().await, running, "the same port");
    check_kept(&running).await;

    // A crash: what was made a moment ago is kept too.
    let aws = connect(&running).await;
    aws.iam.create_user().user_name("late").send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    signal(home.pid().await, "-KILL");
    assert_eq!(home.start().await, running);
    check_kept(&running).await;
    connect(&running).await.iam.get_user().user_name("late").send().await.unwrap();
}

async fn check_kept(running: &Running) {
    let aws = connect(running).await;
    let object = aws.s3.get_object().bucket("pictures").key("été +1/日本.jpg").send().await.unwrap();
    assert_eq!(object.body.collect().await.unwrap().into_bytes().as_ref(), b"bytes");
    let user = aws.iam.get_user().user_name("anna").send().await.unwrap();
    assert_eq!(user.user().unwrap().path(), "/provisioner/x/");
    assert_eq!(invoke(&aws).await["echo"]["n"], 1);
}

#[tokio::test]
async fn reset_forgets_all_but_the_certificates_and_the_port() {
    let home = Home::new();
    let running = home.start().await;
    let authority = std::fs::read(&running.ca_bundle).unwrap();
    let aws = connect(&running).await;
    aws.s3.create_bucket().bucket("pictures").send().await.unwrap();
    home.aws.reset(&|_| ()).await.unwrap();
    let status = home.aws.status().await.unwrap();
    assert!(!status.running);
    assert_eq!(status.data_bytes, 0);
    assert_eq!(home.start().await, running);
    assert_eq!(std::fs::read(&running.ca_bundle).unwrap(), authority);
    assert_eq!(connect(&running).await.s3.list_buckets().send().await.unwrap().buckets().len(), 0);
}

#[tokio::test]
async fn a_function_calls_back_over_tls_and_ends_with_the_server() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    create_function(&aws).await;
    let answer = invoke(&aws).await;
    assert_eq!(answer["called_back"], 200);
    assert_ne!(answer["home"].as_str(), std::env::var("HOME").ok().as_deref(), "not the user's home");
    let pid = i32::try_from(answer["pid"].as_i64().unwrap()).unwrap();
    assert!(lives(pid), "warm, waiting for the next event");
    drop(local);
    until("the function is gone", || !lives(pid)).await;
}

#[tokio::test]
async fn stopping_ends_functions_too() {
    let home = Home::new();
    let aws = connect(&home.start().await).await;
    create_function(&aws).await;
    let pid = i32::try_from(invoke(&aws).await["pid"].as_i64().unwrap()).unwrap();
    home.aws.stop(&|_| ()).await.unwrap();
    until("the function is gone", || !lives(pid)).await;
}

#[tokio::test]
async fn ephemeral_ones_live_side_by_side_and_leave_nothing() {
    let (one, two) = tokio::join!(LocalAws::ephemeral(), LocalAws::ephemeral());
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_ne!(one.endpoint, two.endpoint);
    connect(&one).await.s3.create_bucket().bucket("pictures").send().await.unwrap();
    assert_eq!(connect(&two).await.s3.list_buckets().send().await.unwrap().buckets().len(), 0);
    let (folder, address) = (one.ca_bundle.clone(), one.endpoint.replace("https://", ""));
    drop(one);
    assert!(TcpStream::connect(address).is_err());
    assert!(!folder.exists());
    connect(&two).await;
}

/// Not a test: what [`an_ephemeral_one_ends_with_its_process`] kills.
#[tokio::test]
#[ignore = "run by another test in a process of its own"]
async fn hold_an_ephemeral_one() {
    let local = LocalAws::ephemeral().await.unwrap();
    let text = format!("{}\n{}", local.endpoint, local.ca_bundle.display());
    std::fs::write(std::env::var("HOLD_FILE").unwrap(), text).unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[tokio::test]
async fn an_ephemeral_one_ends_with_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("held");
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "hold_an_ephemeral_one"])
        .env("HOLD_FILE", &file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut held = String::new();
    until("the other process has one", || {
        held = std::fs::read_to_string(&file).unwrap_or_default();
        held.contains('\n')
    })
    .await;
    let (endpoint, ca_bundle) = held.split_once('\n').unwrap();
    let address = endpoint.replace("https://", "");
    assert!(TcpStream::connect(&address).is_ok());
    holder.kill().unwrap();
    holder.wait().unwrap();
    until("its server is gone", || TcpStream::connect(&address).is_err()).await;
    until("its folder is gone", || !Path::new(ca_bundle).exists()).await;
}

#[tokio::test]
async fn a_port_that_was_asked_for_and_is_taken_is_an_error_and_a_remembered_one_is_not() {
    let home = Home::new();
    let running = home.start().await;
    let port: u16 = running.endpoint.rsplit(':').next().unwrap().parse().unwrap();

    let other = Home::new();
    let settings = Settings { port: Some(port), ..Settings::default() };
    let error = other.aws.start(&settings, &|_| ()).await.unwrap_err();
    assert!(matches!(error, Error::PortTaken { port: taken } if taken == port), "{error}");

    home.aws.stop(&|_| ()).await.unwrap();
    let taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    assert_ne!(home.start().await.endpoint, running.endpoint);
    drop(taken);
}

#[tokio::test]
async fn a_server_that_lost_its_certificate_is_replaced() {
    let home = Home::new();
    let running = home.start().await;
    let pid = home.pid().await;
    std::fs::remove_file(&running.ca_bundle).unwrap();
    assert!(home.aws.status().await.unwrap().problem.is_some());
    let said = Mutex::new(Vec::new());
    let again =
        home.aws.start(&Settings::default(), &|progress| said.lock().unwrap().push(progress)).await.unwrap();
    assert!(said.into_inner().unwrap().contains(&Progress::Replacing));
    assert_ne!(home.pid().await, pid);
    assert_eq!(again.endpoint, running.endpoint);
    connect(&again).await;
}

#[tokio::test]
async fn a_server_whose_folder_was_removed_ends() {
    let home = Home::new();
    home.start().await;
    let pid = home.pid().await;
    std::fs::remove_dir_all(home.aws.home()).unwrap();
    until("it is gone", || !lives(pid)).await;
}

#[tokio::test]
async fn only_its_own_authority_vouches_for_it() {
    let (one, two) = tokio::join!(LocalAws::ephemeral(), LocalAws::ephemeral());
    let (one, two) = (one.unwrap(), two.unwrap());
    let mut mixed = Running::clone(&one);
    mixed.ca_bundle.clone_from(&two.ca_bundle);
    let connection = Connection {
        endpoint: Some(mixed.endpoint.clone()),
        ca_bundle: Some(mixed.ca_bundle.clone()),
        region: Some(mixed.region.clone()),
        credentials: Some(("test".into(), "test".into())),
    };
    let error = Aws::connect(&connection).await.unwrap_err().to_string();
    assert!(error.contains("certificate"), "{error}");
}

#[tokio::test]
async fn users_may_only_what_their_policies_say() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    aws.s3.create_bucket().bucket("pictures").send().await.unwrap();
    aws.s3.put_object().bucket("pictures").key("k").body(b"x".to_vec().into()).send().await.unwrap();
    aws.iam.create_user().user_name("anna").send().await.unwrap();
    let key = aws.iam.create_access_key().user_name("anna").send().await.unwrap().access_key.unwrap();
    let get = async |secret: &str| -> Result<(), AwsError> {
        let s3 = aws.s3_as(&key.access_key_id, secret);
        s3.get_object().bucket("pictures").key("k").send().await.aws("GetObject").map(drop)
    };
    assert!(get(&key.secret_access_key).await.unwrap_err().is_access_denied());
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::pictures/*"}]}"#;
    aws.iam
        .put_user_policy()
        .user_name("anna")
        .policy_name("p")
        .policy_document(policy)
        .send()
        .await
        .unwrap();
    get(&key.secret_access_key).await.unwrap();
    assert_eq!(get("wrong").await.unwrap_err().code.as_deref(), Some("SignatureDoesNotMatch"));
}

#[tokio::test]
async fn what_a_user_exports_is_the_standard_environment() {
    let home = Home::new();
    let running = home.start().await;
    let names: Vec<_> = running.env().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    );
}
