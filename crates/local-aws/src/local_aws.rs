//! Start, status, stop and reset of the local AWS of one home.

use super::certificate::Certificate;
use super::home::{self, Home, remove_folder};
use super::profile::Profile;
use super::root_key::RootKey;
use super::server::{self, ACCOUNT, Mode, REGION, ServerFile};
use super::{Error, OnProgress, Progress, VERSION, health, install, lock, program, system, wait};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long we let another process start or stop the same home: its start includes an installation.
const PATIENCE: Duration = Duration::from_secs(900);
/// A server that has not answered for this long will not any more.
const HUNG: Duration = Duration::from_secs(20);
/// Between two questions to a server that is busy.
const POLL: Duration = Duration::from_millis(200);

/// The local AWS of one home, running or not.
#[derive(Debug, Clone)]
pub struct LocalAws {
    home: Home,
}

/// How to start it.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// This port and no other. `None`: the port this home had before, else a free one.
    pub port: Option<u16>,
    /// For the server, and so for the functions that it runs.
    pub extra_env: Vec<(String, String)>,
}

/// How to reach a local AWS that runs.
#[derive(Clone, PartialEq, Eq)]
pub struct Running {
    /// `https://127.0.0.1:PORT`. An address rather than `localhost`: clients use path-style S3 with it.
    pub endpoint: String,
    /// The authority to trust, a PEM file.
    pub ca_bundle: PathBuf,
    /// The region.
    pub region: String,
    /// The account's root user.
    pub access_key_id: String,
    /// Its secret, which is one: who has it runs code as the user who started this.
    pub secret_access_key: String,
    /// The account.
    pub account: String,
    /// The same for the AWS CLI and the SDKs, in files.
    pub profile: Profile,
}

/// What `provisioner local status` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// It runs and answers.
    pub running: bool,
    /// Why a server that is there does not answer.
    pub problem: Option<String>,
    /// Its process.
    pub pid: Option<i32>,
    /// Where it is reached.
    pub endpoint: Option<String>,
    /// The version of ministack that runs.
    pub version: Option<String>,
    /// The bytes it keeps.
    pub data_bytes: u64,
    /// The folder of it all.
    pub home: PathBuf,
    /// Its log.
    pub log: PathBuf,
}

impl LocalAws {
    /// The folder that `--local` uses: in the user's cache, or where `PROVISIONER_LOCAL_HOME` says.
    pub fn default_home() -> Result<PathBuf, Error> {
        Ok(home::default_home()?.folder)
    }

    /// The local AWS of [`LocalAws::default_home`].
    ///
    /// # Errors
    /// [`Error::Unsupported`], and when the user has no cache folder.
    pub fn in_default_home() -> Result<Self, Error> {
        system::supported()?;
        Ok(Self { home: home::default_home()? })
    }

