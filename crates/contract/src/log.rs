//! The function's log: one JSON object a line, one line a picture.
//!
//! The texts of `message` and the names of the fields are an interface: the command line finds and shows these lines.
//! No value of a picture's metadata is ever in them.

use sanitizer::{
    Category, Format, GainMapOutcome, HiddenPixelsOutcome, OrientationOutcome, ProfileOutcome, Removal,
    RightsOutcome,
};
use serde::{Deserialize, Serialize};

/// How much it matters, in Lambda's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// As it should be.
    Info,
    /// Somebody should look.
    Error,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Message {
    /// A clean copy was written.
    Cleaned,
    /// The picture cannot be cleaned; nothing was published.
    Rejected,
    /// Something else went wrong; Lambda tries again.
    Failed,
    /// The source is gone, and its clean copy was removed.
    Removed,
    /// There was nothing to do.
    Ignored,
}

impl Message {
    /// The word in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cleaned => "cleaned",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Removed => "removed",
            Self::Ignored => "ignored",
        }
    }
}

/// One line, as the function writes it.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    /// How much it matters.
    pub level: Level,
    /// What happened.
    pub message: Message,
    /// Lambda's id of the invocation.
    pub request_id: &'a str,
    /// The picture's key, decoded. Not there when the event named none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'a str>,
    /// The version: the one that was read, else the one of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<&'a str>,
    /// What was done, for a cleaned picture.
    #[serde(flatten)]
    pub cleaned: Option<CleanedFields>,
    /// A stable word for the kind of an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was being done, for an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<&'static str>,
    /// Where the time went until then.
    #[serde(rename = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub spent: Option<Milliseconds>,
    /// From the event's arrival to this line, in milliseconds.
    pub total_milliseconds: u64,
}

/// What was done to a cleaned picture.
#[derive(Debug, Serialize)]
pub struct CleanedFields {
    /// The picture's format.
    pub format: Format,
    /// Length of the file that was read.
    pub input_bytes: usize,
    /// Length of the file that was written.
    pub output_bytes: usize,
    /// What was removed.
    pub removed: Vec<Removed>,
    /// What became of the orientation.
    pub orientation: OrientationOutcome,
    /// What became of the colour profile; `lost` is worth a look.
    pub color_profile: ProfileOutcome,
    /// What became of an HDR gain map, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain_map: Option<GainMap>,
    /// Which words about rights stay, when some do, and why others may be lost.
    #[serde(skip_serializing_if = "RightsOutcome::is_empty")]
    pub rights: RightsOutcome,
    /// What became of pixels that nobody sees, when there were some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden_pixels: Option<HiddenPixels>,
    /// Where the time went.
    pub milliseconds: Milliseconds,
    /// Which round it was; more than 1 when the picture was replaced meanwhile.
    pub attempt: u32,
}

/// Where the time went, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Milliseconds {
    /// Reading the picture.
    pub get: u64,
    /// Cleaning it.
    pub clean: u64,
    /// Writing it.
    pub put: u64,
    /// Asking whether the picture is still the newest.
    pub head: u64,
}

/// What became of an HDR gain map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GainMap {
    /// `kept` or `dropped`.
    pub outcome: &'static str,
    /// Why it was dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
}

impl GainMap {
    /// `None` for a picture that has none.
    #[must_use]
    pub fn of(outcome: GainMapOutcome) -> Option<Self> {
        match outcome {
            GainMapOutcome::Kept => Some(Self { outcome: "kept", why: None }),
            GainMapOutcome::Dropped { why } => Some(Self { outcome: "dropped", why: Some(why) }),
            _ => None,
        }
    }
}

/// What became of pixels that nobody sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HiddenPixels {
    /// `blanked` or `kept`.
    pub outcome: &'static str,
    /// What they are, in words.
    pub what: String,
}

impl HiddenPixels {
    /// `None` for a picture that has none.
    #[must_use]
    pub fn of(outcome: HiddenPixelsOutcome) -> Option<Self> {
        match outcome {
            HiddenPixelsOutcome::Kept { what } => Some(Self { outcome: "kept", what: what.to_string() }),
            HiddenPixelsOutcome::Blanked { what } => {
                Some(Self { outcome: "blanked", what: what.to_string() })
            }
            _ => None,
        }
    }
}

