//! The process of one local AWS: how it is started, found and ended.
//!
//! It runs the Python program in `server/`, which holds a lock for as long as it lives. The lock says *whether* it
//! runs, and only then `server.json` is believed about *which* process and port it is, so a process id that
//! the system gave to someone else meanwhile is never signalled.

use super::certificate::Certificate;
use super::home::{Home, create_private_folder, remove_folder};
use super::system::{end, kill_group, signal_of};
use super::{Error, health, lock, program, wait};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// `PORT_TAKEN` of `server/__main__.py`.
const PORT_TAKEN: i32 = 98;
/// From its start to its first answer.
const START_SECONDS: u64 = 30;
/// From SIGTERM to SIGKILL; the server needs 3 seconds at most, and the time to save its state.
const STOP: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(40);
/// Where a home's first server listens when the port is free. It keeps its port from then on.
const FIRST_PORT: u16 = 4600;

/// The account that everything of a local AWS is in.
pub const ACCOUNT: &str = "000000000000";
/// The region of a local AWS.
pub const REGION: &str = "us-east-1";

/// What the server wrote about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub(super) struct ServerFile {
    pub(super) pid: i32,
    pub(super) port: u16,
    /// [`program::fingerprint`] of what it runs; 0 for one that does not say.
    #[serde(default)]
    pub(super) program: u64,
}

/// How to run it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mode {
    /// Until it is stopped, whoever started it, keeping its state.
    Detached { port: Option<u16> },
    /// For as long as we live, on a free port, keeping nothing.
    WithParent,
}

/// A child that is killed, with its functions, when this is dropped.
#[derive(Debug)]
pub(super) struct Guarded(Option<Child>);

