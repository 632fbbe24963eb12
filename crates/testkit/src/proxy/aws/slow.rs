//! What was just made does not work yet. The times are those of AWS, made short.

use super::super::call::{Call, Service};
use super::super::http::Message;
use super::super::wire::Refusal;
use super::{Adversary, Before, refuse, status};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// How long Lambda cannot assume a new role: seconds on AWS.
const ASSUMED_AFTER: Duration = Duration::from_millis(1200);
/// How long after that KMS does not know its principal.
const KNOWN_TO_KMS_AFTER: Duration = Duration::from_millis(2000);
/// How long S3 goes on with the old notification configuration: about five minutes on AWS
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html>).
pub(super) const NOTIFIES_AFTER: Duration = Duration::from_secs(20);
/// How long new objects may be unknown after versioning was first enabled: fifteen minutes on AWS
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html>).
pub(super) const VERSIONED_AFTER: Duration = Duration::from_secs(22);

/// When things were made.
#[derive(Default)]
pub(super) struct Memory {
    roles: HashMap<String, Instant>,
    /// Since when versioning is enabled, by bucket.
    versioned: HashMap<String, Instant>,
    /// Objects that were written while their bucket's versioning was new.
    unknown: HashSet<String>,
    /// The notification configuration that S3 has accepted and does not follow yet, by bucket.
    held: HashMap<String, Held>,
    count: usize,
}

/// A notification configuration that AWS gets to know later.
#[derive(Clone)]
pub(in super::super) struct Held {
    bucket: String,
    number: usize,
    document: Vec<u8>,
    /// How long it is held back.
    pub(in super::super) time: Duration,
}

impl Memory {
    pub(super) fn before(
        &mut self,
        request: &Message,
        call: &Call,
        now: Instant,
        adversary: Adversary,
    ) -> Before {
        match (call.service, call.operation.as_str()) {
            (Service::Lambda, "CreateFunction" | "UpdateFunctionConfiguration") => {
                match self.role_is_not_ready(request, now, adversary.hurry.max(1)) {
                    Some(refusal) => refuse(&refusal, request, call),
                    None => Before::Ask,
                }
            }
            (Service::S3, "PutBucketNotificationConfiguration") => {
                self.count += 1;
                let held = Held {
                    bucket: call.subject.clone(),
                    number: self.count,
                    document: request.body.clone(),
                    time: adversary.notifies_after(),
                };
                self.held.insert(held.bucket.clone(), held.clone());
                Before::Later(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec(), held)
            }
            (Service::S3, "GetBucketNotificationConfiguration") => match self.held.get(&call.subject) {
                Some(held) => {
                    let head = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: {}\r\n\r\n",
                        held.document.len()
                    );
                    Before::Answer([head.as_bytes(), &held.document].concat())
                }
                None => Before::Ask,
            },
            (Service::S3, _) if matches!(request.method(), "GET" | "HEAD") => {
                let since = self.versioned.get(&call.subject);
                if since.is_some_and(|since| now.duration_since(*since) < adversary.versioned_after())
                    && object(request).is_some_and(|object| self.unknown.contains(object))
                {
                    let gone = Refusal::new(404, "NoSuchKey", "The specified key does not exist.");
                    return refuse(&gone, request, call);
                }
                Before::Ask
            }
            _ => Before::Ask,
        }
    }

    /// The words are AWS's, as users have reported them.
    fn role_is_not_ready(&self, request: &Message, now: Instant, hurry: u32) -> Option<Refusal> {
        let document: serde_json::Value = serde_json::from_slice(&request.body).ok()?;
        let role = document["Role"].as_str()?.rsplit('/').next()?;
        let age = now.duration_since(*self.roles.get(role)?);
        let message = if age < ASSUMED_AFTER / hurry {
            "The role defined for the function cannot be assumed by Lambda."
        } else if age < KNOWN_TO_KMS_AFTER / hurry && !document["Environment"].is_null() {
            "Lambda was unable to configure access to your environment variables because the KMS key is invalid for \
             CreateGrant. Please check your KMS key settings. KMS Exception: InvalidArnException KMS Message: ARN does \
             not refer to a valid principal"
        } else {
            return None;
        };
        Some(Refusal::new(400, "InvalidParameterValueException", message))
    }

    pub(super) fn after(
        &mut self,
        request: &Message,
        call: &Call,
        answer: &[u8],
        now: Instant,
        adversary: Adversary,
    ) {
        if status(answer) >= 300 {
            return;
        }
        let subject = &call.subject;
        match (call.service, call.operation.as_str()) {
            (Service::Iam, "CreateRole") => drop(self.roles.insert(subject.clone(), now)),
            (Service::Iam, "DeleteRole") => drop(self.roles.remove(subject)),
            (Service::S3, "PutBucketVersioning") if call.body.contains("Enabled") => {
                self.versioned.entry(subject.clone()).or_insert(now);
            }
            (Service::S3, "DeleteBucket") => {
                self.versioned.remove(subject);
                self.held.remove(subject);
            }
            (Service::S3, _) if matches!(request.method(), "PUT" | "POST") => {
                let since = self.versioned.get(subject);
                if since.is_some_and(|since| now.duration_since(*since) < adversary.versioned_after())
                    && let Some(object) = object(request)
                {
                    self.unknown.insert(object.to_owned());
                }
            }
            _ => {}
        }
    }

    /// Whether a configuration that was held back is still the one that S3 shall have.
    pub(super) fn releases(&mut self, held: &Held) -> bool {
        let current = self.held.get(&held.bucket).is_some_and(|current| current.number == held.number);
        if current {
            self.held.remove(&held.bucket);
        }
        current
    }
}

/// Bucket and key of a request to S3 that is about an object; settings of the bucket are known at once.
fn object(request: &Message) -> Option<&str> {
    let path = request.target().split('?').next().unwrap_or_default();
    path.trim_matches('/').contains('/').then_some(path)
}
