//! Why there is no connection.

use std::path::PathBuf;

use super::{AwsError, BadProxy, NoCredentials, Source};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No region is set anywhere.
    #[error("no AWS region is set")]
    NoRegion,
    /// `AWS_PROFILE` names a profile that nobody has made.
    #[error("AWS_PROFILE is {name:?}, and there is no such profile in the AWS config and credentials files")]
    NoProfile {
        /// Its name.
        name: String,
        /// Those that there are.
        others: Vec<String>,
    },
    /// The trust store could not be read.
    #[error("AWS_CA_BUNDLE {path}: {source}")]
    CaBundle {
        /// Its path.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// A variable that should name a proxy does not.
    #[error(transparent)]
    Proxy(#[from] BadProxy),
    /// The configuration allows one account only, and this is another.
    #[error("these credentials are of account {actual}, but config.toml says account {expected}")]
    WrongAccount {
        /// The account of the credentials.
        actual: String,
        /// The account that the configuration names.
        expected: String,
    },
    /// An access key without its secret.
    #[error("AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not")]
    LoneKey,
    /// What should name a region does not.
    #[error("{from} is {region:?}, which is not an AWS region")]
    BadRegion {
        /// What it says.
        region: String,
        /// Where it stands.
        from: String,
        /// What was meant, when that can be guessed.
        meant: Option<String>,
    },
    /// What should be the address of a service is none.
    #[error(
        "the endpoint of {service} is {address:?}, which is no URL: it does not begin with https:// or http://"
    )]
    BadEndpoint {
        /// The service, as variables name it: `STS`.
        service: &'static str,
        /// What stands there.
        address: String,
    },
    /// The account has not enabled the region: its keys are not known there, and are known elsewhere.
    #[error("the region {region} is not enabled for these credentials: {error}")]
    RegionDisabled {
        /// The region.
        region: String,
        /// What STS says there.
        error: Box<AwsError>,
    },
    /// There are no credentials.
    #[error(transparent)]
    NoCredentials(#[from] NoCredentials),
    /// AWS does not take the credentials.
    #[error("{error} (credentials from {source_of})")]
    Refused {
        /// Where they come from.
        source_of: Box<Source>,
        /// What STS says.
        error: AwsError,
    },
    /// The first call failed.
    #[error(transparent)]
    Call(#[from] AwsError),
}
