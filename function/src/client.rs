//! The S3 client, built once per cold start.
//!
//! Lambda puts the region and the role's credentials into the environment, so
//! none of the SDK's longer chain of places to look is compiled in or asked.

use std::{path::PathBuf, time::Duration};

use aws_sdk_s3::{
    Client,
    config::{
        BehaviorVersion, Config, Credentials, Region, StalledStreamProtectionConfig, retry::RetryConfig,
        timeout::TimeoutConfig,
    },
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};

/// How long a body may stand still. It is looked at how much arrives, too ([`crate::source`]).
const STILL: Duration = Duration::from_secs(8);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A variable that Lambda sets is not there.
    #[error("the environment variable {0} is not set; Lambda sets it, and `bootstrap` runs nowhere else")]
    Missing(&'static str),
    /// The file of the certificate authority cannot be read.
    #[error("{variable} = {path:?} cannot be read: {source}; name a PEM file, or unset it")]
    TrustFile {
        /// The variable that names it.
        variable: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// That file holds no certificate.
    #[error("{variable} = {path:?} holds no certificate in PEM form; name a PEM file, or unset it")]
    NoCertificate {
        /// The variable that names it.
        variable: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The TLS library refused the certificates.
    #[error("the TLS trust store: {0}")]
    Tls(String),
}

/// Makes the client from the environment that `env` looks up.
///
/// A custom endpoint (`AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`) implies
/// path-style addresses: a bucket's own host name leads nowhere there.
///
/// # Errors
/// When the environment is not that of a Lambda function.
pub fn s3(env: impl Fn(&str) -> Option<String>) -> Result<Client, ClientError> {
    let get = |name| env(name).filter(|value: &String| !value.is_empty());
    let required = |name| get(name).ok_or(ClientError::Missing(name));

    let endpoint = get("AWS_ENDPOINT_URL_S3").or_else(|| get("AWS_ENDPOINT_URL"));
    let http = match &endpoint {
        // No certificates are needed, and there may be none.
        Some(endpoint) if endpoint.starts_with("http://") => Builder::new().build_http(),
        _ => {
            let tls = TlsContext::builder()
                .with_trust_store(trust_store(get)?)
                .build()
                .map_err(|error| ClientError::Tls(error.to_string()))?;
            Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls).build_https()
        }
    };

    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        get("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let region = get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION"));
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .credentials_provider(credentials)
        .region(Region::new(region.ok_or(ClientError::Missing("AWS_REGION"))?))
        .retry_config(
            RetryConfig::standard().with_max_attempts(5).with_initial_backoff(Duration::from_millis(200)),
        )
        // Each call says how long a try may take ([`crate::clock`]). A read timeout would count while a body is sent,
        // and be another connection for each length of it.
        .timeout_config(
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).disable_read_timeout().build(),
        );
    config = config.stalled_stream_protection(
        StalledStreamProtectionConfig::enabled().upload_enabled(true).grace_period(STILL).build(),
    );
    if let Some(endpoint) = endpoint {
        config = config.endpoint_url(endpoint).force_path_style(true);
    }
    Ok(Client::from_conf(config.build()))
}

/// The certificates to trust: those of `AWS_CA_BUNDLE` and of `SSL_CERT_FILE`,
/// else the system's.
///
/// Both, since a function that runs on a developer's machine may inherit the
/// one that is meant for AWS while the other is meant for this endpoint.
fn trust_store(get: impl Fn(&'static str) -> Option<String>) -> Result<TrustStore, ClientError> {
    let mut store = None;
    for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        let Some(path) = get(variable).map(PathBuf::from) else { continue };
        match std::fs::read(&path) {
            // The HTTP client panics on a file without any.
            Ok(pem) if !has_certificate(&pem) => return Err(ClientError::NoCertificate { variable, path }),
            Ok(pem) => store = Some(store.unwrap_or_else(TrustStore::empty).with_pem_certificate(pem)),
            Err(source) => return Err(ClientError::TrustFile { variable, path, source }),
        }
    }
    Ok(store.unwrap_or_default())
}

fn has_certificate(pem: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    pem.windows(BEGIN.len()).any(|window| window == BEGIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, Phase, Timed};

    fn build(pairs: &[(&str, &str)]) -> Result<Client, ClientError> {
        s3(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    const LAMBDA: [(&str, &str); 3] =
        [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "eu-central-1")];

    #[test]
    fn lambdas_environment_is_enough() {
        let client = build(&LAMBDA).unwrap();
        assert_eq!(client.config().region().map(Region::as_ref), Some("eu-central-1"));
    }

    /// It would count while a body is sent; each call says how long a try may take.
    #[test]
    fn there_is_no_read_timeout() {
        let timeouts = build(&LAMBDA).unwrap().config().timeout_config().cloned().unwrap();
        assert_eq!((timeouts.read_timeout(), timeouts.operation_attempt_timeout()), (None, None));
    }

    /// An S3 at the other end of a line of 290 kbit/s.
    #[tokio::test]
    async fn a_picture_may_take_longer_than_an_answer() {
        use std::io::{Read, Write};
        if std::env::var_os("PROVISIONER_SLOW_LINES").is_none() {
            return;
        }
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let line = std::thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let (mut read, mut piece) = (0, [0; 9_000]);
            while read < 1_200_000 {
                std::thread::sleep(Duration::from_millis(250));
                read += client.read(&mut piece).unwrap();
            }
            client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            read
        });
        let s3 = build(&[&LAMBDA[..], &[("AWS_ENDPOINT_URL_S3", &endpoint)]].concat()).unwrap();
        let body = vec![bytes::Bytes::from(vec![7; 1_200_000])];
        let start = std::time::Instant::now();
        let put =
            s3.put_object().bucket("b").key("k").content_length(1_200_000).body(crate::pieces::body(&body));
        let clock = Clock::start(Some(Duration::from_secs(900)));
        let (s3, answer) = (Timed { client: &s3, clock: &clock }, clock.silence());
        put.customize().config_override(s3.begin(Phase::Put, 1_200_000)).send().await.unwrap();
        assert!(start.elapsed() > answer && line.join().unwrap() > 1_200_000);
    }

    #[test]
    fn what_is_missing_is_named() {
        for missing in 0..LAMBDA.len() {
            let mut pairs = LAMBDA.to_vec();
            let (name, _) = pairs.remove(missing);
            let error = build(&pairs).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
        let error = build(&[&LAMBDA[..], &[("AWS_CA_BUNDLE", "/nowhere/ca.pem")]].concat()).unwrap_err();
        assert!(
            error.to_string().starts_with("AWS_CA_BUNDLE = \"/nowhere/ca.pem\" cannot be read"),
            "{error}"
        );
    }

    /// A developer's `AWS_CA_BUNDLE` once hid the certificate of the local AWS.
    #[test]
    fn one_ca_variable_does_not_hide_the_other() {
        let folder = std::env::temp_dir();
        let (bundle, text) = (folder.join("function-client-ca.pem"), folder.join("function-client-ca.txt"));
        std::fs::write(&bundle, "-----BEGIN CERTIFICATE-----").unwrap();
        std::fs::write(&text, "no certificate").unwrap();
        let get = |name: &str| {
            let path = if name == "AWS_CA_BUNDLE" { &bundle } else { &text };
            Some(path.display().to_string())
        };
        let error = trust_store(get).unwrap_err().to_string();
        assert!(error.starts_with("SSL_CERT_FILE = "), "{error}");
    }
}
