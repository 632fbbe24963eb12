//! What the removed chunks would have told: tEXt, zTXt, iTXt (W3C PNG, third
//! edition, 11.3.3), eXIf, tIME, and the hexadecimal profiles that `ImageMagick`
//! puts into text.

use super::{
    chunk::{self, Kind},
    zlib,
};
use crate::{
    Category,
    facts::{FactKind, Facts, GAIN_MAP, read_exif, read_photoshop, read_provenance, read_text, read_xmp},
    rights::{Collector, MOST_PACKET},
};

/// At most so much of one text is inflated.
const MOST: usize = 64 * 1024;

/// Under which category and name the report lists a dropped chunk.
pub(super) fn describe(kind: Kind, data: &[u8]) -> (Category, &'static str) {
    let location = match &kind {
        b"tEXt" => "tEXt",
        b"zTXt" => "zTXt",
        b"iTXt" => "iTXt",
        b"eXIf" | b"zxIf" => return (Category::Exif, "eXIf"),
        b"tIME" => return (Category::Time, "tIME"),
        b"caBX" => return (Category::Provenance, "caBX"),
        b"sPLT" => return (Category::Hidden, "sPLT"),
        b"hIST" => return (Category::Hidden, "hIST"),
        b"dSIG" => return (Category::Application, "dSIG"),
        _ if kind[1].is_ascii_lowercase() => return (Category::Application, "private chunk"),
        _ => return (Category::Application, "unknown chunk"),
    };
    let category = match keyword(data) {
        b"XML:com.adobe.xmp" | b"Raw profile type xmp" => Category::Xmp,
        b"Raw profile type exif" | b"Raw profile type APP1" => Category::Exif,
        b"Raw profile type iptc" | b"Raw profile type 8bim" => Category::Iptc,
        _ => Category::Comment,
    };
    (category, location)
}

/// Adds what the chunk tells to `facts`.
pub(super) fn read(kind: Kind, data: &[u8], facts: &mut Facts) {
    match &kind {
        b"eXIf" => return read_exif(data, facts),
        b"tIME" => return read_time(data, facts),
        b"caBX" => return read_provenance(data, facts),
        // The draft of PNG's fourth edition has these.
        b"gmAP" | b"gdAT" => return facts.add(FactKind::HiddenPicture, GAIN_MAP, "PNG"),
        _ => {}
    }
    let Some((keyword, text)) = text_of(kind, data, MOST) else { return };
    match keyword {
        b"XML:com.adobe.xmp" => read_xmp(&text, facts),
        b"Raw profile type exif" | b"Raw profile type APP1" => {
            let profile = raw_profile(&text);
            match profile.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                Some(packet) => read_xmp(packet, facts),
                None => read_exif(profile.strip_prefix(b"Exif\0\0").unwrap_or(&profile), facts),
            }
        }
        b"Raw profile type xmp" => read_xmp(&raw_profile(&text), facts),
        b"Raw profile type iptc" | b"Raw profile type 8bim" => read_photoshop(&raw_profile(&text), facts),
        _ => read_text(&latin1(keyword), &utf8_or_latin1(&text), "PNG text", facts),
    }
}

/// Adds what the chunk says about rights.
pub(super) fn read_rights(kind: Kind, data: &[u8], rights: &mut Collector) {
    if &kind == b"eXIf" {
        return rights.exif(data);
    }
    if !matches!(
        keyword(data),
        b"XML:com.adobe.xmp"
            | b"Author"
            | b"Copyright"
            | b"Raw profile type exif"
            | b"Raw profile type APP1"
            | b"Raw profile type xmp"
            | b"Raw profile type iptc"
            | b"Raw profile type 8bim"
    ) {
        return;
    }
    // One byte more shows that there is more.
    let Some((keyword, text)) = text_of(kind, data, MOST_PACKET + 1) else { return };
    match keyword {
        b"XML:com.adobe.xmp" => rights.xmp(&text),
        b"Raw profile type xmp" => rights.xmp(&raw_profile(&text)),
        b"Raw profile type iptc" | b"Raw profile type 8bim" => rights.iptc(&raw_profile(&text)),
        b"Raw profile type exif" | b"Raw profile type APP1" => {
            let profile = raw_profile(&text);
            match profile.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                Some(packet) => rights.xmp(packet),
                None => rights.exif(&profile),
            }
        }
        keyword => rights.png_text(&latin1(keyword), &utf8_or_latin1(&text)),
    }
}

