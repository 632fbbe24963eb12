//! What `inspect`, `sanitize` and `upload` tell of a picture.

use serde::Serialize;

use sanitizer::facts;

/// Metadata that cleaning removes.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Removal {
    /// What kind of thing: `exif`, `xmp`, `iptc`, `comment`, `thumbnail`, `second-picture`, `provenance`,
    /// `color-profile`, `profile-details`, `application`, `time`, `trailer`, `hidden`; more may come.
    #[cfg_attr(test, schemars(with = "String"))]
    category: sanitizer::Category,
    /// In which part of the file: a marker (`APP1`), a chunk (`eXIf`) or a place in words (`after EOI`).
    location: &'static str,
    /// Where in the file, in bytes from its start.
    offset: usize,
    /// How many bytes.
    bytes: usize,
}

impl Removal {
    pub(super) fn all(removed: &[sanitizer::Removal]) -> Vec<Self> {
        removed
            .iter()
            .map(|sanitizer::Removal { category, location, offset, bytes }| Self {
                category: *category,
                location,
                offset: *offset,
                bytes: *bytes,
            })
            .collect()
    }
}

/// What becomes of an HDR gain map.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct GainMap {
    /// `kept`, or `dropped`: the picture then looks less bright on HDR screens.
    outcome: &'static str,
    /// Why it is dropped, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

impl GainMap {
    /// `None` for a picture that has none.
    pub(super) fn of(report: &sanitizer::Report) -> Option<Self> {
        contract::log::GainMap::of(report.gain_map)
            .map(|contract::log::GainMap { outcome, why }| Self { outcome, why })
    }
}

/// What stays of the words about rights.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Rights {
    /// Those that stay: `copyright`, `creator`, `credit`, `license`.
    kept: Vec<&'static str>,
    /// Why some may be lost, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<&'static str>,
}

impl Rights {
    /// `None` when nothing was to be kept, or nothing was found.
    pub(super) fn of(report: &sanitizer::Report) -> Option<Self> {
        let sanitizer::RightsOutcome { kept, unread, .. } = report.rights;
        let kept = kept.iter().map(sanitizer::Right::as_str).collect();
        (!report.rights.is_empty()).then_some(Self { kept, unread })
    }
}

/// What becomes of pixels that nobody sees.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct HiddenPixels {
    /// `blanked`: taken out; or `kept`, as asked.
    outcome: &'static str,
    /// What they are, for people.
    what: String,
}

impl HiddenPixels {
    /// `None` for a picture that has none.
    pub(super) fn of(report: &sanitizer::Report) -> Option<Self> {
        contract::log::HiddenPixels::of(report.hidden_pixels)
            .map(|contract::log::HiddenPixels { outcome, what }| Self { outcome, what })
    }
}

/// Where on Earth a picture was taken, or what else it points to (WGS 84).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Position {
    /// Degrees north; south is negative.
    latitude: f64,
    /// Degrees east; west is negative.
    longitude: f64,
    /// Metres above sea level.
    altitude: Option<f64>,
    /// Where that stands: `EXIF`, `XMP`, ...
    source: &'static str,
}

impl Position {
    pub(crate) fn all(positions: &[facts::Position]) -> Vec<Self> {
        positions
            .iter()
            .map(|facts::Position { latitude, longitude, altitude, source }| Self {
                latitude: *latitude,
                longitude: *longitude,
                altitude: *altitude,
                source,
            })
            .collect()
    }
}

/// Something else that the metadata tells.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Fact {
    /// What kind of fact: `device`, `lens`, `serial`, `person`, `time`, `place`, `software`, `history`, `text`,
    /// `thumbnail`, `hidden-picture`, `hidden-pixels`; more may come.
    #[cfg_attr(test, schemars(with = "String"))]
    kind: facts::FactKind,
    /// What it says, without control characters and cut at 200 characters.
    value: String,
    /// Where that stands: `EXIF`, `XMP`, `IPTC`, ...
    source: &'static str,
}

impl Fact {
    pub(super) fn all(items: &[facts::Fact]) -> Vec<Self> {
        items
            .iter()
            .map(|facts::Fact { kind, value, source }| Self { kind: *kind, value: value.clone(), source })
            .collect()
    }
}

/// Why a file could not be read or cleaned.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Unfit {
    /// A stable word: `not-a-picture`, `unsupported-format`, `truncated`, `malformed`, `unprovable`, `too-large`,
    /// `too-many-pixels`, `not-rotatable`, `hidden-pixels`, or `unreadable`, `skipped` (by `inspect`) and
    /// `input-output` (by `sanitize`).
    pub(super) kind: &'static str,
    /// The reason, for people.
    pub(super) message: String,
}
