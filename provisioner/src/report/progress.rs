//! How far a long change is.

use std::time::Duration;

use engine::resources::Progress;

/// A bar of ten cells with a blank before it, for the end of a line: ` ████░░░░░░`. Nothing when the goal is not known.
pub(super) fn bar(progress: &Progress<'_>) -> String {
    const CELLS: u64 = 10;
    match *progress {
        Progress { done, total: Some(total), .. } if total >= done && total > 0 => {
            let full = (u128::from(done) * u128::from(CELLS) / u128::from(total)) as usize;
            format!(" {}{}", "█".repeat(full), "░".repeat(CELLS as usize - full))
        }
        _ => String::new(),
    }
}

/// How far a long change is, and how fast it goes: `2000 of 5000 objects deleted, 800/s`.
#[must_use]
pub(crate) fn far(progress: &Progress<'_>, elapsed: Duration) -> String {
    let Progress { done, total, what } = progress;
    #[expect(clippy::cast_precision_loss, reason = "a rate for the eye")]
    let rate = *done as f64 / elapsed.as_secs_f64().max(0.001);
    match total {
        // Some may have come since they were counted.
        Some(total) if total >= done => format!("{done} of {total} {what}, {rate:.0}/s"),
        _ => format!("{done} {what}, {rate:.0}/s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_tells_its_rate_and_its_goal_when_that_is_known() {
        for (total, text) in [
            (Some(5000), "2000 of 5000 objects deleted, 800/s"),
            (Some(1999), "2000 objects deleted, 800/s"),
            (None, "2000 objects deleted, 800/s"),
        ] {
            let progress = Progress { done: 2000, total, what: "objects deleted" };
            assert_eq!(far(&progress, Duration::from_millis(2500)), text);
        }
    }

    #[test]
    fn a_bar_is_as_full_as_the_work_is_done() {
        for (done, total, drawn) in [
            (0, Some(5), " ░░░░░░░░░░"),
            (2000, Some(5000), " ████░░░░░░"),
            (5, Some(5), " ██████████"),
            (6, Some(5), ""),
            (0, Some(0), ""),
            (6, None, ""),
        ] {
            assert_eq!(bar(&Progress { done, total, what: "objects deleted" }), drawn);
        }
    }
}
