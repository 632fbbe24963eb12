//! Another user of the same machine: reads nothing of a home, and is served by nothing that runs for it.

use super::functions::{create_function, invoke};
use super::home::{Home, connect, text};
use super::https::status_of;
use engine::aws::{Aws, Connection};
use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// `nobody`.
const STRANGER: u32 = 65534;

#[tokio::test]
async fn another_user_gets_nowhere() {
    if !(cfg!(target_os = "linux") && rustix::process::geteuid().is_root()) {
        println!("skipped: only root can become another user, and only Linux tells who listens");
        return;
    }
    let home = Home::new();
    let running = home.start().await;
    let aws = connect(&running).await;
    create_function(&aws).await;
    invoke(&aws).await;
    // Only the home itself may keep the stranger out, and this program must be one that it can run.
    let public = home.beside("public");
    std::fs::create_dir(&public).unwrap();
    let folder = home.aws.home().parent().unwrap();
    for path in [folder, &public] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let program = public.join("program");
    let this = std::env::current_exe().unwrap();
    std::fs::hard_link(&this, &program).or_else(|_| std::fs::copy(&this, &program).map(drop)).unwrap();
    std::fs::copy(&running.ca_bundle, public.join("ca.pem")).unwrap();
    let ports: Vec<String> = ports_of(home.pid().await).iter().map(u16::to_string).collect();
    assert!(ports.len() > 1, "its own and its function's: {ports:?}");

    let output = Command::new(program)
        .args(["--ignored", "--exact", "local_aws::strangers::a_stranger_looks_around", "--nocapture"])
        .env_clear()
        .env("STRANGER_HOME", home.aws.home())
        .env("STRANGER_ENDPOINT", &running.endpoint)
        .env("STRANGER_KEY", &running.access_key_id)
        .env("STRANGER_CA", public.join("ca.pem"))
        .env("STRANGER_PORTS", ports.join(" "))
        .env("STRANGER_FILES", files_of(home.aws.home()).join("\n"))
        .current_dir("/")
        .uid(STRANGER)
        .gid(STRANGER)
        .output()
        .unwrap();
    assert!(output.status.success() && text(&output).contains("1 passed"), "{}", text(&output));
    assert_eq!(invoke(&aws).await["echo"]["n"], 1, "the function still answers to whom it should");
}

/// Not a test of its own: what the stranger does.
#[tokio::test]
#[ignore = "run by another test as another user"]
async fn a_stranger_looks_around() {
    assert_eq!(rustix::process::geteuid().as_raw(), STRANGER);
    let told = |name: &str| std::env::var(name).unwrap();
    let denied = |result: std::io::Result<()>, what: &str| {
        assert_eq!(result.expect_err(what).kind(), ErrorKind::PermissionDenied, "{what}");
    };
    denied(std::fs::read_dir(told("STRANGER_HOME")).map(drop), "the home");
    let files = told("STRANGER_FILES");
    assert!(files.contains("root-key.json") && files.contains("aws/credentials"), "{files}");
    for file in files.lines() {
        denied(std::fs::File::open(file).map(drop), file);
    }
    let (endpoint, ca) = (told("STRANGER_ENDPOINT"), PathBuf::from(told("STRANGER_CA")));
    for (id, secret) in [("test", "test"), ("000000000000", "test"), (told("STRANGER_KEY").as_str(), "test")]
    {
        let connection = Connection {
            endpoint: Some(endpoint.clone()),
            ca_bundle: Some(ca.clone()),
            region: Some("us-east-1".to_owned()),
            credentials: Some((id.to_owned(), secret.to_owned())),
        };
        assert!(Aws::connect(&connection).await.is_err(), "served with {id}");
    }
    let ca = std::fs::read(ca).unwrap();
    assert_eq!(status_of(&endpoint, &ca, "POST", "/2015-03-31/functions", ""), 403);
    for port in told("STRANGER_PORTS").split(' ') {
        if !endpoint.ends_with(&format!(":{port}")) {
            is_not_answered(port.parse().unwrap());
        }
    }
}

/// The Runtime API would wait for an event and hand it out. It has to hang up instead.
fn is_not_answered(port: u16) {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return };
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let request = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut answer = [0; 1];
    match stream.write_all(request.as_bytes()).and_then(|()| stream.read(&mut answer)) {
        Ok(0) => {}
        Err(error) if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
        other => panic!("port {port} serves a stranger: {other:?}"),
    }
}

fn files_of(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).into_iter().flatten();
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().to_str().unwrap().to_owned())
        .collect()
}

/// Where a process listens: <https://man7.org/linux/man-pages/man5/proc_net_tcp.5.html>.
fn ports_of(pid: i32) -> BTreeSet<u16> {
    const LISTENS: &str = "0A";
    let open: BTreeSet<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .flatten()
        .flat_map(|entry| std::fs::read_link(entry.path()))
        .map(|target| target.to_string_lossy().into_owned())
        .collect();
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row[3] == LISTENS && open.contains(&format!("socket:[{}]", row[9])))
        .map(|row| u16::from_str_radix(row[1].split(':').nth(1).unwrap(), 16).unwrap())
        .collect()
}
