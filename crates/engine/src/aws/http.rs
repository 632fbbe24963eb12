//! The HTTPS client: rustls with the system's roots, or with the authorities
//! that `AWS_CA_BUNDLE` names (the Rust SDK does not read that variable itself:
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html>).

use std::path::Path;

use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// An HTTPS client that trusts the system's roots, or only `ca_bundle` (PEM).
///
/// # Errors
/// When the bundle cannot be read or holds no certificate.
pub fn client_with_ca(ca_bundle: Option<&Path>) -> std::io::Result<SharedHttpClient> {
    let provider = Provider::Rustls(CryptoMode::Ring);
    let builder = aws_smithy_http_client::Builder::new().tls_provider(provider);
    let Some(path) = ca_bundle else {
        return Ok(builder.build_https());
    };
    let pem = std::fs::read(path)?;
    if !pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----") {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "no PEM certificate in it"));
    }
    let context = TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(pem))
        .build()
        .map_err(std::io::Error::other)?;
    Ok(builder.tls_context(context).build_https())
}
