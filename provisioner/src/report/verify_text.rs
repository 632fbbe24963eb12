//! What `verify` found: lines for people.

use std::time::Duration;

use super::styles::{ALARM, GOOD, WARN};
use super::{foreign, seconds};
use crate::json::Verified;
use crate::verify::{Check, Verdict};

/// One check.
#[must_use]
pub(crate) fn check_line(check: &Check) -> String {
    let (style, mark, found) = match &check.verdict {
        Verdict::Right(found) => (GOOD, "ok", found),
        Verdict::Wrong(found) => (ALARM, "WRONG", found),
        Verdict::Untried(found) => (WARN, "?", found),
    };
    let took =
        check.elapsed_ms.map(|ms| format!(" in {}", seconds(Duration::from_millis(ms)))).unwrap_or_default();
    format!("{style}{mark:<5}{style:#}  {}: {}{took}\n", foreign(&check.what), foreign(found))
}

/// All that could be tried is right.
pub(crate) fn all_but(sums: &Verified) -> String {
    let Verified { checks, untried, .. } = sums;
    let were = if *untried == 1 { "was" } else { "were" };
    format!("{} of {checks} checks are as they should be; {untried} {were} not tried", checks - untried)
}

/// The sums.
#[must_use]
pub(crate) fn verified_text(sums: &Verified) -> String {
    let time = |ms: Option<u64>| ms.map(|ms| seconds(Duration::from_millis(ms)));
    let mut text = match sums.failed {
        0 if sums.untried > 0 => all_but(sums),
        0 => format!("All {} checks are as they should be", sums.checks),
        1 => format!("1 of {} checks is not as it should be", sums.checks),
        n => format!("{n} of {} checks are not as they should be", sums.checks),
    };
    if let (Some(median), Some(p95), Some(max)) = (time(sums.median_ms), time(sums.p95_ms), time(sums.max_ms))
    {
        text.push_str(&format!(
            "; from upload to clean copy: median {median}, 95% within {p95}, at most {max}"
        ));
    }
    text + ". Nothing is left of the run."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_is_frozen() {
        let check = |what: &str, verdict, elapsed_ms| Check {
            what: what.to_owned(),
            verdict,
            elapsed_ms,
            shown: None,
        };
        let lines = [
            check("user-a", Verdict::Right("may write a, nothing else".to_owned()), None),
            check("everybody else", Verdict::Wrong("may read b".to_owned()), None),
            check("bob", Verdict::Untried("not tried: the role does not trust you".to_owned()), None),
            check("JPEG", Verdict::Right("clean under the same key".to_owned()), Some(420)),
        ];
        let mut text: String = lines.iter().map(check_line).collect();
        let sums = Verified {
            checks: 3,
            failed: 1,
            median_ms: Some(420),
            p95_ms: Some(420),
            max_ms: Some(420),
            ..Verified::default()
        };
        text.push_str(&verified_text(&sums));
        text.push('\n');
        text.push_str(&verified_text(&Verified { checks: 3, ..Verified::default() }));
        text.push('\n');
        text.push_str(&verified_text(&Verified { checks: 3, untried: 1, ..Verified::default() }));
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string());
    }
}
