//! What an XMP packet tells (ISO 16684-1).

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::{Facts, properties::Properties};

const SOURCE: &str = "XMP";

/// Elements nested deeper than this are not looked at.
const DEPTH_LIMIT: usize = 64;

/// The longest text of one property that is looked at, in bytes.
const TEXT_LIMIT: usize = 4000;

/// Adds what an XMP packet tells to `facts`. Never fails: what cannot be read
/// tells nothing.
pub(crate) fn read_xmp(packet: &[u8], facts: &mut Facts) {
    let packet = decode(packet);
    let mut reader = Reader::from_str(packet.trim_start_matches('\0'));
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut properties = Properties::new(facts, SOURCE);
    // The names of the open elements, without prefixes: writers choose these freely.
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                attributes(&element, &mut properties);
                text.clear();
                if path.len() >= DEPTH_LIMIT {
                    break;
                }
                path.push(element.local_name().as_ref().to_owned());
            }
            Ok(Event::Empty(element)) => attributes(&element, &mut properties),
            Ok(Event::Text(part)) => append(&mut text, &part.into_inner()),
            Ok(Event::CData(part)) => append(&mut text, &part.into_inner()),
            Ok(Event::GeneralRef(part)) => append(&mut text, &resolve(&part.into_inner())),
            Ok(Event::End(_)) => {
                // Values of lists stand in `rdf:li`; their property is further out.
                let name = path
                    .iter()
                    .rev()
                    .find(|name| !matches!(name.as_str(), "li" | "Alt" | "Bag" | "Seq" | "value"));
                if let Some(name) = name {
                    properties.property(name, text.trim());
                }
                path.pop();
                text.clear();
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    properties.finish();
}

/// The packet as text: UTF-8, or UTF-16 told by its byte order mark or zeros.
fn decode(packet: &[u8]) -> String {
    let big_endian = match packet {
        [0xFE, 0xFF, ..] | [0, b'<', ..] => true,
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => false,
        _ => return String::from_utf8_lossy(packet).into_owned(),
    };
    let units = packet.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn append(text: &mut String, part: &str) {
    if text.len() < TEXT_LIMIT {
        text.extend(part.chars().take(TEXT_LIMIT));
    }
}

/// The text of an entity such as `amp` or `#233`.
fn resolve(entity: &str) -> String {
    let code = match entity.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        },
        None => quick_xml::escape::resolve_predefined_entity(entity)
            .and_then(|text| text.chars().next())
            .map(u32::from),
    };
    code.and_then(char::from_u32).map_or_else(String::new, String::from)
}

/// Adds what properties that are attributes tell.
fn attributes(element: &BytesStart<'_>, properties: &mut Properties<'_>) {
    let mut attributes = element.attributes();
    attributes.with_checks(false);
    for attribute in attributes.flatten() {
        if attribute.key.as_ref().starts_with("xmlns") || attribute.value.len() > 100 * TEXT_LIMIT {
            continue;
        }
        if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
            properties.property(attribute.key.local_name().as_ref(), value.trim());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::FactKind;

    const PACKET: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"
    exif:GPSLatitude="52,31.5N" exif:GPSAltitude="345/10" photoshop:City="Berlin &amp; Umland"
    xmpMM:DocumentID="xmp.did:1234" GCamera:MotionPhoto="1" tiff:Make="Google" tiff:Model="Pixel 8">
   <exif:GPSLongitude>13,24,36W</exif:GPSLongitude>
   <xmp:CreateDate>2024-05-01T12:34:56+02:00</xmp:CreateDate>
   <dc:creator><rdf:Seq><rdf:li>Ada &#x4C;ovelace</rdf:li><rdf:li>Grace</rdf:li></rdf:Seq></dc:creator>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">A &lt;title&gt;</rdf:li></rdf:Alt></dc:title>
   <xmpMM:History><rdf:Seq>
     <rdf:li stEvt:action="saved" stEvt:softwareAgent="Adobe Photoshop 25.0" stEvt:when="2024-06-01T00:00:00Z"/>
   </rdf:Seq></xmpMM:History>
   <Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource">
     <Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg"/></rdf:li></rdf:Seq></Container:Directory>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"#;

    fn facts_of(packet: &[u8]) -> Facts {
        let mut facts = Facts::default();
        read_xmp(packet, &mut facts);
        facts
    }

    #[test]
    fn attributes_elements_and_lists_are_read() {
        let facts = facts_of(PACKET.as_bytes());
        assert_eq!(facts.positions.len(), 1);
        assert!((facts.positions[0].latitude - 52.525).abs() < 1e-9);
        assert!((facts.positions[0].longitude + 13.41).abs() < 1e-9);
        for (kind, value) in [
            (FactKind::Place, "Berlin & Umland"),
            (FactKind::Place, "34.5 m above sea level"),
            (FactKind::Person, "Ada Lovelace"),
            (FactKind::Person, "Grace"),
            (FactKind::Text, "A <title>"),
            (FactKind::Time, "2024-05-01T12:34:56+02:00"),
            (FactKind::Time, "2024-06-01T00:00:00Z"),
            (FactKind::History, "xmp.did:1234"),
            (FactKind::History, "saved"),
            (FactKind::Software, "Adobe Photoshop 25.0"),
            (FactKind::HiddenPicture, "a motion photo's video"),
            (FactKind::HiddenPicture, "an HDR gain map"),
            (FactKind::Device, "Google Pixel 8"),
        ] {
            assert!(
                facts.items.iter().any(|f| f.kind == kind && f.value == value),
                "{kind:?} {value}: {facts:#?}"
            );
        }
        assert!(facts.items.iter().all(|fact| fact.value != "x-default"));
    }

    #[test]
    fn utf16_packets_tell_the_same() {
        for big_endian in [true, false] {
            let unit = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let packet: Vec<u8> = PACKET.encode_utf16().flat_map(unit).collect();
            assert_eq!(facts_of(&packet), facts_of(PACKET.as_bytes()));
        }
    }

    #[test]
    fn hostile_packets_end_quickly() {
        facts_of("<a>".repeat(200_000).as_bytes());
        facts_of("<a b='1'/>&".repeat(200_000).as_bytes());
        facts_of(format!("<a {}/>", "b='1' ".repeat(200_000)).as_bytes());
        let many = (0..100_000).map(|n| format!("<title>{n}</title>")).collect::<String>();
        assert!(facts_of(many.as_bytes()).items.len() <= 500);
    }

    proptest! {
        #[test]
        fn random_bytes_are_read_without_harm(bytes: Vec<u8>) {
            facts_of(&bytes);
        }

        #[test]
        fn random_markup_is_read_without_harm(
            parts in prop::collection::vec(prop::sample::select(vec![
                "<", ">", "/>", "</", "<a", " b='", "'", "&", ";", "&#x110000;", "GPSLatitude", "=\"", "é", "1,2N", "<![CDATA[", "]]>", "<!--", "<?",
            ]), 0..40),
        ) {
            facts_of(parts.concat().as_bytes());
        }
    }
}
