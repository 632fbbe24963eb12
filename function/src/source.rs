//! Bucket A: reads the newest version of a picture and tells whether it is
//! still the newest.

use std::{
    collections::HashMap,
    future::Future,
    time::{Duration, Instant},
};

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::get_object::{GetObjectError, GetObjectOutput},
    primitives::{ByteStream, DateTime},
};
use bytes::{Bytes, BytesMut};

use contract::error_chain;

use crate::{
    budget::{Budget, Share},
    clock::{Clock, Phase, SLOWEST, Timed},
    error::Error,
};

/// After how many bytes it is asked how much memory a picture takes. Nearly all tell it in the first; some JPEGs have more
/// metadata in front of it than that. Cleaning asks again, for what even the last do not tell.
const LOOKS: [usize; 3] = [64 << 10, 256 << 10, 1 << 20];

/// The first buffer: up to the first look, and the piece of the network that goes beyond it.
const START: usize = 128 << 10;

/// How long to wait before reading again after the connection broke.
pub(crate) const PAUSE: Duration = Duration::from_millis(200);

/// What tells one upload under a key from the next.
///
/// The ETag alone does not: the same picture, uploaded again with another
/// `Cache-Control`, has the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Of the content.
    pub etag: Option<String>,
    /// Of the object, in a bucket with versioning.
    pub version_id: Option<String>,
    /// In seconds.
    pub last_modified: Option<DateTime>,
}

/// The headers that were stored with the object and may go to its clean copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// `Content-Type`
    pub content_type: Option<String>,
    /// `Content-Encoding`: never copied, since pictures are stored as they are.
    pub content_encoding: Option<String>,
    /// `Cache-Control`
    pub cache_control: Option<String>,
    /// `Content-Disposition`
    pub content_disposition: Option<String>,
    /// `Content-Language`
    pub content_language: Option<String>,
    /// `x-amz-meta-*`
    pub user_metadata: HashMap<String, String>,
}

/// An object whose headers are here and whose content is still to be read.
#[derive(Debug)]
pub struct Opened {
    /// Which upload it is.
    pub revision: Revision,
    /// What was stored with it.
    pub headers: Headers,
    /// Its length in bytes.
    pub length: u64,
    body: ByteStream,
}

/// What became of reading an object.
#[derive(Debug)]
pub(crate) enum Read {
    /// This is its content.
    Whole(Bytes),
    /// Others have the memory that it takes, which is so much in all.
    NoRoom(u64),
}

/// What S3 says about a key.
#[derive(Debug)]
pub enum Found {
    /// There is an object.
    Object(Box<Opened>),
    /// Its newest version is a delete marker: it was there, and was deleted.
    Deleted,
    /// There is none. That alone proves nothing: in the first quarter of an hour after versioning was enabled on a
    /// bucket S3 may say so of a new object
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html>).
    Absent,
}

/// Asks for the newest version.
///
/// # Errors
/// When S3 refuses or cannot be reached.
pub async fn open(s3: Timed<'_>, bucket: &str, key: &str) -> Result<Found, Error> {
    let config = s3.begin(Phase::Get, 0);
    let get = s3.client.get_object().bucket(bucket).key(key);
    match get.customize().config_override(config).send().await {
        Ok(output) => Ok(Found::Object(Box::new(Opened::from(output)))),
        Err(error) if is_absent(&error) => {
            let headers = error.raw_response().map(HttpResponse::headers);
            let deleted = headers.and_then(|headers| headers.get("x-amz-delete-marker")) == Some("true");
            Ok(if deleted { Found::Deleted } else { Found::Absent })
        }
        Err(error) => Err(unreadable(&error).unwrap_or_else(|| Error::s3("GetObject", &error))),
    }
}

/// An upload that nobody can read as it is stored: trying again ends the same until it is stored in another way.
fn unreadable<R>(error: &SdkError<GetObjectError, R>) -> Option<Error> {
    let (kind, reason) = match error.as_service_error()?.code()? {
        // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html>
        "InvalidObjectState" => (
            "archived",
            "it is stored in an archive (a GLACIER storage class), from which S3 reads nothing at once; upload it in \
             another storage class",
        ),
        // A GetObject without parameters has nothing else in it that could be invalid:
        // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html>
        "InvalidRequest" => (
            "customer-key",
            "it is encrypted with a key that only its uploader has (SSE-C); upload it without",
        ),
        _ => return None,
    };
    Some(Error::Rejected { kind, reason: reason.to_owned() })
}

