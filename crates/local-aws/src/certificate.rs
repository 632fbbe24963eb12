//! The certificate of the local AWS, and the authority that signed it.
//!
//! The authority exists for this one certificate: its private key is never written to disk, so nobody can
//! ever sign anything else with it, not even after stealing the folder. Both are made anew together when
//! they are about to expire.

use super::Error;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
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

        let mut authority = CertificateParams::default();
        authority.not_before = now - BACKDATE;
        authority.not_after = now + LIFETIME;
        authority.distinguished_name.push(DnType::CommonName, "provisioner: the AWS on this machine");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
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

        write(&self.server, &format!("{}{}", server_certificate.pem(), server_key.serialize_pem()), 0o600)?;
        write(&self.authority, &authority_certificate.pem(), 0o644)
    }
}

/// Replaces a file in one step; nobody sees half of it, nor a key that is readable for a moment.
fn write(path: &Path, content: &str, mode: u32) -> Result<(), Error> {
    let failed = || Error::file("write", path);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed())?;
    file.write_all(content.as_bytes()).map_err(failed())?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).map_err(failed())?;
    file.persist(path).map(drop).map_err(|error| failed()(error.error))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn the_key_is_for_its_owner_and_the_authoritys_key_is_nowhere() {
        let (folder, certificate, _) = made();
        assert_eq!(std::fs::metadata(&certificate.server).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!text(&certificate).contains("PRIVATE KEY"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
