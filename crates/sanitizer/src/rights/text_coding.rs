//! Texts of times before Unicode.

/// How a text is coded, by what stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Nothing is said: UTF-8 where it is that, or else Latin.
    Unstated,
    /// UTF-8; writers that say so and do otherwise write Latin.
    Utf8,
    Latin1,
    /// One that is not read. What all have in common is ASCII.
    Unknown,
}

/// The text; `None` when it cannot be read.
pub(super) fn decode(bytes: &[u8], coding: Coding) -> Option<String> {
    let latin = || bytes.iter().map(|&byte| latin(byte)).collect();
    match coding {
        Coding::Unstated | Coding::Utf8 => {
            Some(std::str::from_utf8(bytes).map_or_else(|_| latin(), str::to_owned))
        }
        Coding::Latin1 => Some(latin()),
        Coding::Unknown => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).map(str::to_owned),
    }
}

/// A character of Windows-1252, which is what those write who say Latin 1
/// (<https://encoding.spec.whatwg.org/#names-and-labels>).
fn latin(byte: u8) -> char {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => FROM_80[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
