//! What somebody meant who wrote a number with its unit, `"60s"` or `"30d"`: for the hint, never for the value.

/// Units, with how many of the smallest of their kind they are.
const SECONDS: [(&[&str], u64); 4] = [
    (&["s", "sec", "secs", "second", "seconds"], 1),
    (&["m", "min", "mins", "minute", "minutes"], 60),
    (&["h", "hour", "hours"], 3600),
    (&["d", "day", "days"], 86_400),
];
const DAYS: [(&[&str], u64); 4] = [
    (&["d", "day", "days"], 1),
    (&["w", "week", "weeks"], 7),
    (&["m", "month", "months"], 30),
    (&["y", "year", "years"], 365),
];
const MEGABYTES: [(&[&str], u64); 2] =
    [(&["m", "mb", "mib", "megabyte", "megabytes"], 1), (&["g", "gb", "gib", "gigabyte", "gigabytes"], 1024)];

/// The number of `unit` that `text` says, if it says one exactly.
pub(super) fn meant(text: &str, unit: &str) -> Option<i64> {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '_').unwrap_or(text.len());
    let number: u64 = text[..end].replace('_', "").parse().ok()?;
    let name = text[end..].trim().to_ascii_lowercase();
    if name.is_empty() {
        return i64::try_from(number).ok();
    }
    let find = |units: &[(&[&str], u64)]| {
        units.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, factor)| *factor)
    };
    let factor = match unit {
        "seconds" => find(&SECONDS),
        "days" => find(&DAYS),
        "MB" => find(&MEGABYTES),
        _ => None,
    }?;
    i64::try_from(number.checked_mul(factor)?).ok()
}

/// Whether `text` says that something never ends.
pub(super) fn means_never(text: &str) -> bool {
    let word = text.trim().to_ascii_lowercase();
    [
        "never",
        "forever",
        "for ever",
        "always",
        "none",
        "no",
        "off",
        "unlimited",
        "infinite",
        "infinity",
        "false",
    ]
    .contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_understood() {
        for (text, unit, number) in [
            ("60s", "seconds", 60),
            ("2 min", "seconds", 120),
            ("1h", "seconds", 3600),
            ("1GB", "MB", 1024),
            ("512 MiB", "MB", 512),
            ("30d", "days", 30),
            ("2 Weeks", "days", 14),
            ("1_000", "days", 1000),
        ] {
            assert_eq!(meant(text, unit), Some(number), "{text}");
        }
        for (text, unit) in [
            ("", "days"),
            ("d", "days"),
            ("1.5GB", "MB"),
            ("30s", "days"),
            ("-1", "days"),
            ("1GB", "calls"),
            ("99999999999999999999d", "days"),
        ] {
            assert_eq!(meant(text, unit), None, "{text}");
        }
    }

    #[test]
    fn words_for_never_are_known() {
        for word in ["never", "Forever", "unlimited"] {
            assert!(means_never(word), "{word}");
        }
        assert!(!means_never("30"));
    }
}
