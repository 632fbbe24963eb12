//! The files by which the AWS CLI and every SDK reach a local AWS.
//!
//! A profile says everything in one place. The environment variables do not: boto3 and the AWS CLI read the region
//! from `AWS_DEFAULT_REGION`, the other SDKs from `AWS_REGION`.

use super::home::create_private_folder;
use super::{Error, Running, atomic};
use std::path::{Path, PathBuf};

/// Both files of a home. The profile in them is called `default`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// For `AWS_CONFIG_FILE`: endpoint, authority and region.
    pub config: PathBuf,
    /// For `AWS_SHARED_CREDENTIALS_FILE`: the root user's access key.
    pub credentials: PathBuf,
}

impl Profile {
    pub(super) fn at(folder: &Path) -> Self {
        Self { config: folder.join("config"), credentials: folder.join("credentials") }
    }

    /// What to export to use it.
    pub fn env(&self) -> [(&'static str, String); 2] {
        [
            ("AWS_CONFIG_FILE", self.config.display().to_string()),
            ("AWS_SHARED_CREDENTIALS_FILE", self.credentials.display().to_string()),
        ]
    }

    pub(super) fn write(&self, running: &Running) -> Result<(), Error> {
        for file in [&self.config, &self.credentials] {
            create_private_folder(file.parent().unwrap_or(Path::new(".")))?;
        }
        let config = format!(
            "[default]\nregion = {}\nendpoint_url = {}\nca_bundle = {}\ns3 =\n  addressing_style = path\n",
            running.region,
            running.endpoint,
            running.ca_bundle.display()
        );
        let credentials = format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            running.access_key_id, running.secret_access_key
        );
        atomic::write(&self.config, config, 0o600)?;
        atomic::write(&self.credentials, credentials, 0o600)
    }
}
