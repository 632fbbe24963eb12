//! What a profile tells besides colours: maker, device, serial number, date, texts.

use super::{reader::Reader, tag_table, tag_table::Tag, tags, text};
use crate::facts::{FactKind, Facts};

const SOURCE: &str = "ICC";

/// Texts in tags of unknown types are looked for in this many of their bytes.
const MOST_SEARCHED: usize = 64 * 1024;

/// A run of printable characters shorter than this is chance.
const SHORTEST_TEXT: usize = 6;

/// Translations of one text, and entries of a dictionary, that are read.
const MOST_RECORDS: u32 = 16;

/// Characters of a text that are read; [`Facts`] keeps fewer.
const MOST_CHARACTERS: usize = 400;

/// Adds what a profile tells to `facts`. Never fails: what cannot be read tells nothing.
pub(crate) fn read_icc(profile: &[u8], facts: &mut Facts) {
    let Some(header) = profile.first_chunk::<128>().filter(|header| &header[36..40] == b"acsp") else {
        return;
    };
    let made = date(Reader::new(header, 24, 36));
    facts.add(FactKind::Time, &made.unwrap_or_default(), SOURCE);
    let device = [&header[48..52], &header[52..56]].map(signature).join(" ");
    facts.add(FactKind::Device, &device, SOURCE);
    // The module that should compute the colours, and the program that wrote the profile.
    facts.add(FactKind::Software, &signature(&header[4..8]), SOURCE);
    facts.add(FactKind::Software, &signature(&header[80..84]), SOURCE);
    for tag in tag_table::read(profile).unwrap_or_default() {
        read_tag(profile, &tag, facts);
    }
}

fn read_tag(profile: &[u8], tag: &Tag, facts: &mut Facts) {
    let reader = Reader::new(profile, tag.start, tag.end);
    let name = String::from_utf8_lossy(&tag.signature).trim().to_owned();
    match &tag.signature {
        b"mmod" => make_and_model(reader, facts),
        b"vcgt" => facts.add(FactKind::Device, "calibration of a display (vcgt)", SOURCE),
        b"calt" => {
            let mut reader = reader;
            let date = reader.type_signature().and_then(|_| date(reader));
            let date = date.map_or(String::new(), |date| format!("{date} (device calibrated)"));
            facts.add(FactKind::Time, &date, SOURCE);
        }
        signature if tags::ALLOWED.iter().any(|allowed| allowed.signature == *signature) => {}
        signature => {
            let kind = match signature {
                b"dmnd" | b"dmdd" | b"mmnd" | b"mmdd" => FactKind::Device,
                _ => FactKind::Text,
            };
            // Those of a profile that was cleaned tell nothing.
            let told = texts(&reader).into_iter();
            for text in told.filter(|text| ![text::DESCRIPTION, text::COPYRIGHT].contains(&text.as_str())) {
                let text = if kind == FactKind::Device || signature == b"desc" {
                    text
                } else {
                    format!("{name}: {text}")
                };
                facts.add(kind, &text, SOURCE);
            }
        }
    }
}

/// Apple's makeAndModelType: numbers of maker and model as the display tells them, its
/// serial number, and when it was made, in seconds since 1904.
fn make_and_model(mut reader: Reader<'_>, facts: &mut Facts) {
    let mut numbers = || {
        reader.type_signature()?;
        Some([reader.u32()?, reader.u32()?, reader.u32()?])
    };
    let Some([maker, model, serial]) = numbers() else { return };
    facts.add(FactKind::Device, &format!("display of maker {maker:#06x}, model {model:#06x}"), SOURCE);
    if serial != 0 {
        facts.add(FactKind::Serial, &format!("display {serial:#010x}"), SOURCE);
    }
}

