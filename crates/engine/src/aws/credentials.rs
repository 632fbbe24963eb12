//! Whose credentials a run has, and where they come from. The SDK asks one source after the other
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>); which one it is decides what to do
//! when it has none, or when AWS does not take them.

mod advice;

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::profile::{Profile, ProfileSet};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use contract::error_chain;

use super::http::ThroughProxy;
use super::sdk_error::causes;

/// Credentials that end so soon are not given out again.
const MARGIN: Duration = Duration::from_secs(60);

/// Profiles that name each other as their source; more of them are a circle.
const LONGEST_CHAIN: usize = 16;

/// Where credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// They were given with the connection.
    Given,
    /// `AWS_ACCESS_KEY_ID` and what belongs to it.
    Environment,
    /// A profile.
    Profile {
        /// Its name.
        name: String,
        /// What it says.
        kind: Kind,
    },
    /// A token for a role: `AWS_WEB_IDENTITY_TOKEN_FILE`.
    WebIdentity,
    /// An agent of ECS or EKS: `AWS_CONTAINER_CREDENTIALS_...`.
    Container,
    /// Nothing says anything, so the instance is asked, if this is one.
    Instance,
}

/// What a profile says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// An access key.
    Keys,
    /// IAM Identity Center.
    Sso,
    /// A session of the console: `aws login`.
    Login,
    /// A program: `credential_process`.
    Process,
    /// A token for a role.
    WebIdentity,
    /// A role, assumed with the credentials of another source.
    Role {
        /// Its ARN.
        arn: String,
        /// The other source.
        from: Box<Source>,
    },
}

/// Why there are no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Nobody has any.
    None,
    /// What the source is told is not complete, or contradicts itself.
    Configuration,
    /// The role may not be assumed.
    Role,
    /// The way to whoever gives them out leads through a proxy.
    Proxy,
    /// The source could not give any.
    Source,
}

/// A source that had none.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no credentials from {from}: {message}")]
pub struct NoCredentials {
    /// Where they should have come from.
    pub from: Source,
    /// Why there are none.
    pub cause: Cause,
    /// The same in the SDK's words.
    pub message: String,
}

impl Source {
    /// The one that the SDK will ask.
    pub(super) fn find(profiles: Option<&ProfileSet>, variable: impl Fn(&str) -> Option<String>) -> Self {
        if variable("AWS_ACCESS_KEY_ID").is_some() && variable("AWS_SECRET_ACCESS_KEY").is_some() {
            return Self::Environment;
        }
        let selected = profiles.and_then(|profiles| {
            let name = profiles.selected_profile();
            Some(Self::Profile { name: name.to_owned(), kind: Kind::find(profiles, name, 0)? })
        });
        if let Some(profile) = selected {
            profile
        } else if variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some() {
            Self::WebIdentity
        } else if variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").is_some()
            || variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").is_some()
        {
            Self::Container
        } else {
            Self::Instance
        }
    }

    /// How to sign in again, where one signs in.
    #[must_use]
    pub fn sign_in(&self) -> Option<String> {
        let Self::Profile { name, kind } = self else { return None };
        let command = match kind {
            Kind::Sso => "aws sso login",
            Kind::Login => "aws login",
            Kind::Role { from, .. } => return from.sign_in(),
            Kind::Keys | Kind::Process | Kind::WebIdentity => return None,
        };
        Some(format!("`{command}{}`", profile_flag(name)))
    }
}

/// What a command of the AWS CLI needs to be for this profile.
fn profile_flag(name: &str) -> String {
    if name == "default" { String::new() } else { format!(" --profile {name}") }
}

impl Kind {
    fn find(profiles: &ProfileSet, name: &str, depth: usize) -> Option<Self> {
        let profile = profiles.get_profile(name)?;
        let has = |key: &str| profile.get(key).is_some();
        if has("web_identity_token_file") {
            return Some(Self::WebIdentity);
        }
        if let Some(arn) = profile.get("role_arn") {
            let from = Self::source_of(profiles, profile, depth)?;
            return Some(Self::Role { arn: arn.to_owned(), from: Box::new(from) });
        }
        Self::of_base(profile)
    }

