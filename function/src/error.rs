//! Why a picture has no clean copy now.

use std::error::Error as StdError;

use aws_sdk_s3::{
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

use contract::{error_chain, event::KeyError};

use crate::clock::Phase;

/// Why a picture has no clean copy now. No variant holds anything of the
/// picture's metadata, so that all of it may be logged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The picture itself is the reason; trying again would not help.
    #[error("{reason}")]
    Rejected {
        /// A stable word for it (see `sanitizer::Error::kind`).
        kind: &'static str,
        /// In words.
        reason: String,
    },
    /// S3 refused, or could not be reached, after the SDK's own retries.
    #[error("{operation}: {reason}")]
    S3 {
        /// The call that failed.
        operation: &'static str,
        /// Code, message and request id, or what broke on the way.
        reason: String,
    },
    /// The picture was replaced again and again while it was being cleaned.
    #[error(
        "the picture was replaced {0} times while it was being cleaned; the next attempt takes the newest"
    )]
    ReplacedRepeatedly(u32),
    /// S3 knows no such picture, though it has just announced it.
    #[error(
        "S3 announced this picture {age} s ago and says now that there is none; both can be true for some minutes after \
         versioning was enabled on the bucket, so Lambda tries again"
    )]
    NotThereYet {
        /// Seconds since the upload.
        age: u64,
    },
    /// The picture fits into the function's memory, but not beside what the process holds now.
    #[error(
        "cleaning it takes {needed} MB of memory, and the function still holds {held} MB from before; Lambda tries again"
    )]
    MemoryHeld {
        /// Megabytes that the process holds.
        held: u64,
        /// Megabytes that the picture takes.
        needed: u64,
    },
    /// Lambda was about to end the invocation.
    #[error("not finished before the function's timeout, {}", advice(*.0))]
    OutOfTime(Phase),
    /// The loop guard: only one bucket's events are accepted.
    #[error(
        "the event is of bucket {bucket:?}, but this function cleans {expected:?} only; remove the notification"
    )]
    ForeignBucket {
        /// The bucket of the event.
        bucket: String,
        /// The source bucket.
        expected: String,
    },
    /// The event's key makes no sense.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What was going on when time ran out, and what helps.
fn advice(phase: Phase) -> &'static str {
    match phase {
        Phase::Wait => {
            "while other pictures had the memory that it takes; Lambda tries again. If it lasts, raise function.memory, or have \
             fewer pictures in one event"
        }
        Phase::Get => {
            "while S3 was silent or slow in sending the picture; Lambda tries again. If it lasts, raise function.timeout in \
             config.toml"
        }
        Phase::Clean => {
            "while the picture was being cleaned; raise function.memory (which is also processor time) or \
             function.timeout in config.toml"
        }
        Phase::Put => {
            "while S3 was silent or slow in taking the clean copy; Lambda tries again. If it lasts, raise function.timeout in \
             config.toml"
        }
        Phase::Head => "while S3 was asked whether the picture is still the newest; Lambda tries again",
    }
}

impl Error {
    /// A stable word for the kind of the error.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Rejected { kind, .. } => kind,
            Self::S3 { .. } => "s3",
            Self::ReplacedRepeatedly(_) => "replaced-repeatedly",
            Self::NotThereYet { .. } => "not-there-yet",
            Self::MemoryHeld { .. } => "memory-held",
            Self::OutOfTime(_) => "out-of-time",
            Self::ForeignBucket { .. } => "foreign-bucket",
            Self::Key(_) => "key",
        }
    }

    /// Whether the picture itself is the reason.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        matches!(self, Self::Rejected { .. })
    }

    /// Whether trying again would end the same.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        self.is_rejection() || matches!(self, Self::ForeignBucket { .. } | Self::Key(_))
    }

    /// A failed call, told by what the service answered if it did.
    pub(crate) fn s3<E>(operation: &'static str, error: &SdkError<E>) -> Self
    where
        E: StdError + ProvideErrorMetadata + 'static,
        SdkError<E>: RequestId + StdError,
    {
        let reason = match error.as_service_error() {
            Some(answer) => {
                // Answers to HEAD have no body that tells more than the status.
                let status = error.raw_response().map(|response| response.status().as_u16());
                let status = status.map(|status| format!("HTTP {status}")).unwrap_or_default();
                let words = [Some(status.as_str()), answer.code(), answer.message()];
                let words: Vec<&str> = words.into_iter().flatten().filter(|word| !word.is_empty()).collect();
                let id = error.request_id().map(|id| format!(" (request id {id})")).unwrap_or_default();
                format!("{}{id}", words.join(": "))
            }
            None => error_chain(error),
        };
        Self::S3 { operation, reason }
    }
}

impl From<&sanitizer::Error> for Error {
    fn from(error: &sanitizer::Error) -> Self {
        let mut reason = error.to_string();
        if matches!(error, sanitizer::Error::TooManyPixels { .. }) {
            reason.push_str("; raise function.max_megapixels in config.toml if it is no trick");
        }
        if matches!(error, sanitizer::Error::HiddenPixels { .. }) {
            reason.push_str(", or publish them with function.hidden_pixels = \"keep\" in config.toml");
        }
        Self::Rejected { kind: error.kind(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_pixels_say_where_to_raise_the_limit() {
        let error = Error::from(&sanitizer::Error::TooManyPixels { pixels: 2, limit: 1 });
        assert_eq!(error.kind(), "too-many-pixels");
        assert!(error.is_rejection() && error.to_string().contains("function.max_megapixels"), "{error}");
        let error = Error::from(&sanitizer::Error::HiddenPixels {
            format: sanitizer::Format::Heic,
            offset: 1,
            what: sanitizer::Unseen::Covered,
            advice: "save it anew",
        });
        assert_eq!(error.kind(), "hidden-pixels");
        assert!(
            error.to_string().contains("save it anew, or publish them with function.hidden_pixels"),
            "{error}"
        );
    }
}