/// dateTimeNumber (ICC.1:2022, 4.2), unless it is blank.
fn date(mut reader: Reader<'_>) -> Option<String> {
    let [year, month, day, hour, minute, second] =
        [reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?];
    (year != 0).then(|| format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"))
}

/// Four characters that stand for a company or a program.
fn signature(bytes: &[u8]) -> String {
    let is_printable = bytes.iter().all(|byte| (0x20..0x7F).contains(byte) || *byte == 0);
    let text: String = bytes.iter().filter(|byte| **byte > 0x20).map(|&byte| char::from(byte)).collect();
    if is_printable && text != "none" { text } else { String::new() }
}

/// The texts that a tag holds, by its type.
fn texts(reader: &Reader<'_>) -> Vec<String> {
    let read = match &reader.clone().type_signature().unwrap_or_default() {
        b"desc" => description(reader.clone()),
        b"mluc" => localized(reader),
        b"dict" => dictionary(reader),
        _ => None,
    };
    read.unwrap_or_else(|| printable(reader.clone()))
}

/// textDescriptionType: its ASCII text, and the Unicode one where it says something else.
fn description(mut reader: Reader<'_>) -> Option<Vec<String>> {
    reader.type_signature()?;
    let count = reader.u32()? as usize;
    let ascii = String::from_utf8_lossy(reader.take(count)?).trim_end_matches('\0').to_owned();
    let unicode = reader
        .u32()
        .and_then(|_| reader.u32())
        .and_then(|count| utf16(&mut reader, (count as usize).checked_mul(2)?));
    let mut texts = vec![ascii];
    texts.extend(unicode.map(|text| text.trim_end_matches('\0').to_owned()));
    texts.dedup();
    Some(texts)
}

/// multiLocalizedUnicodeType: the same text in several languages.
fn localized(reader: &Reader<'_>) -> Option<Vec<String>> {
    let (start, mut reader) = (reader.position(), reader.clone());
    reader.type_signature()?;
    let (count, _size) = (reader.u32()?, reader.u32()?);
    let mut texts = Vec::new();
    for _ in 0..count.min(MOST_RECORDS) {
        let (_language, len, offset) = (reader.u32()?, reader.u32()?, reader.u32()?);
        texts.extend(reader.seek(start, offset).and_then(|mut text| utf16(&mut text, len as usize)));
    }
    texts.dedup();
    Some(texts)
}

/// dictType: names and values, each as an offset and a length.
fn dictionary(reader: &Reader<'_>) -> Option<Vec<String>> {
    let (start, mut reader) = (reader.position(), reader.clone());
    reader.type_signature()?;
    let (count, size) = (reader.u32()?, reader.u32()?);
    let mut texts = Vec::new();
    for _ in 0..count.min(MOST_RECORDS) {
        let mut text = || {
            let (offset, len) = (reader.u32()?, reader.u32()?);
            utf16(&mut reader.seek(start, offset)?, len as usize)
        };
        let (Some(name), Some(value)) = (text(), text()) else { break };
        texts.push(format!("{name} = {value}"));
        // Display strings of names and values may follow.
        reader.take((size as usize).checked_sub(16)?)?;
    }
    Some(texts)
}

/// `len` bytes as UTF-16.
fn utf16(reader: &mut Reader<'_>, len: usize) -> Option<String> {
    let bytes = reader.take(len)?;
    let units =
        bytes.chunks_exact(2).take(MOST_CHARACTERS).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
    Some(char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{FFFD}')).collect())
}

/// Runs of printable characters, in ASCII or in UTF-16.
fn printable(mut reader: Reader<'_>) -> Vec<String> {
    let Some(_) = reader.type_signature() else { return Vec::new() };
    let len = reader.remaining().min(MOST_SEARCHED);
    let bytes = reader.take(len).unwrap_or_default();
    let (mut texts, mut run) = (Vec::new(), String::new());
    let mut skipped_zero = false;
    for &byte in bytes.iter().chain(&[0, 0]) {
        match byte {
            0x20..0x7F => {
                if run.len() < MOST_CHARACTERS {
                    run.push(char::from(byte));
                }
                skipped_zero = false;
            }
            // Every second byte of Latin letters in UTF-16.
            0 if !skipped_zero => skipped_zero = true,
            _ => {
                let text = std::mem::take(&mut run);
                if text.trim().len() >= SHORTEST_TEXT && texts.len() < MOST_RECORDS as usize {
                    texts.push(text);
                }
            }
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icc::test_profile::TestProfile;

    fn facts_of(profile: &[u8]) -> Vec<(FactKind, String)> {
        let mut facts = Facts::default();
        read_icc(profile, &mut facts);
        facts.items.into_iter().map(|fact| (fact.kind, fact.value)).collect()
    }

    #[test]
    fn header_tells_date_device_and_software() {
        let mut profile = TestProfile::srgb().build();
        profile[4..8].copy_from_slice(b"lcms");
        profile[24..36].copy_from_slice(&[7, 234, 0, 11, 0, 25, 0, 22, 0, 44, 0, 7]);
        profile[48..56].copy_from_slice(b"ACMEX100");
        let facts = facts_of(&profile);
        assert!(facts.contains(&(FactKind::Time, "2026-11-25 22:44:07".into())), "{facts:?}");
        assert!(facts.contains(&(FactKind::Device, "ACME X100".into())));
        assert!(facts.contains(&(FactKind::Software, "lcms".into())));
    }

    #[test]
    fn a_display_tells_its_serial_number() {
        let mut mmod = b"mmod\0\0\0\0\0\0\x06\x10\0\0\xA0\x34\xC0\xFF\xEE\x42\xD3\xA1\xB2\xC3".to_vec();
        mmod.resize(44, 0);
        let facts = facts_of(&TestProfile::srgb().tag(b"mmod", mmod).tag(b"vcgt", b"vcgt".repeat(9)).build());
        assert!(facts.contains(&(FactKind::Serial, "display 0xc0ffee42".into())), "{facts:?}");
        assert!(facts.contains(&(FactKind::Device, "display of maker 0x0610, model 0xa034".into())));
        assert!(facts.contains(&(FactKind::Device, "calibration of a display (vcgt)".into())));
    }

    #[test]
    fn texts_of_each_type_are_told() {
        let mluc = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS\0\0\0\x08\0\0\0\x1C\0A\0c\0m\0e";
        let dict = b"dict\0\0\0\0\0\0\0\x01\0\0\0\x10\0\0\0\x20\0\0\0\x02\0\0\0\x22\0\0\0\x02\0k\0v";
        let profile = TestProfile::srgb()
            .tag(b"desc", b"desc\0\0\0\0\0\0\0\x06Anna's".to_vec())
            .tag(b"dmnd", mluc.to_vec())
            .tag(b"cprt", b"text\0\0\0\0(c) Anna\0".to_vec())
            .tag(b"meta", dict.to_vec())
            .tag(b"zzzz", b"zzzz\0\0\0\0\x01Hauptstr. 12\x02short\x03\0w\0i\0d\0e\0 \0o\0n\0e".to_vec())
            .build();
        let facts = facts_of(&profile);
        for (kind, text) in [
            (FactKind::Text, "Anna's"),
            (FactKind::Device, "Acme"),
            (FactKind::Text, "cprt: (c) Anna"),
            (FactKind::Text, "meta: k = v"),
            (FactKind::Text, "zzzz: Hauptstr. 12"),
            (FactKind::Text, "zzzz: wide one"),
        ] {
            assert!(facts.contains(&(kind, text.into())), "{text}: {facts:?}");
        }
        assert!(!facts.iter().any(|(_, value)| value.contains("short")));
    }

    #[test]
    fn a_rebuilt_profile_tells_nothing() {
        assert_eq!(facts_of(&crate::icc::adobe_rgb()), []);
        let version_4 = TestProfile::srgb().header(8, &[4, 0x30]).build();
        assert_eq!(facts_of(&crate::icc::rebuild(&version_4).unwrap().bytes), []);
    }

    #[test]
    fn cut_anywhere_it_does_not_panic() {
        let profile = TestProfile::srgb().tag(b"desc", b"mluc\0\0\0\0\xFF\xFF\xFF\xFF".repeat(9)).build();
        for end in 0..profile.len() {
            facts_of(&profile[..end]);
        }
    }
}
