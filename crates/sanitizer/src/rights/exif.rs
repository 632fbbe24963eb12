//! Reads what EXIF says about rights: Artist and Copyright (CIPA DC-008, EXIF 3.0, 4.6.5.2).

use super::statement::{Property, Statement};
use super::text_coding::{Coding, decode};
use crate::facts::artist_and_copyright;

/// The longest text that is looked at, in bytes.
const TEXT_LIMIT: usize = 8000;

/// What an EXIF block (a TIFF structure) says.
pub(super) fn read(exif: &[u8]) -> Statement {
    let (artist, copyright) = artist_and_copyright(exif);
    let mut statement = Statement::default();
    for name in names(&text(artist)) {
        statement.add(Property::Creator, &name);
    }
    statement.add(Property::Copyright, &text(copyright));
    statement
}

/// The text of a field. A NUL parts the photographer's copyright from the editor's.
fn text(bytes: &[u8]) -> String {
    let mut bytes = &bytes[..bytes.len().min(TEXT_LIMIT)];
    // A character that was cut in two would make Latin of all.
    if let Err(error) = std::str::from_utf8(bytes)
        && error.error_len().is_none()
    {
        bytes = &bytes[..error.valid_up_to()];
    }
    let text = decode(bytes, Coding::Unstated).unwrap_or_default();
    let parts: Vec<&str> = text.split('\0').map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

/// The names in a text. A semicolon parts them; one that has a semicolon stands in quotes, with its own quotes
/// doubled (Metadata Working Group, Guidelines 2.0, 5.7).
fn names(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    let has_pairs = text.matches('"').count().is_multiple_of(2);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(name) = names.last_mut() else { break };
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                name.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if name.trim().is_empty() && has_pairs => is_quoted = true,
            ';' if !is_quoted => names.push(String::new()),
            other => name.push(other),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An EXIF block with these two texts.
    fn exif(artist: &[u8], copyright: &[u8], kind: u8) -> Vec<u8> {
        let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x02".to_vec();
        let mut heap: Vec<u8> = Vec::new();
        for (tag, text) in [(0x013B_u16, artist), (0x8298, copyright)] {
            tiff.extend(tag.to_be_bytes());
            tiff.extend([0, kind]);
            tiff.extend((text.len() as u32).to_be_bytes());
            if text.len() <= 4 {
                tiff.extend([text, &[0; 4][text.len()..]].concat());
            } else {
                tiff.extend((38 + heap.len() as u32).to_be_bytes());
                heap.extend(text);
            }
        }
        tiff.extend([0; 4]);
        tiff.extend(heap);
        tiff
    }

    fn statement(creators: &[&str], copyright: &str) -> Statement {
        let mut statement = Statement::default();
        creators.iter().for_each(|name| statement.add(Property::Creator, name));
        statement.add(Property::Copyright, copyright);
        statement
    }

    #[test]
    fn photographer_and_editor_are_read() {
        for (bytes, text) in [
            (&b"Ada, 2024\0Grace, 2025\0"[..], "Ada, 2024; Grace, 2025"),
            (b" \0Grace, 2025\0", "Grace, 2025"),
            (b"Ada\0", "Ada"),
            (b"Ada", "Ada"),
            (b"   \0", ""),
            (b"\0\0\0\0", ""),
            (b"\xA9 Zo\xEB\0", "© Zoë"),
            (b"\xC2\xA9 Zo\xC3\xAB\0", "© Zoë"),
        ] {
            // Text, UTF-8 (since EXIF 3.0), and what writers put there against the standard.
            for kind in [2, 129, 1, 7] {
                assert_eq!(read(&exif(b"", bytes, kind)), statement(&[], text), "{bytes:?}");
            }
        }
    }

    #[test]
    fn names_are_parted() {
        for (text, expected) in [
            ("Ada", &["Ada"][..]),
            ("Ada; Grace", &["Ada", "Grace"]),
            ("\"Ada; Countess\"; Grace", &["Ada; Countess", "Grace"]),
            ("\"Ada \"\"L\"\"; x\"", &["Ada \"L\"; x"]),
            ("Ada \"the\" Countess", &["Ada \"the\" Countess"]),
            ("\"Ada; Grace", &["\"Ada", "Grace"]),
            ("; ;", &[]),
        ] {
            assert_eq!(read(&exif(text.as_bytes(), b"", 2)), statement(expected, ""), "{text}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_are_read_without_harm(bytes: Vec<u8>, artist: Vec<u8>, copyright: Vec<u8>, cut in 0_usize..60) {
            read(&bytes);
            let exif = exif(&artist, &copyright, 2);
            read(&exif);
            read(&exif[..cut.min(exif.len())]);
        }
    }
}
