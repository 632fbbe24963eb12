//! `logs`: a line for each thing that the log tells, and one for the end.

use serde::Serialize;

use crate::moment::rfc3339_millis;
use engine::logs::{Told, What};

/// A line of `logs`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Logged {
    /// What became of a picture.
    Picture(Picture),
    /// An invocation that ended badly: out of time, out of memory, crashed.
    Trouble {
        /// When, in RFC 3339.
        time: String,
        /// What Lambda says.
        text: String,
    },
    /// With -v: what Lambda says of each invocation.
    Routine {
        /// When, in RFC 3339.
        time: String,
        /// What Lambda says.
        text: String,
    },
    /// The last line: the sums. With --follow it comes at Ctrl-C.
    Read(LogRead),
}

/// What became of a picture.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Picture {
    /// When, in RFC 3339.
    time: String,
    /// `cleaned`, `rejected`, `failed`, `removed` or `ignored`.
    outcome: &'static str,
    /// Its key, exact; null: the event named none.
    key: Option<String>,
    /// Its version, in a bucket with versioning.
    version_id: Option<String>,
    /// Lambda's id of the invocation.
    request_id: Option<String>,
    /// A stable word for why it was rejected or failed.
    kind: Option<String>,
    /// Why, in words.
    reason: Option<String>,
    /// What was being done when it failed.
    phase: Option<String>,
    /// Length of the upload, when it was cleaned.
    input_bytes: Option<u64>,
    /// Length of the clean copy.
    output_bytes: Option<u64>,
    /// Bytes of metadata that were removed.
    removed_bytes: Option<u64>,
    /// From the event to this line.
    elapsed_ms: Option<u64>,
}

impl Logged {
    /// Something that the log tells.
    pub(crate) fn of(told: &Told) -> Self {
        let time = rfc3339_millis(told.at);
        let line = match &told.what {
            What::Picture(line) => line.as_ref().clone(),
            What::Trouble(text) => return Self::Trouble { time, text: text.clone() },
            What::Routine(text) => return Self::Routine { time, text: text.clone() },
        };
        let removed_bytes =
            line.output_bytes.is_some().then(|| line.removed.iter().map(|part| part.bytes).sum());
        Self::Picture(Picture {
            time,
            outcome: line.message.as_str(),
            key: line.key,
            version_id: line.version_id,
            request_id: line.request_id,
            kind: line.kind,
            reason: line.reason,
            phase: line.phase,
            input_bytes: line.input_bytes,
            output_bytes: line.output_bytes,
            removed_bytes,
            elapsed_ms: line.total_milliseconds,
        })
    }
}

/// What a reading of the log found.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LogRead {
    /// Pictures that were cleaned.
    pub(crate) cleaned: u64,
    /// Pictures that cannot be cleaned.
    pub(crate) rejected: u64,
    /// Tries that failed; Lambda makes three.
    pub(crate) failed: u64,
    /// Clean copies that were removed with their sources.
    pub(crate) removed: u64,
    /// Events with which there was nothing to do.
    pub(crate) ignored: u64,
    /// Invocations that ended badly.
    pub(crate) trouble: u64,
    /// How long it took.
    pub(crate) elapsed_ms: u64,
    /// Calls to AWS of this run.
    pub(crate) aws_calls: usize,
}
