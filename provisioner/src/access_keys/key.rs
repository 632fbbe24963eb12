//! An access key of a user of the stack: made for one run and removed after it, or made to be given to somebody.
//!
//! # Expected flow
//! Remove what killed runs have left; tag the user with this run; make the key; name it in the tag. After the upload
//! the key goes, then the tag.
//!
//! # Guarantees
//! - The secret leaves this process only through [`AccessKey::give`].
//! - From before the key is made until after it is gone, a tag of the user tells of it. So a run that is killed leaves
//!   nothing that the next one does not find. Whoever has an [`AccessKey`] gives it to [`AccessKey::remove`].
//!
//! # Caveats
//! - Without the right to tag users (`iam:TagUser`) a key is made all the same, and nothing tells of it.
//! - A tag that IAM does not take off stays until the next upload as this user. Terraform shows it as drift.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aws_sdk_iam::config::retry::RetryConfig;
use aws_sdk_iam::types::{AccessKeyMetadata, Tag};

use super::leftover::{self, Listed};
use super::this_run::{Run, now};
use crate::failure::Failure;
use crate::suggest::Suggest;
use engine::aws::{Aws, AwsCall, AwsError, Deadline, Wait, until};
use engine::resources::user::UploadKey;

/// AWS allows a user so many keys
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const MOST_KEYS: usize = 2;

/// How long an "access denied" may be a key that S3 does not know yet. Longer, and
/// it is the user's policy.
const DENIED: Duration = Duration::from_secs(15);

/// How long to try to remove a key, or to set or take off its tag.
const REMOVAL: Deadline = Deadline(Duration::from_secs(30));

/// A key made by this run.
pub(crate) struct AccessKey {
    user: String,
    /// Its public part.
    pub id: String,
    secret: String,
    /// What the user's tag tells of it, unless it may not be set.
    mark: Option<UploadKey>,
    /// The ids of the keys of killed runs that were removed before.
    pub removed: Vec<String>,
}

impl AccessKey {
    /// Makes a key for the IAM user `user`, when the keys are gone that killed runs have left. Dropped half-way it may
    /// leave a key, which the next run removes.
    ///
    /// # Errors
    /// When there is no such user, it has two keys already, or IAM fails.
    pub(crate) async fn create(aws: &Aws, user: &str, suggest: &Suggest) -> Result<Self, Failure> {
        let missing = |error| missing_user(error, user, suggest);
        let (mut before, marks) = futures::try_join!(list(aws, user), marks(aws, user)).map_err(missing)?;
        let Swept { removed, .. } = remove_leftovers(aws, user, &mut before, &marks).await?;
        if before.len() >= MOST_KEYS {
            return Err(too_many(user, &before, suggest));
        }
        let mut mark = UploadKey {
            run: Run::this().to_string(),
            since: now().as_secs(),
            key: None,
            given: None,
            before: before.iter().filter_map(AccessKeyMetadata::access_key_id).map(str::to_owned).collect(),
        };
        let is_tagged = match set_tag(aws, user, &mark).await {
            Ok(()) => true,
            Err(error) if error.is_access_denied() => false,
            Err(error) => return Err(missing(error)),
        };
        let made = Self::make(aws, user, &before, suggest).await;
        let (id, secret) = match made {
            Ok(made) => made,
            Err(failure) => {
                take_off(aws, user, is_tagged.then(|| mark.tag_key()).as_deref()).await;
                return Err(failure);
            }
        };
        mark.key = Some(id.clone());
        let mark = is_tagged.then_some(mark);
        let key = Self { user: user.to_owned(), id, secret, mark, removed };
        if let Some(mark) = &key.mark
            && let Err(error) = set_tag(aws, user, mark).await
        {
            key.remove(aws).await?;
            return Err(error.into());
        }
        Ok(key)
    }

    /// The id and the secret of a new key.
    async fn make(
        aws: &Aws,
        user: &str,
        before: &[AccessKeyMetadata],
        suggest: &Suggest,
    ) -> Result<(String, String), Failure> {
        // Each try makes another key, so there is no second one unless AWS said
        // that it did nothing.
        let once = || aws_sdk_iam::config::Builder::new().retry_config(RetryConfig::disabled());
        let created = until(
            Deadline::PROPAGATION,
            &|_| (),
            |error| error.is_throttled().then_some("AWS asks to slow down"),
            async || {
                let call = aws.iam.create_access_key().user_name(user).customize();
                call.config_override(once()).send().await.aws("CreateAccessKey")
            },
        )
        .await;
        match created {
            Ok(output) => {
                let key = output.access_key.ok_or_else(|| AwsError {
                    operation: "CreateAccessKey",
                    code: None,
                    status: None,
                    message: "the answer has no access key".to_owned(),
                    request_id: None,
                    transport: None,
                })?;
                Ok((key.access_key_id, key.secret_access_key))
            }
            Err(error) if error.code.as_deref() == Some("LimitExceeded") => {
                Err(too_many(user, &list(aws, user).await?, suggest))
            }
            Err(error) => {
                if error.is_uncertain() {
                    remove_unknown(aws, user, before).await;
                }
                Err(missing_user(error, user, suggest))
            }
        }
    }

