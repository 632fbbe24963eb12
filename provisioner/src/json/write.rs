//! Types to text.

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;

use crate::report::is_harmful;

/// The version of all that `--json` prints. Raised when a field goes, or means something else.
pub(super) const VERSION: u32 = 1;

/// The same with its version in front.
#[derive(Serialize)]
struct Versioned<'a, T> {
    version: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// A document of its own, pretty, with its version.
pub(crate) fn document(content: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Versioned { version: VERSION, content }).map(harmless)
}

/// The first one of several lines: with the version.
pub(crate) fn version_line(content: &impl Serialize) -> serde_json::Result<String> {
    line(&Versioned { version: VERSION, content })
}

/// One of several lines.
pub(crate) fn line(content: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(content).map(harmless)
}

/// Milliseconds, as all times are told.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The same document without characters that control a terminal or turn the writing direction: names come from
/// strangers. Outside of strings JSON has none of them, and inside a `\u` escape is the same character, so that programs
/// read the exact name all the same. What is below U+0020 has been escaped by then.
fn harmless(json: String) -> String {
    // Line ends stand between the parts of a document only.
    let is_harmful = |c: char| c != '\n' && is_harmful(c);
    if !json.contains(is_harmful) {
        return json;
    }
    let mut text = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_harmful(c) {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_version_is_in_front_and_only_of_the_first_line() {
        let content = BTreeMap::from([("a", 1)]);
        assert_eq!(document(&content).unwrap(), "{\n  \"version\": 1,\n  \"a\": 1\n}");
        assert_eq!(version_line(&content).unwrap(), r#"{"version":1,"a":1}"#);
        assert_eq!(line(&content).unwrap(), r#"{"a":1}"#);
    }

    #[test]
    fn every_character_comes_back_and_none_controls_a_terminal() {
        let name: String = ('\0'..='\u{FFFF}').collect();
        for json in [line(&[&name]).unwrap(), serde_json::to_string_pretty(&[&name]).map(harmless).unwrap()] {
            assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap()[0], name);
            let harmful: Vec<char> = json
                .chars()
                .filter(|c| (c.is_control() && *c != '\n') || ('\u{202A}'..='\u{202E}').contains(c))
                .collect();
            assert!(harmful.is_empty(), "{harmful:?}");
        }
    }
}
