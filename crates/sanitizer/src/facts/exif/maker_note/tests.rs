use proptest::prelude::*;

use super::super::tests::{Value, ascii, facts_of, tiff, values};
use crate::facts::{FactKind, Facts};

/// An EXIF block with this note, which stands at its end, and where it starts.
fn block(make: &str, model: &str, note: Vec<u8>) -> (Vec<u8>, usize) {
    let len = note.len();
    let block = tiff(
        &[
            vec![(0x010F, ascii(make)), (0x0110, ascii(model)), (0x8769, Value::Link(1))],
            vec![(0x927C, Value::Bytes(7, note))],
        ],
        true,
        false,
    );
    let start = block.len() - len;
    (block, start)
}

/// A directory at `at` bytes from where its offsets count, with its values behind it.
fn directory(entries: &[(u16, u16, &[u8])], at: usize, little_endian: bool) -> Vec<u8> {
    let u16s = |value: u16| if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
    let u32s = |value: u32| if little_endian { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut out = u16s(entries.len() as u16).to_vec();
    let values_at = at + 2 + 12 * entries.len() + 4;
    let mut heap: Vec<u8> = Vec::new();
    for (tag, kind, value) in entries {
        let size = match kind {
            4 => 4,
            _ => 1,
        };
        out.extend([u16s(*tag), u16s(*kind)].concat());
        out.extend(u32s((value.len() / size) as u32));
        if value.len() <= 4 {
            out.extend([value, &[0; 4][value.len()..]].concat());
        } else {
            out.extend(u32s((values_at + heap.len()) as u32));
            heap.extend(*value);
        }
    }
    out.extend([0; 4]);
    out.extend(heap);
    out
}

/// What a note tells whose offsets count from the start of the block.
fn told(make: &str, model: &str, head: &[u8], entries: &[(u16, u16, &[u8])], little_endian: bool) -> Facts {
    let len = head.len() + directory(entries, 0, true).len();
    let (_, start) = block(make, model, vec![0; len]);
    let note = [head, &directory(entries, start + head.len(), little_endian)].concat();
    facts_of(&block(make, model, note).0)
}

/// The same with offsets that count from the start of the note.
fn told_by_own(make: &str, head: &[u8], entries: &[(u16, u16, &[u8])], little_endian: bool) -> Facts {
    let note = [head, &directory(entries, head.len(), little_endian)].concat();
    facts_of(&block(make, "Model", note).0)
}

fn serials(facts: &Facts) -> Vec<&str> {
    values(facts, FactKind::Serial)
}

const SERIAL: &[u8] = b"SN-0123456\0";

#[test]
fn notes_whose_offsets_count_from_the_block_are_read() {
    for (make, head, tag) in [
        ("Panasonic", &b"Panasonic\0\0\0"[..], 0x25),
        ("Panasonic", b"Panasonic\0\0\0", 0x52),
        ("Panasonic", b"Panasonic\0\0\0", 0x54),
        ("LEICA", b"LEICA\0\0\0", 0x25),
        ("Leica Camera AG", b"LEICA CAMERA AG\0\0\0", 0x25),
        ("OLYMPUS OPTICAL", b"OLYMP\0\x01\0", 0x404),
        ("OLYMPUS OPTICAL", b"OLYMP\0\x01\0", 0x101A),
        ("SEIKO EPSON", b"EPSON\0\x01\0", 0x404),
        ("PENTAX", b"AOC\0II", 0x229),
        ("SIGMA", b"SIGMA\0\0\0\x01\0", 2),
        ("SIGMA", b"FOVEON\0\0\x01\0", 2),
        ("NIKON", b"", 0x1D),
        ("SAMSUNG", b"", 0xA002),
        ("SAMSUNG", b"", 0xA005),
        ("RICOH", b"Rv2010\0\0", 5),
    ] {
        for little_endian in [true, false] {
            let facts = told(make, "Model", head, &[(tag, 2, SERIAL)], little_endian);
            assert_eq!(serials(&facts), ["SN-0123456"], "{make} {head:?} {tag:x}");
        }
    }
}

#[test]
fn notes_whose_offsets_count_from_their_start_are_read() {
    for (make, head, tag) in [
        ("OM Digital Solutions", &b"OM SYSTEM\0\0\0II\x04\0"[..], 0x404),
        ("OLYMPUS CORPORATION", b"OLYMPUS\0II\x03\0", 0x404),
        ("PENTAX", b"PENTAX \0II", 0x229),
        ("RICOH IMAGING", b"RICOH\0II", 0x229),
        ("Leica Camera AG", b"LEICA\0\x01\0", 0x500),
        ("Leica Camera AG", b"LEICA0\x03\0", 0x3103),
        ("motorola", b"MOT\0\x01\0\0\0", 0x5501),
        ("SAMSUNG", b"", 0xA002),
        ("Apple", b"Apple iOS\0\0\x01II", 0x2B),
    ] {
        for little_endian in [true, false] {
            let facts = told_by_own(make, head, &[(tag, 2, SERIAL)], little_endian);
            assert_eq!(serials(&facts), ["SN-0123456"], "{make} {head:?} {tag:x}");
        }
    }
}

#[test]
fn olympus_points_at_its_equipment_or_holds_it() {
    let equipment: &[(u16, u16, &[u8])] = &[
        (0x101, 2, b"BODY-1\0"),
        (0x202, 2, b"LENS-2\0"),
        (0x302, 2, b"EXT-3\0"),
        (0x1003, 2, b"FLASH-4\0"),
    ];
    let head = b"OLYMPUS\0II\x03\0";
    for kind in [4, 7, 13] {
        // One entry: the directory is behind it, wherever the value says it is.
        let at = (head.len() + 2 + 12 + 4) as u32;
        let inner = directory(equipment, at as usize, true);
        let count = if kind == 7 { inner.len() as u32 } else { 1 };
        let entry = [
            &0x2010_u16.to_le_bytes()[..],
            &(kind as u16).to_le_bytes(),
            &count.to_le_bytes(),
            &at.to_le_bytes(),
        ];
        let note = [&head[..], &[1, 0], &entry.concat(), &[0; 4], &inner].concat();
        let facts = facts_of(&block("OLYMPUS", "E-1", note).0);
        assert_eq!(serials(&facts), ["BODY-1", "LENS-2", "EXT-3", "FLASH-4"], "{kind}");
    }
}

#[test]
fn canon_numbers_stand_as_on_the_camera() {
    let number = 0x0012_D687_u32.to_le_bytes();
    for (model, serial) in
        [("Canon EOS D30", "001254919"), ("Canon EOS-1D", "1234567"), ("Canon EOS 300D", "0001234567")]
    {
        let facts = told("Canon", model, b"", &[(0x0C, 4, &number)], true);
        assert_eq!(serials(&facts), [serial], "{model}");
    }
    let mut camera = vec![0; 0x180];
    camera[0x164..0x169].copy_from_slice(&[1, 2, 3, 4, 5]);
    let entries: &[(u16, u16, &[u8])] = &[
        (0x0D, 7, &camera),
        (0x28, 1, &[0xAB; 16]),
        (0x96, 2, b"\0\x01\x02\x03\x04\x05\x06\x07\x08HA0012345\0"),
        (0x4019, 7, &[0, 0, 9, 8, 7, 0]),
    ];
    let facts = told("Canon", "Canon EOS 5D Mark III", b"", entries, true);
    assert_eq!(
        serials(&facts),
        ["0102030405", "abababababababababababababababab", "HA0012345", "0000090807"]
    );
    let facts = told(
        "Canon",
        "Canon EOS 550D",
        b"",
        &[(0x96, 2, b"GB0012345\xFF\xFF\xFF"), (0x4019, 7, &[0; 8])],
        true,
    );
    assert_eq!(serials(&facts), ["GB0012345"]);
}

#[test]
fn sony_numbers_are_put_in_order_and_deciphered() {
    let facts = told("SONY", "ILCE-9", b"SONY DSC \0\0\0", &[(0x2031, 2, b"67452301\0")], true);
    assert_eq!(serials(&facts), ["01234567"]);
    let encipher = |byte: u8| if byte < 249 { (u32::from(byte).pow(3) % 249) as u8 } else { byte };
    let plain: Vec<u8> = (0..=255).map(|at: u8| at.wrapping_mul(7)).collect();
    let enciphered: Vec<u8> = plain.iter().copied().map(encipher).collect();
    for (model, place) in [
        ("SLT-A99V", 0xF0..0xF5),
        ("ILCA-77M2", 0xF0..0xF5),
        ("NEX-6", 0x7C..0x80),
        ("ILCE-7M3", 0x88..0x8E),
        ("ILCA-99M2", 0x88..0x8E),
        ("ILCE-1", 0x8A..0x90),
    ] {
        let facts = told("SONY", model, b"SONY DSC \0\0\0", &[(0x9050, 7, &enciphered)], true);
        let expected: String = plain[place].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(serials(&facts), [expected], "{model}");
    }
    for model in ["DSC-RX100", "NEX-7", "ILCE-7CM2"] {
        let facts = told("SONY", model, b"SONY DSC \0\0\0", &[(0x9050, 7, &enciphered)], true);
        assert!(serials(&facts).is_empty(), "{model}");
    }
}

#[test]
fn numbers_at_fixed_places_are_read() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let with = |head: &[u8], at: usize, text: &[u8]| {
        let mut note = vec![0; 200];
        note[..head.len()].copy_from_slice(head);
        note[at..at + text.len()].copy_from_slice(text);
        note
    };
    for (make, note, serial) in [
        ("RECONYX", with(b"\x01\xF1\x03\0", 0x2A, &wide("H500EE06130468")), "H500EE06130468"),
        ("RECONYX", with(b"RECONYXUF\0", 0x4B, b"UF123456"), "UF123456"),
        ("RECONYX", with(b"RECONYXH2\0", 0x7E, &wide("H2-123")), "H2-123"),
        ("Hewlett-Packard", with(b"IIII\x04\0", 0x5C, b"SERIAL NUMBER:CN1234567"), "CN1234567"),
        ("EASTMAN KODAK COMPANY", b"KCXFA61234567 \0\0\0\0".to_vec(), "KCXFA61234567"),
        (
            "Nintendo",
            {
                let mut camera = [0; 0x1C];
                camera[0x18..].copy_from_slice(&[0xDE, 0xAD, 0xBE, 0xEF]);
                let (_, start) = block("Nintendo", "Nintendo 3DS", vec![0; 2 + 12 + 4 + 0x1C]);
                directory(&[(0x1101, 7, &camera)], start, true)
            },
            "deadbeef",
        ),
    ] {
        let model = if make == "Nintendo" { "Nintendo 3DS" } else { "Model" };
        assert_eq!(serials(&facts_of(&block(make, model, note).0)), [serial], "{make}");
    }
    let camera =
        [[0, 1, 0x2B, 0xF0], [1, 0x33, 0x2A, 0x5F], [0, 0, 0, 8], [0, 0, 0, 1], [0, 0x12, 0xD6, 0x87]]
            .concat();
    let facts = told_by_own("PENTAX", b"PENTAX \0MM", &[(0x215, 7, &camera)], false);
    assert_eq!(serials(&facts), ["1234567"]);
    // Not a number of the camera, but something that no one can read.
    let facts = told("RICOH", "Model", b"Rv2010\0\0", &[(5, 7, &[0xF1; 16])], true);
    assert_eq!(serials(&facts), ["f1".repeat(16)]);
}