    /// An S3 client with this key.
    #[must_use]
    pub(crate) fn client(&self, aws: &Aws) -> aws_sdk_s3::Client {
        aws.s3_as(&self.id, &self.secret)
    }

    /// Waits until S3 knows the key: asks for something that every writer may do
    /// and that changes nothing, ending an upload in parts that does not exist.
    ///
    /// # Errors
    /// When S3 still refuses the key at the deadline, or fails otherwise.
    pub(crate) async fn wait_until_usable(
        client: &aws_sdk_s3::Client,
        bucket: &str,
        key: &str,
        on_wait: &(dyn for<'w> Fn(Wait<'w>) + Sync),
    ) -> Result<(), AwsError> {
        let start = Instant::now();
        let reason = |error: &AwsError| not_known_yet(error, start.elapsed());
        until(Deadline::PROPAGATION, on_wait, reason, async || {
            let call = client.abort_multipart_upload().bucket(bucket).key(key).upload_id("none");
            match call.send().await.aws("AbortMultipartUpload") {
                Err(error) if error.is_not_found() && !error.is_no_such_bucket() => Ok(()),
                other => other.map(drop),
            }
        })
        .await
    }

    /// Removes the key. If that fails its tag stays, so that the next run does it.
    ///
    /// # Errors
    /// When it could not be removed within half a minute.
    pub(crate) async fn remove(&self, aws: &Aws) -> Result<(), AwsError> {
        remove(aws, &self.user, &self.id).await?;
        take_off(aws, &self.user, self.mark.as_ref().map(UploadKey::tag_key).as_deref()).await;
        Ok(())
    }

    /// Gives the key to somebody to keep: `deliver` gets the id and the secret. If it fails, the key goes. `to` says where
    /// to, in letters, digits and `-`: when the run is killed just then, that is what can be told.
    ///
    /// # Errors
    /// Those of `deliver`, or IAM's before it.
    pub(crate) async fn give(
        &self,
        aws: &Aws,
        to: &str,
        deliver: impl FnOnce(&str, &str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let given = self.mark.as_ref().map(|mark| UploadKey { given: Some(to.to_owned()), ..mark.clone() });
        let told = match &given {
            Some(given) => set_tag(aws, &self.user, given).await.map_err(Failure::from),
            None => Ok(()),
        };
        if let Err(failure) = told.and_then(|()| deliver(&self.id, &self.secret)) {
            self.remove(aws).await?;
            return Err(failure);
        }
        Ok(())
    }

    /// From now on the key is its user's own: it is where it should be, and nothing tells of it any more.
    pub(crate) async fn settle(&self, aws: &Aws) {
        take_off(aws, &self.user, self.mark.as_ref().map(UploadKey::tag_key).as_deref()).await;
    }
}

/// Why a refusal may be that of a key made a moment ago. The servers of S3 learn
/// of a key one after the other.
pub(crate) fn not_known_yet(error: &AwsError, elapsed: Duration) -> Option<&'static str> {
    let early_denial = error.is_access_denied() && elapsed < DENIED;
    (error.is_credentials() || early_denial).then_some("S3 does not know the user's new access key yet")
}

pub(super) async fn list(aws: &Aws, user: &str) -> Result<Vec<AccessKeyMetadata>, AwsError> {
    let output = aws.iam.list_access_keys().user_name(user).send().await.aws("ListAccessKeys")?;
    Ok(output.access_key_metadata)
}

/// What the tags of the user tell of keys of runs.
pub(super) async fn marks(aws: &Aws, user: &str) -> Result<Vec<UploadKey>, AwsError> {
    let output = aws.iam.get_user().user_name(user).send().await.aws("GetUser")?;
    let tags = output.user.map(|user| user.tags.unwrap_or_default()).unwrap_or_default();
    Ok(UploadKey::of_tags(&tags.into_iter().map(|tag| (tag.key, tag.value)).collect()))
}

/// What was found of killed runs.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// The ids of the keys that were removed.
    pub(super) removed: Vec<String>,
    /// The marks of keys that killed runs may have given to somebody, and may not.
    pub(super) perhaps_given: Vec<UploadKey>,
}

