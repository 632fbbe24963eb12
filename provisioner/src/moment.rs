//! Times as people type and read them.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

/// Reads `90m`, `12h` or `7d` (ago), a day, or a time of RFC 3339; seconds since 1970.
///
/// # Errors
/// What to write instead.
pub(crate) fn since(text: &str) -> Result<i64, String> {
    since_at(text, now())
}

fn since_at(text: &str, now: i64) -> Result<i64, String> {
    const SECONDS: [(char, i64); 5] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400), ('w', 604_800)];
    let day = format_description!("[year]-[month]-[day]");
    if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(time.unix_timestamp());
    }
    if let Ok(date) = Date::parse(text, &day) {
        return Ok(date.midnight().assume_utc().unix_timestamp());
    }
    let ago = SECONDS.iter().find_map(|(unit, seconds)| {
        let count: i64 = text.strip_suffix(*unit)?.parse().ok().filter(|count| *count >= 0)?;
        count.checked_mul(*seconds)
    });
    ago.and_then(|ago| now.checked_sub(ago)).ok_or_else(|| {
        "write how long ago (90m, 12h, 7d, 2w), a day (2026-11-26), or a time (2026-11-26T14:00:00Z)"
            .to_owned()
    })
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// Seconds since 1970 in RFC 3339.
pub(crate) fn rfc3339(seconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}

/// Milliseconds since 1970 in RFC 3339.
pub(crate) fn rfc3339_millis(milliseconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| milliseconds.to_string())
}

/// How long ago that was: `4 s ago`, `3 min ago`, `5 h ago`, `12 d ago`.
pub(crate) fn ago(seconds: i64, now: i64) -> String {
    match (now - seconds).max(0) {
        age @ 0..=99 => format!("{age} s ago"),
        age @ 100..=5_999 => format!("{} min ago", age / 60),
        age @ 6_000..=172_799 => format!("{} h ago", age / 3600),
        age => format!("{} d ago", age / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let now = 1_800_000_000;
        for (text, expected) in [
            ("90m", now - 5400),
            ("0s", now),
            ("7d", now - 604_800),
            ("2w", now - 1_209_600),
            ("2026-11-26", 1_795_651_200),
            ("2026-11-26T01:00:00Z", 1_795_654_800),
            ("2026-11-26T01:00:00+01:00", 1_795_651_200),
        ] {
            assert_eq!(since_at(text, now), Ok(expected), "{text}");
        }
        for text in ["", "d", "-1d", "yesterday", "7 d", "1.5h", "2026-13-01", "9999999999999999d"] {
            assert!(since_at(text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn an_age_has_the_unit_that_fits() {
        for (age, text) in
            [(-5, "0 s ago"), (99, "99 s ago"), (100, "1 min ago"), (7200, "2 h ago"), (172_800, "2 d ago")]
        {
            assert_eq!(ago(1000 - age, 1000), text);
        }
        assert_eq!(rfc3339(1_795_654_800), "2026-11-26T01:00:00Z");
        assert_eq!(rfc3339_millis(1_795_654_800_120), "2026-11-26T01:00:00.12Z");
    }
}
