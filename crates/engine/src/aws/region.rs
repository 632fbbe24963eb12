//! Regions that are none, and regions that are not there for this account.

use aws_config::{Region, SdkConfig};

use super::{AwsError, ConnectError};
use crate::config::{is_region, region_meant};

/// Where all accounts of the partition `aws` can ask, whatever regions they have enabled.
const ALWAYS_ENABLED: &str = "us-east-1";

/// Refuses what is no region, which would be told as an address that does not answer.
pub(super) fn check(region: &str, from: impl FnOnce() -> String) -> Result<(), ConnectError> {
    if is_region(region) {
        return Ok(());
    }
    Err(ConnectError::BadRegion { region: region.to_owned(), from: from(), meant: region_meant(region) })
}

/// Whether this error may come from a region that the account has not enabled: there STS knows no key of the account
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html>).
pub(super) fn may_be_disabled(error: &AwsError, region: &str) -> bool {
    const OTHER_PARTITIONS: [&str; 4] = ["cn-", "us-gov-", "us-iso", "eusc-"];
    let is_common = !OTHER_PARTITIONS.iter().any(|prefix| region.starts_with(prefix));
    error.is_unknown_key() && is_common && region != ALWAYS_ENABLED
}

/// The same configuration where every account can ask.
pub(super) fn always_enabled(config: &SdkConfig) -> SdkConfig {
    config.to_builder().region(Region::from_static(ALWAYS_ENABLED)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_that_is_not_known_is_asked_about_elsewhere() {
        let unknown = AwsError::with_code("InvalidClientTokenId");
        for (region, asked) in [
            ("af-south-1", true),
            ("eu-west-1", true),
            ("us-east-1", false),
            ("cn-north-1", false),
            ("us-gov-west-1", false),
        ] {
            assert_eq!(may_be_disabled(&unknown, region), asked, "{region}");
        }
        assert!(!may_be_disabled(&AwsError::with_code("ExpiredToken"), "af-south-1"));
    }
}
