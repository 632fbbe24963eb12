//! Text that strangers wrote: object keys, file names, metadata, tags, messages of services and of the function.
//!
//! On a screen it must not move the cursor, change the title, hide itself, or turn the direction of writing. It is
//! escaped here and nowhere else. JSON is the opposite: there it is exact, so that a program finds the thing again.

use std::path::Path;

/// `text` as it can stand in the middle of a line: whatever controls terminals or the direction of writing is shown as
/// `\u{..}`, line ends as `\n`.
#[must_use]
pub(crate) fn foreign(text: &str) -> String {
    escaped(text, |_| false)
}

/// The same for a path. What is not UTF-8 in it is shown as U+FFFD.
#[must_use]
pub(crate) fn foreign_path(path: &Path) -> String {
    foreign(&path.to_string_lossy())
}

/// The same for a text of several lines.
#[must_use]
pub(crate) fn foreign_lines(text: &str) -> String {
    escaped(text, |letter| letter == '\n')
}

/// Everything on its way to a terminal passes here: our colours and line ends go through, and nothing else that
/// controls it. What we forgot to escape does no harm.
pub(super) fn controls_escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        safe.push_str(&escaped(&rest[..at], |letter| matches!(letter, '\n' | '\t')));
        let sequence = select_graphic_rendition(&rest[at..]);
        if sequence == 0 {
            safe.push_str("\\u{1b}");
            rest = &rest[at + 1..];
        } else {
            safe.push_str(&rest[at..at + sequence]);
            rest = &rest[at + sequence..];
        }
    }
    safe.push_str(&escaped(rest, |letter| matches!(letter, '\n' | '\t')));
    safe
}

/// The length of the sequence at the beginning of `text` if it only sets colours: `ESC [ digits ; ... m`
/// ([ECMA-48, 8.3.117](https://ecma-international.org/publications-and-standards/standards/ecma-48/)).
fn select_graphic_rendition(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\x1b[") else { return 0 };
    let digits = parameters.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    if parameters.as_bytes().get(digits) == Some(&b'm') { 2 + digits + 1 } else { 0 }
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_harmful(letter) && !keep(letter) {
            safe.extend(letter.escape_default());
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// Control characters; separators that some terminals take for line ends; and what turns the direction of writing
/// ([UAX 9](https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters)).
pub(crate) fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const HARMFUL: [(&str, &str); 9] = [
        ("\u{1b}[2J", "\\u{1b}[2J"),
        ("\u{1b}[31mred", "\\u{1b}[31mred"),
        ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
        ("a\u{9b}31mb", "a\\u{9b}31mb"),
        ("a\u{202e}gpj.exe", "a\\u{202e}gpj.exe"),
        ("\u{61c}\u{2066}\u{2069}", "\\u{61c}\\u{2066}\\u{2069}"),
        ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
        ("one\r\ntwo\tthree", "one\\r\\ntwo\\tthree"),
        ("\u{7f}\0", "\\u{7f}\\u{0}"),
    ];

    #[test]
    fn what_controls_terminals_is_shown_not_obeyed() {
        for (text, shown) in HARMFUL {
            assert_eq!(foreign(text), shown);
        }
        assert_eq!(foreign("Übung 1 日本 👩‍👩‍👧.jpg"), "Übung 1 日本 👩‍👩‍👧.jpg");
        assert_eq!(foreign_path(Path::new("a\u{1b}.jpg")), "a\\u{1b}.jpg");
        assert_eq!(foreign_lines("one\ntwo\r\u{1b}"), "one\ntwo\\r\\u{1b}");
    }

    #[test]
    fn of_what_was_forgotten_only_colours_and_line_ends_pass() {
        let red = anstyle::AnsiColor::Red.on_default().bold();
        let ours = format!("{red}error:{red:#} one\n\ttwo\n");
        assert_eq!(controls_escaped(&ours), ours);
        for (text, shown) in HARMFUL {
            let passed = controls_escaped(text);
            if text.contains("[31m") && text.starts_with('\u{1b}') || text.contains('\n') {
                continue;
            }
            assert_eq!(passed, shown);
        }
        assert_eq!(controls_escaped("\u{1b}[1;31"), "\\u{1b}[1;31");
        assert_eq!(controls_escaped("\u{1b}"), "\\u{1b}");
    }
}