    fn source_of(profiles: &ProfileSet, profile: &Profile, depth: usize) -> Option<Source> {
        if let Some(source) = profile.get("credential_source") {
            return Some(match source {
                "Environment" => Source::Environment,
                "EcsContainer" => Source::Container,
                _ => Source::Instance,
            });
        }
        let name = profile.get("source_profile").unwrap_or(profile.name());
        let kind = if name == profile.name() || depth == LONGEST_CHAIN {
            Self::of_base(profile)
        } else {
            Self::find(profiles, name, depth + 1)
        };
        Some(Source::Profile { name: name.to_owned(), kind: kind.unwrap_or(Self::Keys) })
    }

    fn of_base(profile: &Profile) -> Option<Self> {
        let has = |key: &&str| profile.get(key).is_some();
        if ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "sso_region"].iter().any(has) {
            Some(Self::Sso)
        } else if has(&"login_session") {
            Some(Self::Login)
        } else if has(&"credential_process") {
            Some(Self::Process)
        } else if ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"].iter().any(has) {
            Some(Self::Keys)
        } else {
            None
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Given => f.write_str("this program"),
            Self::Environment => f.write_str("the environment (AWS_ACCESS_KEY_ID)"),
            Self::Profile { name, kind } => write!(f, "profile {name} ({kind})"),
            Self::WebIdentity => f.write_str("a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)"),
            Self::Container => f.write_str("the container's agent (AWS_CONTAINER_CREDENTIALS_...)"),
            Self::Instance => f.write_str("the environment, a profile or this machine"),
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Keys => f.write_str("access key"),
            Self::Sso => f.write_str("IAM Identity Center"),
            Self::Login => f.write_str("aws login"),
            Self::Process => f.write_str("credential_process"),
            Self::WebIdentity => f.write_str("web identity token"),
            Self::Role { arn, from } => write!(f, "role {arn}, with {from}"),
        }
    }
}

impl NoCredentials {
    fn new(from: Source, error: &CredentialsError) -> Self {
        let has = |is: fn(&(dyn std::error::Error + 'static)) -> bool| causes(error).any(is);
        let cause = if has(<dyn std::error::Error>::is::<ThroughProxy>) {
            Cause::Proxy
        } else if has(|error| error.is::<AssumeRoleError>() || error.is::<AssumeRoleWithWebIdentityError>()) {
            Cause::Role
        } else {
            match error {
                CredentialsError::CredentialsNotLoaded(_) => Cause::None,
                CredentialsError::InvalidConfiguration(_) => Cause::Configuration,
                _ => Cause::Source,
            }
        };
        Self { from, cause, message: error_chain(error) }
    }
}

/// Gets the credentials, so that what fails there is told apart from what AWS says to them. The configuration gets the
/// same ones as long as they are good: a source may ask its user something, and should do so once.
///
/// # Errors
/// [`NoCredentials`].
pub(super) async fn resolve(config: SdkConfig, from: &Source) -> Result<SdkConfig, NoCredentials> {
    let Some(chain) = config.credentials_provider() else { return Ok(config) };
    let first =
        chain.provide_credentials().await.map_err(|error| NoCredentials::new(from.clone(), &error))?;
    let resolved = Resolved { first, chain };
    Ok(config.to_builder().credentials_provider(SharedCredentialsProvider::new(resolved)).build())
}

#[derive(Debug)]
struct Resolved {
    first: Credentials,
    chain: SharedCredentialsProvider,
}

impl ProvideCredentials for Resolved {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let good = |ends: SystemTime| ends > SystemTime::now() + MARGIN;
        if self.first.expiry().is_none_or(good) {
            future::ProvideCredentials::ready(Ok(self.first.clone()))
        } else {
            self.chain.provide_credentials()
        }
    }
}
