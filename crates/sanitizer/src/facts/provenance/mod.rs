//! What a provenance manifest tells (C2PA 2.1, <https://c2pa.org/specifications/>): who signed it, which software
//! did what and when, and which pictures are in it.
//!
//! It is a tree of boxes ([`jumbf`]) whose contents are CBOR ([`cbor`]) and JSON ([`json`]). Both are read as a
//! list of their values, each with the names that lead to it ([`Path`]).

mod cbor;
mod json;
mod jumbf;

use super::{FactKind, Facts, properties::Properties};
use jumbf::Content;

/// How a manifest is named of which nothing more is known.
const PROVENANCE: &str = "a provenance manifest (C2PA)";

const SOURCE: &str = "C2PA";

/// The longest text of a value that is looked at, in bytes.
const TEXT_LIMIT: usize = 4000;

/// Names and texts that are looked at in all blocks of one manifest; real ones have some hundred.
const VALUE_LIMIT: usize = 20_000;

/// Adds what a manifest tells to `facts`; `bytes` may start with something else. Never fails: what cannot be read
/// tells nothing.
pub(crate) fn read_provenance(bytes: &[u8], facts: &mut Facts) {
    facts.add(FactKind::History, PROVENANCE, SOURCE);
    let mut left = VALUE_LIMIT;
    for Content { kind, label, data } in jumbf::contents(bytes) {
        match &kind {
            b"cbor" | b"json" => {
                let mut reader = Reader { properties: Properties::new(facts, SOURCE), left: &mut left };
                if &kind == b"cbor" {
                    cbor::read(data, &mut |path, value| reader.value(path, value));
                } else {
                    json::read(data, &mut |path, value| reader.value(path, value));
                }
                reader.properties.finish();
                if label == b"c2pa.signature" {
                    read_signature(data, facts);
                }
            }
            b"bidb" => {
                let is_thumbnail = label.starts_with(b"c2pa.thumbnail");
                let what = if is_thumbnail { "a thumbnail" } else { "an embedded file" };
                facts.add(FactKind::Thumbnail, &format!("{what} of {} bytes", data.len()), SOURCE);
            }
            _ => {}
        }
    }
}

/// The names that lead to a value, outermost first; lists have none.
type Path<'a> = [String];

/// A value that is no container.
enum Value<'a> {
    Text(&'a str),
    Number(f64),
    Bytes,
}

struct Reader<'a, 'b> {
    properties: Properties<'a>,
    left: &'b mut usize,
}

impl Reader<'_, '_> {
    fn value(&mut self, path: &Path<'_>, value: Value<'_>) {
        let Some(left) = self.left.checked_sub(1) else { return };
        *self.left = left;
        let text = match value {
            Value::Text(text) => {
                text.get(..text.floor_char_boundary(TEXT_LIMIT)).unwrap_or_default().to_owned()
            }
            Value::Number(number) => number.to_string(),
            Value::Bytes => return,
        };
        let Some((name, above)) = path.split_last() else { return };
        let local = |name: &str| name.rsplit([':', '.']).next().unwrap_or_default().to_owned();
        let name = local(name);
        let is_below = |names: &[&str]| above.iter().any(|above| names.contains(&local(above).as_str()));
        match name.as_str() {
            "claim_generator" => self.properties.facts.add(FactKind::Software, &text, SOURCE),
            "name" if is_below(&["claim_generator_info", "softwareAgent", "softwareAgents"]) => {
                self.properties.facts.add(FactKind::Software, &text, SOURCE);
            }
            "name" | "identifier" | "url" | "@id"
                if is_below(&["author", "creator", "contributor", "actors"]) =>
            {
                self.properties.facts.add(FactKind::Person, &text, SOURCE);
            }
            "digitalSourceType" => {
                let last = text.rsplit('/').next().unwrap_or_default();
                self.properties.facts.add(FactKind::History, last, SOURCE);
            }
            // Of hashes, bindings and times of certificates nobody learns anything.
            "name" | "url" | "alg" | "hash" | "pad" => {}
            other => self.properties.property(other, text.trim()),
        }
    }
}

