//! The events that start the function, as far as it reads them: those that S3 sends, also inside a message of SNS or SQS,
//! and the tasks of S3 Batch Operations ([`crate::batch`]).
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>
//! (message structure 2.x). Unknown fields are ignored, as that page asks for.

mod envelope;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;

use crate::batch;

/// What an event asks for.
#[derive(Debug)]
pub enum Event {
    /// Something happened to these objects, says S3, or whoever starts the function as S3 does.
    Records(Records),
    /// S3 Batch Operations wants these objects done, and an answer for each.
    Batch(batch::Job),
}

/// The objects of an event.
#[derive(Debug, Default)]
pub struct Records {
    /// Those that could be read.
    pub records: Vec<Record>,
    /// What of an envelope could not be: SQS hands over messages of all sorts at once, and one that is none of ours must
    /// not stop the others.
    pub unreadable: Vec<NotAnEvent>,
    /// Whether an `s3:TestEvent` is among them: S3 tries out a new notification, and nothing is to be done.
    pub is_test: bool,
}

/// One object to which something happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The bucket.
    pub bucket: String,
    /// The key, still as S3 encodes it in events.
    pub encoded_key: String,
    /// What happened, such as `ObjectCreated:Put`.
    pub event_name: Option<String>,
    /// When it happened, in RFC 3339.
    pub event_time: Option<String>,
    /// The version, in a bucket with versioning.
    pub version_id: Option<String>,
}

/// The payload is no S3 event.
#[derive(Debug, thiserror::Error)]
pub enum NotAnEvent {
    /// It has another form, or is no JSON at all.
    #[error("not an S3 event: {0}; start this function only from bucket notifications")]
    Form(#[from] serde_json::Error),
    /// It is an event of another service, and such events say other things than S3's do.
    #[error(
        "not an S3 event, but one of {0}; let the bucket notify this function directly, or through SNS or SQS"
    )]
    Foreign(&'static str),
    /// A message of SNS or SQS that holds something else than an event of S3.
    #[error(
        "a message of {service} is not an S3 event: {error}; let only the bucket's notifications into it"
    )]
    Message {
        /// Whose message it is.
        service: &'static str,
        /// What is wrong with what is in it.
        error: serde_json::Error,
    },
    /// S3 Batch Operations speaks a language that this function does not know.
    #[error(
        "S3 Batch Operations asks in schema version {0:?}; create the job with InvocationSchemaVersion 1.0 or 2.0"
    )]
    BatchVersion(String),
}

/// The key in the event is not encoded as S3 encodes keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A `%` without two hexadecimal digits behind it.
    #[error("the key has a `%` without two hexadecimal digits behind it")]
    Escape,
    /// The decoded bytes are no text.
    #[error("the key is not UTF-8")]
    NotUtf8,
    /// There is no key.
    #[error("the key is empty")]
    Empty,
}

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// When the payload is none of those that this function answers. What is wrong with single messages of an envelope is
    /// told beside the others, not as an error.
    pub fn parse(payload: Value) -> Result<Self, NotAnEvent> {
        if batch::is_job(&payload) {
            return batch::Job::parse(payload).map(Self::Batch);
        }
        if payload.get("detail-type").is_some() {
            return Err(NotAnEvent::Foreign("EventBridge"));
        }
        let Some(messages) = envelope::open(&payload) else {
            return Records::parse(payload).map(Self::Records).map_err(NotAnEvent::Form);
        };
        let mut all = Records::default();
        for message in messages {
            match message {
                Ok(records) => {
                    all.records.extend(records.records);
                    all.is_test |= records.is_test;
                }
                Err(error) => all.unreadable.push(error),
            }
        }
        Ok(Self::Records(all))
    }
}

impl Records {
    fn parse(payload: Value) -> Result<Self, serde_json::Error> {
        if payload.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
            return Ok(Self { is_test: true, ..Self::default() });
        }
        let wire: wire::Event = serde_json::from_value(payload)?;
        Ok(Self { records: wire.records.into_iter().map(Record::from).collect(), ..Self::default() })
    }
}

