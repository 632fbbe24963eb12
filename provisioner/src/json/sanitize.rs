//! `sanitize`

use serde::Serialize;

use super::exact;
use super::picture::{GainMap, HiddenPixels, Removal, Rights, Unfit};
use crate::pictures::{self, Cleaned, Ending};

/// What became of each file.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Sanitized {
    /// Each file, in the order of the arguments; those of a folder by name.
    files: Vec<File>,
    /// Their sums.
    summary: Summary,
}

/// What became of one file. Fields that its status does not have are left out.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct File {
    /// The path of the input, exact; `stdin` for `-`.
    file: String,
    /// The bytes of that path in Base64. Only when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_bytes: Option<String>,
    /// How it ended.
    status: Status,
    /// Why it was `skipped`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Why it was `refused` or `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Unfit>,
    /// The path of the clean picture, exact. This and the next six: of `cleaned` and `already-clean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    /// The bytes of that path in Base64. Only when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    output_bytes: Option<String>,
    /// `jpeg`, `png`, `webp`, `gif`, `heic` or `avif`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    format: Option<sanitizer::Format>,
    /// Width in pixels of the clean picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// Height in pixels of the clean picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// `already-upright`, `turned`, `turned-and-trimmed`, `tag-kept`, `tag-kept-not-exact` or `dropped`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    orientation: Option<sanitizer::OrientationOutcome>,
    /// `none`; `rebuilt`: written anew, colours are exactly the same and nothing else is in it; `added-adobe-rgb`: EXIF
    /// alone told it; `dropped`, as asked; `lost`: it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    color_profile: Option<sanitizer::ProfileOutcome>,
    /// What became of its HDR gain map. Only when it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    gain_map: Option<GainMap>,
    /// What was kept of the words about rights. Only with `--keep`, and when there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<Rights>,
    /// What became of pixels that nobody sees. Only when it had some.
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden_pixels: Option<HiddenPixels>,
    /// What was removed, in the order of the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<Vec<Removal>>,
    /// Length of the input; of `cleaned` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_in: Option<usize>,
    /// Length of the clean picture; of `cleaned` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_out: Option<usize>,
}

/// How a file ended.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum Status {
    /// A clean picture was written.
    Cleaned,
    /// It was clean and stays as it is.
    AlreadyClean,
    /// It is no picture, or a link that was found on the way.
    Skipped,
    /// A picture that cannot be cleaned; nothing was written.
    Refused,
    /// It could not be read or written.
    Failed,
}

/// Counts of files, and bytes.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    /// Clean pictures written.
    cleaned: usize,
    /// Pictures that were clean.
    already_clean: usize,
    /// No pictures.
    skipped: usize,
    /// Pictures that cannot be cleaned.
    refused: usize,
    /// Files that could not be read or written.
    failed: usize,
    /// Files without a clean picture though one was wanted. Not 0: the exit code is 6.
    missing: usize,
    /// Pictures turned upright.
    turned: usize,
    /// Of these, ones that lost partial blocks at their edges.
    trimmed: usize,
    /// Pictures that keep an orientation tag since they cannot be turned exactly.
    tag_kept: usize,
    /// Pictures whose colour profile cannot be read and was dropped.
    profiles_lost: usize,
    /// Pictures whose HDR gain map was dropped.
    gain_maps_dropped: usize,
    /// Bytes of metadata removed.
    removed_bytes: u64,
    /// Bytes of the pictures that were cleaned.
    bytes: u64,
}

impl Sanitized {
    pub(crate) fn of(all: &[&Cleaned], summary: &pictures::Summary) -> Self {
        Self { files: all.iter().map(|one| File::of(one)).collect(), summary: Summary::of(summary) }
    }
}

impl File {
    fn of(one: &Cleaned) -> Self {
        let unfit = |kind, message: &dyn ToString| Some(Unfit { kind, message: message.to_string() });
        let (status, report, reason, error) = match &one.ending {
            Ending::Cleaned { report, .. } => (Status::Cleaned, Some(report), None, None),
            Ending::AlreadyClean(report) => (Status::AlreadyClean, Some(report), None, None),
            Ending::Skipped(why) => (Status::Skipped, None, Some(why.clone()), None),
            Ending::Refused(error) => (Status::Refused, None, None, unfit(error.kind(), error)),
            Ending::Failed(why) => (Status::Failed, None, None, unfit("input-output", why)),
        };
        let lengths = match one.ending {
            Ending::Cleaned { bytes_in, bytes_out, .. } => Some((bytes_in, bytes_out)),
            _ => None,
        };
        let (file, file_bytes) = exact(&one.input.path().unwrap_or_else(|| "stdin".into()));
        let output = report.and(one.output.as_deref()).map(exact);
        Self {
            file,
            file_bytes,
            status,
            reason,
            error,
            output_bytes: output.as_ref().and_then(|(_, bytes)| bytes.clone()),
            output: output.map(|(output, _)| output),
            format: report.map(|report| report.format),
            width: report.map(|report| report.width),
            height: report.map(|report| report.height),
            orientation: report.map(|report| report.orientation),
            color_profile: report.map(|report| report.color_profile),
            gain_map: report.and_then(GainMap::of),
            rights: report.and_then(Rights::of),
            hidden_pixels: report.and_then(HiddenPixels::of),
            removed: report.map(|report| Removal::all(&report.removed)),
            bytes_in: lengths.map(|(bytes_in, _)| bytes_in),
            bytes_out: lengths.map(|(_, bytes_out)| bytes_out),
        }
    }
}

impl Summary {
    fn of(summary: &pictures::Summary) -> Self {
        Self {
            cleaned: summary.cleaned,
            already_clean: summary.already_clean,
            skipped: summary.skipped,
            refused: summary.refused,
            failed: summary.failed,
            missing: summary.missing,
            turned: summary.turned,
            trimmed: summary.trimmed,
            tag_kept: summary.tag_kept,
            profiles_lost: summary.profiles_lost,
            gain_maps_dropped: summary.gain_maps_dropped,
            removed_bytes: summary.removed_bytes,
            bytes: summary.bytes,
        }
    }
}
