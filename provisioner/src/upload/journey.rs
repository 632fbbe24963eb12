//! One picture's way: looked at here, sent to bucket A, found clean in bucket B.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sanitizer::Format;

use super::clean_copy::{Awaited, Found, look};
use super::prediction::Prediction;
use super::selection::Picture;
use super::send::{Content, Sender, Source, content_type};
use crate::failure::Failure;
use crate::files::Location;
use crate::interrupt::Interruptible;
use engine::aws::{Aws, Wait};
use engine::config::BucketRole;
use engine::interrupt::Interrupt;
use engine::stack::Stack;

/// Longer files are sent without being looked at: they would fill the memory.
pub(crate) const MOST_LOOKED_AT: u64 = 128 * 1024 * 1024;

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
    /// Send what would not be published, too.
    pub force: bool,
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
    /// It was not sent, since there would be no clean copy, for this reason.
    Refused(String),
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
        self.from(picture, async { self.interrupt.or(read(picture)).await }).await
    }

    /// The same for a picture that is in memory.
    pub(crate) async fn of_bytes<'p>(&self, picture: &'p Picture, bytes: Bytes) -> Arrival<'p> {
        self.from(picture, async { Ok(in_memory(bytes)) }).await
    }

    async fn from<'p>(
        &self,
        picture: &'p Picture,
        looked: impl Future<Output = Result<Looked, Failure>>,
    ) -> Arrival<'p> {
        let start = Instant::now();
        let mut prediction = Prediction::Unknown;
        let mut uploaded = false;
        let outcome = match self.go(picture, looked, &mut prediction, &mut uploaded).await {
            Ok(outcome) => outcome,
            Err(Failure::Interrupted(_)) => Outcome::Stopped { uploaded },
            Err(failure) => Outcome::Failed { failure, uploaded },
        };
        Arrival { picture, prediction, outcome, elapsed: start.elapsed() }
    }

    async fn go(
        &self,
        picture: &Picture,
        looked: impl Future<Output = Result<Looked, Failure>>,
        prediction: &mut Prediction,
        uploaded: &mut bool,
    ) -> Result<Outcome, Failure> {
        if let Some(failure) = self.interrupt.interrupted().map(Failure::from) {
            return Err(failure);
        }
        let names = &self.stack.names;
        let destination = names.bucket(BucketRole::Destination);
        let Looked { first_bytes, content } = looked.await?;
        if let Some(bytes) = &content.whole {
            let cleaning = self.stack.config.function.cleaning;
            let bytes = bytes.clone();
            let predicted = async { Ok::<_, Failure>(Prediction::of(bytes, cleaning).await) };
            *prediction = self.interrupt.or(predicted).await?;
        } else if let Err(error) = Format::detect(&first_bytes) {
            *prediction = Prediction::Refused { kind: error.kind(), reason: error.to_string() };
        }
        if let (Prediction::Refused { reason, .. }, false) = (&*prediction, self.force) {
            return Ok(Outcome::Refused(reason.clone()));
        }
        let mut before = None;
        if self.wait.is_some() {
            before = self.interrupt.or(look(&self.aws.s3, destination, &picture.key)).await?;
        }
        let content_type = content_type(&first_bytes, &picture.path);
        let version_id = self.sender.send(picture, content, content_type, self.interrupt).await?;
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

/// What was read of a file before it is sent.
struct Looked {
    first_bytes: Vec<u8>,
    content: Content,
}

/// The same of what was never a file here.
fn in_memory(bytes: Bytes) -> Looked {
    let length = bytes.len() as u64;
    let first_bytes = bytes.get(..FIRST_BYTES).unwrap_or(&bytes).to_vec();
    let is_looked_at = length <= MOST_LOOKED_AT;
    let whole = is_looked_at.then(|| bytes.clone());
    Looked { first_bytes, content: Content { source: Source::Memory(bytes), length, whole } }
}

/// Reads a file, whole unless it is huge.
async fn read(picture: &Picture) -> Result<Looked, Failure> {
    let location = picture.location.clone();
    let looked = tokio::task::spawn_blocking(move || read_now(&location)).await;
    let looked = looked.unwrap_or_else(|error| Err(io::Error::other(error)));
    looked.map_err(|source| Failure::File { path: picture.path.display().to_string(), source })
}

fn read_now(location: &Location) -> io::Result<Looked> {
    let file: File = location.open_regular()?.file;
    let length = file.metadata()?.len();
    let is_looked_at = length <= MOST_LOOKED_AT;
    let wanted = if is_looked_at { length + 1 } else { FIRST_BYTES as u64 };
    let mut bytes = Vec::new();
    (&file).take(wanted).read_to_end(&mut bytes)?;
    let first_bytes = bytes.get(..FIRST_BYTES).unwrap_or(&bytes).to_vec();
    let whole = is_looked_at.then(|| Bytes::from(bytes));
    // As much as was looked at, should it grow.
    let length = whole.as_ref().map_or(length, |bytes| bytes.len() as u64);
    Ok(Looked { first_bytes, content: Content { source: Source::File(Arc::new(file)), length, whole } })
}
