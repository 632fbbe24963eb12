//! Access keys of a user that nobody accounts for.
//!
//! Nothing is stored about keys, so what is known of one is what IAM tells: when it was made, whether it is active,
//! whether it was ever used. A tag of the user accounts for the key of an upload ([`UploadKey`]). Of the others one is
//! what a user needs: somebody works with it. A key that is too old should be replaced. A second one, one that was never used for a day, and
//! one that is switched off have no known use; whoever has their secret has the user's rights all the same.

use std::time::{Duration, SystemTime};

use aws_sdk_iam::types::{AccessKeyMetadata, StatusType};
use futures::StreamExt;

use super::UploadKey;
use crate::aws::{Aws, AwsCall, AwsError};
use crate::stack::Tags;

/// So long a new key may wait for its first use.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// From so many days on a key should be replaced
/// (<https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-3>).
pub const OLD_DAYS: u64 = 90;

/// A key that no tag of an upload accounts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnKey {
    /// Its id, which is no secret.
    pub id: String,
    /// Whether it may be used.
    pub is_active: bool,
    /// Whether it was made more than a day ago and was never used since.
    pub is_unused: bool,
    /// How old it is, in days.
    pub days: u64,
}

/// Why some keys of a user have no known use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// There are several.
    Several(Vec<String>),
    /// It is switched off.
    Inactive(String),
    /// It was made more than a day ago and was never used.
    Unused(String),
    /// It is so many days old, and should be replaced.
    Old(String, u64),
}

/// What is to be told of a user's own keys.
#[must_use]
pub fn doubt(keys: &[OwnKey]) -> Option<Doubt> {
    match keys {
        [] => None,
        [key] if !key.is_active => Some(Doubt::Inactive(key.id.clone())),
        [key] if key.is_unused => Some(Doubt::Unused(key.id.clone())),
        [key] if key.days > OLD_DAYS => Some(Doubt::Old(key.id.clone(), key.days)),
        [_] => None,
        several => Some(Doubt::Several(several.iter().map(|key| key.id.clone()).collect())),
    }
}

/// Reads the keys of a user that its tags do not account for. Nobody is kept from planning who may not read them, and
/// a user that is gone has none.
///
/// # Errors
/// When a call fails otherwise.
pub(super) async fn list(aws: &Aws, user: &str) -> Result<Vec<AccessKeyMetadata>, AwsError> {
    match aws.iam.list_access_keys().user_name(user).send().await.aws("ListAccessKeys") {
        Ok(output) => Ok(output.access_key_metadata),
        Err(error) if error.is_not_found() || error.is_access_denied() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Tells which of these keys are the user's own, and asks of old ones whether they were ever used.
pub(super) async fn own(aws: &Aws, tags: &Tags, keys: Vec<AccessKeyMetadata>) -> Vec<OwnKey> {
    let marks = UploadKey::of_tags(tags);
    let own = keys.into_iter().filter(|key| !is_of_upload(&marks, key.access_key_id().unwrap_or_default()));
    let read = futures::stream::iter(own).map(|key| async move {
        let id = key.access_key_id().unwrap_or_default().to_owned();
        let is_active = key.status() != Some(&StatusType::Inactive);
        let age = age(&key);
        let is_unused = is_active && age > PATIENCE && was_never_used(aws, &id).await;
        OwnKey { id, is_active, is_unused, days: age.as_secs() / 86_400 }
    });
    // IAM allows two keys.
    read.buffered(2).collect().await
}

/// Whether an upload has made the key, or may have: it says that it is about to.
fn is_of_upload(marks: &[UploadKey], id: &str) -> bool {
    marks.iter().any(|mark| match &mark.key {
        Some(named) => named == id && mark.given.is_none(),
        None => !mark.before.iter().any(|before| before == id),
    })
}

/// How old a key is; one that does not tell is new.
fn age(key: &AccessKeyMetadata) -> Duration {
    let made = key.create_date().and_then(|date| SystemTime::try_from(*date).ok());
    made.and_then(|made| made.elapsed().ok()).unwrap_or_default()
}

/// Without an answer a key counts as used.
async fn was_never_used(aws: &Aws, id: &str) -> bool {
    match aws.iam.get_access_key_last_used().access_key_id(id).send().await.aws("GetAccessKeyLastUsed") {
        Ok(output) => output.access_key_last_used().is_none_or(|used| used.last_used_date().is_none()),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_iam::primitives::DateTime;

    use super::*;

    fn key(id: &str, is_active: bool, is_unused: bool) -> OwnKey {
        OwnKey { id: id.to_owned(), is_active, is_unused, days: 1 }
    }

    #[test]
    fn one_key_in_use_is_what_a_user_needs() {
        assert_eq!(doubt(&[]), None);
        assert_eq!(doubt(&[key("A", true, false)]), None);
        assert_eq!(doubt(&[key("A", true, true)]), Some(Doubt::Unused("A".to_owned())));
        assert_eq!(doubt(&[key("A", false, false)]), Some(Doubt::Inactive("A".to_owned())));
        let old = |days| [OwnKey { days, ..key("A", true, false) }];
        assert_eq!((doubt(&old(90)), doubt(&old(91))), (None, Some(Doubt::Old("A".to_owned(), 91))));
        let two = [key("A", true, false), key("B", false, false)];
        assert_eq!(doubt(&two), Some(Doubt::Several(vec!["A".to_owned(), "B".to_owned()])));
    }

    #[test]
    fn keys_of_uploads_are_not_the_users_own() {
        let mark = |key: Option<&str>, before: &[&str]| UploadKey {
            run: "r".to_owned(),
            since: 0,
            key: key.map(str::to_owned),
            given: None,
            before: before.iter().map(|&id| id.to_owned()).collect(),
        };
        let named = [mark(Some("NEW"), &["OLD"])];
        assert!(
            is_of_upload(&named, "NEW") && !is_of_upload(&named, "OLD") && !is_of_upload(&named, "OTHER")
        );
        let pending = [mark(None, &["OLD"])];
        assert!(is_of_upload(&pending, "PERHAPS") && !is_of_upload(&pending, "OLD"));
        assert!(!is_of_upload(&[], "OLD"));
    }

    #[test]
    fn a_new_key_has_a_day() {
        let made = |ago: u64| {
            let time = SystemTime::now() - Duration::from_secs(ago);
            let key = AccessKeyMetadata::builder().create_date(DateTime::from(time));
            age(&key.build()) > PATIENCE
        };
        assert!(!made(0) && !made(86_300) && made(86_500));
        assert_eq!(age(&AccessKeyMetadata::builder().build()), Duration::ZERO);
    }
}