/// Adds who signed, by the first certificate, and when, by the countersignature. Both are DER (ITU-T X.690), of which no
/// more is understood than what a name and a time look like.
fn read_signature(cose: &[u8], facts: &mut Facts) {
    /// X.520's organizationName and commonName, as OBJECT IDENTIFIER.
    const NAMES: [[u8; 5]; 2] = [[6, 3, 0x55, 4, 10], [6, 3, 0x55, 4, 3]];
    /// PrintableString and UTF8String.
    const TEXTS: [u8; 2] = [0x13, 0x0C];
    for name in NAMES {
        for at in memchr::memmem::find_iter(cose, &name).take(16) {
            let Some([kind, len, rest @ ..]) = cose.get(at + name.len()..) else { continue };
            if TEXTS.contains(kind)
                && let Some(Ok(text)) = rest.get(..usize::from(*len)).map(std::str::from_utf8)
            {
                facts.add(FactKind::Person, &format!("signed by or for: {text}"), SOURCE);
            }
        }
    }
    // GeneralizedTime of 15 characters, `20240501123456Z`.
    for at in memchr::memmem::find_iter(cose, b"\x18\x0F20").take(16) {
        if let Some(time) = cose.get(at + 2..at + 17)
            && let Some((b'Z', digits)) = time.split_last()
            && digits.iter().all(u8::is_ascii_digit)
        {
            let part = |range: std::ops::Range<usize>| String::from_utf8_lossy(&digits[range]).into_owned();
            let (date, clock) =
                ([part(0..4), part(4..6), part(6..8)], [part(8..10), part(10..12), part(12..14)]);
            facts.add(
                FactKind::Time,
                &format!("{} {} UTC (signed)", date.join("-"), clock.join(":")),
                SOURCE,
            );
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
    }

    /// A box of boxes with this label.
    pub(super) fn labelled(label: &str, content: &[u8]) -> Vec<u8> {
        let description = [&[7; 16][..], &[3], label.as_bytes(), &[0]].concat();
        boxed(b"jumb", &[boxed(b"jumd", &description), content.to_vec()].concat())
    }

    fn text(text: &str) -> Vec<u8> {
        let head = if text.len() < 24 { vec![0x60 | text.len() as u8] } else { vec![0x78, text.len() as u8] };
        [head, text.as_bytes().to_vec()].concat()
    }

    fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut out = vec![0xA0 | pairs.len() as u8];
        for (key, value) in pairs {
            out.extend([text(key), value.clone()].concat());
        }
        out
    }

    /// A manifest as an editor writes it.
    pub(crate) fn manifest() -> Vec<u8> {
        let action = map(&[
            ("action", text("c2pa.edited")),
            ("when", text("2024-05-01T12:34:56Z")),
            ("softwareAgent", map(&[("name", text("Firefly")), ("version", text("1"))])),
            (
                "digitalSourceType",
                text("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"),
            ),
        ]);
        let actions = map(&[("actions", [vec![0x81], action].concat())]);
        let exif = br#"{"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:GPSLatitude": "52,31.5N",
            "exif:GPSLongitude": "13,24,36E", "tiff:Make": "Acme", "tiff:Model": "\u004dodel 1", "aux:SerialNumber": "SN-1"}"#;
        let work = br#"{"@type": "CreativeWork", "author": [{"@type": "Person", "name": "Ada Lovelace"}]}"#;
        let thumbnail = [boxed(b"bfdb", b"\0image/jpeg\0"), boxed(b"bidb", &[9; 1234])].concat();
        let assertions = [
            labelled("c2pa.actions", &boxed(b"cbor", &actions)),
            labelled("stds.exif", &boxed(b"json", exif)),
            labelled("stds.schema-org.CreativeWork", &boxed(b"json", work)),
            labelled("c2pa.thumbnail.claim.jpeg", &thumbnail),
        ];
        let claim = map(&[
            ("claim_generator", text("Photoshop/25.0 c2pa-rs/0.30")),
            ("dc:title", text("balcony.jpg")),
            ("instanceID", text("xmp:iid:1234")),
            ("alg", text("sha256")),
        ]);
        let name =
            [&[6, 3, 0x55, 4, 10, 0x0C, 4][..], b"Acme", &[6, 3, 0x55, 4, 3, 0x13, 3], b"Ada"].concat();
        let signature =
            [vec![0xD2, 0x84, 0x58, name.len() as u8], name, b"\xA0\xF6\x51\x18\x0F20240501123457Z".to_vec()]
                .concat();
        let manifest = [
            labelled("c2pa.assertions", &assertions.concat()),
            labelled("c2pa.claim", &boxed(b"cbor", &claim)),
            labelled("c2pa.signature", &boxed(b"cbor", &signature)),
        ];
        labelled("c2pa", &labelled("urn:uuid:1", &manifest.concat()))
    }

    fn facts_of(bytes: &[u8]) -> Facts {
        let mut facts = Facts::default();
        read_provenance(bytes, &mut facts);
        facts
    }

    #[test]
    fn authors_software_times_and_pictures_are_told() {
        let facts = facts_of(&manifest());
        let told: Vec<_> = facts.items.iter().map(|fact| (fact.kind, fact.value.as_str())).collect();
        assert_eq!(
            told,
            [
                (FactKind::History, PROVENANCE),
                (FactKind::History, "c2pa.edited"),
                (FactKind::Time, "2024-05-01T12:34:56Z"),
                (FactKind::Software, "Firefly"),
                (FactKind::History, "trainedAlgorithmicMedia"),
                (FactKind::Serial, "SN-1"),
                (FactKind::Device, "Acme Model 1"),
                (FactKind::Person, "Ada Lovelace"),
                (FactKind::Thumbnail, "a thumbnail of 1234 bytes"),
                (FactKind::Software, "Photoshop/25.0 c2pa-rs/0.30"),
                (FactKind::Text, "balcony.jpg"),
                (FactKind::History, "xmp:iid:1234"),
                (FactKind::Person, "signed by or for: Acme"),
                (FactKind::Person, "signed by or for: Ada"),
                (FactKind::Time, "2024-05-01 12:34:57 UTC (signed)"),
            ]
        );
        assert_eq!(facts.positions.len(), 1);
        assert!((facts.positions[0].longitude - 13.41).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_read_is_a_manifest_all_the_same() {
        let whole = manifest();
        for len in 0..whole.len() {
            assert_eq!(facts_of(&whole[..len]).items[0].value, PROVENANCE);
        }
        // In front of it stands what a box of HEIF has.
        assert_eq!(
            facts_of(&[&b"\0\0\0\0manifest\0\0\0\0\0\0\0\0\0"[..], &whole].concat()),
            facts_of(&whole)
        );
    }

    proptest! {
        #[test]
        fn broken_manifests_are_read_without_harm(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
        ) {
            let mut bytes = manifest();
            for (index, value) in changes {
                let at = index.index(bytes.len());
                bytes[at] = value;
            }
            facts_of(&bytes);
        }
    }
}
