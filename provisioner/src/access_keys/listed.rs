//! The access keys that a user has, as IAM tells them.

use aws_sdk_iam::primitives::DateTime;
use aws_sdk_iam::types::StatusType;
use engine::aws::{Aws, AwsCall, AwsError};
use engine::resources::user::{OLD_DAYS, UploadKey};

use super::key::{self, Swept};
use crate::failure::Failure;
use crate::suggest::Suggest;

/// Where to a key goes that is shown.
pub(crate) const ON_SCREEN: &str = "screen";

/// When a key was used last. IAM tells it some hours late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LastUse {
    /// Not yet.
    Never,
    /// Then, in seconds since 1970, and for what service and region.
    At(i64, String),
    /// These credentials may not ask.
    Unknown,
}

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its id, which is no secret.
    pub(crate) id: String,
    /// Whether it may be used.
    pub(crate) is_active: bool,
    /// When it was made, in seconds since 1970.
    pub(crate) created: i64,
    /// When it was used last.
    pub(crate) last_use: LastUse,
    /// It belongs to an upload or another run that goes on.
    pub(crate) is_of_run: bool,
    /// A run was killed while it gave the key away: where to, in its words.
    pub(crate) perhaps_given: Option<String>,
}

impl Listed {
    /// Whether it should be replaced.
    pub(crate) fn is_old(&self, now: i64) -> bool {
        self.is_active && now - self.created > OLD_DAYS.cast_signed() * 86_400
    }
}

/// The keys of an IAM user, the oldest first, after those are gone that killed runs have left; these are told, too.
///
/// # Errors
/// When there is no such user, or IAM fails.
pub(crate) async fn list(
    aws: &Aws,
    user: &str,
    suggest: &Suggest,
) -> Result<(Vec<Listed>, Vec<String>), Failure> {
    let missing = |error| key::missing_user(error, user, suggest);
    let (mut keys, marks) =
        futures::try_join!(key::list(aws, user), key::marks(aws, user)).map_err(missing)?;
    let Swept { removed, perhaps_given } = key::remove_leftovers(aws, user, &mut keys, &marks).await?;
    let mut listed = Vec::new();
    for key in keys {
        let id = key.access_key_id().unwrap_or_default().to_owned();
        let given = perhaps_given.iter().find(|mark| mark.key.as_ref() == Some(&id));
        let last_use = last_use(aws, &id).await?;
        // Somebody read it from the screen: who uses it has got it.
        let given = match given {
            Some(mark) if mark.given.as_deref() == Some(ON_SCREEN) && is_used_since(&last_use, mark) => {
                key::take_off(aws, user, Some(&mark.tag_key())).await;
                None
            }
            given => given,
        };
        listed.push(Listed {
            perhaps_given: given.and_then(|mark| mark.given.clone()),
            is_active: key.status() != Some(&StatusType::Inactive),
            created: key.create_date().map_or(0, DateTime::secs),
            last_use,
            is_of_run: marks
                .iter()
                .any(|mark: &UploadKey| mark.key.as_ref() == Some(&id) && mark.given.is_none()),
            id,
        });
    }
    listed.sort_by_key(|key| key.created);
    Ok((listed, removed))
}

/// Whether somebody has used the key after the run that made it was over: that run tried it out.
fn is_used_since(last_use: &LastUse, mark: &UploadKey) -> bool {
    const RUN: i64 = 15 * 60;
    matches!(last_use, LastUse::At(at, _) if at - RUN > mark.since.cast_signed())
}

async fn last_use(aws: &Aws, id: &str) -> Result<LastUse, AwsError> {
    match aws.iam.get_access_key_last_used().access_key_id(id).send().await.aws("GetAccessKeyLastUsed") {
        Err(error) if error.is_access_denied() => Ok(LastUse::Unknown),
        Err(error) => Err(error),
        Ok(output) => {
            let used = output.access_key_last_used();
            let date = used.and_then(|used| used.last_used_date());
            Ok(match (used, date) {
                (Some(used), Some(date)) => {
                    // IAM writes N/A for what it does not know.
                    let known = |text: &str| (text != "N/A").then(|| text.to_owned());
                    let place = [known(used.service_name()), known(used.region())];
                    LastUse::At(date.secs(), place.into_iter().flatten().collect::<Vec<_>>().join(", "))
                }
                _ => LastUse::Never,
            })
        }
    }
}

/// Takes a key away from its user, for good, and what the user's tags tell of it.
///
/// # Errors
/// When IAM fails; one that is gone is no error.
pub(crate) async fn revoke(aws: &Aws, user: &str, id: &str) -> Result<(), AwsError> {
    key::remove(aws, user, id).await?;
    settle(aws, user, id).await
}

/// Takes off the tags that tell of a key: it is gone, or it is where it should be.
///
/// # Errors
/// When IAM fails.
pub(crate) async fn settle(aws: &Aws, user: &str, id: &str) -> Result<(), AwsError> {
    for mark in key::marks(aws, user).await?.iter().filter(|mark| mark.key.as_deref() == Some(id)) {
        key::take_off(aws, user, Some(&mark.tag_key())).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_that_made_a_key_is_not_its_user() {
        let mark = UploadKey {
            run: "r".to_owned(),
            since: 1_000,
            key: Some("AKIA1".to_owned()),
            given: Some(ON_SCREEN.to_owned()),
            before: Vec::new(),
        };
        assert!(!is_used_since(&LastUse::At(1_060, String::new()), &mark));
        assert!(is_used_since(&LastUse::At(5_000, String::new()), &mark));
        assert!(!is_used_since(&LastUse::Never, &mark) && !is_used_since(&LastUse::Unknown, &mark));
    }
}
