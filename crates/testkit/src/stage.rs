//! A stage for the program: a local AWS of its own, the proxy before it, a configuration, and a look at
//! what exists that goes past the proxy.

use super::proxy::{Pace, Proxy, Record, Rule};
use engine::aws::{Aws, Connection};
use engine::config::{self, Overrides};
use engine::stack::Stack;
use engine::world::World;
use local_aws::{Ephemeral, LocalAws};
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Nothing that is tested here may take longer.
const PATIENCE: Duration = Duration::from_secs(240);

/// Where the program plays.
pub struct Stage {
    pub proxy: Proxy,
    pub aws: Aws,
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
    local: Ephemeral,
}

/// What came of a run of the program.
#[derive(Debug)]
pub struct Run {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub calls: Record,
    pub elapsed: Duration,
    /// The most memory it had resident.
    pub peak_kib: u64,
}

impl Run {
    /// The exit code; a process that a signal ended has none.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Everything it said.
    pub fn text(&self) -> String {
        format!("{:?}\n{}{}", self.status, self.stdout, self.stderr)
    }

    /// Panics with all it said when it did not succeed.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.status.success(), "{}", self.text());
        self
    }

    /// A failure that a user can understand: a documented exit code, and an error that says what.
    #[track_caller]
    pub fn is_understandable(&self) {
        let text = self.text();
        match self.code() {
            Some(0) => {}
            Some(1 | 4 | 5) => assert!(self.stderr.contains("error:"), "{text}"),
            _ => panic!("no exit code for this: {text}"),
        }
        for never in ["panicked", "this is a bug", "unhandled", "service error"] {
            assert!(!text.contains(never), "it says {never:?}: {text}");
        }
    }
}

