//! Reads what IPTC says about rights: an IIM record (IPTC-NAA Information Interchange Model 4.2) in Photoshop's image
//! resources.

use super::statement::{Property, Statement};
use super::text_coding::{Coding, decode};
use crate::facts::{PHOTOSHOP, photoshop_resource};

/// Resources, and data sets, that are looked at.
const ENTRY_LIMIT: usize = 2000;
/// The longest data set that is looked at. The standard allows 128 bytes for those that are read here.
const DATA_LIMIT: usize = 4000;

/// What image resources say, with the name in front of them or without it, or a bare record.
pub(super) fn read(resources: &[u8]) -> Statement {
    let mut rest = resources.strip_prefix(PHOTOSHOP).unwrap_or(resources);
    if rest.first() == Some(&0x1C) {
        return read_record(rest);
    }
    for _ in 0..ENTRY_LIMIT {
        let Some((id, data, after)) = photoshop_resource(rest) else { break };
        if id == 0x0404 {
            return read_record(data);
        }
        rest = after;
    }
    Statement::default()
}

fn read_record(record: &[u8]) -> Statement {
    let sets: Vec<_> = DataSets(record).take(ENTRY_LIMIT).collect();
    let coding = match sets.iter().find(|(number, _)| *number == (1, 90)).map(|(_, name)| *name) {
        None | Some([]) => Coding::Unstated,
        Some(b"\x1B%G" | b"\x1B%/G" | b"\x1B%/H" | b"\x1B%/I") => Coding::Utf8,
        // Latin 1 in each of the code tables that may hold it, and ASCII.
        Some(b"\x1B-A" | b"\x1B.A" | b"\x1B/A" | b"\x1B,A" | b"\x1B(B") => Coding::Latin1,
        Some(_) => Coding::Unknown,
    };
    let mut statement = Statement::default();
    for (number, data) in sets {
        let property = match number {
            (2, 80) => Property::Creator,
            (2, 110) => Property::Credit,
            (2, 116) => Property::Copyright,
            _ => continue,
        };
        if let Some(text) = decode(&data[..data.len().min(DATA_LIMIT)], coding) {
            statement.add(property, &text);
        }
    }
    statement
}

/// The data sets of a record, each with its number and its data.
struct DataSets<'a>(&'a [u8]);

impl<'a> Iterator for DataSets<'a> {
    type Item = ((u8, u8), &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let [0x1C, record, set, high, low, after @ ..] = self.0 else { return None };
        let length = u16::from_be_bytes([*high, *low]);
        // The high bit marks that the length itself stands in so many bytes.
        let (length, after) = match length.checked_sub(0x8000) {
            None => (usize::from(length), after),
            Some(size @ 1..=4) => {
                let (bytes, after) = after.split_at_checked(usize::from(size))?;
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), after)
            }
            Some(_) => return None,
        };
        let (data, rest) = after.split_at_checked(length)?;
        self.0 = rest;
        Some(((*record, *set), data))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(record: u8, number: u8, data: &[u8]) -> Vec<u8> {
        [&[0x1C, record, number], &(data.len() as u16).to_be_bytes()[..], data].concat()
    }

    fn resources(record: &[u8]) -> Vec<u8> {
        let mut resources = b"Photoshop 3.0\x008BIM\x03\xED\0\0\0\0\0\x02\x01\x028BIM\x04\x04\0\0".to_vec();
        resources.extend((record.len() as u32).to_be_bytes());
        resources.extend(record);
        resources
    }

    fn statement(properties: &[(Property, &str)]) -> Statement {
        let mut statement = Statement::default();
        properties.iter().for_each(|(property, value)| statement.add(*property, value));
        statement
    }

    #[test]
    fn creators_credit_and_copyright_are_read() {
        let record = [
            set(2, 5, b"a title"),
            set(2, 80, b"Ada"),
            set(2, 80, b"Grace"),
            set(2, 90, b"Ulm"),
            set(2, 110, b"Agency"),
            set(2, 116, b"\xA9 Zo\xEB \x96 2024"),
        ]
        .concat();
        let expected = statement(&[
            (Property::Creator, "Ada"),
            (Property::Creator, "Grace"),
            (Property::Credit, "Agency"),
            (Property::Copyright, "© Zoë – 2024"),
        ]);
        assert_eq!(read(&resources(&record)), expected);
        assert_eq!(read(&record), expected);
    }

    #[test]
    fn the_character_set_is_what_the_record_says() {
        for (name, data, text) in [
            (&b"\x1B%G"[..], "Zoë".as_bytes(), Some("Zoë")),
            // Said, and not so.
            (b"\x1B%G", b"Zo\xEB", Some("Zoë")),
            (b"\x1B.A", b"Zo\xEB", Some("Zoë")),
            // UTF-8 by its look, but it is said to be something else.
            (b"\x1B.A", "Zoë".as_bytes(), Some("ZoÃ«")),
            (b"", "Zoë".as_bytes(), Some("Zoë")),
            // Greek, which is not read; ASCII is the same everywhere.
            (b"\x1B-F", b"Zo\xEB", None),
            (b"\x1B-F", b"Zoe", Some("Zoe")),
        ] {
            let record = [set(1, 90, name), set(2, 80, data)].concat();
            let expected = text.map_or(Statement::default(), |text| statement(&[(Property::Creator, text)]));
            assert_eq!(read(&record), expected, "{name:?} {data:?}");
        }
    }

    #[test]
    fn long_lengths_are_read() {
        let record = [&[0x1C, 2, 120, 0x80, 3, 0, 0, 2, 1, 1][..], &set(2, 80, b"Ada")].concat();
        assert_eq!(read(&record), statement(&[(Property::Creator, "Ada")]));
        assert_eq!(read(&[0x1C, 2, 120, 0x80, 4, 0xFF, 0xFF, 0xFF, 0xFF]), Statement::default());
        assert_eq!(read(&[0x1C, 2, 120, 0x80, 5, 0, 0, 0, 0, 0]), Statement::default());
    }

    proptest! {
        #[test]
        fn random_bytes_are_read_without_harm(bytes: Vec<u8>) {
            read(&bytes);
            read(&resources(&bytes));
            read(&[&set(2, 80, b"Ada")[..], &bytes].concat());
        }
    }
}
