//! A local AWS, a folder with a `config.toml`, and the CLI, for one test.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use engine::aws::{Aws, Connection};
use engine::config::{self, Overrides};
use engine::stack::Stack;
use engine::world::World;
use local_aws::{Ephemeral, LocalAws};
use testkit::proxy::{Adversary, Pace, Proxy, Record, Rule};

/// The two users and everything else as shipped.
pub(crate) const CONFIG: &str = include_str!("../../../../config.toml");

/// What a run of the CLI said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) struct Stage {
    pub(crate) local: Ephemeral,
    folder: tempfile::TempDir,
    /// What stands between the CLI and the local AWS, if anything does.
    pub(crate) proxy: Option<Proxy>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let (local, folder) = (LocalAws::ephemeral().await.unwrap(), tempfile::tempdir().unwrap());
        let stage = Self { local, folder, proxy: None };
        stage.configure(CONFIG);
        stage
    }

    /// One whose AWS is as difficult as this.
    pub(crate) async fn behind(adversary: Adversary) -> Self {
        let stage = Self::proxied().await;
        stage.proxy.as_ref().unwrap().adversary(adversary);
        stage
    }

    /// One whose calls go through a proxy.
    pub(crate) async fn proxied() -> Self {
        let mut stage = Self::new().await;
        stage.proxy = Some(Proxy::start(&stage.local.endpoint, &stage.local.ca_bundle));
        stage
    }

    /// Runs the CLI with these faults, and gives the calls that it made. Killed, its code is -1.
    pub(crate) fn run_disturbed(&self, arguments: &[&str], rules: Vec<Rule>) -> (Run, Record) {
        let proxy = self.proxy.as_ref().unwrap();
        proxy.begin(rules, Pace::Free);
        let run = self.run(arguments);
        (run, proxy.end())
    }

    pub(crate) fn configure(&self, text: &str) {
        std::fs::write(self.config(), text).unwrap();
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    /// Runs the CLI with nothing of this machine's AWS environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let environment = self.local.env();
        let pairs: Vec<(&str, &str)> =
            environment.iter().map(|(key, value)| (*key, value.as_str())).collect();
        self.run_with(arguments, &pairs)
    }

    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let mut command = Command::new(testkit::program());
        command.env_clear().current_dir(self.folder.path()).args(arguments);
        for key in ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"] {
            if let Some(value) = std::env::var_os(key) {
                command.env(key, value);
            }
        }
        command.envs(environment.iter().copied());
        if let Some(proxy) = &self.proxy {
            // Its minutes are seconds.
            command.env("AWS_ENDPOINT_URL", proxy.endpoint()).env("PROVISIONER_PATIENCE", "0.2");
        }
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if let Some(proxy) = &self.proxy {
            proxy.victim(child.id());
        }
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Run {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Runs the CLI and expects success.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "provisioner {arguments:?}\n{}\n{}", run.out, run.err);
        run
    }

    /// The exit code of `plan --detailed-exitcode`.
    pub(crate) fn plan(&self) -> Run {
        self.run(&["plan", "--detailed-exitcode"])
    }

    pub(crate) async fn aws(&self) -> Aws {
        let connection = Connection {
            endpoint: Some(self.local.endpoint.clone()),
            ca_bundle: Some(self.local.ca_bundle.clone()),
            region: Some(self.local.region.clone()),
            credentials: Some((self.local.access_key_id.clone(), self.local.secret_access_key.clone())),
        };
        Aws::connect(&connection).await.unwrap()
    }

    pub(crate) fn stack(&self, aws: &Aws) -> Stack {
        let config = config::load(&self.config(), &Overrides { stack: None }).unwrap();
        Stack::new(config, &aws.partition, &aws.account, &aws.region)
    }

    pub(crate) async fn world(&self) -> World {
        let aws = self.aws().await;
        World::observe(&aws, &self.stack(&aws)).await.unwrap()
    }
}
