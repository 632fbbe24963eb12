//! Does the local AWS answer, over TLS that a client of ours accepts, and which version is it?

use super::certificate::Certificate;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;
use contract::error_chain;
use std::error::Error as StdError;
use std::time::Duration;

/// For one answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the server says about itself.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Health {
    pub(super) version: String,
}

/// Asks once. The error is a short text for a person.
pub(super) async fn ask(port: u16, certificate: &Certificate) -> Result<Health, String> {
    let authority = tokio::fs::read(&certificate.authority).await.map_err(|error| error.to_string())?;
    match tokio::time::timeout(PATIENCE, get(port, authority)).await {
        Ok(answer) => answer.map_err(|error| error_chain(error.as_ref())),
        Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
    }
}

async fn get(port: u16, authority: Vec<u8>) -> Result<Health, Box<dyn StdError + Send + Sync>> {
    let trust = TrustStore::empty().with_pem_certificate(authority);
    let connector = Connector::builder()
        .tls_provider(Provider::rustls(CryptoMode::Ring))
        .tls_context(TlsContext::builder().with_trust_store(trust).build()?)
        .build();
    let request = HttpRequest::get(format!("https://127.0.0.1:{port}/_ministack/health"))?;
    let response = connector.call(request).await?;
    if !response.status().is_success() {
        return Err(format!("it answers with status {}", response.status()).into());
    }
    let body = ByteStream::new(response.into_body()).collect().await?.into_bytes();
    Ok(serde_json::from_slice(&body)?)
}