/// Whether S3 says that there is no such object.
///
/// To a caller who may not list the bucket, and the function's role may not, S3
/// does not say so: it answers 403 and, in the message, that the right
/// `s3:ListBucket` is missing. Any other 403 means that the role may not read the
/// object (yet), and taking that for "gone" would lose a picture.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html>
fn is_absent<R>(error: &SdkError<GetObjectError, R>) -> bool {
    let Some(error) = error.as_service_error() else { return false };
    match error.code() {
        Some("NoSuchKey") => true,
        Some("AccessDenied") => error.message().is_some_and(|message| message.contains("s3:ListBucket")),
        _ => false,
    }
}

impl Opened {
    /// Reads the content, if it fits: `needed` tells of its first bytes and its length how much memory it takes
    /// besides these, or that more of them must be seen. When it is read, `share` covers all of it; where they do not
    /// tell, that is all there is.
    ///
    /// # Errors
    /// Those of [`Budget::cover`], before more than its first bytes are read; else when the connection breaks, or so
    /// little comes that it might as well have.
    pub(crate) async fn read(
        mut self,
        clock: &Clock,
        budget: &Budget,
        share: &mut Option<Share>,
        needed: impl Fn(&[u8], u64) -> Option<u64>,
    ) -> Result<Read, Error> {
        let memory = budget.memory();
        memory.fits(self.length)?;
        let length = usize::try_from(self.length).map_err(|_| memory.rejection(self.length))?;
        // Its first bytes in a buffer of their own, until they have told how much it takes.
        let mut content = BytesMut::with_capacity(length.min(START));
        let mut looks = LOOKS.iter().copied();
        let mut next_look = looks.next();
        let mut flow = Flow::new(clock);
        loop {
            while let Some(look) = next_look
                && content.len() >= look.min(length)
            {
                let told = needed(&content, self.length).map(|more| self.length.saturating_add(more));
                next_look = if told.is_some() { None } else { looks.next() };
                if next_look.is_none() {
                    let bytes = told.unwrap_or(memory.of_picture());
                    if !budget.cover(share, bytes)? {
                        return Ok(Read::NoRoom(bytes));
                    }
                    // One buffer of the right size: joining the network's pieces afterwards
                    // would take the memory twice.
                    content.reserve(length - content.len());
                }
            }
            let Some(next) = flow.watch(content.len(), self.body.try_next()).await else {
                return Err(broken(format!(
                    "{} of {length} bytes arrived, and less than {SLOWEST} a second for {} s",
                    content.len(),
                    flow.window.as_secs()
                )));
            };
            match next {
                Ok(Some(piece)) if content.len() + piece.len() > length => {
                    return Err(broken(format!("more than the announced {length} bytes arrived")));
                }
                Ok(Some(piece)) => content.extend_from_slice(&piece),
                Ok(None) if content.len() < length => {
                    return Err(broken(format!("{} of {length} bytes arrived", content.len())));
                }
                Ok(None) => return Ok(Read::Whole(content.freeze())),
                Err(error) => return Err(broken(error_chain(&error))),
            }
        }
    }
}

/// How much of a body comes in a time.
struct Flow {
    window: Duration,
    ends: Instant,
    bytes: usize,
}

impl Flow {
    fn new(clock: &Clock) -> Self {
        let window = clock.silence();
        Self { window, ends: Instant::now() + window, bytes: 0 }
    }

    /// Waits for what comes next, when so many bytes have come; `None` when it is too little.
    async fn watch<T>(&mut self, bytes: usize, next: impl Future<Output = T>) -> Option<T> {
        let mut next = std::pin::pin!(next);
        let now = Instant::now();
        if now >= self.ends {
            if ((bytes - self.bytes) as u64) < SLOWEST * self.window.as_secs().max(1) {
                return None;
            }
            (self.ends, self.bytes) = (now + self.window, bytes);
        }
        loop {
            match tokio::time::timeout_at(self.ends.into(), &mut next).await {
                Ok(next) => return Some(next),
                Err(_) if ((bytes - self.bytes) as u64) < SLOWEST * self.window.as_secs().max(1) => {
                    return None;
                }
                Err(_) => (self.ends, self.bytes) = (Instant::now() + self.window, bytes),
            }
        }
    }
}

