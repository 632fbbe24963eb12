//! Arguments of `keys`.

use clap::{Args, Subcommand};
use clap_complete::ArgValueCandidates;

use super::complete;

/// `keys`
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// List the keys: how old, active or not, when and for what they were used last.
    ///
    /// AWS tells the last use some hours late.
    List(ListKeys),
    /// Make a key, and show it once or write it into a profile.
    Issue(NewKey),
    /// Replace a key.
    ///
    /// With --profile: makes a key, proves that S3 takes it, writes it into the
    /// profile, and only then removes the old one. Without: shows the new one, and
    /// the old one stays until you revoke it.
    Rotate(NewKey),
    /// Take a key away, for good.
    Revoke(RevokeKey),
}

/// `keys list`
#[derive(Debug, Args)]
pub(crate) struct ListKeys {
    /// Only this user of config.toml.
    #[arg(value_name = "USER", add = ArgValueCandidates::new(complete::users))]
    pub user: Option<String>,
}

/// `keys issue` and `keys rotate`
#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// The user, by its name in config.toml.
    #[arg(value_name = "USER", add = ArgValueCandidates::new(complete::users))]
    pub user: String,
    /// Write the key into this profile of the AWS file of credentials
    /// (AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials), and show no secret.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

/// `keys revoke`
#[derive(Debug, Args)]
pub(crate) struct RevokeKey {
    /// The user, by its name in config.toml.
    #[arg(value_name = "USER", add = ArgValueCandidates::new(complete::users))]
    pub user: String,
    /// The key's id; needed when the user has several.
    #[arg(value_name = "ID", add = ArgValueCandidates::new(complete::access_keys))]
    pub id: Option<String>,
    /// Skip the confirmation.
    #[arg(short, long)]
    pub yes: bool,
}
