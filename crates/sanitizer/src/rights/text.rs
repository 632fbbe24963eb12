//! Makes of a text what a person reads of it, on one line, and nothing else.

/// Makes of `text` one line of at most `most` characters. Without a letter or a digit it says nothing: `None`.
///
/// White space becomes one blank. Control characters go, and so do characters that nobody sees: they change the
/// direction of writing, so that a name reads as another one, or could hide a message. What joins
/// letters or keeps them apart stays where scripts need that: between two characters outside of ASCII. Characters without
/// a common meaning go as well (private use, no characters, and the one that stands for what was no text).
pub(super) fn line(text: &str, most: usize) -> Option<String> {
    let mut line = String::new();
    let (mut count, mut blank) = (0, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_whitespace() {
            blank = true;
            continue;
        }
        if is_joiner(character) {
            let last = line.chars().next_back().filter(|_| !blank);
            if !(last.is_some_and(is_joined) && characters.peek().copied().is_some_and(is_joined)) {
                continue;
            }
        } else if is_dropped(character) {
            continue;
        }
        if std::mem::take(&mut blank) && count > 0 {
            line.push(' ');
            count += 1;
        }
        if count >= most {
            break;
        }
        line.push(character);
        count += 1;
    }
    // A cut may leave them at the end.
    let end = line.trim_end_matches(|character| character == ' ' || is_joiner(character)).len();
    line.truncate(end);
    line.chars().any(char::is_alphanumeric).then_some(line)
}

/// An address of the web (RFC 3986) of at most `most` characters; `None` when it is none.
pub(super) fn address(text: &str, most: usize) -> Option<String> {
    let address = text.trim_ascii();
    let (scheme, rest) = address.split_once("://")?;
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    (is_web && !rest.is_empty() && address.len() <= most && address.bytes().all(is_allowed))
        .then(|| address.to_owned())
}

/// Text as characters of XML: no markup, and no quote that would end an attribute.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Zero width joiner and non-joiner.
fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}')
}

/// What may stand beside a joiner.
fn is_joined(character: char) -> bool {
    !character.is_ascii() && !character.is_whitespace() && !is_joiner(character) && !is_dropped(character)
}

/// Controls, what is not seen (Unicode's `Default_Ignorable_Code_Point` and the format characters), and what means nothing.
fn is_dropped(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' | '\u{890}' | '\u{891}' | '\u{8E2}'
            | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFD}' | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1345F}'
            | '\u{1BCA0}'..='\u{1BCAF}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
        // Private use, and code points that are no characters.
        || matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' | '\u{FDD0}'..='\u{FDEF}')
        || u32::from(character) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_what_a_person_reads() {
        let of = |text: &str| line(text, 100);
        assert_eq!(of("  © 2024\r\n\tAda \u{1} Lovelace\0 ").as_deref(), Some("© 2024 Ada Lovelace"));
        assert_eq!(of("Ada\u{202E}ecalevoL\u{202C}").as_deref(), Some("AdaecalevoL"));
        assert_eq!(of("A\u{200B}d\u{2063}a\u{E0041}\u{FE0F}\u{85}").as_deref(), Some("Ada"));
        assert_eq!(of("A\u{200D}da \u{200C}L").as_deref(), Some("Ada L"));
        // Persian and Hindi need it.
        assert_eq!(of("می\u{200C}خواهم").as_deref(), Some("می\u{200C}خواهم"));
        assert_eq!(of("क्\u{200D}ष").as_deref(), Some("क्\u{200D}ष"));
        for nothing in ["", " ", "©", "\u{FFFD}\u{FFFD}", "...", "\u{202E}", "\u{F8FF}"] {
            assert_eq!(of(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_line_is_cut() {
        assert_eq!(line("abcdef", 3).as_deref(), Some("abc"));
        assert_eq!(line("ab cdef", 3).as_deref(), Some("ab"));
        assert_eq!(line("é".repeat(10).as_str(), 4).unwrap().chars().count(), 4);
    }

    #[test]
    fn addresses_are_of_the_web() {
        for good in ["https://example.org/a?b=c&d#e", "HTTP://example.org", "http://[::1]/%20"] {
            assert_eq!(address(&format!(" {good}\n"), 100).as_deref(), Some(good));
        }
        for bad in [
            "example.org",
            "javascript://x",
            "https://",
            "https://a b",
            "https://ä",
            "https://a\"b",
            "ftp://a",
        ] {
            assert_eq!(address(bad, 100), None, "{bad}");
        }
        assert_eq!(address("https://example.org", 10), None);
    }

    proptest! {
        #[test]
        fn a_line_of_a_line_is_the_same(text in "[ab \u{200C}\u{200D}\u{202E}é\u{0}\u{FE0F}म\n]{0,20}", most in 0_usize..12) {
            if let Some(once) = line(&text, most) {
                prop_assert!(once.chars().count() <= most);
                prop_assert_eq!(line(&once, most), Some(once.clone()));
            }
        }

        #[test]
        fn any_text_makes_a_line_of_its_own(text: String) {
            if let Some(once) = line(&text, 50) {
                prop_assert_eq!(line(&once, 50), Some(once.clone()));
                prop_assert!(once.chars().all(|c| !c.is_control() && !is_dropped(c)));
            }
        }
    }
}