fn broken(reason: String) -> Error {
    Error::S3 { operation: "reading the picture", reason }
}

impl From<GetObjectOutput> for Opened {
    fn from(output: GetObjectOutput) -> Self {
        Self {
            length: output.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or(0),
            revision: Revision {
                etag: output.e_tag,
                version_id: output.version_id,
                last_modified: output.last_modified,
            },
            headers: Headers {
                content_type: output.content_type,
                content_encoding: output.content_encoding,
                cache_control: output.cache_control,
                content_disposition: output.content_disposition,
                content_language: output.content_language,
                user_metadata: output.metadata.unwrap_or_default(),
            },
            body: output.body,
        }
    }
}

/// What S3 says for certain about a key, to a role that may list the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// There is an object.
    There,
    /// Its newest version is a delete marker.
    Deleted,
    /// There is none; see [`Found::Absent`].
    Absent,
}

/// Asks whether there is an object. Other than for [`open`], a 403 is no answer: nothing may be deleted for it.
///
/// # Errors
/// When S3 refuses or cannot be reached.
pub async fn presence(s3: Timed<'_>, bucket: &str, key: &str) -> Result<Presence, Error> {
    let config = s3.begin(Phase::Head, 0);
    let head = s3.client.head_object().bucket(bucket).key(key);
    match head.customize().config_override(config).send().await {
        Ok(_) => Ok(Presence::There),
        Err(error) => match error.raw_response() {
            Some(response) if response.status().as_u16() == 404 => {
                let marker = response.headers().get("x-amz-delete-marker") == Some("true");
                Ok(if marker { Presence::Deleted } else { Presence::Absent })
            }
            _ => Err(Error::s3("HeadObject", &error)),
        },
    }
}

/// What became of an object since it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// It is still the same upload.
    Same,
    /// It was replaced, or the answer does not tell: read it again.
    PerhapsReplaced,
    /// It was deleted.
    Deleted,
}

