//! What every command that talks to AWS begins with: the configuration, the
//! connection, the stack.

use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};

use crate::artifact::{self, Package};
use crate::cli::Global;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::report::{Screen, View, seconds};
use crate::suggest::Suggest;
use engine::aws::{Aws, ConnectError, Connection, IDENTITY_DEADLINE, endpoint, pause};
use engine::config::{self, BucketRole, Config, Overrides};
use engine::interrupt::Interrupt;
use engine::stack::Stack;
use local_aws::{LocalAws, Progress, Running, Settings};

/// How long the first call may take before we tell the user that we are waiting.
const SILENCE: Duration = Duration::from_secs(3);

/// A command's surroundings.
pub(crate) struct Session<'a> {
    /// The flags of every command.
    pub global: &'a Global,
    /// Where output goes.
    pub screen: &'a Screen,
    /// Ctrl-C.
    pub interrupt: &'a Interrupt,
}

/// A stack with the AWS it is on.
pub(crate) struct Connected {
    /// The clients.
    pub aws: Aws,
    /// What should exist.
    pub stack: Stack,
}

impl Session<'_> {
    /// How plans are told.
    #[must_use]
    pub(crate) fn view(&self) -> View {
        View { verbose: self.screen.verbose, is_local: self.global.local }
    }

    /// A command of ours to suggest, such as `up`, for the stack of this run.
    #[must_use]
    pub(crate) fn suggest(&self, words: &str) -> String {
        Suggest::of(self.global).command(words)
    }

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`Failure::Config`].
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        Ok(config::load(&self.global.config, &Overrides { stack: self.global.stack.clone() })?)
    }

    /// Reads the configuration and connects.
    ///
    /// # Errors
    /// What stands in the way.
    pub(crate) async fn connect(&self) -> Result<Connected, Failure> {
        let config = self.config()?;
        self.interrupt.or(self.open(config)).await
    }

    /// Connects, and builds the function at the same time.
    ///
    /// # Errors
    /// What stands in the way.
    pub(crate) async fn connect_and_build(&self) -> Result<(Connected, Package), Failure> {
        let config = self.config()?;
        let build = self.package(config.function.architecture);
        let both = async { futures::try_join!(self.open(config), build) };
        self.interrupt.or(both).await
    }

    async fn open(&self, config: Config) -> Result<Connected, Failure> {
        if self.global.local {
            let running = self.start_local().await?;
            return self.open_local(config, running).await;
        }
        let connection = Connection { region: config.region.clone(), ..Connection::default() };
        self.open_at(config, &connection).await
    }

    /// Connects to a local AWS that runs.
    ///
    /// # Errors
    /// What stands in the way.
    pub(crate) async fn open_local(&self, config: Config, running: Running) -> Result<Connected, Failure> {
        let connection = Connection {
            endpoint: Some(running.endpoint),
            ca_bundle: Some(running.ca_bundle),
            region: Some(config.region.clone().unwrap_or(running.region)),
            credentials: Some((running.access_key_id, running.secret_access_key)),
        };
        self.open_at(config, &connection).await
    }

    async fn open_at(&self, config: Config, connection: &Connection) -> Result<Connected, Failure> {
        let aws = self.ask_who_we_are(connection).await?;
        let other = config.account.clone().filter(|expected| *expected != aws.account);
        if let Some(expected) = other.as_ref().filter(|_| self.global.local) {
            self.screen.say(&format!(
                "note: `account = \"{expected}\"` in the configuration does not count on the local AWS"
            ));
        } else if let Some(expected) = other {
            return Err(ConnectError::WrongAccount { actual: aws.account, expected }.into());
        }
        if aws.is_plain_http() {
            self.screen.tell(
                "warning: the endpoint has no TLS, and the bucket policies deny everybody who comes without: only \
                 root can read and write there; the users and the function cannot",
            );
        }
        let stack = Stack::new(config, &aws.partition, &aws.account, &aws.region);
        // The configuration alone shows it only when the names are alike before account and region are filled in.
        let [source, destination] =
            [BucketRole::Source, BucketRole::Destination].map(|role| stack.names.bucket(role));
        if source == destination {
            return Err(Failure::Refused {
                what: format!(
                    "source and destination are the same bucket, {source}: the function would start itself, and \
                     readers of the clean pictures could read the originals"
                ),
                hint: "give one of them another `bucket` in config.toml".to_owned(),
            });
        }
        Ok(Connected { aws, stack })
    }

    /// Connects. Most often STS answers at once; when it does not, this says what is waited for.
    async fn ask_who_we_are(&self, connection: &Connection) -> Result<Aws, ConnectError> {
        let connecting = pin!(Aws::connect(connection));
        let silence = pin!(pause(SILENCE));
        match select(connecting, silence).await {
            Either::Left((connected, _)) => connected,
            Either::Right(((), connecting)) => {
                self.screen.say(&format!(
                    "waiting for STS to say whose credentials these are (at most {})",
                    seconds(IDENTITY_DEADLINE)
                ));
                connecting.await
            }
        }
    }

    /// Starts the local AWS unless it runs.
    ///
    /// # Errors
    /// When it cannot be installed or started.
    pub(crate) async fn start_local(&self) -> Result<Running, Failure> {
        let local = LocalAws::in_default_home()?;
        let say = |progress: Progress| self.screen.say(&progress.to_string());
        Ok(local.start(&Settings::default(), &say).await?)
    }

    /// Whether a service (`LAMBDA`, `S3`) of this run is an emulator's, the local one's or another's.
    pub(crate) async fn is_emulated(&self, service: &str) -> bool {
        self.global.local
            || endpoint::from_environment(service).await.is_some_and(|url| !endpoint::is_of_aws(&url))
    }

    /// Builds the function for where it will run.
    ///
    /// # Errors
    /// When it cannot be built.
    pub(crate) async fn package(
        &self,
        architecture: engine::config::Architecture,
    ) -> Result<Package, Failure> {
        let (near, target) = self.artifact(architecture).await;
        let say = |text: &str| self.screen.say(text);
        Ok(artifact::package(near.as_deref(), target, &say).await?)
    }

    /// Near which folder the function's source is, and where it will run.
    pub(crate) async fn artifact(
        &self,
        architecture: engine::config::Architecture,
    ) -> (Option<PathBuf>, artifact::Target) {
        let target = if self.is_emulated("LAMBDA").await {
            artifact::Target::Host
        } else {
            artifact::Target::Lambda(architecture)
        };
        let near =
            std::path::absolute(&self.global.config).ok().and_then(|path| path.parent().map(PathBuf::from));
        (near, target)
    }
}