#[test]
fn a_type_tells_what_a_leicas_tag_means() {
    let number = 123_456_u32.to_le_bytes();
    let facts = told_by_own("Leica Camera AG", b"LEICA\0\0\0", &[(0x303, 4, &number)], true);
    assert_eq!(serials(&facts), ["123456"]);
    let facts = told_by_own(
        "Leica Camera AG",
        b"LEICA\0\x01\0",
        &[(0x303, 2, b"Elmarit\0"), (0x305, 4, &number)],
        true,
    );
    assert_eq!(serials(&facts), ["123456"]);
    assert_eq!(values(&facts, FactKind::Lens), ["Elmarit"]);
}

#[test]
fn fields_that_were_never_filled_in_tell_nothing() {
    for value in [&b"       \0"[..], b"0000000\0", b"\0\0\0\0\0\0", b"\xFF\xFF\xFF\xFF\xFF"] {
        assert!(serials(&told("Panasonic", "M", b"Panasonic\0\0\0", &[(0x25, 2, value)], true)).is_empty());
    }
}

proptest! {
    #[test]
    fn random_notes_are_read_without_harm(
        make in prop::sample::select(vec!["Canon", "SONY", "Nintendo", "SAMSUNG", "KODAK", "RICOH", "RECONYX", "NIKON", "HP", "Asahi", "LEICA"]),
        model in prop::sample::select(vec!["Canon EOS 5DS", "Canon EOS 5D Mark III", "ILCE-1", "SLT-A1", "EOS D30", ""]),
        head in prop::sample::select(vec![
            &b""[..], b"Nikon\0\x02\x10\0\0MM\0\x2A\0\0\0\x08", b"Panasonic\0\0\0", b"OLYMPUS\0II\x03\0", b"PENTAX \0MM", b"AOC\0", b"IIII",
            b"RECONYXUF\0", b"RECONYXH2\0", b"\x01\xF1", b"SONY DSC \0\0\0", b"FUJIFILM\x0C\0\0\0", b"LEICA\0", b"ISLMAKERNOTE000\0", b"MM\0\x2A\0\0\0\x08",
        ]),
        tags: Vec<u16>,
        bytes: Vec<u8>,
    ) {
        let entries: Vec<(u16, u16, &[u8])> = tags.iter().take(20).map(|tag| (*tag, tag % 14, &bytes[..])).collect();
        for note in [[head, &bytes[..]].concat(), [head, &directory(&entries, head.len(), true)[..]].concat()] {
            facts_of(&block(make, model, note).0);
        }
    }
}
