//! The access key of a local AWS's root user.
//!
//! Who has it can run code as the user who started the server: a function is a process of theirs. So each home
//! has a random one, in a file that its owner alone can read.

use super::{Error, atomic};
use std::io::Read;
use std::path::Path;

/// What an access key id may consist of.
const ID_LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// No key of AWS begins like this: scanners that look for leaked keys stay quiet.
const ID_PREFIX: &str = "LOCALROOT";

/// Id and secret, as long as those of AWS.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct RootKey {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
}

/// Errors and logs never hold the secret.
impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootKey").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

impl RootKey {
    /// The key in this file; a new one when there is none, or none that is whole.
    pub(super) fn ensure(path: &Path) -> Result<Self, Error> {
        if let Some(key) = Self::read(path) {
            return Ok(key);
        }
        let key = Self::random().map_err(Error::file("read", "/dev/urandom"))?;
        let text = serde_json::to_vec(&key).map_err(|error| Error::file("write", path)(error.into()))?;
        atomic::write(path, text, 0o600)?;
        Ok(key)
    }

    /// The key in this file, when it is whole.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let key: Self = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        (key.access_key_id.starts_with(ID_PREFIX) && key.secret_access_key.len() == 40).then_some(key)
    }

    fn random() -> std::io::Result<Self> {
        let mut bytes = [0; 51];
        std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        let (id, secret) = bytes.split_at(11);
        // Both alphabets divide 256, so each letter is equally likely.
        let id = id.iter().map(|byte| char::from(ID_LETTERS[usize::from(byte % 32)]));
        let secret = secret.iter().map(|byte| char::from(SECRET_LETTERS[usize::from(byte % 64)]));
        Ok(Self { access_key_id: ID_PREFIX.chars().chain(id).collect(), secret_access_key: secret.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_home_keeps_its_key_and_another_has_another() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let key = RootKey::ensure(&one).unwrap();
        assert_eq!(RootKey::ensure(&one).unwrap(), key);
        assert_ne!(RootKey::ensure(&two).unwrap().secret_access_key, key.secret_access_key);
        assert_eq!(key.access_key_id.len(), 20);
        assert_eq!(key.secret_access_key.len(), 40);
        assert_eq!(std::fs::metadata(&one).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_broken_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for broken in ["", "{}", r#"{"access_key_id": "test", "secret_access_key": "test"}"#] {
            std::fs::write(&path, broken).unwrap();
            assert_eq!(RootKey::read(&path), None);
            let key = RootKey::ensure(&path).unwrap();
            assert_eq!(RootKey::read(&path), Some(key));
        }
    }

    #[test]
    fn its_debug_form_has_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let key = RootKey::ensure(&folder.path().join("key")).unwrap();
        assert!(!format!("{key:?}").contains(&key.secret_access_key));
    }
}
