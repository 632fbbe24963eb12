//! What comments and PNG text chunks tell. Some hold whole blocks of other
//! formats: XMP, and EXIF or IPTC in the hexadecimal form that ImageMagick
//! writes (`Raw profile type ...`).

use super::{FactKind, Facts, read_exif, read_photoshop, read_xmp};

/// Where an XMP packet of a JPEG starts, after this name.
const XMP_NAME: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// Adds what a text tells to `facts`; `keyword` is empty where the format has
/// none. Never fails: what cannot be read tells nothing.
pub(crate) fn read_text(keyword: &str, text: &str, source: &'static str, facts: &mut Facts) {
    if let Some(profile) = keyword.strip_prefix("Raw profile type ") {
        return read_profile(profile.trim(), text, facts);
    }
    let is_packet = text.starts_with("<?xpacket") || text.starts_with("<x:xmpmeta");
    if keyword == "XML:com.adobe.xmp" || is_packet {
        return read_xmp(text.as_bytes(), facts);
    }
    // Keywords of PNG (W3C PNG, 11.3.3.1), and of writers that copy EXIF names.
    let name = keyword.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    let kind = match name.as_str() {
        "author" | "copyright" | "artist" | "creator" | "owner" | "cameraownername" => FactKind::Person,
        "creation time" | "create" | "modify" | "timestamp" | "datetime" | "datetimeoriginal"
        | "datetimedigitized" => FactKind::Time,
        "software" | "creatortool" => FactKind::Software,
        "source" | "make" | "model" => FactKind::Device,
        "serialnumber" | "bodyserialnumber" | "imageuniqueid" => FactKind::Serial,
        "location" | "city" | "country" | "gpslatitude" | "gpslongitude" | "gpsaltitude" => FactKind::Place,
        _ => FactKind::Text,
    };
    // Texts are cut to what `Facts::add` keeps before they are joined.
    let text: String = text.chars().take(400).collect();
    match name.as_str() {
        "" | "comment" | "title" | "description" => facts.add(kind, &text, source),
        _ if text.trim().is_empty() => {}
        _ => facts.add(kind, &format!("{}: {text}", keyword.chars().take(80).collect::<String>()), source),
    }
}

/// A block as `\nname\n   length\nhexadecimal digits in lines`.
fn read_profile(profile: &str, text: &str, facts: &mut Facts) {
    let mut lines = text.trim_start().splitn(3, '\n');
    let (Some(_name), Some(_length), Some(digits)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    let mut digits = digits.bytes().filter_map(|byte| char::from(byte).to_digit(16));
    let mut block = Vec::new();
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        block.push((high << 4 | low) as u8);
    }
    match profile.to_ascii_lowercase().as_str() {
        "xmp" => read_xmp(&block, facts),
        "iptc" | "8bim" => read_photoshop(&block, facts),
        // ImageMagick's `APP1` is either of the two that JPEG puts there.
        "exif" | "app1" => match block.strip_prefix(XMP_NAME) {
            Some(packet) => read_xmp(packet, facts),
            None => read_exif(&block, facts),
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts_of(keyword: &str, text: &str) -> Vec<(FactKind, String)> {
        let mut facts = Facts::default();
        read_text(keyword, text, "PNG text", &mut facts);
        facts.items.into_iter().map(|fact| (fact.kind, fact.value)).collect()
    }

    #[test]
    fn keywords_say_what_kind_of_fact_it_is() {
        assert_eq!(facts_of("Author", "Ada"), [(FactKind::Person, "Author: Ada".into())]);
        assert_eq!(facts_of("date:create", "2024"), [(FactKind::Time, "date:create: 2024".into())]);
        assert_eq!(facts_of("", "hello"), [(FactKind::Text, "hello".into())]);
        assert_eq!(facts_of("parameters", "a cat"), [(FactKind::Text, "parameters: a cat".into())]);
        assert_eq!(facts_of("Author", " "), []);
    }

    #[test]
    fn blocks_of_other_formats_are_recognised() {
        assert_eq!(facts_of("XML:com.adobe.xmp", "<a City='Ulm'/>"), [(FactKind::Place, "Ulm".into())]);
        assert_eq!(facts_of("", "<x:xmpmeta City='Ulm'/>"), [(FactKind::Place, "Ulm".into())]);
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mut tiff = b"Exif\0\0II\x2A\0\x08\0\0\0\x01\0\x0F\x01\x02\0\x04\0\0\0Abc\0".to_vec();
        tiff.extend([0; 4]);
        let digits = hex(&tiff);
        let (first, second) = digits.split_at(10);
        let text = format!("\nexif\n      38\n{first}\n{second}\n");
        assert_eq!(facts_of("Raw profile type exif", &text), [(FactKind::Device, "Abc".into())]);
        assert_eq!(facts_of("Raw profile type APP1", &text), [(FactKind::Device, "Abc".into())]);
        let iptc = format!("\niptc\n 8\n{}", hex(&[0x1C, 2, 90, 0, 3, b'U', b'l', b'm']));
        assert_eq!(facts_of("Raw profile type iptc", &iptc), [(FactKind::Place, "Ulm".into())]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(keyword: String, text: String) {
            facts_of(&keyword, &text);
            facts_of("Raw profile type exif", &text);
            facts_of("Raw profile type exif", &format!("\nexif\n1\n{text}"));
        }
    }
}
