//! The HTTPS client: rustls with the system's roots, or with the authorities that `AWS_CA_BUNDLE` names (the Rust SDK
//! does not read that variable itself: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html>),
//! through a proxy where one leads to the host, and with patience for slow lines.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::patience::with_patience;
use super::{Proxies, Proxy};

/// An HTTPS client that trusts the system's roots, or only `ca_bundle` (PEM), and takes the way that `proxies` say.
///
/// # Errors
/// When the bundle cannot be read or holds no certificate.
pub fn client(ca_bundle: Option<&Path>, proxies: Proxies) -> std::io::Result<SharedHttpClient> {
    let mut tls = TlsContext::builder();
    if let Some(path) = ca_bundle {
        let pem = std::fs::read(path)?;
        // The HTTP client panics on a file without any.
        if !pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----") {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "no PEM certificate in it"));
        }
        tls = tls.with_trust_store(TrustStore::empty().with_pem_certificate(pem));
    }
    let tls = tls.build().map_err(std::io::Error::other)?;
    let ways = Ways { proxies, tls, connectors: Mutex::default() };
    Ok(with_patience(SharedHttpClient::new(Client(Arc::new(ways)))))
}

#[derive(Debug)]
struct Client(Arc<Ways>);

/// Where requests go, and the connectors that were made for it: each has connections of its own.
#[derive(Debug)]
struct Ways {
    proxies: Proxies,
    tls: TlsContext,
    connectors: Mutex<HashMap<Way, SharedHttpConnector>>,
}

/// What makes a connector another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Way {
    proxy: Option<String>,
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
}

/// Chooses the way of each request.
#[derive(Debug)]
struct Chooser {
    ways: Arc<Ways>,
    settings: HttpConnectorSettings,
    sleep: Option<SharedAsyncSleep>,
}

/// What failed on the way through a proxy.
#[derive(Debug, thiserror::Error)]
#[error("through the proxy {proxy}")]
pub(super) struct ThroughProxy {
    proxy: String,
    source: BoxError,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let (settings, sleep) = (settings.clone(), components.sleep_impl());
        SharedHttpConnector::new(Chooser { ways: Arc::clone(&self.0), settings, sleep })
    }
}

impl HttpConnector for Chooser {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let proxy = self.ways.proxies.to(request.uri());
        let call = self.connector(proxy).call(request);
        let Some(proxy) = proxy.map(ToString::to_string) else { return call };
        HttpConnectorFuture::new(async move { call.await.map_err(|error| through(proxy, error)) })
    }
}

impl Chooser {
    fn connector(&self, proxy: Option<&Proxy>) -> SharedHttpConnector {
        let way = Way {
            proxy: proxy.map(ToString::to_string),
            connect_timeout: self.settings.connect_timeout(),
            read_timeout: self.settings.read_timeout(),
        };
        let mut connectors = self.ways.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let mut builder = Connector::builder().connector_settings(self.settings.clone());
            builder.set_sleep_impl(self.sleep.clone());
            builder.set_proxy_config(proxy.map(Proxy::config));
            let builder = builder.tls_provider(Provider::Rustls(CryptoMode::Ring));
            SharedHttpConnector::new(builder.tls_context(self.ways.tls.clone()).build())
        };
        connectors.entry(way).or_insert_with(make).clone()
    }
}

/// The same kind of error, which names the proxy.
fn through(proxy: String, error: ConnectorError) -> ConnectorError {
    let (is_timeout, is_io, is_user, kind) =
        (error.is_timeout(), error.is_io(), error.is_user(), error.as_other());
    let source = Box::new(ThroughProxy { proxy, source: error.into_source() });
    if is_timeout {
        ConnectorError::timeout(source)
    } else if is_io {
        ConnectorError::io(source)
    } else if is_user {
        ConnectorError::user(source)
    } else {
        ConnectorError::other(source, kind)
    }
}
