//! `Cache-Control`, rebuilt from what is known.
//!
//! A header is text that uploaders write, and so a place for names and notes. Only the directives of
//! [RFC 9111, 5.2.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2),
//! [RFC 5861](https://www.rfc-editor.org/rfc/rfc5861) and [RFC 8246](https://www.rfc-editor.org/rfc/rfc8246) are kept.

/// Directives without a number.
const PLAIN: [&str; 9] = [
    "immutable",
    "must-revalidate",
    "must-understand",
    "no-cache",
    "no-store",
    "no-transform",
    "private",
    "proxy-revalidate",
    "public",
];
/// Directives with a number of seconds.
const SECONDS: [&str; 4] = ["max-age", "s-maxage", "stale-if-error", "stale-while-revalidate"];
/// What a cache must be able to count to (RFC 9111, 1.2.2); more means the same.
const MOST: u64 = 1 << 31;

/// The known directives of `value`, each once, in their order. `None` when there are none.
///
/// `private` and `no-cache` may name fields; without them they forbid more, which is safe.
#[must_use]
pub fn rebuilt(value: &str) -> Option<String> {
    let mut kept: Vec<(&str, String)> = Vec::new();
    for directive in value.split(',') {
        let (name, argument) = match directive.split_once('=') {
            Some((name, argument)) => (name.trim(), Some(argument.trim())),
            None => (directive.trim(), None),
        };
        let known = |names: &'static [&'static str]| {
            names.iter().copied().find(|known| known.eq_ignore_ascii_case(name))
        };
        let directive = if let Some(name) = known(&PLAIN) {
            (name, name.to_owned())
        } else if let (Some(name), Some(seconds)) = (known(&SECONDS), argument.and_then(seconds)) {
            (name, format!("{name}={seconds}"))
        } else {
            continue;
        };
        if kept.iter().all(|(name, _)| *name != directive.0) {
            kept.push(directive);
        }
    }
    let kept: Vec<String> = kept.into_iter().map(|(_, text)| text).collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

/// A number of seconds, also in quotes, as some write it.
fn seconds(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(MOST).min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_directives_are_kept() {
        for (value, kept) in [
            ("max-age=60", "max-age=60"),
            ("Public,MAX-AGE = 31536000 , immutable", "public, max-age=31536000, immutable"),
            ("max-age=\"60\"", "max-age=60"),
            ("private=\"set-cookie\", no-cache", "private, no-cache"),
            ("max-age=1, max-age=2", "max-age=1"),
            ("s-maxage=99999999999999999999999", "s-maxage=2147483648"),
        ] {
            assert_eq!(rebuilt(value).as_deref(), Some(kept), "{value}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for value in
            ["", "Anna in Rome", "x-note=\"48.85 N\"", "max-age=Anna", "max-age", "max-age=-1", "max-age=1 2"]
        {
            assert_eq!(rebuilt(value), None, "{value}");
        }
        assert_eq!(rebuilt("by=Anna, no-store, max-age=6 Anna").as_deref(), Some("no-store"));
        // A quoted comma cuts a directive in two; neither half is one.
        assert_eq!(rebuilt("x=\"a, private, b\"").as_deref(), Some("private"));
    }
}
