//! `inspect`

use serde::Serialize;

use super::exact;
use super::picture::{Fact, GainMap, HiddenPixels, Position, Removal, Rights, Unfit};
use crate::pictures::Inspection;
use sanitizer::OrientationOutcome;

/// What pictures reveal.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Inspected {
    /// Each file, in the order of the arguments; those of a folder by name.
    pictures: Vec<Picture>,
}

/// What one file reveals. With `error` there are no fields from `bytes` to `removable`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Picture {
    /// Its path, exact; `stdin` for `-`.
    file: String,
    /// The bytes of its path in Base64. Only when the path is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_bytes: Option<String>,
    /// Its length.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
    /// `jpeg`, `png`, `webp`, `gif`, `heic` or `avif`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    format: Option<sanitizer::Format>,
    /// Width in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// Height in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// Whether it is stored upright.
    #[serde(skip_serializing_if = "Option::is_none")]
    upright: Option<bool>,
    /// What `sanitize` makes of its colour profile, as in [`sanitize`](#sanitize).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    color_profile: Option<sanitizer::ProfileOutcome>,
    /// What `sanitize` makes of its HDR gain map. Only when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    gain_map: Option<GainMap>,
    /// What `sanitize` keeps of the words about rights. Only with `--keep`, and when there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<Rights>,
    /// Pixels of it that nobody sees, `kept` for looking. Only when it has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden_pixels: Option<HiddenPixels>,
    /// Bytes that `sanitize` removes.
    #[serde(skip_serializing_if = "Option::is_none")]
    removable_bytes: Option<usize>,
    /// What `sanitize` removes, in the order of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    removable: Option<Vec<Removal>>,
    /// Why it cannot be cleaned, or is no picture. Only then.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Unfit>,
    /// The positions in it.
    positions: Vec<Position>,
    /// What else it tells.
    facts: Vec<Fact>,
}

impl Inspected {
    pub(crate) fn of(seen: &[Inspection]) -> Self {
        Self { pictures: seen.iter().map(Picture::of).collect() }
    }
}

impl Picture {
    fn of(inspection: &Inspection) -> Self {
        let (file, file_bytes) = exact(&inspection.input.path().unwrap_or_else(|| "stdin".into()));
        let (report, error, facts) = match &inspection.result {
            Ok(report) => (Some(report), None, report.facts.as_ref()),
            Err(error) => {
                let unfit = Unfit { kind: error.kind, message: error.reason.clone() };
                (None, Some(unfit), Some(&error.facts))
            }
        };
        Self {
            file,
            file_bytes,
            bytes: report.map(|_| inspection.bytes),
            format: report.map(|report| report.format),
            width: report.map(|report| report.width),
            height: report.map(|report| report.height),
            upright: report.map(|report| report.orientation == OrientationOutcome::AlreadyUpright),
            color_profile: report.map(|report| report.color_profile),
            gain_map: report.and_then(GainMap::of),
            rights: report.and_then(Rights::of),
            hidden_pixels: report.and_then(HiddenPixels::of),
            removable_bytes: report.map(sanitizer::Report::removed_bytes),
            removable: report.map(|report| Removal::all(&report.removed)),
            error,
            positions: facts.map(|facts| Position::all(&facts.positions)).unwrap_or_default(),
            facts: facts.map(|facts| Fact::all(&facts.items)).unwrap_or_default(),
        }
    }
}
