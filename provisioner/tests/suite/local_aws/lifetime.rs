//! Started, found again, stopped, killed, replaced.

use super::functions::{create_function, invoke};
use super::home::{Home, connect, lives, says, signal, until};
use futures::StreamExt;
use local_aws::{Error, LocalAws, Progress, Running, Settings, VERSION};
use std::sync::Mutex;

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
    let state = home.aws.home().join("data/state/iam.json");
    until("it is saved", || says(&state, "late")).await;
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

/// Its server ended each connection with the thousandth request, and whoever had something under way waited for it until
/// there was no more time: `backfill` stood still for a minute after each thousand pictures.
#[tokio::test]
async fn thousands_of_requests_are_answered_on_one_connection() {
    let local = LocalAws::ephemeral().await.unwrap();
    let aws = connect(&local).await;
    let once = aws_sdk_s3::config::retry::RetryConfig::disabled();
    let s3 = aws_sdk_s3::Client::from_conf(aws.s3.config().to_builder().retry_config(once).build());
    s3.create_bucket().bucket("pictures").send().await.unwrap();
    let answers = futures::stream::iter(0..2_200).map(|_| s3.head_bucket().bucket("pictures").send());
    let answers: Vec<_> = answers.buffer_unordered(8).collect().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2_200);
}
