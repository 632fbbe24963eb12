//! Whose certificates are trusted.

use super::{Home, KEYS, REGION, endpoint};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};
use std::sync::Arc;

#[test]
fn a_certificate_of_an_unknown_authority_is_told_as_such() {
    let server = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(server.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![server.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let address = endpoint(move |mut client| {
        let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
        while tls.complete_io(&mut client).is_ok_and(|(read, _)| read > 0) {}
    });
    let endpoint = format!("https://localhost:{}", address.rsplit(':').next().unwrap());
    let home = Home::new();
    // The authority that is trusted has another name, or the same name and another key.
    for name in ["another", "rcgen self signed cert"] {
        let mut other = rcgen::CertificateParams::new(["other".to_owned()]).unwrap();
        other.distinguished_name.push(rcgen::DnType::CommonName, name);
        let other = other.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let bundle = home.path("ca.pem");
        std::fs::write(&bundle, other.pem()).unwrap();
        let run = home.run(&[
            REGION,
            KEYS[0],
            KEYS[1],
            ("AWS_ENDPOINT_URL", &endpoint),
            ("AWS_CA_BUNDLE", bundle.to_str().unwrap()),
        ]);
        run.says(
            5,
            &["invalid peer certificate", "hint: the endpoint shows a certificate", "AWS_CA_BUNDLE=FILE"],
        );
    }
}