impl Guarded {
    /// Lets it live on without us.
    pub(super) fn release(mut self) {
        self.0.take();
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            kill_group(child.id().cast_signed());
            // It may not have made its group yet.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The server of this home, when it runs.
pub(super) fn running(home: &Home) -> Result<Option<ServerFile>, Error> {
    if !lock::is_held(&home.server_lock())? {
        return Ok(None);
    }
    // The lock is taken some microseconds before the file is written: a file that is not there yet is as
    // good as a server that is not there yet, for `start` and `stop` wait for each other.
    Ok(last_known(home))
}

/// What the server of this home said last, running or not.
pub(super) fn last_known(home: &Home) -> Option<ServerFile> {
    serde_json::from_slice(&fs::read(home.server_file()).ok()?).ok()
}

/// Starts a server and waits until it answers.
pub(super) async fn start(
    python: &Path,
    home: &Home,
    certificate: &Certificate,
    mode: Mode,
    extra_env: &[(String, String)],
) -> Result<(Guarded, ServerFile), Error> {
    // First: it refuses a folder that is not ours to delete in.
    home.create()?;
    remove_folder(&home.scratch())?;
    create_private_folder(&home.scratch())?;
    program::write(&home.server_program())?;
    let mut command = Command::new(python);
    // Isolated: neither the user's site-packages nor PYTHON* variables have a say.
    command.args(["-I", "-X", "utf8"]).arg(home.server_program()).arg("--home").arg(&home.folder);
    command.arg("--certificate").arg(&certificate.server).arg("--root-key").arg(home.root_key());
    command.args(["--program", &program::fingerprint().to_string()]);
    match mode {
        Mode::Detached { port: Some(port) } => {
            command.args(["--port", &port.to_string(), "--only-this-port"]).stdin(Stdio::null());
        }
        Mode::Detached { port: None } => {
            let port = last_known(home).map_or(FIRST_PORT, |server| server.port);
            command.args(["--port", &port.to_string()]).stdin(Stdio::null());
        }
        // The pipe closes when we end, however we end, and then so does the server.
        Mode::WithParent => {
            command.args(["--port", "0", "--with-parent"]).stdin(Stdio::piped());
        }
    }
    set_environment(&mut command, home, certificate, mode);
    command.envs(extra_env.iter().map(|(name, value)| (name, value)));
    let log = open_log(home)?;
    command.stderr(log.try_clone().map_err(Error::file("open", home.log()))?).stdout(log);
    let child = command.spawn().map_err(Error::file("run", python))?;
    wait_until_it_answers(Guarded(Some(child)), home, certificate, mode).await
}

/// Functions inherit this environment, so it starts from nothing: no credentials, profiles or proxies of
/// the user's reach them.
fn set_environment(command: &mut Command, home: &Home, certificate: &Certificate, mode: Mode) {
    command.env_clear();
    for name in ["PATH", "LANG", "LC_ALL", "TZ"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.env("HOME", home.scratch()).env("TMPDIR", home.scratch());
    command.env("AUTH", "true").env("LAMBDA_EXECUTOR", "local");
    command.env("MINISTACK_ACCOUNT_ID", ACCOUNT).env("MINISTACK_REGION", REGION);
    // Its other doors, which know no key, stay shut.
    command.env("SFTP_ENABLED", "0").env("IOT_MTLS_ENABLED", "0");
    command.env("BIND_HOST", "127.0.0.1").env("USE_SSL", "1");
    command.env("MINISTACK_SSL_CERT", &certificate.server).env("MINISTACK_SSL_KEY", &certificate.server);
    command.env("SSL_CERT_FILE", &certificate.authority).env("AWS_CA_BUNDLE", &certificate.authority);
    // A Docker that happens to be here is none of its business.
    command.env("DOCKER_HOST", "unix:///nonexistent");
    if let Mode::Detached { .. } = mode {
        command.env("PERSIST_STATE", "1").env("STATE_DIR", home.data().join("state"));
        command.env("S3_PERSIST", "1").env("S3_DATA_DIR", home.data().join("s3"));
    }
}

/// Each start has its own log; the one before is kept.
fn open_log(home: &Home) -> Result<fs::File, Error> {
    let log = home.log();
    if log.exists() {
        fs::rename(&log, log.with_extension("log.1")).map_err(Error::file("rename", &log))?;
    }
    fs::File::create(&log).map_err(Error::file("create", log))
}

async fn wait_until_it_answers(
    mut guarded: Guarded,
    home: &Home,
    certificate: &Certificate,
    mode: Mode,
) -> Result<(Guarded, ServerFile), Error> {
    let mut last = "it did not open its port".to_owned();
    let answers = wait::until(POLL, Duration::from_secs(START_SECONDS), async || {
        let Some(child) = guarded.0.as_mut() else { return Ok(None) };
        let pid = child.id().cast_signed();
        if let Some(status) = child.try_wait().map_err(Error::file("wait for", home.server_program()))? {
            return Err(match (status.code(), signal_of(status), mode) {
                (Some(PORT_TAKEN), _, Mode::Detached { port: Some(port) }) => Error::PortTaken { port },
                (_, signal, _) => {
                    let status = signal.map_or(status.to_string(), |_| "see below".to_owned());
                    Error::Exited { status, log_tail: home.log_tail(), log: home.log() }
                }
            });
        }
        let Some(server) = last_known(home).filter(|server| server.pid == pid) else { return Ok(None) };
        match health::ask(server.port, certificate).await {
            Ok(_) => Ok(Some(server)),
            Err(error) => {
                last = error;
                Ok(None)
            }
        }
    });
    match answers.await? {
        Some(server) => Ok((guarded, server)),
        None => Err(Error::NotAnswering {
            seconds: START_SECONDS,
            last,
            log_tail: home.log_tail(),
            log: home.log(),
        }),
    }
}

/// Ends the server of this home and its functions. False: none was running.
pub(super) async fn stop(home: &Home) -> Result<bool, Error> {
    let Some(server) = running(home)?.filter(|server| server.pid != 0) else { return Ok(false) };
    for (ask, patience) in [(end as fn(i32), STOP), (kill_group, Duration::from_secs(5))] {
        ask(server.pid);
        let ended = wait::until(POLL, patience, async || {
            Ok::<_, Error>((!lock::is_held(&home.server_lock())?).then_some(()))
        });
        if ended.await?.is_some() {
            kill_group(server.pid);
            return Ok(true);
        }
    }
    Err(Error::NotStopping { pid: server.pid })
}

#[cfg(test)]
mod tests {
    use super::super::python::tests::program;
    use super::*;
    use std::time::SystemTime;

    /// Starts with a "Python" that is a shell script.
    async fn start_with(script: &str, port: Option<u16>) -> Result<ServerFile, Error> {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        home.create().unwrap();
        let certificate = Certificate::at(&home.certificates());
        certificate.ensure(SystemTime::now()).unwrap();
        let python = program(folder.path(), "python", script);
        let mode = Mode::Detached { port };
        start(&python, &home, &certificate, mode, &[]).await.map(|(_, server)| server)
    }

    #[tokio::test]
    async fn an_early_end_is_told_at_once_with_the_log() {
        let error = start_with("echo no such module >&2; exit 3", None).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("exit status: 3") && text.contains("\n  no such module"), "{text}");
        assert!(error.hint().contains("server.log"));
    }

    #[tokio::test]
    async fn a_taken_port_is_told_as_such() {
        let error = start_with("exit 98", Some(1234)).await.unwrap_err();
        assert!(matches!(error, Error::PortTaken { port: 1234 }), "{error}");
    }

    #[tokio::test]
    async fn nothing_of_the_users_environment_reaches_the_server() {
        let error = start_with("/usr/bin/env; exit 1", None).await.unwrap_err().to_string();
        assert!(error.contains("AUTH=true") || error.contains("AWS_CA_BUNDLE="), "{error}");
        assert!(!error.contains("CARGO"), "{error}");
    }

    #[test]
    fn a_stale_file_without_its_server_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        std::fs::write(home.server_file(), r#"{"pid": 1, "port": 4600}"#).unwrap();
        std::fs::write(home.server_lock(), "").unwrap();
        assert_eq!(running(&home).unwrap(), None);
        assert_eq!(last_known(&home), Some(ServerFile { pid: 1, port: 4600, program: 0 }));
    }
}
