//! Custom endpoints: an emulator's, or a private one of AWS.

/// The endpoint that `AWS_ENDPOINT_URL` names; set to nothing it names none.
#[must_use]
pub fn from_environment() -> Option<String> {
    std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty())
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
