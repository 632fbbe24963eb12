//! One picture: read it, clean it, write it, and look whether it is still the
//! newest.
//!
//! **Never an older picture over a newer one.** Events arrive twice and out of
//! order, and two invocations may work on one key at once. Each of them reads the
//! newest version, and after each of its writes asks whether the source is still
//! the upload that it read; if not, it starts again. So take the last write to a
//! key: after it, its invocation saw that the source had not changed. If the
//! source changed later, its event leads to a later write, and the write was not
//! the last. Hence the last write is of the newest upload.
//!
//! The first write to a key needs no such look: S3 takes it only where there is no copy, so nothing newer was there, and
//! what is newer than the upload that was read has an event that leads to a later write.
//!
//! **Nothing that the source does not have any more**, with `mirror_deletes`. Each deletion in bucket B is such a write,
//! too: the source is asked before it, whether it is gone or what it holds is refused, and after it, whether that is still
//! so; if not, it starts again. So the last write to a key is either of the newest upload, or a deletion for which
//! there was none, in whatever order and how often events arrive.
//!
//! *Assumptions*: S3 is strongly consistent (it is, since December 2020); a
//! write that was given up is not carried out later; an invocation that dies
//! between its write and its look is repeated (Lambda does, and then keeps the
//! event for replay); nobody else deletes a clean copy while its picture is replaced.

use std::time::{Duration, Instant, SystemTime};

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use bytes::Bytes;
use contract::event::Record;
use contract::log::Milliseconds;
use sanitizer::{
    Format, GainMapOutcome, HiddenPixelsOutcome, OrientationOutcome, ProfileOutcome, Removal, RightsOutcome,
    Sanitized,
};

use crate::{
    budget::{Budget, Share},
    clock::{Phase, Timed},
    destination::{self, Write},
    error::Error,
    settings::Settings,
    source::{self, Found, Headers, Opened, Read, Revision, Since},
    take_down::{reject, take_down},
    worker,
};

/// How often a picture is read again before the invocation gives up.
pub const ROUNDS: u32 = 5;

/// How long S3 may answer that there is no such object after versioning was enabled on its bucket.
const VERSIONING_SETTLES: Duration = Duration::from_secs(15 * 60);
/// The pauses between asking again for a picture that is said not to be there.
const ABSENT_PAUSES: [Duration; 3] =
    [Duration::from_millis(250), Duration::from_millis(750), Duration::from_secs(2)];

/// How it ended, when nothing went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A clean copy was written.
    Cleaned(Box<Cleaned>),
    /// The source is gone, and what was under its key in bucket B was removed.
    Removed,
    /// There was nothing to do, for this reason.
    Ignored(&'static str),
}

/// A clean copy that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The version that was read, in a bucket with versioning.
    pub version_id: Option<String>,
    /// The picture's format.
    pub format: Format,
    /// Length of the file that was read.
    pub input_bytes: usize,
    /// Length of the file that was written.
    pub output_bytes: usize,
    /// What was removed.
    pub removed: Vec<Removal>,
    /// What became of the orientation.
    pub orientation: OrientationOutcome,
    /// What became of the colour profile.
    pub color_profile: ProfileOutcome,
    /// What became of an HDR gain map.
    pub gain_map: GainMapOutcome,
    /// What became of words about rights.
    pub rights: RightsOutcome,
    /// What became of pixels that nobody sees.
    pub hidden_pixels: HiddenPixelsOutcome,
    /// How long it took.
    pub milliseconds: Milliseconds,
    /// Which round it was; more than 1 when the picture was replaced meanwhile.
    pub attempt: u32,
}

