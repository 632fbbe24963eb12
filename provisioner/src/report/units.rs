//! Numbers as people read them.

use std::time::Duration;

use crate::resources::Progress;

/// Bytes in powers of 1000, as disks and AWS's bills count: `1.5 MB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if count < 1000 {
        return format!("{count} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let mut value = count as f64;
    let mut unit = "B";
    for next in UNITS {
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

/// A duration in seconds: `0.4 s`, `12 s`, `3 min 20 s`.
#[must_use]
pub fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 9.95 {
        format!("{seconds:.1} s")
    } else if seconds < 119.5 {
        format!("{seconds:.0} s")
    } else {
        format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}

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
pub fn far(progress: &Progress<'_>, elapsed: Duration) -> String {
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
    fn bytes_have_the_unit_that_fits() {
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (999_999, "1.0 MB"),
            (1_500_000, "1.5 MB"),
            (u64::MAX, "18446.7 PB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn durations_have_the_precision_that_fits() {
        for (millis, text) in [(42, "0.0 s"), (1_250, "1.2 s"), (12_400, "12 s"), (200_000, "3 min 20 s")] {
            assert_eq!(seconds(Duration::from_millis(millis)), text);
        }
    }

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
