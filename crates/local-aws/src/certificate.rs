//! The certificate of the local AWS, and the authority that signed it.
//!
//! The authority exists for this one certificate: its private key is never written to disk, so nobody can
//! ever sign anything else with it, not even after stealing the folder. And it may vouch for this machine's
//! loopback names alone, so whoever trusts it trusts it for nothing else. Both are made anew together when
//! they are about to expire.

use super::{Error, atomic};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;

/// Apple's limit for certificates people install themselves is 825 days.
const LIFETIME: Duration = Duration::from_hours(730 * 24);
/// Certificates that expire sooner than this are renewed at a start.
const RENEW_BEFORE: Duration = Duration::from_hours(7 * 24);
/// Clocks differ: valid since yesterday.
const BACKDATE: Duration = Duration::from_hours(24);
/// The names a client may use.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The extension's object identifier, 2.5.29.30, in DER.
const NAME_CONSTRAINTS: &[u8] = &[0x06, 0x03, 0x55, 0x1d, 0x1e];

/// The two files of one home.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    /// The authority, for clients to trust.
    pub(super) authority: PathBuf,
    /// The server's certificate and its private key in one file, so that they can't differ.
    pub(super) server: PathBuf,
}

impl Certificate {
    pub(super) fn at(folder: &Path) -> Self {
        Self { authority: folder.join("ca.pem"), server: folder.join("server.pem") }
    }

    /// Makes the files when they are missing, broken, or about to expire at `now`.
    pub(super) fn ensure(&self, now: SystemTime) -> Result<(), Error> {
        if self.is_good(now) { Ok(()) } else { self.make(now) }
    }

    /// Whether the pair works at `now` and for a while after.
    pub(super) fn is_good(&self, now: SystemTime) -> bool {
        self.check(now).is_some() && self.check(now + RENEW_BEFORE).is_some()
    }

    /// What a client does: the chain, the names and the time.
    fn check(&self, at: SystemTime) -> Option<()> {
        let authority = CertificateDer::from_pem_file(&self.authority).ok()?;
        let server = CertificateDer::from_pem_file(&self.server).ok()?;
        // One of before authorities were constrained is not good any more.
        authority.windows(NAME_CONSTRAINTS.len()).find(|window| *window == NAME_CONSTRAINTS)?;
        let at = UnixTime::since_unix_epoch(at.duration_since(SystemTime::UNIX_EPOCH).ok()?);
        let anchor = webpki::anchor_from_trusted_cert(&authority).ok()?;
        let server = webpki::EndEntityCert::try_from(&server).ok()?;
        let usage = webpki::KeyUsage::server_auth();
        server.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &[anchor], &[], at, usage, None, None).ok()?;
        for name in NAMES {
            server.verify_is_valid_for_subject_name(&ServerName::try_from(name).ok()?).ok()?;
        }
        Some(())
    }

    fn make(&self, now: SystemTime) -> Result<(), Error> {
        let broken = |error: rcgen::Error| Error::Certificate(error.to_string());
        let now = OffsetDateTime::from(now);

        let authority = authority(now);
        let authority_key = KeyPair::generate().map_err(broken)?;
        let authority_certificate = authority.self_signed(&authority_key).map_err(broken)?;

        let mut server = CertificateParams::new(NAMES.map(str::to_owned)).map_err(broken)?;
        server.not_before = authority.not_before;
        server.not_after = authority.not_after;
        server.distinguished_name.push(DnType::CommonName, "localhost");
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Python 3.13 refuses a certificate that does not name its authority's key.
        server.use_authority_key_identifier_extension = true;
        let server_key = KeyPair::generate().map_err(broken)?;
        let issuer = Issuer::new(authority, authority_key);
        let server_certificate = server.signed_by(&server_key, &issuer).map_err(broken)?;

        let server = format!("{}{}", server_certificate.pem(), server_key.serialize_pem());
        atomic::write(&self.server, server, 0o600)?;
        atomic::write(&self.authority, authority_certificate.pem(), 0o644)
    }
}