/// The chunk of an XMP packet (XMP specification, part 3, 1.1.5).
pub(super) fn encode_xmp(packet: &str) -> Vec<u8> {
    chunk::encode(*b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", packet.as_bytes()])
}

/// Keyword and text of a chunk, at most `most` bytes of it; `None` when it holds no text.
fn text_of(kind: Kind, data: &[u8], most: usize) -> Option<(&[u8], Vec<u8>)> {
    let keyword = keyword(data);
    let text = match (&kind, data.get(keyword.len() + 1..).unwrap_or_default()) {
        (b"tEXt", text) => text[..text.len().min(most)].to_vec(),
        (b"zTXt", [0, stream @ ..]) => zlib::inflate_some(stream, most),
        (b"iTXt", [compressed, _, rest @ ..]) => {
            // A language tag and a translated keyword come before the text.
            let text = rest.splitn(3, |&byte| byte == 0).nth(2)?;
            if *compressed == 1 {
                zlib::inflate_some(text, most)
            } else {
                text[..text.len().min(most)].to_vec()
            }
        }
        _ => return None,
    };
    Some((keyword, text))
}

fn keyword(data: &[u8]) -> &[u8] {
    let end = data.iter().take(80).position(|&byte| byte == 0).unwrap_or(0);
    &data[..end]
}

/// The bytes of a profile written as `\nname\nlength\nhexadecimal digits`.
fn raw_profile(text: &[u8]) -> Vec<u8> {
    let Some(digits) = text.splitn(4, |&byte| byte == b'\n').nth(3) else { return Vec::new() };
    let mut nibbles = digits.iter().filter_map(|&digit| char::from(digit).to_digit(16));
    let mut profile = Vec::with_capacity(digits.len() / 2);
    while let (Some(high), Some(low)) = (nibbles.next(), nibbles.next()) {
        profile.push((high << 4 | low) as u8);
    }
    profile
}

fn read_time(data: &[u8], facts: &mut Facts) {
    if let &[y1, y2, month, day, hour, minute, second] = data {
        let year = u16::from_be_bytes([y1, y2]);
        let time = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC");
        facts.add(FactKind::Time, &time, "PNG tIME");
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

fn utf8_or_latin1(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| latin1(bytes), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_in_text_are_decoded() {
        assert_eq!(raw_profile(b"\nexif\n       4\n4d4d\n002a\n"), b"MM\0\x2A");
        assert_eq!(raw_profile(b"\nexif\n"), b"");
    }

    #[test]
    fn a_time_is_a_fact() {
        let mut facts = Facts::default();
        read(*b"tIME", &[0x07, 0xE6, 5, 4, 3, 2, 1], &mut facts);
        assert_eq!(facts.items[0].value, "2022-05-04 03:02:01 UTC");
    }

    #[test]
    fn categories_follow_the_keyword() {
        assert_eq!(describe(*b"iTXt", b"XML:com.adobe.xmp\0").0, Category::Xmp);
        assert_eq!(describe(*b"zTXt", b"Raw profile type exif\0").0, Category::Exif);
        assert_eq!(describe(*b"tEXt", b"Author\0Anna"), (Category::Comment, "tEXt"));
        assert_eq!(describe(*b"prVt", b""), (Category::Application, "private chunk"));
    }

    #[test]
    fn nothing_panics_on_cut_text() {
        let mut facts = Facts::default();
        for kind in [b"eXIf", b"tIME", b"tEXt", b"zTXt", b"iTXt"] {
            for data in [&b""[..], b"\0", b"a", b"a\0", b"a\0\0", b"a\0\x01\0", b"a\0\0\0\0"] {
                read(*kind, data, &mut facts);
            }
        }
    }
}
