//! Custom endpoints: an emulator's, or a private one of AWS.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use super::{ConnectError, environment};

/// The custom endpoint of a service, which has the name that its variable ends with (`S3`, `LAMBDA`, `STS`), by the rules of
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`,
/// the section `services` of the profile, its `endpoint_url`.
#[must_use]
pub(super) fn of(config: &SdkConfig, service: &str) -> Option<String> {
    if config.get_origin("endpoint_url").is_client_config() {
        return config.endpoint_url().map(str::to_owned);
    }
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let configured = key.build().ok().and_then(|key| config.service_config()?.load_config(key));
    configured.filter(|url| !url.is_empty()).or_else(|| config.endpoint_url().map(str::to_owned))
}

/// Refuses an address without a scheme, for which the SDK would show a whole request.
pub(super) fn check(config: &SdkConfig) -> Result<(), ConnectError> {
    let is_url = |url: &str| ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
    for service in ["STS", "S3", "IAM", "LAMBDA"] {
        if let Some(address) = of(config, service).filter(|url| !is_url(&url.to_ascii_lowercase())) {
            return Err(ConnectError::BadEndpoint { service, address });
        }
    }
    Ok(())
}

/// The same before there is a connection, from the environment and the profiles alone.
pub async fn from_environment(service: &str) -> Option<String> {
    of(&environment::for_endpoints().await, service)
}

/// Whether an endpoint is AWS itself, such as one of a VPC
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html>): what is deployed there runs on
/// Lambda. Anything else is an emulator that runs functions on this machine.
#[must_use]
pub fn is_of_aws(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".amazonaws.eu"]
        .iter()
        .any(|suffix| host.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_endpoints_of_aws_are_told_from_emulators() {
        for url in [
            "https://vpce-0a1b-2c3d.lambda.eu-central-1.vpce.amazonaws.com",
            "https://s3.dualstack.eu-west-1.AMAZONAWS.com:443/",
            "https://lambda.cn-north-1.amazonaws.com.cn",
            "https://lambda.us-east-1.api.aws",
        ] {
            assert!(is_of_aws(url), "{url}");
        }
        for url in [
            "https://127.0.0.1:4566",
            "http://localhost:4566",
            "https://amazonaws.com.example.org",
            "https://notamazonaws.com",
            "https://x@127.0.0.1/.amazonaws.com",
            "",
        ] {
            assert!(!is_of_aws(url), "{url}");
        }
    }
}