    /// The local AWS of a folder, which need not exist yet.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { home: Home::at(folder) }
    }

    /// Its folder.
    pub fn home(&self) -> &Path {
        &self.home.folder
    }

    /// The Python that it is, or would be, installed with, such as `python3 3.13`.
    ///
    /// # Errors
    /// [`Error::NoPython`], and [`Error::Unsupported`].
    pub async fn python() -> Result<String, Error> {
        system::supported()?;
        let python = super::python::find(&std::env::var_os("PATH").unwrap_or_default()).await?;
        Ok(format!("{} {}", python.program.display(), python.version))
    }

    /// Makes sure that it runs, installing it first where needed, and says how to reach it.
    ///
    /// What was made in it stays until [`LocalAws::reset`]. A server that runs and answers is used as it is,
    /// whatever the other settings say; it is replaced when it hangs, has another version or program, another
    /// port than asked for, a certificate about to expire, or lost its key.
    pub async fn start(&self, settings: &Settings, on_progress: OnProgress<'_>) -> Result<Running, Error> {
        system::supported()?;
        self.home.create()?;
        let _lock = lock::take(&self.home.change_lock(), PATIENCE, on_progress).await?;
        let certificate = self.certificate();
        if let Some(server) = server::running(&self.home)? {
            if let Some(key) = self.usable(server, settings).await {
                return self.write_profile(Running::at(server, &self.home, key));
            }
            on_progress(Progress::Replacing);
            server::stop(&self.home).await?;
        }
        let python = install(on_progress).await?;
        certificate.ensure(SystemTime::now())?;
        let key = RootKey::ensure(&self.home.root_key())?;
        on_progress(Progress::Starting);
        let mode = Mode::Detached { port: settings.port };
        let (guarded, server) =
            server::start(&python, &self.home, &certificate, mode, &settings.extra_env).await?;
        guarded.release();
        self.write_profile(Running::at(server, &self.home, key))
    }

    /// How to reach it when it runs and answers; starts nothing.
    pub async fn connect(&self) -> Result<Option<Running>, Error> {
        let (true, Some(key)) = (self.home.exists()?, RootKey::read(&self.home.root_key())) else {
            return Ok(None);
        };
        match server::running(&self.home)? {
            Some(server) if health::ask(server.port, &self.certificate()).await.is_ok() => {
                Ok(Some(Running::at(server, &self.home, key)))
            }
            _ => Ok(None),
        }
    }

    /// What there is; changes nothing.
    pub async fn status(&self) -> Result<Status, Error> {
        self.home.exists()?;
        let server = server::running(&self.home)?;
        let health = match server {
            Some(server) => Some(health::ask(server.port, &self.certificate()).await),
            None => None,
        };
        let (version, problem) = match health {
            Some(Ok(health)) => (Some(health.version), None),
            Some(Err(problem)) => (None, Some(problem)),
            None => (None, None),
        };
        Ok(Status {
            running: version.is_some(),
            problem,
            pid: server.map(|server| server.pid),
            endpoint: server.map(|server| endpoint(server.port)),
            version,
            data_bytes: self.home.data_bytes(),
            home: self.home.folder.clone(),
            log: self.home.log(),
        })
    }

    /// Ends it and the functions that it runs; what it keeps is saved. False: it was not running.
    pub async fn stop(&self, on_progress: OnProgress<'_>) -> Result<bool, Error> {
        if !self.home.exists()? {
            return Ok(false);
        }
        let _lock = lock::take(&self.home.change_lock(), PATIENCE, on_progress).await?;
        server::stop(&self.home).await
    }

    /// Ends it and forgets all that is in it. The certificates, the root user's key and the port
    /// stay, so settings that were made for it elsewhere stay good.
    pub async fn reset(&self, on_progress: OnProgress<'_>) -> Result<(), Error> {
        if !self.home.exists()? {
            return Ok(());
        }
        let _lock = lock::take(&self.home.change_lock(), PATIENCE, on_progress).await?;
        server::stop(&self.home).await?;
        remove_folder(&self.home.data())?;
        remove_folder(&self.home.scratch())
    }

    fn certificate(&self) -> Certificate {
        Certificate::at(&self.home.certificates())
    }

    /// Its key, when the server can be used.
    async fn usable(&self, server: ServerFile, settings: &Settings) -> Option<RootKey> {
        let certificate = self.certificate();
        let other_port = settings.port.is_some_and(|port| port != server.port);
        if other_port || server.program != program::fingerprint() || !certificate.is_good(SystemTime::now()) {
            return None;
        }
        let key = RootKey::read(&self.home.root_key())?;
        // Busy is not hung: replacing a server takes the work that it is busy with from someone.
        let answer = wait::until(POLL, HUNG, async || {
            Ok::<_, std::convert::Infallible>(health::ask(server.port, &certificate).await.ok())
        });
        let Ok(health) = answer.await;
        health.filter(|health| health.version == VERSION).map(|_| key)
    }

    fn write_profile(&self, running: Running) -> Result<Running, Error> {
        self.home.profile().write(&running)?;
        Ok(running)
    }
}

impl Running {
    pub(super) fn at(server: ServerFile, home: &Home, key: RootKey) -> Self {
        Self {
            endpoint: endpoint(server.port),
            ca_bundle: Certificate::at(&home.certificates()).authority,
            region: REGION.to_owned(),
            access_key_id: key.access_key_id,
            secret_access_key: key.secret_access_key,
            account: ACCOUNT.to_owned(),
            profile: home.profile(),
        }
    }

    /// What to export so that the AWS CLI, Terraform and SDKs use it.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
            ("AWS_CA_BUNDLE", self.ca_bundle.display().to_string()),
            ("AWS_REGION", self.region.clone()),
            // What boto3 and the AWS CLI read.
            ("AWS_DEFAULT_REGION", self.region.clone()),
            ("AWS_ACCESS_KEY_ID", self.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", self.secret_access_key.clone()),
        ]
    }
}

/// Without the secret: this ends up in logs.
impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

fn endpoint(port: u16) -> String {
    format!("https://127.0.0.1:{port}")
}