/// Removes the keys that killed runs have left, and takes them out of `keys`.
pub(super) async fn remove_leftovers(
    aws: &Aws,
    user: &str,
    keys: &mut Vec<AccessKeyMetadata>,
    marks: &[UploadKey],
) -> Result<Swept, AwsError> {
    if marks.is_empty() {
        return Ok(Swept::default());
    }
    let listed: Vec<Listed> = keys.iter().map(Listed::of).collect();
    let found = leftover::find(aws, marks, &listed, now()).await;
    for id in &found.keys {
        remove(aws, user, id).await?;
    }
    for tag in &found.tags {
        take_off(aws, user, Some(tag)).await;
    }
    let is_gone =
        |key: &AccessKeyMetadata| key.access_key_id().is_some_and(|id| found.keys.iter().any(|it| it == id));
    let gone = keys.extract_if(.., |key| is_gone(key));
    let removed = gone.filter_map(|key| key.access_key_id).collect();
    Ok(Swept { removed, perhaps_given: found.given })
}

async fn set_tag(aws: &Aws, user: &str, mark: &UploadKey) -> Result<(), AwsError> {
    let tag = Tag::builder().key(mark.tag_key()).value(mark.tag_value()).build().ok();
    until(REMOVAL, &|_| (), may_help, async || {
        let call = aws.iam.tag_user().user_name(user).set_tags(tag.clone().map(|tag| vec![tag]));
        call.send().await.aws("TagUser").map(drop)
    })
    .await
}

/// Takes the tag off. A tag that stays does no harm: the next run takes it off.
pub(super) async fn take_off(aws: &Aws, user: &str, tag: Option<&str>) {
    let Some(tag) = tag else { return };
    let _ = until(REMOVAL, &|_| (), may_help, async || {
        match aws.iam.untag_user().user_name(user).tag_keys(tag).send().await.aws("UntagUser") {
            Err(error) if error.is_not_found() => Ok(()),
            other => other.map(drop),
        }
    })
    .await;
}

/// Why a call that may be repeated is repeated.
fn may_help(error: &AwsError) -> Option<&'static str> {
    (error.is_uncertain() || error.is_throttled() || error.is_conflict()).then_some("IAM is busy")
}

/// Removes a key; one that is gone is no error.
pub(super) async fn remove(aws: &Aws, user: &str, id: &str) -> Result<(), AwsError> {
    until(REMOVAL, &|_| (), may_help, async || {
        let call = aws.iam.delete_access_key().user_name(user).access_key_id(id);
        match call.send().await.aws("DeleteAccessKey") {
            Err(error) if error.is_not_found() => Ok(()),
            other => other.map(drop),
        }
    })
    .await
}

/// After a call whose answer was lost: a key that appeared during it is ours, and
/// nobody has its secret.
async fn remove_unknown(aws: &Aws, user: &str, before: &[AccessKeyMetadata]) {
    let known: BTreeSet<&str> = before.iter().filter_map(AccessKeyMetadata::access_key_id).collect();
    let Ok(now) = list(aws, user).await else { return };
    for id in now.iter().filter_map(AccessKeyMetadata::access_key_id).filter(|id| !known.contains(id)) {
        let _ = remove(aws, user, id).await;
    }
}

pub(super) fn missing_user(error: AwsError, user: &str, suggest: &Suggest) -> Failure {
    if error.is_not_found() {
        return Failure::Refused {
            what: format!("the user {user} does not exist"),
            hint: format!("run `{}`: it creates the users of config.toml", suggest.command("up")),
        };
    }
    error.into()
}

fn too_many(user: &str, keys: &[AccessKeyMetadata], suggest: &Suggest) -> Failure {
    let keys: Vec<String> = keys
        .iter()
        .map(|key| {
            let since = key.create_date().map(|date| format!(" of {date}")).unwrap_or_default();
            format!("{}{since}", key.access_key_id().unwrap_or_default())
        })
        .collect();
    Failure::Refused {
        what: format!(
            "{user} has {} access keys already ({}), and AWS allows {MOST_KEYS}; this needs one more, an upload for \
             as long as it runs",
            keys.len(),
            keys.join(", ")
        ),
        hint: format!(
            "`{}` shows which one is in use, `{}` removes one; or upload without --as",
            suggest.command("keys list"),
            suggest.command("keys revoke USER ID")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_is_waited_for_and_a_policy_is_not_for_long() {
        let soon = Duration::from_secs(1);
        for code in ["InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"] {
            assert!(not_known_yet(&AwsError::with_code(code), soon).is_some(), "{code}");
        }
        assert!(not_known_yet(&AwsError::with_code("AccessDenied"), DENIED).is_none());
        assert!(not_known_yet(&AwsError::with_code("InvalidAccessKeyId"), DENIED).is_some());
        assert!(not_known_yet(&AwsError::with_code("NoSuchBucket"), soon).is_none());
    }

    #[test]
    fn two_keys_are_named_and_the_way_out_too() {
        let key = |id: &str| AccessKeyMetadata::builder().access_key_id(id).build();
        let failure = too_many("photos-anna", &[key("AKIA1"), key("AKIA2")], &Suggest::default());
        assert!(failure.to_string().contains("AKIA1, AKIA2"), "{failure}");
        assert!(failure.hint(&Suggest::default()).is_some_and(|hint| hint.contains("provisioner keys list")));
    }
}
