//! `keys`: the access keys of the stack's users.

use serde::Serialize;

use super::exact;
use crate::access_keys::{LastUse, Listed, Profile};
use crate::moment::rfc3339;

/// `keys list`
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct KeysListed {
    /// The users of config.toml.
    users: Vec<User>,
}

/// A user with its keys.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct User {
    /// Its name in config.toml.
    user: String,
    /// Its name in IAM.
    iam_user: String,
    /// Its keys, the oldest first.
    keys: Vec<Key>,
}

/// An access key.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Key {
    /// Its id, which is no secret.
    access_key_id: String,
    /// Whether it may be used.
    active: bool,
    /// When it was made, in RFC 3339.
    created: String,
    /// Whether it should be replaced: active, and made more than 90 days ago.
    old: bool,
    /// `never`, `used`, or `unknown` when these credentials may not ask.
    usage: &'static str,
    /// When it was used last, in RFC 3339; AWS tells it some hours late.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    /// For what it was used last: service and region.
    #[serde(skip_serializing_if = "Option::is_none")]
    used_for: Option<String>,
    /// It belongs to an upload or another run that goes on.
    of_run: bool,
    /// A run was killed while it gave this key away: perhaps nobody has it.
    perhaps_given: bool,
}

impl KeysListed {
    /// Users by their names in config.toml and in IAM, with their keys.
    pub(crate) fn of(users: &[(String, String, Vec<Listed>)], now: i64) -> Self {
        let user = |(user, iam_user, keys): &(String, String, Vec<Listed>)| User {
            user: user.clone(),
            iam_user: iam_user.clone(),
            keys: keys.iter().map(|key| Key::of(key, now)).collect(),
        };
        Self { users: users.iter().map(user).collect() }
    }
}

impl Key {
    fn of(key: &Listed, now: i64) -> Self {
        let (usage, last_used, used_for) = match &key.last_use {
            LastUse::Never => ("never", None, None),
            LastUse::At(at, what) => ("used", Some(rfc3339(*at)), Some(what.clone())),
            LastUse::Unknown => ("unknown", None, None),
        };
        Self {
            access_key_id: key.id.clone(),
            active: key.is_active,
            created: rfc3339(key.created),
            old: key.is_old(now),
            usage,
            last_used,
            used_for,
            of_run: key.is_of_run,
            perhaps_given: key.perhaps_given.is_some(),
        }
    }
}

/// `keys issue` and `keys rotate`
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct KeyIssued {
    /// The user's name in config.toml.
    pub(crate) user: String,
    /// Its name in IAM.
    pub(crate) iam_user: String,
    /// The id of the new key; that of the present one when the old one was all that was left to do.
    pub(crate) access_key_id: String,
    /// Its secret, which AWS tells this once; not there when it is in a profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret_access_key: Option<String>,
    /// The profile that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    /// The file of the profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// The bytes of that path in Base64. Only when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_bytes: Option<String>,
    /// The ids of the keys that the user had before and has no more.
    pub(crate) revoked: Vec<String>,
    /// The ids of the other keys that it still has.
    pub(crate) kept: Vec<String>,
}

impl KeyIssued {
    /// With where the key is.
    pub(crate) fn in_profile(self, name: &str, profile: &Profile) -> Self {
        let (file, file_bytes) = exact(profile.path());
        Self { profile: Some(name.to_owned()), file: Some(file), file_bytes, ..self }
    }
}

/// `keys revoke`
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct KeyRevoked {
    /// The user's name in config.toml.
    pub(crate) user: String,
    /// Its name in IAM.
    pub(crate) iam_user: String,
    /// The id of the key that is gone.
    pub(crate) revoked: String,
}
