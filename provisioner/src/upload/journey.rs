//! One picture's way: looked at here, sent to bucket A, found clean in bucket B.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::AsyncReadExt;

use super::clean_copy::{Awaited, Found, look};
use super::prediction::Prediction;
use super::selection::Picture;
use super::send::{Content, Sender, content_type};
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use engine::aws::{Aws, Wait};
use engine::config::BucketRole;
use engine::interrupt::Interrupt;
use engine::stack::Stack;

/// Longer files are sent without being looked at: they would fill the memory.
const MOST_LOOKED_AT: u64 = 128 * 1024 * 1024;

/// Enough to tell a format by.
const FIRST_BYTES: usize = 4096;

/// What all pictures of a run have in common.
pub(crate) struct Journey<'a> {
    /// The caller's clients: they wait for the clean copies.
    pub aws: &'a Aws,
    /// Names and configuration.
    pub stack: &'a Stack,
    /// Uploads, in whoever's name.
    pub sender: &'a Sender,
    /// How long to wait for a clean copy. `None`: not at all.
    pub wait: Option<Duration>,
    /// Ctrl-C.
    pub interrupt: &'a Interrupt,
    /// Hears what happens.
    pub on_news: &'a (dyn for<'n> Fn(News<'n>) + Sync),
}

/// Something that happened on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) enum News<'a> {
    /// So many more bytes are in bucket A.
    Sent(u64),
    /// A clean copy is waited for.
    Waiting {
        /// Of which picture.
        key: &'a str,
        /// For what, since when, how long at most.
        wait: Wait<'a>,
    },
}

/// How a picture's way ended.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    /// The picture.
    pub picture: &'a Picture,
    /// What the sanitizer said of it here.
    pub prediction: Prediction,
    /// Where it is now.
    pub outcome: Outcome,
    /// How long all of it took.
    pub elapsed: Duration,
}

/// Where a picture is now.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Its clean copy is in bucket B.
    Clean {
        /// The clean copy's length in bytes.
        length: u64,
    },
    /// It is in bucket A, and nobody waited.
    Uploaded,
    /// It is in bucket A, and there will be no clean copy, for this reason.
    Rejected(String),
    /// It is in bucket A, and no clean copy came in time; what the function said.
    Overdue(Option<String>),
    /// It could not be uploaded, or not be waited for.
    Failed {
        /// Why.
        failure: Failure,
        /// It is in bucket A all the same.
        uploaded: bool,
    },
    /// The user interrupted.
    Stopped {
        /// It is in bucket A all the same.
        uploaded: bool,
    },
}

impl Outcome {
    /// Whether the picture is where it was wanted.
    #[must_use]
    pub(crate) fn is_success(&self) -> bool {
        matches!(self, Self::Clean { .. } | Self::Uploaded)
    }
}

impl Journey<'_> {
    /// Takes one picture all the way.
    pub(crate) async fn of<'p>(&self, picture: &'p Picture) -> Arrival<'p> {
        let start = Instant::now();
        let mut prediction = Prediction::Unknown;
        let mut uploaded = false;
        let outcome = match self.go(picture, &mut prediction, &mut uploaded).await {
            Ok(outcome) => outcome,
            Err(Failure::Interrupted(_)) => Outcome::Stopped { uploaded },
            Err(failure) => Outcome::Failed { failure, uploaded },
        };
        Arrival { picture, prediction, outcome, elapsed: start.elapsed() }
    }

    async fn go(
        &self,
        picture: &Picture,
        prediction: &mut Prediction,
        uploaded: &mut bool,
    ) -> Result<Outcome, Failure> {
        if let Some(failure) = self.interrupt.interrupted().map(Failure::from) {
            return Err(failure);
        }
        let names = &self.stack.names;
        let destination = names.bucket(BucketRole::Destination);
        let (first_bytes, content) = self.interrupt.or(read(picture)).await?;
        let mut before = None;
        if self.wait.is_some() {
            before = self.interrupt.or(look(&self.aws.s3, destination, &picture.key)).await?;
        }
        if let Content::Whole(bytes) = &content {
            let orientation = self.stack.config.function.orientation;
            let bytes = bytes.clone();
            let predicted = async { Ok::<_, Failure>(Prediction::of(bytes, orientation).await) };
            *prediction = self.interrupt.or(predicted).await?;
        }
        let content_type = content_type(&first_bytes, &picture.path);
        let on_sent = |bytes| (self.on_news)(News::Sent(bytes));
        let version_id = self.sender.send(picture, content, content_type, self.interrupt, &on_sent).await?;
        *uploaded = true;
        let Some(deadline) = self.wait else { return Ok(Outcome::Uploaded) };
        let (length, refusal) = match &*prediction {
            Prediction::Clean { length, .. } => (Some(*length), None),
            Prediction::Refused { reason, .. } => (None, Some(reason.clone())),
            Prediction::Unknown => (None, None),
        };
        let awaited = Awaited {
            source: names.bucket(BucketRole::Source),
            destination,
            log_group: &names.log_group,
            key: &picture.key,
            version_id: version_id.as_deref(),
            before,
            length,
            refused: refusal.is_some(),
            deadline,
        };
        let on_wait = |wait: Wait<'_>| (self.on_news)(News::Waiting { key: &picture.key, wait });
        Ok(match self.interrupt.or(awaited.wait(self.aws, &on_wait)).await? {
            Found::Clean(seen) => Outcome::Clean { length: seen.length },
            Found::Rejected(reason) => Outcome::Rejected(reason.or(refusal).unwrap_or_default()),
            Found::Overdue(reason) => Outcome::Overdue(reason),
        })
    }
}

/// Reads a file, whole unless it is huge.
async fn read(picture: &Picture) -> Result<(Bytes, Content), Failure> {
    let failure = |source| Failure::File { path: picture.path.display().to_string(), source };
    let mut file = tokio::fs::File::open(&picture.path).await.map_err(failure)?;
    let length = file.metadata().await.map_err(failure)?.len();
    let whole = length <= MOST_LOOKED_AT;
    let mut bytes = Vec::new();
    let wanted = if whole { u64::MAX } else { FIRST_BYTES as u64 };
    (&mut file).take(wanted).read_to_end(&mut bytes).await.map_err(failure)?;
    let first = Bytes::copy_from_slice(bytes.get(..FIRST_BYTES).unwrap_or(&bytes));
    Ok((first, if whole { Content::Whole(bytes.into()) } else { Content::OnDisk(length) }))
}
