//! The partitions of AWS: groups of regions with accounts, ARNs and domains of their own
//! (<https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>).

/// The beginnings of regions' names, the partition of these, and its domain. As in the partitions that the AWS SDKs
/// ship (`partitions.json`); what is none of these is in `aws`.
const PARTITIONS: [(&str, &str, &str); 8] = [
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("", "aws", "amazonaws.com"),
];

/// The partition that a region is in.
#[must_use]
pub fn of_region(region: &str) -> &'static str {
    PARTITIONS.iter().find(|(start, ..)| region.starts_with(start)).map_or("aws", |(_, name, _)| name)
}

/// The domain of the endpoints of a partition.
#[must_use]
pub fn domain(partition: &str) -> &'static str {
    PARTITIONS.iter().find(|(_, name, _)| *name == partition).map_or("amazonaws.com", |(.., domain)| domain)
}

/// The page for signing in with SAML, which is whom an assertion is for
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html>).
#[must_use]
pub fn saml_audience(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "https://signin.amazonaws.cn/saml",
        "aws-us-gov" => "https://signin.amazonaws-us-gov.com/saml",
        _ => "https://signin.aws.amazon.com/saml",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_in_their_partition() {
        for (region, partition, at) in [
            ("eu-central-1", "aws", "amazonaws.com"),
            ("us-west-2", "aws", "amazonaws.com"),
            ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
            ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
            ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
            ("xx-new-1", "aws", "amazonaws.com"),
        ] {
            assert_eq!((of_region(region), domain(of_region(region))), (partition, at), "{region}");
        }
    }
}