/// Cleans the picture of one record.
///
/// # Errors
/// See [`Error`]; nothing was published then, or not the newest.
pub async fn clean_one(
    s3: Timed<'_>,
    settings: &Settings,
    budget: &Budget,
    record: &Record,
) -> Result<Outcome, Error> {
    if record.bucket != settings.stack.source_bucket {
        let expected = settings.stack.source_bucket.clone();
        return Err(Error::ForeignBucket { bucket: record.bucket.clone(), expected });
    }
    let mirrors = settings.stack.mirror_deletes;
    let is_ours = record.is_creation() || (mirrors && record.deletion().is_some());
    if !is_ours {
        return Ok(Outcome::Ignored("nothing was uploaded"));
    }
    let key = record.key()?;

    let options = settings.stack.cleaning.options();
    let needed = |start: &[u8], length| sanitizer::memory_needed(start, length, &options);
    let mut published: Option<(Revision, Cleaned)> = None;
    let mut share = None;
    'rounds: for attempt in 1..=ROUNDS {
        let started = Instant::now();
        let (revision, headers, input) = loop {
            let opened = open(s3, settings, &key, record, published.is_some()).await?;
            if mirrors && opened.is_none() {
                if take_down(s3, settings, &key, record).await? {
                    return Ok(Outcome::Removed);
                }
                published = None;
                continue 'rounds;
            }
            let Some(opened) = opened
                .filter(|opened| !matches!(&published, Some((revision, _)) if *revision == opened.revision))
            else {
                // Gone, or it is what was published after all.
                return Ok(match published {
                    Some((_, cleaned)) => Outcome::Cleaned(Box::new(cleaned)),
                    None => Outcome::Ignored("the picture was deleted meanwhile"),
                });
            };
            let (revision, headers) = (opened.revision.clone(), opened.headers.clone());
            match opened.read(s3.clock, budget, &mut share, needed).await {
                Ok(Read::Whole(input)) => break (revision, headers, input),
                Ok(Read::NoRoom(bytes)) => {
                    s3.clock.enter(Phase::Wait);
                    share = budget.wait(bytes).await;
                }
                Err(error @ Error::MemoryHeld { .. }) => return Err(error),
                Err(error) if error.is_rejection() => {
                    match reject(s3, settings, &key, &revision, error).await? {
                        Some(error) => return Err(error),
                        None => continue 'rounds,
                    }
                }
                Err(error) if attempt == ROUNDS => return Err(error),
                Err(_) => {
                    pause_for(source::PAUSE).await;
                    continue 'rounds;
                }
            }
        };
        let get = started.elapsed();

        let started = Instant::now();
        let input_bytes = input.len();
        s3.clock.enter(Phase::Clean);
        let picture = match sanitize(input, &headers, settings, share.as_ref()).await {
            Ok(Some(picture)) => picture,
            Ok(None) => {
                s3.clock.enter(Phase::Wait);
                // Given back first: nobody may hold some and wait for more.
                drop(share.take());
                share = budget.wait_for_all().await;
                continue;
            }
            Err(error) => match reject(s3, settings, &key, &revision, error).await? {
                Some(error) => return Err(error),
                None => continue,
            },
        };
        let clean = started.elapsed();

        let started = Instant::now();
        let keep = settings.stack.keep_user_metadata;
        let made_of = revision.version_id.as_deref();
        let bucket = &settings.stack.destination_bucket;
        let put = |write| destination::put(s3, write, bucket, &key, &picture, headers.clone(), keep, made_of);
        // Only what S3 announces is likely to be new; a backfill writes over what is old.
        let is_perhaps_new = attempt == 1 && record.event_name.is_some() && !mirrors;
        let is_first = is_perhaps_new && put(Write::First).await?;
        if !is_first {
            put(Write::Over).await?;
        }
        let put = started.elapsed();
        // Its memory is for others from here on.
        let (format, output_bytes, report) = (picture.format, picture.len(), picture.into_report());
        share = None;

        let started = Instant::now();
        let since = if is_first {
            Since::Same
        } else {
            source::since(s3, &settings.stack.source_bucket, &key, &revision).await?
        };
        let cleaned = Cleaned {
            version_id: revision.version_id.clone(),
            format,
            input_bytes,
            output_bytes,
            removed: report.removed,
            orientation: report.orientation,
            color_profile: report.color_profile,
            gain_map: report.gain_map,
            rights: report.rights,
            hidden_pixels: report.hidden_pixels,
            milliseconds: Milliseconds {
                get: milliseconds(get),
                clean: milliseconds(clean),
                put: milliseconds(put),
                head: milliseconds(started.elapsed()),
            },
            attempt,
        };
        match since {
            Since::Deleted if mirrors => {
                if take_down(s3, settings, &key, record).await? {
                    return Ok(Outcome::Removed);
                }
                published = None;
            }
            Since::Same | Since::Deleted => return Ok(Outcome::Cleaned(Box::new(cleaned))),
            Since::PerhapsReplaced => published = Some((revision, cleaned)),
        }
    }
    Err(Error::ReplacedRepeatedly(ROUNDS))
}