/// A run under way.
pub struct Running {
    child: Child,
    readers: [std::thread::JoinHandle<String>; 2],
    start: Instant,
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.child.id().cast_signed()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Run {
        let (mut peak_kib, mut looks) = (0, 0_u32);
        let status = loop {
            if looks.is_multiple_of(16) {
                peak_kib = peak_kib.max(resident_peak(self.child.id()).unwrap_or(0));
            }
            looks += 1;
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if self.start.elapsed() > PATIENCE {
                self.child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let elapsed = self.start.elapsed();
        let [stdout, stderr] = self.readers.map(|reader| reader.join().unwrap());
        assert!(elapsed < PATIENCE, "it did not end within {PATIENCE:?}:\n{stdout}{stderr}");
        Run { status, stdout, stderr, calls: Record::default(), elapsed, peak_kib }
    }
}

impl Stage {
    /// A new one, with nothing on it.
    pub fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let local = runtime.block_on(LocalAws::ephemeral()).unwrap();
        let connection = Connection {
            endpoint: Some(local.endpoint.clone()),
            ca_bundle: Some(local.ca_bundle.clone()),
            region: Some(local.region.clone()),
            credentials: Some((local.access_key_id.clone(), local.secret_access_key.clone())),
        };
        let aws = runtime.block_on(Aws::connect(&connection)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        // Programs stand in for the function: nothing here starts it.
        std::fs::copy("/bin/true", folder.path().join("one")).unwrap();
        std::fs::copy("/bin/false", folder.path().join("two")).unwrap();
        let stage =
            Self { proxy: Proxy::start(&local.endpoint, &local.ca_bundle), aws, runtime, folder, local };
        stage.configure(PLAIN);
        stage
    }

    /// The root user's key.
    pub fn credentials(&self) -> Option<(String, String)> {
        Some((self.local.access_key_id.clone(), self.local.secret_access_key.clone()))
    }

    /// Runs work of the SDK.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// What runs work of the SDK from other threads.
    pub fn handle(&self) -> tokio::runtime::Handle {
        self.runtime.handle().clone()
    }

    /// Writes `config.toml`. The line `# program: two` chooses another function.
    pub fn configure(&self, text: &str) {
        std::fs::write(self.config(), text).unwrap();
    }

    /// Writes a file next to it.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    /// Starts the program: `up --yes` and the like.
    pub fn spawn(&self, args: &[&str]) -> Running {
        let start = Instant::now();
        let mut child = self
            .command(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = reader(child.stdout.take().unwrap());
        let stderr = reader(child.stderr.take().unwrap());
        Running { child, readers: [stdout, stderr], start }
    }

    /// The program, in its surroundings.
    pub fn command(&self, args: &[&str]) -> Command {
        let config = self.config();
        let program = std::fs::read_to_string(&config).unwrap().contains("# program: two");
        let mut command = Command::new(crate::program());
        command
            .args(args)
            .arg("--config")
            .arg(&config)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("AWS_ENDPOINT_URL", self.proxy.endpoint())
            // Read in place of the system's hundred and more authorities, which takes time.
            .env("AWS_CA_BUNDLE", &self.local.ca_bundle)
            .env("AWS_REGION", &self.aws.region)
            .env("AWS_ACCESS_KEY_ID", &self.local.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &self.local.secret_access_key)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // The adversary's minutes are seconds here.
            .env("PROVISIONER_PATIENCE", "0.2")
            .env("PROVISIONER_BOOTSTRAP", self.folder.path().join(if program { "two" } else { "one" }))
            .current_dir(self.folder.path());
        command
    }

    /// Runs the program undisturbed.
    pub fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, Vec::new())
    }

    /// Runs the program under these rules.
    pub fn run_with(&self, args: &[&str], rules: Vec<Rule>) -> Run {
        self.run_at(args, rules, Pace::Free)
    }

    /// The same, with answers at this pace.
    pub fn run_at(&self, args: &[&str], rules: Vec<Rule>, pace: Pace) -> Run {
        self.proxy.begin(rules, pace);
        let running = self.spawn(args);
        self.proxy.victim(running.id());
        let run = running.wait();
        let calls = self.proxy.end();
        if std::env::var_os("PROVISIONER_SHOW_CALLS").is_some() {
            println!("{args:?} {:?}, {} calls", run.elapsed, calls.0.len());
            for call in &calls.0 {
                let changed = if call.disturbed { " (disturbed)" } else { "" };
                println!(
                    "    {:?} {} {}{changed}",
                    call.start.duration_since(calls.0[0].start),
                    call.label(),
                    call.status
                );
            }
        }
        Run { calls, ..run }
    }

    /// What should exist.
    pub fn stack(&self) -> Stack {
        let Ok(config) = config::load(&self.config(), &Overrides::default()) else { panic!("config.toml") };
        Stack::new(config, &self.aws.partition, &self.aws.account, &self.aws.region)
    }

    /// What exists, without the times at which it was made, and without what is counted.
    pub fn world(&self) -> World {
        let mut world = self.wait(World::observe(&self.aws, &self.stack())).unwrap();
        if let Some(function) = &mut world.function {
            function.last_modified.clear();
        }
        for role in world.role.iter_mut().chain(world.user_roles.values_mut().flatten()) {
            role.created_at = None;
        }
        if let Some(group) = &mut world.log_group {
            group.stored_bytes = 0;
        }
        world
    }

    /// The names of everything in the account, of whatever stack.
    pub fn everything(&self) -> Vec<String> {
        let aws = &self.aws;
        self.wait(async {
            let (buckets, roles, users, functions, groups) = tokio::join!(
                aws.s3.list_buckets().send(),
                aws.iam.list_roles().send(),
                aws.iam.list_users().send(),
                aws.lambda.list_functions().send(),
                aws.logs.describe_log_groups().send(),
            );
            let (buckets, roles, users) = (buckets.unwrap(), roles.unwrap(), users.unwrap());
            let (functions, groups) = (functions.unwrap(), groups.unwrap());
            let mut names: Vec<String> = Vec::new();
            names.extend(buckets.buckets().iter().map(|it| format!("bucket {}", it.name().unwrap())));
            names.extend(roles.roles().iter().map(|it| format!("role {}", it.role_name())));
            names.extend(users.users().iter().map(|it| format!("user {}", it.user_name())));
            names.extend(
                functions.functions().iter().map(|it| format!("function {}", it.function_name().unwrap())),
            );
            names.extend(
                groups.log_groups().iter().map(|it| format!("log group {}", it.log_group_name().unwrap())),
            );
            names.sort();
            names
        })
    }

    /// Nothing of the stack is there, and nothing else either.
    #[track_caller]
    pub fn is_bare(&self) {
        assert_eq!(self.everything(), Vec::<String>::new());
    }
}

/// `VmHWM` of a process: <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>.
fn resident_peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn reader(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The stack that the suites begin with.
pub const PLAIN: &str = r#"
stack = "crash"

[[users]]
name = "writer"
bucket = "source"
access = "read-write"

[[users]]
name = "reader"
bucket = "destination"
access = "read-only"
"#;

/// The same stack with everything changed that can be changed in place: one user goes, one comes, one may
/// less than before.
pub const CHANGED: &str = r#"
# program: two
stack = "crash"

[tags]
team = "media"

[source]
versioning = false
expire_days = 30

[destination]
noncurrent_days = "never"

[function]
memory = 512
timeout = 30
log_retention_days = 7
reserved_concurrency = 3
retries = 1
orientation = "tag"
icc = "drop"

[trigger]
suffixes = [".jpg", ".png"]
prefix = "incoming/"

[[users]]
name = "writer"
bucket = "source"
access = "write-only"

[[users]]
name = "guest"
bucket = "destination"
access = "read-only"
prefix = "albums/"

[[users]]
name = "partner"
bucket = "destination"
access = "read-only"
kind = "role"
trust = ["210987654321"]
"#;
