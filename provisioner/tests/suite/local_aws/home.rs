//! A home for one test, and what the tests do in it.

use engine::aws::{Aws, Connection};
use local_aws::{LocalAws, Running, Settings};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A home that is stopped when its test ends, however it ends.
pub(crate) struct Home {
    pub(crate) aws: LocalAws,
    folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { aws: LocalAws::at(folder.path().join("home")), folder }
    }

    /// Starts it as the product does. The first time it gets a port of its own to remember: the one that homes
    /// begin with may be the user's, and of two tests that share it, one could take it while the other restarts.
    pub(crate) async fn start(&self) -> Running {
        let first = !self.aws.home().join("server.json").exists();
        let port =
            first.then(|| std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
        let settings = Settings { port, ..Settings::default() };
        self.aws.start(&settings, &|_| ()).await.unwrap()
    }

    pub(crate) async fn pid(&self) -> i32 {
        self.aws.status().await.unwrap().pid.unwrap()
    }

    /// The program in an empty folder, with this home and nothing of the user's AWS environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let bootstrap = self.beside("bootstrap");
        if !bootstrap.exists() {
            std::fs::copy("/bin/true", &bootstrap).unwrap();
        }
        self.command(arguments).env("PROVISIONER_BOOTSTRAP", bootstrap).output().unwrap()
    }

    /// The same, which builds the function when it needs it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(testkit::program());
        command.args(arguments).env_clear().current_dir(self.folder.path()).stdin(Stdio::null());
        let names = [
            "PATH",
            "HOME",
            "XDG_CACHE_HOME",
            "CARGO_HOME",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
            "CARGO_TARGET_DIR",
        ];
        for name in names {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.env("PROVISIONER_LOCAL_HOME", self.aws.home());
        command
    }

    /// The same, when it must succeed: its standard output.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same with `--json`, as one document.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.ok(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// A path in the folder of the test, outside of the home.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
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

/// All that a run of the program said.
pub(crate) fn text(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{}\n{out}{err}", output.status)
}

pub(crate) async fn connect(running: &Running) -> Aws {
    let connection = Connection {
        endpoint: Some(running.endpoint.clone()),
        ca_bundle: Some(running.ca_bundle.clone()),
        region: Some(running.region.clone()),
        credentials: Some((running.access_key_id.clone(), running.secret_access_key.clone())),
    };
    Aws::connect(&connection).await.unwrap()
}

pub(crate) fn signal(pid: i32, name: &str) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}

pub(crate) fn lives(pid: i32) -> bool {
    // A zombie of ours counts as dead.
    let output = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

/// A bound for what hangs, not for what is slow.
const PATIENCE: Duration = Duration::from_secs(240);

pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether a file says so; one that is not there says nothing.
pub(crate) fn says(file: &Path, text: &str) -> bool {
    std::fs::read_to_string(file).is_ok_and(|content| content.contains(text))
}

/// The same for what has to be asked.
pub(crate) async fn until_async(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !holds().await {
        assert!(since.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
