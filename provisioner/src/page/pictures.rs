//! A picture that was dropped, on its way: looked at, sent as `upload` sends, found clean, got back and looked at again.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use sanitizer::{Format, Rights};

use super::Page;
use super::answer::{Answer, Status};
use super::{hidden, told};
use crate::failure::Failure;
use crate::files::Location;
use crate::interrupt::Interruptible;
use crate::json;
use crate::json::page::{Dropped, Stage};
use crate::pictures::inspect_bytes;
use crate::report::bytes as bytes_text;
use crate::upload::{Journey, MOST_LOOKED_AT, News, Outcome, Picture, Prediction, Rules, key_of};
use engine::aws::{AwsCall, AwsError, Transport};
use engine::config::BucketRole;

/// Pictures in memory at once; the next one waits in the browser.
pub(super) const AT_ONCE: usize = 4;
/// The longest one: what is longer is not looked at before it is sent, and the page is about looking.
#[expect(clippy::cast_possible_truncation, reason = "128 MiB")]
pub(super) const MOST_BYTES: usize = MOST_LOOKED_AT as usize;
/// How long a clean copy is waited for.
const WAIT: Duration = Duration::from_secs(90);

/// A picture that was taken.
pub(super) struct Taken {
    pub(super) id: u64,
    key: Result<String, String>,
    name: String,
    bytes: Bytes,
}

impl Taken {
    /// Takes a picture. `None`: one of the same key is under way.
    pub(super) fn new(page: &Page, name: String, bytes: Bytes) -> Option<Self> {
        let rules = Rules { trigger: &page.stack.config.trigger, prefix: None, user: None };
        let key = key_of(&name, &rules);
        let id = page.gallery.add(&name, key.as_deref().ok(), bytes.len())?;
        Some(Self { id, key, name, bytes })
    }

    /// Takes it all the way.
    pub(super) async fn go(self, page: Arc<Page>) {
        let (id, gallery) = (self.id, &page.gallery);
        self.look(&page).await;
        let key = match self.key {
            Ok(key) => key,
            Err(why) => return gallery.change(id, |shown| end(shown, Stage::Refused, Some(why))),
        };
        gallery.change(id, |shown| shown.stage = Stage::Sending);
        let path = PathBuf::from(&self.name);
        let picture =
            Picture { location: Location::Named(path.clone()), path, key, bytes: self.bytes.len() as u64 };
        let is_sent = AtomicBool::new(false);
        let on_news = |News::Waiting { .. }: News<'_>| {
            if !is_sent.swap(true, Ordering::Relaxed) {
                gallery.change(id, |shown| shown.stage = Stage::Cleaning);
            }
        };
        let journey = Journey {
            aws: &page.aws,
            stack: &page.stack,
            sender: &page.sender,
            force: false,
            wait: Some(WAIT),
            interrupt: &page.interrupt,
            on_news: &on_news,
        };
        let arrival = journey.of_bytes(&picture, self.bytes).await;
        let (stage, note) = match arrival.outcome {
            Outcome::Clean { .. } => (Stage::Clean, None),
            Outcome::Uploaded => (Stage::Cleaning, None),
            Outcome::Refused(reason) => (Stage::Refused, Some(reason)),
            Outcome::Rejected(reason) => (Stage::Rejected, Some(reason)),
            Outcome::Overdue(reason) => (Stage::Overdue, reason),
            Outcome::Failed { failure, .. } => (Stage::Failed, Some(failure.to_string())),
            Outcome::Stopped { .. } => (Stage::Failed, Some("interrupted".to_owned())),
        };
        let got = if stage == Stage::Clean { got(&page, id, &picture.key).await } else { Ok(None) };
        gallery.change(id, |shown| {
            shown.elapsed_ms = Some(json::millis(arrival.elapsed));
            if let Prediction::Clean { report, .. } = &arrival.prediction {
                shown.cleaning = Some(told::cleaning(report));
            }
            match got {
                Ok(copy) => {
                    shown.copy = copy;
                    end(shown, stage, note);
                }
                Err(failure) => end(shown, Stage::Failed, Some(failure.to_string())),
            }
        });
    }

    /// Looks at it, on a thread of its own.
    async fn look(&self, page: &Page) {
        let bytes = self.bytes.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let result = inspect_bytes(bytes.clone(), Rights::default());
            let removed = result.as_ref().map(|report| report.removed.as_slice()).unwrap_or_default();
            let hidden = hidden::find(&bytes, removed);
            let seen = told::seen(&result, hidden.iter().map(|hidden| hidden.shown.clone()).collect());
            (seen, hidden)
        });
        // A bug of the sanitizer must not end the way; the function will tell.
        let Ok((seen, hidden)) = looking.await else { return };
        page.gallery.keep_hidden(self.id, hidden);
        page.gallery.change(self.id, |shown| shown.seen = Some(seen));
    }
}

fn end(shown: &mut Dropped, stage: Stage, note: Option<String>) {
    shown.stage = stage;
    shown.note = note;
}

/// Gets the clean copy, and looks at it as at any other picture.
async fn got(page: &Page, id: u64, key: &str) -> Result<Option<json::page::Copy>, Failure> {
    let (bytes, version) = page.interrupt.or(read_copy(page, key, None)).await?;
    page.gallery.keep_version(id, version);
    let keep = page.stack.config.function.cleaning.keep;
    let looking = tokio::task::spawn_blocking(move || {
        let result = inspect_bytes(bytes.clone(), keep);
        told::copy(&bytes, &result)
    });
    Ok(looking.await.ok())
}

async fn read_copy(
    page: &Page,
    key: &str,
    version: Option<String>,
) -> Result<(Bytes, Option<String>), AwsError> {
    let get = page.aws.s3.get_object().bucket(page.bucket(BucketRole::Destination)).key(key);
    let get = get.set_version_id(version).expected_bucket_owner(&page.aws.account);
    let object = get.send().await.aws("GetObject")?;
    let version = object.version_id().map(str::to_owned);
    let body = object.body.collect().await.map_err(|error| AwsError {
        operation: "GetObject",
        code: None,
        status: None,
        message: contract::error_chain(&error),
        request_id: None,
        transport: Some(Transport::Connection),
    })?;
    Ok((body.into_bytes(), version))
}

/// The clean copy itself.
pub(super) async fn copy(page: &Page, id: u64) -> Answer {
    let Some((key, version)) = page.gallery.copy(id) else {
        return Answer::words(Status::NotFound, "there is no clean copy");
    };
    match page.interrupt.or(read_copy(page, &key, version)).await {
        Ok((bytes, _)) => shown(bytes),
        Err(failure) => Answer::words(Status::Failed, &failure.to_string()),
    }
}

/// A picture within a picture.
pub(super) fn hidden(page: &Page, id: u64, index: usize) -> Answer {
    page.gallery
        .hidden(id, index)
        .map_or_else(|| Answer::words(Status::NotFound, "there is no such picture"), shown)
}

/// A picture, by what it is and not by what it was called.
fn shown(picture: Bytes) -> Answer {
    match Format::detect(&picture) {
        Ok(format) => Answer::of(format.content_type(), picture),
        Err(error) => Answer::words(Status::Failed, &error.to_string()),
    }
}

/// Why a body is not read at all.
pub(super) fn too_large() -> Answer {
    let error = format!("it is longer than {}, which is the most", bytes_text(MOST_LOOKED_AT));
    Answer::json(Status::TooLarge, &json::page::Refusal { error })
}
