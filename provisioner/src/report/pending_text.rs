//! What is pending, and what became of it: lines for people.

use super::{bytes, foreign};
use crate::json::{Backfilled, Compared};
use crate::moment::ago;
use engine::backfill::Outcome;
use engine::pending::{Object, Why};

/// One picture that is pending.
#[must_use]
pub(crate) fn pending_line(object: &Object, why: Why, now: i64) -> String {
    let why = match why {
        Why::NoCopy => "no copy",
        Why::OlderCopy => "older copy",
    };
    format!(
        "{why:<10}  {:>8}  {:>11}  {}\n",
        bytes(object.bytes),
        ago(object.modified, now),
        foreign(&object.key)
    )
}

/// The sums of `pending`; `backfill` is the command to suggest.
#[must_use]
pub(crate) fn compared_text(sums: &Compared, backfill: &str) -> String {
    let Compared { pictures, pending, under_way, unmatched, orphaned, complete, .. } = *sums;
    let so_far = if complete { "" } else { " so far (--limit)" };
    let mut text = match (pending, pictures) {
        (0, 0) => format!("There are no pictures{so_far}."),
        (0, 1) => format!("The only picture has its clean copy{so_far}."),
        (0, all) => format!("All {all} pictures have their clean copies{so_far}."),
        (pending, all) => format!(
            "{pending} of {} {} pending{so_far}; `{backfill}` cleans {}.",
            counted(all, "picture", "pictures"),
            if pending == 1 { "is" } else { "are" },
            if pending == 1 { "it" } else { "them" },
        ),
    };
    if under_way > 0 {
        text.push_str(&format!(
            "\n{} uploaded less than a minute ago and may be under way.",
            counted(under_way, "of them was", "of them were")
        ));
    }
    if unmatched > 0 {
        text.push_str(&format!(
            "\n{} no entry of the trigger: nothing cleans {}; see trigger.suffixes and trigger.prefix in config.toml.",
            counted(unmatched, "other object has", "other objects have"),
            if unmatched == 1 { "it" } else { "them" },
        ));
    }
    if orphaned > 0 {
        text.push_str(&format!(
            "\n{} still published, though what {} made of was deleted.",
            counted(orphaned, "clean copy is", "clean copies are"),
            if orphaned == 1 { "it was" } else { "they were" },
        ));
    }
    text
}

/// What became of one picture.
#[must_use]
pub(crate) fn outcome_line(key: &str, outcome: &Outcome) -> String {
    let key = foreign(key);
    match outcome {
        Outcome::Cleaned => format!("cleaned   {key}\n"),
        Outcome::Gone => format!("gone      {key}\n"),
        Outcome::Rejected { reason, .. } => format!("rejected  {key}: {}\n", foreign(reason)),
        Outcome::Failed { reason } => format!("failed    {key}: {}\n", foreign(reason)),
    }
}

/// The sums of `backfill`; `pending` is the command to suggest.
#[must_use]
pub(crate) fn backfilled_text(sums: &Backfilled, pending: &str) -> String {
    let Backfilled { cleaned, gone, rejected, failed, still_pending, .. } = *sums;
    let mut parts = vec![counted(cleaned, "picture cleaned", "pictures cleaned")];
    for (count, word) in [(rejected, "rejected"), (failed, "failed"), (gone, "deleted meanwhile")] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let rest = match still_pending {
        None => String::new(),
        Some(0) => "; nothing is pending".to_owned(),
        Some(n) if n == rejected => {
            "; the rejected ones stay pending until they are replaced or deleted".to_owned()
        }
        Some(n) => format!("; {n} pending, see `{pending}`"),
    };
    format!("{}{rest}.", parts.join(", "))
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_frozen() {
        let all = Compared {
            pictures: 411,
            pending: 38,
            under_way: 1,
            unmatched: 2,
            orphaned: 3,
            ..Default::default()
        };
        let done = Compared { complete: true, ..all.clone() };
        let one = Compared { pictures: 1, pending: 1, orphaned: 1, unmatched: 1, ..done.clone() };
        let clean = Compared { pictures: 7, complete: true, ..Default::default() };
        let none = Compared { complete: true, ..Default::default() };
        let text: Vec<String> =
            [&all, &done, &one, &clean, &none].map(|sums| compared_text(sums, "provisioner backfill")).into();
        insta::assert_snapshot!("compared", text.join("\n\n"));
        let sums = |cleaned, rejected, failed, still_pending| {
            let sums = Backfilled { cleaned, rejected, failed, still_pending, ..Default::default() };
            backfilled_text(&sums, "provisioner pending")
        };
        let text = [
            sums(38, 0, 0, Some(0)),
            sums(1, 2, 0, Some(2)),
            sums(0, 2, 1, Some(5)),
            sums(0, 0, 0, Some(0)),
            sums(1, 0, 0, None),
        ];
        insta::assert_snapshot!("backfilled", text.join("\n"));
    }

    #[test]
    fn a_line_has_the_key_last() {
        let object = Object { key: "a\u{1b}b.jpg".to_owned(), modified: 1000, bytes: 2_300_000 };
        assert_eq!(
            pending_line(&object, Why::NoCopy, 1180),
            "no copy       2.3 MB    3 min ago  a\\u{1b}b.jpg\n"
        );
    }
}
