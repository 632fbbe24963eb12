//! `upload`: a line for each file, and one for the end.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::exact;
use super::picture::{GainMap, HiddenPixels};
use super::write::millis;
use crate::upload::{Arrival, Outcome, Prediction, what_was_removed};

/// A line of `upload`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Upload {
    /// A file in a folder that is left alone: no suffix of the trigger matches it, or it is no regular file.
    Skipped {
        /// Its path, exact.
        file: String,
        /// The bytes of its path in Base64. Only when the path is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        file_bytes: Option<String>,
        /// Why.
        reason: String,
    },
    /// What became of a picture.
    Picture(Box<Picture>),
    /// The access key of this run (`--as`) could not be removed. Remove it.
    AccessKeyLeft {
        /// The IAM name of its user.
        user: String,
        /// Its id.
        access_key_id: String,
        /// Why it is left.
        error: String,
    },
    /// The last line: the sums.
    Uploaded(Uploaded),
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Picture {
    /// Its path, exact.
    file: String,
    /// The bytes of its path in Base64. Only when the path is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_bytes: Option<String>,
    /// Its key in both buckets, exact; null when it could not have one.
    key: Option<String>,
    /// How it ended.
    outcome: Word,
    /// Why there is no clean copy, when that is known.
    reason: Option<String>,
    /// Where it was uploaded to; null when it was not.
    source: Option<String>,
    /// Where its clean copy is; null when there is none.
    destination: Option<String>,
    /// Its length; null when it was not looked at.
    bytes: Option<u64>,
    /// The length of its clean copy.
    clean_bytes: Option<u64>,
    /// How long all of it took.
    elapsed_ms: u64,
    /// What this machine expects of it; null when it was not looked at.
    expected: Option<Expected>,
}

/// How a picture ended.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum Word {
    /// Its clean copy is in the destination bucket.
    Clean,
    /// It is in the source bucket, and nobody waited (`--no-wait`).
    Uploaded,
    /// It is no picture, or damaged, and was not sent; `--force` sends it.
    Refused,
    /// It is in the source bucket, and there will be no clean copy.
    Rejected,
    /// It is in the source bucket, and no clean copy came in time.
    Overdue,
    /// It could not be sent, or its clean copy not be waited for.
    Failed,
    /// The run was interrupted.
    Interrupted,
}

/// What this machine expects of a picture: the same code looks at it before it is sent. Either `rejected`, or all the
/// others.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Expected {
    /// The length of the clean copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    clean_bytes: Option<u64>,
    /// `jpeg`, `png`, `webp`, `gif`, `heic` or `avif`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    format: Option<sanitizer::Format>,
    /// Bytes of metadata that go.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_bytes: Option<usize>,
    /// The same by category, as in `removed` of [`sanitize`](#sanitize).
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<BTreeMap<String, usize>>,
    /// How many facts the metadata tells, by kind as in `facts` of [`inspect`](#inspect), and `position`. Never a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<BTreeMap<String, usize>>,
    /// What becomes of the orientation, as in [`sanitize`](#sanitize).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    orientation: Option<sanitizer::OrientationOutcome>,
    /// What becomes of the colour profile, as in [`sanitize`](#sanitize).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    color_profile: Option<sanitizer::ProfileOutcome>,
    /// What becomes of the HDR gain map. Only when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    gain_map: Option<GainMap>,
    /// What becomes of pixels that nobody sees. Only when it has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden_pixels: Option<HiddenPixels>,
    /// What goes, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    /// Why it will be rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<Rejected>,
}

/// Why a picture will be rejected.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Rejected {
    /// A stable word, as `error.kind` of [`inspect`](#inspect).
    kind: &'static str,
    /// The reason, for people.
    reason: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Uploaded {
    /// Pictures that there were.
    pub(crate) pictures: usize,
    /// With a clean copy.
    pub(crate) clean: usize,
    /// Uploaded with `--no-wait`.
    pub(crate) not_waited_for: usize,
    /// Not sent, being no pictures or damaged.
    pub(crate) refused: usize,
    /// Rejected ones.
    pub(crate) rejected: usize,
    /// Without a clean copy in time.
    pub(crate) overdue: usize,
    /// Failed ones.
    pub(crate) failed: usize,
    /// Interrupted ones.
    pub(crate) interrupted: usize,
    /// Bytes sent.
    pub(crate) bytes: u64,
    /// How long it took.
    pub(crate) elapsed_ms: u64,
    /// Calls to AWS of this run.
    pub(crate) aws_calls: usize,
}

