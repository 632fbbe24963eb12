//! File names as they are shown.

use std::path::Path;

/// A path as text that can do no harm on a terminal: whoever sends a picture
/// chooses its name, and a name may hold escape sequences.
#[must_use]
pub(crate) fn shown(path: &Path) -> String {
    harmless(&path.to_string_lossy())
}

/// `text` with what controls terminals, or turns the writing direction, escaped.
pub(super) fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for letter in text.chars() {
        let turns =
            matches!(letter, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if letter.is_control() || turns {
            harmless.extend(letter.escape_default());
        } else {
            harmless.push(letter);
        }
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_shown_not_obeyed() {
        assert_eq!(shown(Path::new("a\u{1b}[2J.jpg")), "a\\u{1b}[2J.jpg");
        assert_eq!(shown(Path::new("a\u{202e}gpj.exe")), "a\\u{202e}gpj.exe");
        assert_eq!(shown(Path::new("Übung 1.jpg")), "Übung 1.jpg");
    }
}