/// Tells what became of the object whose `revision` was read.
///
/// # Errors
/// When S3 cannot be reached.
pub async fn since(s3: Timed<'_>, bucket: &str, key: &str, revision: &Revision) -> Result<Since, Error> {
    let config = s3.begin(Phase::Head, 0);
    let head = s3.client.head_object().bucket(bucket).key(key);
    match head.customize().config_override(config).send().await {
        Ok(head) => {
            let now =
                Revision { etag: head.e_tag, version_id: head.version_id, last_modified: head.last_modified };
            Ok(if now == *revision { Since::Same } else { Since::PerhapsReplaced })
        }
        Err(error) => match error.raw_response().map(|response| response.status().as_u16()) {
            Some(404) => Ok(Since::Deleted),
            // "Deleted" or "not allowed"? Answers to HEAD have no body that tells.
            Some(403) => Ok(Since::PerhapsReplaced),
            _ => Err(Error::s3("HeadObject", &error)),
        },
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::error::ErrorMetadata;

    use super::*;
    use crate::{memory::Memory, pieces};

    fn answer(code: &str, message: &str) -> SdkError<GetObjectError, ()> {
        let metadata = ErrorMetadata::builder().code(code).message(message).build();
        SdkError::service_error(GetObjectError::generic(metadata), ())
    }

    fn opened(length: u64, body: &'static [u8]) -> Opened {
        let revision = Revision { etag: None, version_id: None, last_modified: None };
        Opened { revision, headers: Headers::default(), length, body: ByteStream::from_static(body) }
    }

    async fn read(opened: Opened, needed: impl Fn(&[u8], u64) -> Option<u64>) -> Result<Bytes, Error> {
        let budget = Budget::new(Memory::smallest());
        match opened.read(&Clock::start(None), &budget, &mut None, needed).await? {
            Read::Whole(content) => Ok(content),
            Read::NoRoom(bytes) => panic!("nobody else has any, and {bytes} bytes are not there"),
        }
    }

    #[test]
    fn a_missing_right_is_not_taken_for_a_missing_picture() {
        assert!(is_absent(&answer("NoSuchKey", "The specified key does not exist.")));
        assert!(is_absent(&answer(
            "AccessDenied",
            "User: arn:aws:sts::123456789012:assumed-role/r/f is not authorized to perform: s3:ListBucket on resource: \
             \"arn:aws:s3:::uploads\" because no identity-based policy allows the s3:ListBucket action"
        )));
        assert!(!is_absent(&answer("AccessDenied", "Access Denied")));
        assert!(!is_absent(&answer(
            "AccessDenied",
            "User: arn:aws:sts::123456789012:assumed-role/r/f is not authorized to perform: s3:GetObject on resource: \
             \"arn:aws:s3:::uploads/a.jpg\" because no identity-based policy allows the s3:GetObject action"
        )));
        assert!(!is_absent(&answer("NoSuchBucket", "The specified bucket does not exist")));
        assert!(!is_absent(&answer("SlowDown", "Please reduce your request rate.")));
    }

    #[test]
    fn what_is_stored_so_that_nobody_can_read_it_is_rejected() {
        for (code, kind) in [
            ("InvalidObjectState", Some("archived")),
            ("InvalidRequest", Some("customer-key")),
            ("AccessDenied", None),
            ("KMS.DisabledException", None),
            ("SlowDown", None),
        ] {
            assert_eq!(unreadable(&answer(code, "")).map(|error| error.kind()), kind, "{code}");
        }
    }

    #[tokio::test]
    async fn the_content_is_read_whole_or_not_at_all() {
        assert_eq!(read(opened(3, b"abc"), |_, _| Some(0)).await.unwrap(), "abc");
        assert_eq!(read(opened(0, b""), |_, _| Some(0)).await.unwrap(), "");
        for (length, body) in [(4, b"abc"), (2, b"abc"), (80 << 20, b"abc")] {
            // A length that is promised takes nothing by itself.
            assert_eq!(read(opened(length, body), |_, _| Some(0)).await.unwrap_err().kind(), "s3");
        }
    }

    #[tokio::test]
    async fn what_does_not_fit_is_refused_before_it_is_read() {
        let never = |_: &[u8], _| panic!("its length alone is too much");
        assert_eq!(read(opened(1 << 30, b""), never).await.unwrap_err().kind(), "too-large");

        static LONG: [u8; 3 << 20] = [7; 3 << 20];
        let seen = std::cell::RefCell::new(Vec::new());
        let pieces: Vec<_> = LONG.chunks(10_000).map(Bytes::from_static).collect();
        let in_pieces = || Opened { body: pieces::body(&pieces), ..opened(LONG.len() as u64, b"") };
        // Only the second look tells.
        let needed = |start: &[u8], length| {
            assert_eq!(length, LONG.len() as u64);
            seen.borrow_mut().push(start.len());
            (start.len() > 100_000).then_some(1 << 30)
        };
        assert_eq!(read(in_pieces(), needed).await.unwrap_err().kind(), "too-large");
        assert_eq!(*seen.borrow(), [70_000, 270_000]);
        // No look tells.
        assert_eq!(read(in_pieces(), |_, _| None).await.unwrap(), &LONG[..]);
    }

    #[tokio::test]
    async fn what_is_read_is_covered() {
        let budget = Budget::new(Memory::smallest());
        let (clock, whole) = (Clock::start(None), budget.memory().of_picture());
        // What the bytes tell, and all where they do not.
        for (told, bytes) in [(Some(5 << 20), 6 << 20), (None, whole)] {
            let mut share = None;
            opened(3, b"abc").read(&clock, &budget, &mut share, |_, _| told).await.unwrap();
            assert_eq!(share.unwrap().bytes(), bytes);
        }
        let other = budget.wait(whole - (2 << 20)).await;
        let mut share = None;
        let read = opened(3, b"abc").read(&clock, &budget, &mut share, |_, _| Some(5 << 20)).await.unwrap();
        assert!(matches!(read, Read::NoRoom(bytes) if bytes == (5 << 20) + 3) && share.is_none(), "{read:?}");
        drop(other);
    }
}
