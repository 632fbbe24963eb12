//! What a JPEG's APP13 tells: Photoshop's image resources, and in them IPTC
//! records, EXIF and XMP.

use super::{FactKind, Facts, exif::read_exif, iim::read_iim, xmp::read_xmp};

const SOURCE: &str = "IPTC";

/// What stands in front of the image resources in an APP13 segment.
pub(crate) const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

/// Resources looked at, at most.
const ENTRY_LIMIT: usize = 2000;

/// Adds what the payload of an APP13 segment (or bare resources, or a bare
/// record) tells to `facts`. Never fails: what cannot be read tells nothing.
pub(crate) fn read_photoshop(app13_payload: &[u8], facts: &mut Facts) {
    let mut rest = app13_payload;
    if let Some(resources) = rest.strip_prefix(PHOTOSHOP) {
        rest = resources;
    } else if rest.first() == Some(&0x1C) {
        return read_iim(rest, facts);
    }
    for _ in 0..ENTRY_LIMIT {
        let Some((id, data, after)) = resource(rest) else { return };
        match id {
            0x0404 => read_iim(data, facts),
            0x0409 | 0x040C => {
                facts.add(
                    FactKind::Thumbnail,
                    &format!("a Photoshop thumbnail of {} bytes", data.len()),
                    SOURCE,
                );
            }
            0x040B => {
                facts.add(FactKind::Text, &String::from_utf8_lossy(&data[..data.len().min(800)]), SOURCE);
            }
            0x0422 => read_exif(data, facts),
            0x0424 => read_xmp(data, facts),
            _ => {}
        }
        rest = after;
    }
}

/// One resource: its id, its data, and what follows.
pub(crate) fn resource(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let bytes = bytes.strip_prefix(b"8BIM")?;
    let (id, bytes) = bytes.split_first_chunk::<2>()?;
    // A name, padded to an even length together with its length byte.
    let name = usize::from(*bytes.first()?) + 1;
    let bytes = bytes.get(name + name % 2..)?;
    let (length, bytes) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let data = bytes.get(..length)?;
    Some((u16::from_be_bytes(*id), data, bytes.get(length + length % 2..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn data_set(set: u8, text: &[u8]) -> Vec<u8> {
        [&[0x1C, 2, set], &(text.len() as u16).to_be_bytes()[..], text].concat()
    }

    fn resources(list: &[(u16, &[u8], &[u8])]) -> Vec<u8> {
        let mut out = b"Photoshop 3.0\0".to_vec();
        for (id, name, data) in list {
            out.extend(b"8BIM");
            out.extend(id.to_be_bytes());
            out.push(name.len() as u8);
            out.extend(*name);
            if name.len() % 2 == 0 {
                out.push(0);
            }
            out.extend((data.len() as u32).to_be_bytes());
            out.extend(*data);
            if data.len() % 2 == 1 {
                out.push(0);
            }
        }
        out
    }

    fn facts_of(payload: &[u8]) -> Facts {
        let mut facts = Facts::default();
        read_photoshop(payload, &mut facts);
        facts
    }

    #[test]
    fn a_record_among_other_resources_is_read() {
        let record = [
            data_set(80, "Zoë".as_bytes()),
            data_set(90, b"M\xFCnchen"),
            data_set(55, b"20240501"),
            data_set(60, b"123456+0200"),
            data_set(25, b"summer"),
        ]
        .concat();
        let facts = facts_of(&resources(&[
            (0x03ED, b"odd", &[1, 2, 3]),
            (0x0404, b"", &record),
            (0x040C, b"even", &[0; 30]),
            (0x0424, b"", b"<a City='Ulm'/>"),
        ]));
        let told: Vec<_> = facts.items.iter().map(|fact| (fact.kind, fact.value.as_str())).collect();
        assert_eq!(
            told,
            [
                (FactKind::Person, "Zoë"),
                (FactKind::Place, "München"),
                (FactKind::Time, "2024-05-01"),
                (FactKind::Time, "2024-05-01 12:34:56+0200"),
                (FactKind::Text, "summer"),
                (FactKind::Thumbnail, "a Photoshop thumbnail of 30 bytes"),
                (FactKind::Place, "Ulm"),
            ]
        );
        assert_eq!(facts_of(&record).items.len(), 5);
    }

    proptest! {
        #[test]
        fn random_bytes_are_read_without_harm(bytes: Vec<u8>, id: u16) {
            facts_of(&bytes);
            facts_of(&[b"Photoshop 3.0\08BIM\x04\x04\0\0", &bytes[..]].concat());
            let record = data_set(55, &bytes);
            let whole = resources(&[(0x0404, b"", &record), (id, b"", &bytes)]);
            for len in 0..whole.len() {
                facts_of(&whole[..len]);
            }
        }
    }
}
