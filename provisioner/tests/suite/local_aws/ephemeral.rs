//! A local AWS for one test.

use super::home::{connect, until};
use engine::aws::{Aws, Connection};
use local_aws::{LocalAws, Running};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

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
        .args(["--ignored", "--exact", "local_aws::ephemeral::hold_an_ephemeral_one"])
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
async fn only_its_own_authority_vouches_for_it() {
    let (one, two) = tokio::join!(LocalAws::ephemeral(), LocalAws::ephemeral());
    let (one, two) = (one.unwrap(), two.unwrap());
    let mut mixed = Running::clone(&one);
    mixed.ca_bundle.clone_from(&two.ca_bundle);
    let connection = Connection {
        endpoint: Some(mixed.endpoint.clone()),
        ca_bundle: Some(mixed.ca_bundle.clone()),
        region: Some(mixed.region.clone()),
        credentials: Some((mixed.access_key_id.clone(), mixed.secret_access_key.clone())),
    };
    let error = Aws::connect(&connection).await.unwrap_err().to_string();
    assert!(error.contains("certificate"), "{error}");
}
