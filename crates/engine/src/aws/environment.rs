//! What the SDK does not take from the standard AWS environment as the AWS CLI does: a variable that is set to nothing
//! is one that is not set, and a profile that is named must exist
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>).

use std::env;

use aws_config::ConfigLoader;
use aws_config::profile::{self, ProfileSet};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_types::os_shim_internal::{Env, Fs};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::credentials::{self, Source};
use super::{ConnectError, Connection, region};

/// Where the region stands, the more important one first.
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const DEFAULT_PROFILE: &str = "default";

/// Loads the SDK's configuration, and takes back what it made of variables without a value. The credentials are there,
/// and where they come from.
///
/// # Errors
/// What is wrong with a profile, a key, the region or the credentials.
pub(super) async fn load(
    loader: ConfigLoader,
    connection: &Connection,
) -> Result<(SdkConfig, Source), ConnectError> {
    let profiles = profiles().await;
    let mut source = Source::Given;
    if connection.credentials.is_none() {
        check_profile(profiles.as_ref())?;
        check_key()?;
        source = Source::find(profiles.as_ref(), variable);
    }
    let config = base(loader, connection.region.clone(), profiles.as_ref()).await;
    let region = config.region().ok_or(ConnectError::NoRegion)?;
    region::check(region.as_ref(), || match REGIONS.into_iter().find(|name| variable(name).is_some()) {
        Some(name) => name.to_owned(),
        None => "the region of the profile".to_owned(),
    })?;
    let config = credentials::resolve(config, &source).await?;
    Ok((config, source))
}

/// The configuration in which only what has a value has a say, to ask for endpoints: nothing is checked, and nobody is
/// asked for credentials or the region.
pub(super) async fn for_endpoints() -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::latest()).no_credentials();
    base(loader, Some("us-east-1".to_owned()), profiles().await.as_ref()).await
}

async fn base(
    mut loader: ConfigLoader,
    mut region: Option<String>,
    profiles: Option<&ProfileSet>,
) -> SdkConfig {
    let setting =
        |key: &str| profiles.as_ref()?.get(key).filter(|value| !value.is_empty()).map(str::to_owned);
    if is_empty("AWS_PROFILE") {
        loader = loader.profile_name(DEFAULT_PROFILE);
    }
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
    builder.service_config(AsDocumented(config)).build()
}

/// What single services are told besides, `AWS_ENDPOINT_URL_S3` for example. An address of nothing would be a panic. And in
/// the section `services` of a profile the names of services have underscores, as in the variables
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html>); the SDK looks for hyphens.
#[derive(Debug)]
struct AsDocumented(SdkConfig);

impl LoadServiceConfig for AsDocumented {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().replace(' ', "_");
        let key = ServiceConfigKey::builder().service_id(&service).env(key.env()).profile(key.profile());
        self.0.service_config()?.load_config(key.build().ok()?).filter(|value| !value.is_empty())
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

/// With a lone key id the SDK goes on to look elsewhere, and may find the credentials of another account.
fn check_key() -> Result<(), ConnectError> {
    let is_blank = |name| variable(name).is_none_or(|value| value.trim().is_empty());
    if is_blank("AWS_ACCESS_KEY_ID") || !is_blank("AWS_SECRET_ACCESS_KEY") {
        return Ok(());
    }
    Err(ConnectError::LoneKey)
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_empty(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value.is_empty())
}