/// An event about one picture, as far as the function reads it, for who starts the function by hand. It does not say what
/// happened, nor when: the function then takes the picture for uploaded, and as it is now.
#[must_use]
pub fn about(bucket: &str, key: &str) -> serde_json::Value {
    let key: String = utf8_percent_encode(key, NON_ALPHANUMERIC).collect();
    serde_json::json!({"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]})
}

impl Record {
    /// The key of the object, decoded exactly once.
    ///
    /// S3 encodes keys as HTML forms do: a space is `+`, and everything but
    /// letters, digits and a few signs is percent-encoded UTF-8. A `+` of the
    /// key itself arrives as `%2B`, so the order of the two steps matters.
    ///
    /// # Errors
    /// When S3 would never have encoded a key like this.
    pub fn key(&self) -> Result<String, KeyError> {
        decode_key(&self.encoded_key)
    }

    /// Whether the object was created or overwritten. Events made by hand need
    /// not say what happened.
    #[must_use]
    pub fn is_creation(&self) -> bool {
        self.event_name
            .as_deref()
            .is_none_or(|name| name.trim_start_matches("s3:").starts_with("ObjectCreated:"))
    }

    /// What a deletion was, if the event is of one.
    ///
    /// What lifecycle rules delete has events of its own, `LifecycleExpiration:*`, and is no deletion here: whoever lets
    /// originals expire wants to keep the clean copies
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configure-notification.html>).
    #[must_use]
    pub fn deletion(&self) -> Option<Deletion> {
        let name = self.event_name.as_deref()?;
        match name.strip_prefix("s3:").unwrap_or(name).strip_prefix("ObjectRemoved:")? {
            "DeleteMarkerCreated" => Some(Deletion::Marked),
            _ => Some(Deletion::Final),
        }
    }
}

/// How an object was deleted
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// `ObjectRemoved:Delete`: for good. In a bucket with versioning it was one version, perhaps an old one, or a delete
    /// marker, after which the object is there again.
    Final,
    /// `ObjectRemoved:DeleteMarkerCreated`: its versions are still there, under a delete marker.
    Marked,
}

/// A key as S3 encodes it in events, and in listings with `encoding-type=url`: a space is `+`, a `+` is `%2B`.
///
/// # Errors
/// When S3 would never have encoded a key like this.
pub fn decode_key(encoded: &str) -> Result<String, KeyError> {
    let spaced = encoded.replace('+', " ");
    let escapes_are_complete = spaced
        .split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit()));
    if !escapes_are_complete {
        return Err(KeyError::Escape);
    }
    let key = percent_decode_str(&spaced).decode_utf8().map_err(|_| KeyError::NotUtf8)?;
    if key.is_empty() { Err(KeyError::Empty) } else { Ok(key.into_owned()) }
}

impl From<wire::Record> for Record {
    fn from(wire: wire::Record) -> Self {
        Self {
            bucket: wire.s3.bucket.name,
            encoded_key: wire.s3.object.key,
            event_name: wire.event_name,
            event_time: wire.event_time,
            version_id: wire.s3.object.version_id,
        }
    }
}

/// The JSON of S3. Size, ETag and sequencer are there, too, but what is cleaned
/// is always the newest version, and that is asked for.
mod wire {
    use super::Deserialize;

    #[derive(Deserialize)]
    pub(super) struct Event {
        #[serde(rename = "Records")]
        pub(super) records: Vec<Record>,
    }

    #[derive(Deserialize)]
    pub(super) struct Record {
        #[serde(rename = "eventName")]
        pub(super) event_name: Option<String>,
        #[serde(rename = "eventTime")]
        pub(super) event_time: Option<String>,
        pub(super) s3: S3,
    }

    #[derive(Deserialize)]
    pub(super) struct S3 {
        pub(super) bucket: Bucket,
        pub(super) object: Object,
    }

    #[derive(Deserialize)]
    pub(super) struct Bucket {
        pub(super) name: String,
    }

    #[derive(Deserialize)]
    pub(super) struct Object {
        pub(super) key: String,
        #[serde(rename = "versionId")]
        pub(super) version_id: Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::AsciiSet;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn record(encoded_key: &str) -> Record {
        Record { encoded_key: encoded_key.to_owned(), ..Record::default() }
    }

    /// As the page above shows it, with the keys of two message versions.
    fn notification(version: &str) -> serde_json::Value {
        json!({"Records": [{
            "eventVersion": version, "eventSource": "aws:s3", "awsRegion": "us-west-2",
            "eventTime": "1970-01-01T00:00:00.000Z", "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "EXAMPLE"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {"x-amz-request-id": "EXAMPLE", "x-amz-id-2": "EXAMPLE"},
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "ours",
                "bucket": {"name": "uploads", "ownerIdentity": {"principalId": "EXAMPLE"}, "arn": "arn:aws:s3:::uploads"},
                "object": {"key": "Happy+Face.jpg", "size": 1024, "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                           "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko", "sequencer": "0055AED6DCD90281E5"}
            }
        }]})
    }

