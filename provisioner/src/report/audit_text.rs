//! What `audit` found: lines for people.

use super::foreign;
use super::styles::{ALARM, WARN};
use crate::audit::{Finding, Looked};
use crate::json::Audited;

/// An object that is not as it should be; `None` for all others.
#[must_use]
pub(crate) fn finding_line(looked: &Looked) -> Option<String> {
    let key = foreign(&looked.key);
    let orphan = if looked.is_orphan { "; its source was deleted" } else { "" };
    let (style, word, text) = match &looked.finding {
        Finding::Gone => return None,
        Finding::Clean if !looked.is_orphan => return None,
        Finding::Clean => (WARN, "ORPHAN", String::new()),
        Finding::NotClean(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(|kind| foreign(kind)).collect();
            (ALARM, "NOT CLEAN", format!(": {}", kinds.join(", ")))
        }
        Finding::WrittenOtherwise => {
            (WARN, "OTHER", ": nothing to remove, but this version would write it differently".to_owned())
        }
        Finding::Unknown(reason) => (WARN, "UNKNOWN", format!(": {}", foreign(reason))),
    };
    Some(format!("{style}{word:<9}{style:#}  {key}{text}{orphan}\n"))
}

/// The sums of `audit`; `backfill` is the command to suggest.
#[must_use]
pub(crate) fn audited_text(sums: &Audited, backfill: &str) -> String {
    let Audited { objects, looked_at, clean, not_clean, written_otherwise, unknown, orphaned, .. } = *sums;
    let of_all = if looked_at < objects { format!(" of {objects}") } else { String::new() };
    let mut text = match looked_at {
        0 => "There is nothing to look at.".to_owned(),
        1 if clean == 1 => format!("The only picture{of_all} that was looked at is clean."),
        n if clean == n => format!("All {n}{of_all} pictures that were looked at are clean."),
        n => format!("{clean} of {n}{of_all} objects that were looked at are clean."),
    };
    let mut add = |count: u64, one: &str, many: &str| {
        if count > 0 {
            text.push_str(&format!("\n{count} {}", if count == 1 { one } else { many }));
        }
    };
    add(not_clean, "holds something to remove.", "hold something to remove.");
    add(
        written_otherwise,
        "holds nothing to remove, and was made by another version or with other settings.",
        "hold nothing to remove, and were made by another version or with other settings.",
    );
    add(unknown, "is no picture that can be looked into.", "are no pictures that can be looked into.");
    add(
        orphaned,
        "is still published, though its source was deleted.",
        "are still published, though their sources were deleted.",
    );
    if not_clean + written_otherwise > 0 {
        text.push_str(&format!("\n`{backfill}` has the function clean a picture again."));
    }
    let versions: Vec<String> = sums
        .cleaned_by
        .iter()
        .map(|(version, count)| match version.as_str() {
            "unknown" => format!("{count} do not say by which"),
            version => format!("{count} by {}", foreign(version)),
        })
        .collect();
    if looked_at > 0 {
        text.push_str(&format!("\nMade by version: {}.", versions.join(", ")));
    }
    if !sums.complete {
        text.push_str("\nNot all was looked at: the run was ended.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_frozen() {
        let looked = |key: &str, finding, is_orphan| Looked {
            key: key.to_owned(),
            finding,
            is_orphan,
            cleaned_by: None,
        };
        let lines = [
            looked("a.jpg", Finding::Clean, false),
            looked("b.jpg", Finding::Clean, true),
            looked(
                "c\u{1b}.jpg",
                Finding::NotClean(vec!["EXIF".to_owned(), "header x-amz-meta-a".to_owned()]),
                false,
            ),
            looked("d.jpg", Finding::WrittenOtherwise, false),
            looked("e.txt", Finding::Unknown("not a picture".to_owned()), true),
            looked("f.jpg", Finding::Gone, false),
        ];
        let text: String = lines.iter().filter_map(finding_line).collect();
        insta::assert_snapshot!("findings", anstream::adapter::strip_str(&text));
        let all = Audited { objects: 411, looked_at: 411, clean: 411, complete: true, ..Default::default() };
        let all = Audited { cleaned_by: [("0.1.0".to_owned(), 411)].into(), ..all };
        let bad = Audited {
            clean: 400,
            not_clean: 1,
            written_otherwise: 6,
            unknown: 4,
            orphaned: 3,
            cleaned_by: [("0.1.0".to_owned(), 405), ("unknown".to_owned(), 6)].into(),
            ..all.clone()
        };
        let sample = Audited { looked_at: 1, clean: 1, complete: false, ..all.clone() };
        let none = Audited { complete: true, ..Default::default() };
        let text = [&all, &bad, &sample, &none].map(|sums| audited_text(sums, "provisioner backfill KEY"));
        insta::assert_snapshot!("audited", text.join("\n\n"));
    }
}