/// What the authority may do: sign for the loopback names, and nothing below it may sign.
fn authority(now: OffsetDateTime) -> CertificateParams {
    let mut authority = CertificateParams::default();
    authority.not_before = now - BACKDATE;
    authority.not_after = now + LIFETIME;
    authority.distinguished_name.push(DnType::CommonName, "provisioner: the AWS on this machine");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(Ipv6Addr::LOCALHOST.octets(), [255; 16])),
        ],
        excluded_subtrees: Vec::new(),
    });
    authority
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const DAY: Duration = Duration::from_hours(24);

    fn made() -> (tempfile::TempDir, Certificate, SystemTime) {
        let temporary = tempfile::tempdir().unwrap();
        let certificate = Certificate::at(temporary.path());
        let now = SystemTime::now();
        certificate.ensure(now).unwrap();
        (temporary, certificate, now)
    }

    fn text(certificate: &Certificate) -> String {
        std::fs::read_to_string(&certificate.authority).unwrap()
    }

    #[test]
    fn a_good_one_is_kept() {
        let (_folder, certificate, now) = made();
        let before = text(&certificate);
        certificate.ensure(now + 700 * DAY).unwrap();
        assert_eq!(text(&certificate), before);
    }

    #[test]
    fn it_is_renewed_within_a_week_of_its_end_and_after_it() {
        for days in [724, 731, 4000] {
            let (_folder, certificate, now) = made();
            let before = text(&certificate);
            let later = now + days * DAY;
            assert!(!certificate.is_good(later), "{days}");
            certificate.ensure(later).unwrap();
            assert!(certificate.is_good(later), "{days}");
            assert_ne!(text(&certificate), before, "{days}");
        }
    }

    #[test]
    fn broken_or_unrelated_files_are_replaced() {
        let (_folder, certificate, now) = made();
        let (_other_folder, other, _) = made();
        std::fs::copy(&other.authority, &certificate.authority).unwrap();
        assert!(!certificate.is_good(now), "an authority that did not sign it");
        certificate.ensure(now).unwrap();
        std::fs::write(&certificate.server, "nonsense").unwrap();
        certificate.ensure(now).unwrap();
        assert!(certificate.is_good(now));
    }

    /// A chain made with these parameters for a name, as a client judges it.
    fn verdict(authority: CertificateParams, name: &str) -> Result<(), webpki::Error> {
        let authority_key = KeyPair::generate().unwrap();
        let certificate = authority.self_signed(&authority_key).unwrap();
        let mut server = CertificateParams::new([name.to_owned()]).unwrap();
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let server_key = KeyPair::generate().unwrap();
        let server = server.signed_by(&server_key, &Issuer::new(authority, authority_key)).unwrap();
        let anchor = webpki::anchor_from_trusted_cert(certificate.der()).unwrap();
        let server = webpki::EndEntityCert::try_from(server.der()).unwrap();
        let usage = webpki::KeyUsage::server_auth();
        server.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &[anchor],
            &[],
            UnixTime::now(),
            usage,
            None,
            None,
        )?;
        server.verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap())
    }

    #[test]
    fn the_authority_vouches_for_loopback_and_for_nothing_else() {
        let now = OffsetDateTime::now_utc();
        for name in NAMES.into_iter().chain(["127.3.2.1"]) {
            verdict(authority(now), name).unwrap();
        }
        for name in ["example.com", "s3.amazonaws.com", "192.0.2.1", "128.0.0.1", "::2"] {
            let mut free = authority(now);
            free.name_constraints = None;
            verdict(free, name).unwrap();
            let refused = verdict(authority(now), name).unwrap_err();
            assert_eq!(refused, webpki::Error::NameConstraintViolation, "{name}");
        }
    }

    #[test]
    fn an_authority_without_constraints_is_replaced() {
        let (_folder, certificate, now) = made();
        // The first of its kind, as a home of an earlier version has it.
        let mut free = authority(now.into());
        free.name_constraints = None;
        let key = KeyPair::generate().unwrap();
        let pem = free.self_signed(&key).unwrap().pem();
        let mut server = CertificateParams::new(NAMES.map(str::to_owned)).unwrap();
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let server_key = KeyPair::generate().unwrap();
        let server = server.signed_by(&server_key, &Issuer::new(free, key)).unwrap();
        std::fs::write(&certificate.authority, pem).unwrap();
        std::fs::write(&certificate.server, server.pem() + &server_key.serialize_pem()).unwrap();
        assert!(!certificate.is_good(now));
    }

    #[test]
    fn the_key_is_for_its_owner_and_the_authoritys_key_is_nowhere() {
        let (folder, certificate, _) = made();
        assert_eq!(std::fs::metadata(&certificate.server).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!text(&certificate).contains("PRIVATE KEY"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
