use proptest::prelude::*;

use super::super::{FactKind, Facts, Position};
use super::read_exif;

/// A value of an entry, in the making.
pub(super) enum Value {
    Bytes(u16, Vec<u8>),
    Long(u32),
    Fractions(Vec<(u32, u32)>),
    /// The offset of the nth directory of the block.
    Link(usize),
}

pub(super) fn ascii(text: &str) -> Value {
    Value::Bytes(2, [text.as_bytes(), b"\0"].concat())
}

/// Lays out directories one after the other; `next` of the first is the second
/// when `chained`.
pub(super) fn tiff(directories: &[Vec<(u16, Value)>], little_endian: bool, chained: bool) -> Vec<u8> {
    let u16s = |value: u16| if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
    let u32s = |value: u32| if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut starts = vec![8_u32];
    for directory in directories {
        starts.push(starts.last().unwrap() + 2 + 12 * directory.len() as u32 + 4);
    }
    let mut heap = Vec::new();
    let heap_start = *starts.last().unwrap();
    let mut out = if little_endian { b"II\x2A\0".to_vec() } else { b"MM\0\x2A".to_vec() };
    out.extend(u32s(8));
    for (index, directory) in directories.iter().enumerate() {
        out.extend(u16s(directory.len() as u16));
        for (tag, value) in directory {
            let (kind, count, data) = match value {
                Value::Bytes(kind, bytes) => (*kind, bytes.len() as u32, bytes.clone()),
                Value::Long(value) => (4, 1, u32s(*value).to_vec()),
                Value::Link(target) => (4, 1, u32s(starts[*target]).to_vec()),
                Value::Fractions(list) => (
                    5,
                    list.len() as u32,
                    list.iter().flat_map(|(a, b)| [u32s(*a), u32s(*b)].concat()).collect(),
                ),
            };
            out.extend(u16s(*tag));
            out.extend(u16s(kind));
            out.extend(u32s(count));
            if data.len() <= 4 {
                out.extend(&data);
                out.resize(out.len() + 4 - data.len(), 0);
            } else {
                out.extend(u32s(heap_start + heap.len() as u32));
                heap.extend(data);
            }
        }
        out.extend(u32s(if chained && index == 0 { starts[1] } else { 0 }));
    }
    out.extend(heap);
    out
}

pub(super) fn facts_of(tiff: &[u8]) -> Facts {
    let mut facts = Facts::default();
    read_exif(tiff, &mut facts);
    facts
}

pub(super) fn values(facts: &Facts, kind: FactKind) -> Vec<&str> {
    facts.items.iter().filter(|fact| fact.kind == kind).map(|fact| fact.value.as_str()).collect()
}

/// IFD0, IFD1, Exif and GPS, with one of everything.
fn phone_picture(little_endian: bool) -> Vec<u8> {
    let mut comment = b"UNICODE\0".to_vec();
    for unit in "Grüße".encode_utf16() {
        comment.extend(if little_endian { unit.to_le_bytes() } else { unit.to_be_bytes() });
    }
    let mut owner = vec![0; 12 + 2 + 12 + 4];
    owner[..10].copy_from_slice(b"Apple iOS\0");
    owner[12..14].copy_from_slice(b"MM");
    owner[14..16].copy_from_slice(&[0, 1]);
    owner[16..28].copy_from_slice(&[0, 0x11, 0, 2, 0, 0, 0, 8, 0, 0, 0, 30]);
    owner.extend(b"LIVE-ID\0");
    tiff(
        &[
            vec![
                (0x010E, ascii("On the balcony")),
                (0x010F, ascii("Apple")),
                (0x0110, ascii("iPhone 15 Pro")),
                (0x0131, ascii("17.5.1")),
                (0x0132, ascii("2024:05:02 08:00:00")),
                (0x013B, ascii("Ada Lovelace")),
                (0x013C, ascii("ada's phone")),
                (0x8769, Value::Link(2)),
                (0x8825, Value::Link(3)),
                (0x9C9D, Value::Bytes(1, b"A\0d\0a\0\0\0".to_vec())),
            ],
            vec![(0x0201, Value::Long(4000)), (0x0202, Value::Long(5432))],
            vec![
                (0x9003, ascii("2024:05:01 12:34:56")),
                (0x9011, ascii("+02:00")),
                (0x9286, Value::Bytes(7, comment)),
                (0x9291, ascii("789")),
                (0x927C, Value::Bytes(7, owner)),
                (0xA420, ascii("8f14e45fceea167a")),
                (0xA430, ascii("Ada's camera")),
                (0xA431, ascii("SN-BODY-1")),
                (0xA434, ascii("iPhone 15 Pro back camera")),
                (0xA435, ascii("SN-LENS-2")),
            ],
            vec![
                (0x01, ascii("S")),
                (0x02, Value::Fractions(vec![(33, 1), (51, 1), (3000, 100)])),
                (0x03, ascii("W")),
                (0x04, Value::Fractions(vec![(70, 1), (30, 1), (0, 1)])),
                (0x05, Value::Bytes(1, vec![1])),
                (0x06, Value::Fractions(vec![(125, 10)])),
                (0x07, Value::Fractions(vec![(10, 1), (34, 1), (5600, 100)])),
                (0x1D, ascii("2024:05:01")),
            ],
        ],
        little_endian,
        true,
    )
}

