//! What the SDK does not take from the standard AWS environment as the AWS CLI does: a variable that is set to nothing
//! is one that is not set, and a profile that is named must exist
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>).

use std::env;

use aws_config::ConfigLoader;
use aws_config::profile::{self, ProfileSet};
use aws_config::{Region, SdkConfig};
use aws_types::os_shim_internal::{Env, Fs};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::{ConnectError, Connection};

/// Where the region stands, the more important one first.
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const DEFAULT_PROFILE: &str = "default";

/// Loads the SDK's configuration, and takes back what it made of variables without a value.
///
/// # Errors
/// [`ConnectError::NoProfile`].
pub(super) async fn load(
    mut loader: ConfigLoader,
    connection: &Connection,
) -> Result<SdkConfig, ConnectError> {
    let profiles = profiles().await;
    let setting =
        |key: &str| profiles.as_ref()?.get(key).filter(|value| !value.is_empty()).map(str::to_owned);
    if connection.credentials.is_none() {
        check_profile(profiles.as_ref())?;
    }
    if is_empty("AWS_PROFILE") {
        loader = loader.profile_name(DEFAULT_PROFILE);
    }
    let mut region = connection.region.clone();
    if REGIONS.into_iter().any(is_empty) {
        region = region.or_else(|| REGIONS.into_iter().find_map(variable)).or_else(|| setting("region"));
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    let config = loader.load().await;
    let mut builder = config.to_builder();
    if config.region().is_some_and(|region| region.as_ref().is_empty()) {
        builder = builder.region(None);
    }
    if is_empty("AWS_ENDPOINT_URL") && config.endpoint_url().is_none() {
        builder.set_endpoint_url(setting("endpoint_url"));
    }
    Ok(builder.service_config(WithoutEmpty(config)).build())
}

/// What single services are told besides, `AWS_ENDPOINT_URL_S3` for example. An address of nothing would be a panic.
#[derive(Debug)]
struct WithoutEmpty(SdkConfig);

impl LoadServiceConfig for WithoutEmpty {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        self.0.service_config()?.load_config(key).filter(|value| !value.is_empty())
    }
}

/// The profiles of this machine. What cannot be read or parsed is told by the SDK, when it needs it.
async fn profiles() -> Option<ProfileSet> {
    let selected = variable("AWS_PROFILE").unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
    profile::load(&Fs::real(), &Env::real(), &Default::default(), Some(selected.into())).await.ok()
}

/// Without this check the SDK goes on to look for credentials elsewhere, and may find those of another account.
fn check_profile(profiles: Option<&ProfileSet>) -> Result<(), ConnectError> {
    let (Some(name), Some(profiles)) = (variable("AWS_PROFILE"), profiles) else { return Ok(()) };
    if name == DEFAULT_PROFILE || profiles.get_profile(&name).is_some() {
        return Ok(());
    }
    let mut others: Vec<String> = profiles.profiles().map(str::to_owned).collect();
    others.sort();
    Err(ConnectError::NoProfile { name, others })
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_empty(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value.is_empty())
}
