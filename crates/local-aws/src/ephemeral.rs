//! A local AWS for one test.

use super::certificate::Certificate;
use super::home::Home;
use super::root_key::RootKey;
use super::server::{self, Guarded, Mode};
use super::{Error, LocalAws, Running, install};
use std::ops::Deref;
use std::path::PathBuf;
use std::time::SystemTime;

/// A local AWS on a free port that keeps nothing. It ends when this is dropped, and also when the process
/// that holds this ends in any other way: its standard input is a pipe from us, and when that closes it
/// kills its functions and itself.
#[derive(Debug)]
pub struct Ephemeral {
    running: Running,
    home: Home,
    // In this order: the server ends before its folder goes.
    _server: Guarded,
    _folder: tempfile::TempDir,
}

impl Ephemeral {
    /// Starts one with more environment variables for the server and its functions.
    pub async fn start(extra_env: &[(String, String)]) -> Result<Self, Error> {
        let python = install(&|_| ()).await?;
        let folder = tempfile::Builder::new()
            .prefix("provisioner-aws-")
            .tempdir()
            .map_err(Error::file("create a folder in", std::env::temp_dir()))?;
        let home = Home::at(folder.path());
        home.create()?;
        let certificate = Certificate::at(&home.certificates());
        certificate.ensure(SystemTime::now())?;
        let key = RootKey::ensure(&home.root_key())?;
        let (guarded, server) =
            server::start(&python, &home, &certificate, Mode::WithParent, extra_env).await?;
        let running = Running::at(server, &home, key);
        home.profile().write(&running)?;
        Ok(Self { running, home, _server: guarded, _folder: folder })
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.home.log()
    }
}

/// How to reach it.
impl Deref for Ephemeral {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}

impl LocalAws {
    /// A local AWS for one test; see [`Ephemeral`].
    pub async fn ephemeral() -> Result<Ephemeral, Error> {
        Ephemeral::start(&[]).await
    }
}