#[test]
fn everything_a_phone_writes_is_told_in_both_byte_orders() {
    for little_endian in [true, false] {
        let facts = facts_of(&phone_picture(little_endian));
        let [Position { latitude, longitude, altitude, source: "EXIF" }] = facts.positions[..] else {
            panic!("{:?}", facts.positions)
        };
        assert!((latitude + 33.858_333_3).abs() < 1e-6 && (longitude + 70.5).abs() < 1e-9);
        assert_eq!(altitude, Some(-12.5));
        assert_eq!(
            values(&facts, FactKind::Device),
            ["Apple iPhone 15 Pro", "ada's phone", "a maker note of 38 bytes"]
        );
        assert_eq!(values(&facts, FactKind::Lens), ["iPhone 15 Pro back camera"]);
        assert_eq!(
            values(&facts, FactKind::Time),
            ["2024-05-01 10:34:56 UTC (GPS)", "2024-05-01 12:34:56.789 +02:00", "2024-05-02 08:00:00"]
        );
        assert_eq!(values(&facts, FactKind::Person), ["Ada Lovelace", "Ada", "Ada's camera"]);
        assert_eq!(
            values(&facts, FactKind::Serial),
            ["8f14e45fceea167a", "SN-BODY-1", "SN-LENS-2", "LIVE-ID"]
        );
        assert_eq!(values(&facts, FactKind::Software), ["17.5.1"]);
        assert_eq!(values(&facts, FactKind::Text), ["On the balcony", "Grüße"]);
        assert_eq!(values(&facts, FactKind::Thumbnail), ["an embedded thumbnail of 5432 bytes"]);
    }
}

#[test]
fn a_canon_note_tells_owner_and_serial_number() {
    // Its offsets count from the start of the EXIF block: the note is alone
    // there, so the whole layout is known.
    let mut block = tiff(
        &[
            vec![(0x010F, ascii("Canon")), (0x8769, Value::Link(1))],
            vec![(0x927C, Value::Bytes(7, vec![0; 60]))],
        ],
        true,
        false,
    );
    let note = block.len() - 60;
    block[note..note + 2].copy_from_slice(&[2, 0]);
    block[note + 2..note + 10].copy_from_slice(&[9, 0, 2, 0, 8, 0, 0, 0]);
    block[note + 10..note + 14].copy_from_slice(&(note as u32 + 40).to_le_bytes());
    block[note + 14..note + 26].copy_from_slice(&[0x0C, 0, 4, 0, 1, 0, 0, 0, 0x39, 0x30, 0, 0]);
    block[note + 40..note + 47].copy_from_slice(b"Ada L.\0");
    let facts = facts_of(&block);
    assert_eq!(values(&facts, FactKind::Person), ["Ada L."]);
    assert_eq!(values(&facts, FactKind::Serial), ["0000012345"]);
}

#[test]
fn directories_that_point_at_one_another_end() {
    let looping = tiff(
        &[
            vec![(0x8769, Value::Link(0)), (0x8825, Value::Link(1)), (0x010F, ascii("Maker"))],
            vec![(0x8769, Value::Link(0)), (0x8825, Value::Link(1))],
        ],
        true,
        true,
    );
    assert_eq!(values(&facts_of(&looping), FactKind::Device), ["Maker"]);
}

#[test]
fn clocks_never_set_and_positions_off_the_earth_tell_nothing() {
    let facts = facts_of(&tiff(
        &[
            vec![(0x0132, ascii("0000:00:00 00:00:00")), (0x8825, Value::Link(1))],
            vec![(0x02, Value::Fractions(vec![(200, 1)])), (0x04, Value::Fractions(vec![(1, 0)]))],
        ],
        false,
        false,
    ));
    assert_eq!(facts, Facts::default());
}

#[test]
fn a_position_of_zeros_is_none() {
    let zeros = || Value::Fractions(vec![(0, 1), (0, 1), (0, 1)]);
    let facts = facts_of(&tiff(
        &[
            vec![(0x8825, Value::Link(1))],
            vec![(0x02, zeros()), (0x04, zeros()), (0x06, Value::Fractions(vec![(0, 1)]))],
        ],
        true,
        false,
    ));
    assert_eq!(facts, Facts::default());
}

#[test]
fn every_truncation_is_read_without_harm() {
    let whole = phone_picture(true);
    for len in 0..whole.len() {
        facts_of(&whole[..len]);
    }
}

proptest! {
    #[test]
    fn random_bytes_are_read_without_harm(mut bytes: Vec<u8>, little_endian: bool) {
        facts_of(&bytes);
        bytes.splice(0..0, if little_endian { *b"II\x2A\0" } else { *b"MM\0\x2A" });
        facts_of(&bytes);
    }

    #[test]
    fn broken_bytes_in_a_real_layout_are_read_without_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
    ) {
        let mut bytes = phone_picture(false);
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        let facts = facts_of(&bytes);
        prop_assert!(facts.items.iter().all(|fact| fact.value.chars().count() <= 200));
    }
}
