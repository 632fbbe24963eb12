//! Arguments of `access`.

use clap::Args;

/// `access`
#[derive(Debug, Args)]
pub(crate) struct Access {
    /// A user of config.toml, `function` for its role, or `everybody` for whoever has no credentials.
    #[arg(value_name = "WHO")]
    pub who: Option<String>,
    /// An action, such as `s3:GetObject`; without a service it is one of S3.
    #[arg(value_name = "ACTION", requires = "resource")]
    pub action: Option<String>,
    /// `source/KEY`, `destination/KEY`, `s3://BUCKET/KEY`, or an ARN.
    #[arg(value_name = "RESOURCE")]
    pub resource: Option<String>,
}