/// Asks for the picture of a record; `None` when there is none.
async fn open(
    s3: Timed<'_>,
    settings: &Settings,
    key: &str,
    record: &Record,
    is_published: bool,
) -> Result<Option<Box<Opened>>, Error> {
    let bucket = &settings.stack.source_bucket;
    let found = match record.deletion() {
        // It is expected to be gone.
        Some(_) => source::open(s3, bucket, key).await?,
        None => find(s3, bucket, key).await?,
    };
    match found {
        Found::Object(opened) => Ok(Some(opened)),
        Found::Absent if !is_published && record.deletion().is_none() => match young(record) {
            Some(age) => Err(Error::NotThereYet { age }),
            None => Ok(None),
        },
        Found::Deleted | Found::Absent => Ok(None),
    }
}

/// Asks for the picture, and asks again for some seconds when S3 says that there is none.
async fn find(s3: Timed<'_>, bucket: &str, key: &str) -> Result<Found, Error> {
    for pause in ABSENT_PAUSES {
        match source::open(s3, bucket, key).await? {
            Found::Absent => pause_for(pause).await,
            found => return Ok(found),
        }
    }
    source::open(s3, bucket, key).await
}

#[expect(clippy::disallowed_methods, reason = "the one place where the function waits")]
async fn pause_for(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Seconds since the upload, while it is so young that S3 may not show it yet. Events made by hand need not say when
/// something happened.
pub(crate) fn young(record: &Record) -> Option<u64> {
    let uploaded = DateTime::from_str(record.event_time.as_deref()?, DateTimeFormat::DateTime).ok()?;
    let age = SystemTime::now().duration_since(SystemTime::try_from(uploaded).ok()?).unwrap_or_default();
    (age < VERSIONING_SETTLES).then_some(age.as_secs())
}

/// Runs the sanitizer with its share of the memory. Gives `None` when the picture takes more than its first bytes told,
/// and is to be tried again with all of it.
async fn sanitize(
    input: Bytes,
    headers: &Headers,
    settings: &Settings,
    share: Option<&Share>,
) -> Result<Option<Sanitized>, Error> {
    let mut options = settings.stack.cleaning.options();
    let length = input.len() as u64;
    options.max_memory = share.map_or(0, Share::bytes).saturating_sub(length);
    match worker::sanitize(input, options, share.cloned()).await {
        Ok(Ok(picture)) => Ok(Some(picture)),
        Ok(Err(sanitizer::Error::Memory { needed, .. })) => {
            settings.memory.fits(length.saturating_add(needed))?;
            Ok(None)
        }
        Ok(Err(error)) => Err(with_encoding(Error::from(&error), headers.content_encoding.as_deref())),
        // A panic is a bug, and the picture that found it is not published.
        Err(_) => Err(Error::Rejected {
            kind: "internal",
            reason: "the sanitizer panicked on this picture; this is a bug, please report it".to_owned(),
        }),
    }
}

/// A compressed upload is no picture to us; says so, since the reason is not
/// obvious to who sees the picture in a browser.
fn with_encoding(error: Error, encoding: Option<&str>) -> Error {
    match (error, encoding) {
        (Error::Rejected { kind: kind @ "not-a-picture", reason }, Some(encoding))
            if !encoding.is_empty() =>
        {
            let reason = format!("{reason}: it is stored with a Content-Encoding; upload the file itself");
            Error::Rejected { kind, reason }
        }
        (error, _) => error,
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::Client;

    use super::*;
    use crate::{clock::Clock, memory::Memory};
    use contract::environment::Environment;

    fn settings() -> Settings {
        let stack = Environment {
            source_bucket: "a".to_owned(),
            destination_bucket: "b".to_owned(),
            keep_user_metadata: false,
            cleaning: contract::cleaning::Cleaning::default(),
            mirror_deletes: false,
        };
        Settings { stack, memory: Memory::smallest() }
    }

    /// A client that can reach nothing: what is refused must be so before any call.
    fn offline() -> Client {
        let env = |name: &str| {
            let value = match name {
                "AWS_REGION" => "eu-central-1",
                "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => "test",
                "AWS_ENDPOINT_URL" => "http://127.0.0.1:1",
                _ => return None,
            };
            Some(value.to_owned())
        };
        crate::client::s3(env).unwrap()
    }

    async fn clean(record: &Record) -> Result<Outcome, Error> {
        let (client, clock) = (&offline(), &Clock::start(None));
        let settings = settings();
        clean_one(Timed { client, clock }, &settings, &Budget::new(settings.memory), record).await
    }

    fn record(bucket: &str, key: &str, event: &str) -> Record {
        Record {
            bucket: bucket.to_owned(),
            encoded_key: key.to_owned(),
            event_name: Some(event.to_owned()),
            event_time: None,
            version_id: None,
        }
    }

    #[tokio::test]
    async fn the_loop_guard_comes_first() {
        let record = record("b", "k.jpg", "ObjectCreated:Put");
        let error = clean(&record).await.unwrap_err();
        assert_eq!(error.kind(), "foreign-bucket");
    }

    #[tokio::test]
    async fn deletions_are_ignored_and_bad_keys_are_not() {
        let deleted = record("a", "k.jpg", "ObjectRemoved:Delete");
        let outcome = clean(&deleted).await.unwrap();
        assert_eq!(outcome, Outcome::Ignored("nothing was uploaded"));
        let bad = record("a", "100%", "ObjectCreated:Put");
        assert_eq!(clean(&bad).await.unwrap_err().kind(), "key");
    }

    #[test]
    fn an_upload_is_young_for_a_quarter_of_an_hour() {
        let at = |ago: u64| {
            let time = DateTime::from(SystemTime::now() - Duration::from_secs(ago));
            let time = time.fmt(DateTimeFormat::DateTime).unwrap();
            young(&Record { event_time: Some(time), ..record("a", "k.jpg", "ObjectCreated:Put") })
        };
        assert!(at(2).is_some_and(|age| (2..=4).contains(&age)));
        assert!(at(890).is_some());
        assert_eq!(at(901), None);
        for told in [None, Some("yesterday")] {
            let record =
                Record { event_time: told.map(str::to_owned), ..record("a", "k.jpg", "ObjectCreated:Put") };
            assert_eq!(young(&record), None);
        }
    }

    #[tokio::test]
    async fn an_unreachable_service_is_an_error() {
        let record = record("a", "k.jpg", "ObjectCreated:Put");
        let error = clean(&record).await.unwrap_err();
        assert_eq!(error.kind(), "s3");
        assert!(error.to_string().starts_with("GetObject: "), "{error}");
    }

    #[tokio::test]
    async fn what_is_no_picture_is_rejected_with_a_reason() {
        let text = Bytes::from_static(b"hello");
        let settings = settings();
        let share = Budget::new(settings.memory).wait_for_all().await;
        let error = sanitize(text.clone(), &Headers::default(), &settings, share.as_ref()).await.unwrap_err();
        assert_eq!(error.to_string(), "not a picture");
        let zipped = Headers { content_encoding: Some("gzip".to_owned()), ..Headers::default() };
        let error = sanitize(text, &zipped, &settings, share.as_ref()).await.unwrap_err();
        assert!(error.to_string().ends_with("upload the file itself"), "{error}");
    }
}
