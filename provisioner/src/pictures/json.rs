//! What was found and what was done, as programs read it.

use sanitizer::{OrientationOutcome, Report};
use serde_json::{Value, json};

use super::{Cleaned, Ending, Inspection, Summary};

/// One element of what `inspect --json` prints.
#[must_use]
pub(crate) fn inspection_json(inspection: &Inspection) -> Value {
    let mut value = json!({"file": inspection.name});
    match &inspection.result {
        Ok(report) => {
            value["bytes"] = json!(inspection.bytes);
            value["format"] = json!(report.format);
            value["width"] = json!(report.width);
            value["height"] = json!(report.height);
            value["upright"] = json!(report.orientation == OrientationOutcome::AlreadyUpright);
            value["removable_bytes"] = json!(report.removed_bytes());
            value["removable"] = json!(report.removed);
            value["positions"] = json!(report.facts.as_ref().map(|facts| &facts.positions));
            value["facts"] = json!(report.facts.as_ref().map(|facts| &facts.items));
        }
        Err(error) => {
            value["error"] = json!({"kind": error.kind, "message": error.reason});
            value["positions"] = json!(error.facts.positions);
            value["facts"] = json!(error.facts.items);
        }
    }
    value
}

/// What `sanitize --json` prints.
#[must_use]
pub(crate) fn cleaned_json(all: &[&Cleaned], summary: &Summary) -> Value {
    json!({"files": all.iter().map(|one| file(one)).collect::<Vec<_>>(), "summary": summary})
}

fn file(one: &Cleaned) -> Value {
    let written = |status: &str, report: &Report| {
        json!({
            "file": one.name,
            "status": status,
            "output": one.output,
            "format": report.format,
            "width": report.width,
            "height": report.height,
            "orientation": report.orientation,
            "removed": report.removed,
        })
    };
    let kept = |status: &str, kind: &str, message: &str| json!({"file": one.name, "status": status, "error": {"kind": kind, "message": message}});
    match &one.ending {
        Ending::Cleaned { report, bytes_in, bytes_out } => {
            let mut value = written("cleaned", report);
            value["bytes_in"] = json!(bytes_in);
            value["bytes_out"] = json!(bytes_out);
            value
        }
        Ending::AlreadyClean(report) => written("already-clean", report),
        Ending::Skipped(why) => json!({"file": one.name, "status": "skipped", "reason": why}),
        Ending::Refused(error) => kept("refused", error.kind(), &error.to_string()),
        Ending::Failed(why) => kept("failed", "input-output", why),
    }
}
