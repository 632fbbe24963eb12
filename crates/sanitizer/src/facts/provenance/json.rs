//! Reads JSON (RFC 8259) as a list of its values, each with the names that lead to it. It is lenient: commas and colons are
//! taken for blanks, since who writes what is no question here.

use super::Value;

/// Containers nested deeper than this are not read.
const DEPTH_LIMIT: usize = 32;

/// Gives each text and number to `value`, up to the first fault.
pub(super) fn read(bytes: &[u8], value: &mut dyn FnMut(&[String], Value<'_>)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = read_all(text, value);
    }
}

fn read_all(mut text: &str, value: &mut dyn FnMut(&[String], Value<'_>)) -> Option<()> {
    /// A container that is open: whether it has names, and whether the next item has one already.
    struct Open {
        is_object: bool,
        is_named: bool,
    }
    let mut open: Vec<Open> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    loop {
        text =
            text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',' || c == ':' || c == '\0');
        let Some(first) = text.chars().next() else { return Some(()) };
        let is_key = open.last().is_some_and(|one| one.is_object && !one.is_named);
        match first {
            '{' | '[' => {
                if is_key || open.len() >= DEPTH_LIMIT {
                    return None;
                }
                open.push(Open { is_object: first == '{', is_named: false });
                text = &text[1..];
                continue;
            }
            '}' | ']' => {
                let ended = open.pop()?;
                if ended.is_named || ended.is_object != (first == '}') {
                    return None;
                }
                text = &text[1..];
            }
            '"' => {
                let (string, rest) = string(&text[1..])?;
                text = rest;
                if is_key {
                    path.push(string.chars().take(100).collect());
                    open.last_mut()?.is_named = true;
                    continue;
                }
                value(&path, Value::Text(&string));
            }
            _ => {
                let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
                let (word, rest) = text.split_at(end.unwrap_or(text.len()));
                if word.is_empty() || is_key {
                    return None;
                }
                text = rest;
                if let Some(number) = word.parse().ok().filter(|number: &f64| number.is_finite()) {
                    value(&path, Value::Number(number));
                }
            }
        }
        if let Some(one) = open.last_mut().filter(|one| one.is_named) {
            one.is_named = false;
            path.pop();
        }
    }
}

/// The string up to its quote, and what is behind it.
fn string(text: &str) -> Option<(String, &str)> {
    let mut string = String::new();
    let mut units: Vec<u16> = Vec::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let unit = match character {
            '\\' => match characters.next()?.1 {
                'u' => {
                    let digits = text.get(at + 2..at + 6)?;
                    characters.nth(3)?;
                    Some(u16::from_str_radix(digits, 16).ok()?)
                }
                'n' | 'r' | 't' | 'b' | 'f' => Some(u16::from(b' ')),
                other => {
                    flush(&mut units, &mut string);
                    string.push(other);
                    None
                }
            },
            '"' => {
                flush(&mut units, &mut string);
                return Some((string, &text[at + 1..]));
            }
            other => {
                flush(&mut units, &mut string);
                string.push(other);
                None
            }
        };
        units.extend(unit);
    }
    None
}

/// Adds characters that were given as units of UTF-16.
fn flush(units: &mut Vec<u16>, string: &mut String) {
    string.extend(char::decode_utf16(units.drain(..)).filter_map(Result::ok));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        read(text.as_bytes(), &mut |path, value| {
            let value = match value {
                Value::Text(text) => text.to_owned(),
                Value::Number(number) => number.to_string(),
                Value::Bytes => "bytes".to_owned(),
            };
            found.push(format!("{} = {value}", path.join("/")));
        });
        found
    }

    #[test]
    fn values_have_the_names_that_lead_to_them() {
        let text = r#" {"a": [1, {"b": "x\"\\\u00e9\ud83d\ude00"}, -2.5e1], "c": null, "d": {}, "e": {"f": "y"}, "g": true, "h": ""} "#;
        assert_eq!(values(text), ["a = 1", "a/b = x\"\\é😀", "a = -25", "e/f = y", "h = "]);
    }

    #[test]
    fn hostile_texts_end() {
        for text in
            [&"[".repeat(100_000), "{[]}", "]", "{\"a\"}", "\"a", "\"\\u12", "{1}", "\"\\", "{\"a\":", "?"]
        {
            assert!(values(text).is_empty(), "{text:.20}");
        }
    }

    proptest! {
        #[test]
        fn random_text_is_read_without_harm(
            text in "[\\[\\]{}\",:\\\\u0-9a-f \u{e9}-]{0,60}",
        ) {
            values(&text);
        }
    }
}