impl Upload {
    /// A file that is left alone.
    pub(crate) fn skipped(path: &Path, why: &str) -> Self {
        let (file, file_bytes) = exact(path);
        Self::Skipped { file, file_bytes, reason: why.to_owned() }
    }

    /// A file that was not even begun with.
    pub(crate) fn problem(path: &Path, why: &str) -> Self {
        let (file, file_bytes) = exact(path);
        Self::Picture(Box::new(Picture {
            file,
            file_bytes,
            key: None,
            outcome: Word::Failed,
            reason: Some(why.to_owned()),
            source: None,
            destination: None,
            bytes: None,
            clean_bytes: None,
            elapsed_ms: 0,
            expected: None,
        }))
    }

    /// A picture that went its way. Kinds and counts of what was removed, never a value.
    pub(crate) fn arrival(arrival: &Arrival<'_>, source: &str, destination: &str) -> Self {
        let Arrival { picture, prediction, outcome, elapsed } = arrival;
        let (word, uploaded, reason) = match outcome {
            Outcome::Clean { .. } => (Word::Clean, true, None),
            Outcome::Uploaded => (Word::Uploaded, true, None),
            Outcome::Refused(reason) => (Word::Refused, false, Some(reason.clone())),
            Outcome::Rejected(reason) => (Word::Rejected, true, Some(reason.clone())),
            Outcome::Overdue(reason) => (Word::Overdue, true, reason.clone()),
            Outcome::Failed { failure, uploaded } => (Word::Failed, *uploaded, Some(failure.to_string())),
            Outcome::Stopped { uploaded } => (Word::Interrupted, *uploaded, None),
        };
        let clean_bytes = match outcome {
            Outcome::Clean { length } => Some(*length),
            _ => None,
        };
        let (file, file_bytes) = exact(&picture.path);
        let place = |bucket: &str| format!("s3://{bucket}/{}", picture.key);
        Self::Picture(Box::new(Picture {
            file,
            file_bytes,
            key: Some(picture.key.clone()),
            outcome: word,
            reason,
            source: uploaded.then(|| place(source)),
            destination: clean_bytes.map(|_| place(destination)),
            bytes: Some(picture.bytes),
            clean_bytes,
            elapsed_ms: millis(*elapsed),
            expected: Expected::of(prediction),
        }))
    }
}

impl Expected {
    fn of(prediction: &Prediction) -> Option<Self> {
        let mut expected = Self {
            clean_bytes: None,
            format: None,
            removed_bytes: None,
            removed: None,
            told: None,
            orientation: None,
            color_profile: None,
            gain_map: None,
            hidden_pixels: None,
            summary: None,
            rejected: None,
        };
        match prediction {
            Prediction::Clean { length, report } => {
                expected.clean_bytes = Some(*length);
                expected.format = Some(report.format);
                expected.removed_bytes = Some(report.removed_bytes());
                let removed =
                    report.removed.iter().map(|removal| (word_of(&removal.category), removal.bytes));
                expected.removed = Some(sums(removed));
                expected.told = Some(report.facts.as_ref().map(told).unwrap_or_default());
                expected.orientation = Some(report.orientation);
                expected.color_profile = Some(report.color_profile);
                expected.gain_map = GainMap::of(report);
                expected.hidden_pixels = HiddenPixels::of(report);
                expected.summary = Some(what_was_removed(report));
            }
            Prediction::Refused { kind, reason } => {
                expected.rejected = Some(Rejected { kind, reason: reason.clone() });
            }
            Prediction::Unknown => return None,
        }
        Some(expected)
    }
}

fn told(facts: &sanitizer::facts::Facts) -> BTreeMap<String, usize> {
    let mut told = sums(facts.items.iter().map(|fact| (word_of(&fact.kind), 1)));
    if !facts.positions.is_empty() {
        told.insert("position".to_owned(), facts.positions.len());
    }
    told
}

fn sums(counts: impl Iterator<Item = (String, usize)>) -> BTreeMap<String, usize> {
    let mut sums = BTreeMap::new();
    for (word, count) in counts {
        *sums.entry(word).or_default() += count;
    }
    sums
}

/// The word that serde has for a value of an enum.
fn word_of(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
