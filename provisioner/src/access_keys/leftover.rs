//! Access keys that killed runs have left, told by the tag of the user
//! ([`UploadKey`]).
//!
//! # Guarantees
//! - A key goes only when a tag names it, or when a tag says that one was about to be made, and of the keys that the
//!   user did not have before exactly one was made then and was never used. The user's own keys stay.
//! - The key of a run that goes on stays, and so does one that was being given to somebody.

use std::time::Duration;

use aws_sdk_iam::types::AccessKeyMetadata;

use super::this_run::{Fate, Run};
use engine::aws::{Aws, AwsCall};
use engine::resources::user::UploadKey;

/// A run on another machine that began so long ago is over.
const LONGEST_RUN: Duration = Duration::from_secs(24 * 60 * 60);

/// How far apart tag and key may be made: [`Deadline::PROPAGATION`](engine::aws::Deadline) for a throttled call, and the
/// five minutes that the clocks of this machine and AWS may differ.
const APART: u64 = 8 * 60;

/// What is left of killed runs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Leftovers {
    /// The ids of the keys to remove.
    pub(super) keys: Vec<String>,
    /// Of keys that somebody may have got, and may not.
    pub(super) given: Vec<UploadKey>,
    /// The tags to take off after that.
    pub(super) tags: Vec<String>,
}

/// A key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its id.
    pub(super) id: String,
    /// Seconds since 1970 at which it was made.
    created: u64,
}

impl Listed {
    pub(super) fn of(key: &AccessKeyMetadata) -> Self {
        let created = key.create_date().and_then(|date| u64::try_from(date.secs()).ok()).unwrap_or(0);
        Self { id: key.access_key_id().unwrap_or_default().to_owned(), created }
    }
}

/// What of these marks and keys is left of killed runs.
pub(super) async fn find(aws: &Aws, marks: &[UploadKey], keys: &[Listed], now: Duration) -> Leftovers {
    let mut found = Leftovers::default();
    for mark in marks.iter().filter(|mark| is_over(mark, now)) {
        match &mark.key {
            // Perhaps somebody has it, and `keys` can tell more.
            Some(_) if mark.given.is_some() => {
                found.given.push(mark.clone());
                continue;
            }
            Some(id) => found.keys.push(id.clone()),
            None => match candidates(mark, marks, keys).as_slice() {
                [] => {}
                [key] if was_never_used(aws, &key.id).await => found.keys.push(key.id.clone()),
                // Perhaps the user's own: whoever looks at the tag can tell.
                _ => continue,
            },
        }
        found.tags.push(mark.tag_key());
    }
    found
}

fn is_over(mark: &UploadKey, now: Duration) -> bool {
    match Run::read(&mark.run).map(|run| run.fate()) {
        Some(Fate::Alive) => false,
        Some(Fate::Dead) => true,
        Some(Fate::Unknown) | None => mark.since + LONGEST_RUN.as_secs() < now.as_secs(),
    }
}

/// The keys that the run may have made after it had said that it would.
fn candidates<'k>(mark: &UploadKey, marks: &[UploadKey], keys: &'k [Listed]) -> Vec<&'k Listed> {
    let is_named = |id: &String| marks.iter().any(|mark| mark.key.as_ref() == Some(id));
    keys.iter()
        .filter(|key| !mark.before.contains(&key.id) && !is_named(&key.id))
        .filter(|key| key.created.abs_diff(mark.since) <= APART)
        .collect()
}

/// Without the right to ask, a key counts as used.
async fn was_never_used(aws: &Aws, id: &str) -> bool {
    match aws.iam.get_access_key_last_used().access_key_id(id).send().await.aws("GetAccessKeyLastUsed") {
        Ok(output) => output.access_key_last_used().is_none_or(|used| used.last_used_date().is_none()),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_790_000_000);

    fn mark(run: &str, age: u64, key: Option<&str>, before: &[&str]) -> UploadKey {
        UploadKey {
            run: run.to_owned(),
            since: NOW.as_secs() - age,
            key: key.map(str::to_owned),
            given: None,
            before: before.iter().map(|&id| id.to_owned()).collect(),
        }
    }

    fn key(id: &str, age: u64) -> Listed {
        Listed { id: id.to_owned(), created: NOW.as_secs() - age }
    }

    #[test]
    fn a_run_is_over_when_its_process_is_gone_or_after_a_day() {
        let this = Run::this().to_string();
        let day = LONGEST_RUN.as_secs();
        assert!(!is_over(&mark("0a1b2c3d4e5f-1-2", day, None, &[]), NOW));
        assert!(is_over(&mark("0a1b2c3d4e5f-1-2", day + 1, None, &[]), NOW));
        assert!(!is_over(&mark("who knows", 1, None, &[]), NOW));
        if Run::this().fate() == Fate::Alive {
            assert!(!is_over(&mark(&this, 7 * day, None, &[]), NOW));
            assert!(is_over(&mark(&format!("{this}0"), 1, None, &[]), NOW));
        }
    }

    #[test]
    fn the_users_own_keys_are_no_candidates() {
        let pending = mark("a-1-1", 1000, None, &["BEFORE"]);
        let other = mark("a-2-2", 1000, Some("NAMED"), &[]);
        let keys = [
            key("BEFORE", 1000),
            key("NAMED", 1000),
            key("LATER", 1000 - APART - 1),
            key("EARLIER", 1000 + APART + 1),
            key("OURS", 990),
        ];
        let found = candidates(&pending, &[pending.clone(), other], &keys);
        assert_eq!(found, [&key("OURS", 990)]);
    }
}