/// All that was removed of one category from one kind of place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// What kind of thing.
    pub category: Category,
    /// In which part of the file.
    pub location: &'static str,
    /// How many bytes in all.
    pub bytes: usize,
}

impl Removed {
    /// One entry for each category and place, in order of first appearance: a file with a million tiny segments must
    /// not make a line with a million entries.
    #[must_use]
    pub fn summed(removals: &[Removal]) -> Vec<Self> {
        let mut sums: Vec<Self> = Vec::new();
        for &Removal { category, location, bytes, .. } in removals {
            match sums.iter_mut().find(|sum| sum.category == category && sum.location == location) {
                Some(sum) => sum.bytes += bytes,
                None => sums.push(Self { category, location, bytes }),
            }
        }
        sums
    }
}

/// One line, as the command line reads it. Fields that it does not need are left out, and so are lines that are not
/// of this log: Lambda writes some of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Line {
    /// What happened.
    pub message: Message,
    /// Lambda's id of the invocation.
    pub request_id: Option<String>,
    /// The picture's key, decoded.
    pub key: Option<String>,
    /// The version.
    pub version_id: Option<String>,
    /// A stable word for the kind of an error.
    pub kind: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
    /// What was being done, for an error.
    pub phase: Option<String>,
    /// Length of the file that was read, for a cleaned picture.
    pub input_bytes: Option<u64>,
    /// Length of the file that was written, for a cleaned picture.
    pub output_bytes: Option<u64>,
    /// What was removed of a cleaned picture.
    #[serde(default)]
    pub removed: Vec<RemovedPart>,
    /// From the event's arrival to this line, in milliseconds.
    pub total_milliseconds: Option<u64>,
}

/// What the command line reads of a [`Removed`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RemovedPart {
    /// What kind of thing. Text, since a function of another version may know other kinds.
    pub category: String,
    /// How many bytes in all.
    pub bytes: u64,
}

impl Line {
    /// Reads a line; `None` when the function did not write it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_function_writes_the_command_line_reads() {
        for message in
            [Message::Cleaned, Message::Rejected, Message::Failed, Message::Removed, Message::Ignored]
        {
            let entry = Entry {
                level: Level::Error,
                message,
                request_id: "r-1",
                key: Some("\u{65e5}\u{672c} \u{10}.jpg"),
                version_id: Some("v2"),
                cleaned: None,
                kind: Some("damaged"),
                reason: Some("why".to_owned()),
                phase: None,
                spent: None,
                total_milliseconds: 7,
            };
            let text = serde_json::to_string(&entry).unwrap();
            assert!(text.contains(&format!("\"message\":\"{}\"", message.as_str())), "{text}");
            let line = Line::read(&text).unwrap();
            assert_eq!(line.message, message);
            assert_eq!(line.key.as_deref(), entry.key);
            assert_eq!((line.version_id.as_deref(), line.reason), (entry.version_id, entry.reason));
        }
    }

    #[test]
    fn lines_of_lambda_are_not_ours() {
        assert_eq!(Line::read("START RequestId: 1"), None);
        assert_eq!(Line::read(r#"{"type": "platform.start"}"#), None);
    }

    #[test]
    fn a_gain_map_is_told_when_there_is_one() {
        let told = |outcome| serde_json::to_value(GainMap::of(outcome)).unwrap();
        assert!(told(GainMapOutcome::None).is_null());
        assert_eq!(told(GainMapOutcome::Kept), serde_json::json!({"outcome": "kept"}));
        let dropped = told(GainMapOutcome::Dropped { why: "it is damaged" });
        assert_eq!(dropped, serde_json::json!({"outcome": "dropped", "why": "it is damaged"}));
    }

    #[test]
    fn removals_are_summed_by_category_and_place() {
        let removal = |category, location, offset, bytes| Removal { category, location, offset, bytes };
        let removed = Removed::summed(&[
            removal(Category::Exif, "APP1", 2, 20),
            removal(Category::Xmp, "APP1", 22, 10),
            removal(Category::Exif, "APP1", 40, 10),
        ]);
        let told: Vec<_> = removed.iter().map(|sum| (sum.category, sum.bytes)).collect();
        assert_eq!(told, [(Category::Exif, 30), (Category::Xmp, 10)]);
    }
}