    fn records(payload: Value) -> Records {
        match Event::parse(payload) {
            Ok(Event::Records(records)) => records,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn events_of_other_services_are_named() {
        let payload = json!({"source": "aws.s3", "detail-type": "Object Created", "detail": {}});
        let error = Event::parse(payload).unwrap_err().to_string();
        assert!(error.contains("one of EventBridge;"), "{error}");
        assert!(matches!(Event::parse(json!({})), Err(NotAnEvent::Form(_))));
    }

    #[test]
    fn a_notification_is_read() {
        for version in ["2.1", "2.2", "2.3"] {
            let Records { records, .. } = records(notification(version));
            assert_eq!(records.len(), 1);
            assert_eq!(records[0].bucket, "uploads");
            assert_eq!(records[0].key().unwrap(), "Happy Face.jpg");
            assert_eq!(records[0].version_id.as_deref(), Some("096fKKXTRTtl3on89fVO.nfljtsv6qko"));
            assert!(records[0].is_creation());
        }
    }

    #[test]
    fn the_test_event_of_a_new_notification_is_known() {
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2014-10-13T15:57:02.089Z",
            "Bucket": "uploads", "RequestId": "5582815E1AEA5ADF", "HostId": "EXAMPLE"});
        let read = records(test);
        assert!(read.is_test && read.records.is_empty());
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        for payload in [json!({}), json!(null), json!({"Records": [{"Sns": {}}]}), json!("x")] {
            assert!(Event::parse(payload.clone()).is_err(), "{payload}");
        }
    }

    #[test]
    fn keys_are_decoded_once() {
        for (encoded, key) in [
            ("holiday+photos/%C3%A9t%C3%A9+%2B1+%282%29.jpg", "holiday photos/été +1 (2).jpg"),
            // The key is literally `a%2Bb.jpg`; decoding twice would make `a+b.jpg` of it.
            ("a%252Bb.jpg", "a%2Bb.jpg"),
            ("%E6%97%A5%E6%9C%AC.jpg", "日本.jpg"),
            ("plain/key.JPG", "plain/key.JPG"),
            ("..//a/./b.jpg", "..//a/./b.jpg"),
        ] {
            assert_eq!(record(encoded).key().unwrap(), key);
        }
    }

    #[test]
    fn keys_that_s3_never_encodes_are_refused() {
        assert_eq!(record("100%.jpg").key(), Err(KeyError::Escape));
        assert_eq!(record("a%2").key(), Err(KeyError::Escape));
        assert_eq!(record("a%é").key(), Err(KeyError::Escape));
        assert_eq!(record("%FF.jpg").key(), Err(KeyError::NotUtf8));
        assert_eq!(record("").key(), Err(KeyError::Empty));
    }

    #[test]
    fn deletions_are_told_from_what_lifecycle_rules_do() {
        let named = |name: &str| Record { event_name: Some(name.to_owned()), ..record("k") };
        for (name, deletion) in [
            ("ObjectRemoved:Delete", Some(Deletion::Final)),
            ("s3:ObjectRemoved:Delete", Some(Deletion::Final)),
            ("ObjectRemoved:DeleteMarkerCreated", Some(Deletion::Marked)),
            ("LifecycleExpiration:Delete", None),
            ("s3:LifecycleExpiration:DeleteMarkerCreated", None),
            ("ObjectCreated:Put", None),
            ("ObjectRemovedLater", None),
        ] {
            assert_eq!(named(name).deletion(), deletion, "{name}");
        }
        assert_eq!(record("k").deletion(), None, "an event by hand is an upload");
    }

    #[test]
    fn only_creations_count() {
        let named = |name: &str| Record { event_name: Some(name.to_owned()), ..record("k") };
        assert!(named("ObjectCreated:CompleteMultipartUpload").is_creation());
        assert!(named("s3:ObjectCreated:Put").is_creation());
        assert!(!named("ObjectRemoved:Delete").is_creation());
        assert!(record("k").is_creation());
    }

    proptest! {
        #[test]
        fn every_key_survives(key in "\\PC{1,60}") {
            const LITERAL: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b' ');
            let encoded = utf8_percent_encode(&key, &LITERAL).to_string().replace(' ', "+");
            prop_assert_eq!(record(&encoded).key().unwrap(), key);
        }

        #[test]
        fn an_event_made_by_hand_names_the_picture(bucket in "[a-z-]{3,9}", key in "\\PC{1,40}") {
            let Records { records, .. } = records(about(&bucket, &key));
            prop_assert_eq!(records.len(), 1);
            prop_assert_eq!(&records[0].bucket, &bucket);
            prop_assert_eq!(records[0].key().unwrap(), key);
            prop_assert!(records[0].is_creation());
        }

        #[test]
        fn no_key_panics(encoded in "[%+0-9a-fé ]{0,20}") {
            let _ = record(&encoded).key();
        }
    }
}
