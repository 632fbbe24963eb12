//! The services of AWS under their own names: whoever is led here by a proxy finds a certificate for them, of an
//! authority of the test's own, and behind it what listens at an address without TLS.

use super::http::Message;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// The names under which AWS answers.
pub struct Front {
    address: SocketAddr,
    authority: String,
}

impl Front {
    /// Starts one that is good for `names` (`sts.eu-west-1.amazonaws.com`, `*.s3.eu-west-1.amazonaws.com`), in front of
    /// `http://ADDRESS:PORT`.
    pub fn start(names: &[&str], endpoint: &str) -> Self {
        let mut authority = rcgen::CertificateParams::default();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        authority.distinguished_name.push(rcgen::DnType::CommonName, "an authority of a test");
        let authority_key = rcgen::KeyPair::generate().unwrap();
        let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
        let issuer = rcgen::Issuer::new(authority, authority_key);
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = rcgen::KeyPair::generate().unwrap();
        let leaf = rcgen::CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let behind: SocketAddr = endpoint.trim_start_matches("http://").parse().unwrap();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let config = Arc::clone(&config);
                std::thread::spawn(move || serve(client, config, behind));
            }
        });
        Self { address, authority: authority_pem }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of its authority, in PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

fn serve(client: TcpStream, config: Arc<ServerConfig>, behind: SocketAddr) -> Option<()> {
    let mut client = StreamOwned::new(ServerConnection::new(config).ok()?, client);
    let mut other = TcpStream::connect(behind).ok()?;
    loop {
        let request = Message::read(&mut client, |_| false).ok()??;
        request.forward(&mut other).ok()?;
        let to_head = request.method() == "HEAD";
        let answer = Message::read(&mut other, |status| to_head || status == 204 || status == 304).ok()??;
        client.write_all(&answer.answer_bytes(to_head)).ok()?;
        client.flush().ok()?;
    }
}
