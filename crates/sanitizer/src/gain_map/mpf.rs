//! The Multi-Picture Format's index (CIPA DC-007:2021, 5.2): where in a file
//! the other pictures are. A TIFF structure in an APP2 segment; offsets count
//! from its start.

use std::ops::Range;

/// What stands in front of the TIFF structure in APP2.
pub(crate) const NAME: &[u8] = b"MPF\0";

/// The TIFF structure that we write: a header, a directory of three entries
/// (version, number of pictures, pictures), and two pictures of 16 bytes.
const HEADER: [u8; 50] = *b"MM\0\x2A\0\0\0\x08\0\x03\
    \xB0\0\0\x07\0\0\0\x040100\
    \xB0\x01\0\x04\0\0\0\x01\0\0\0\x02\
    \xB0\x02\0\x07\0\0\0\x20\0\0\0\x32\
    \0\0\0\0";

/// The length of the segment's content, its name included.
pub(crate) const LEN: usize = NAME.len() + HEADER.len() + 2 * ENTRY;

/// The bytes of a picture's entry.
const ENTRY: usize = 16;
/// The type of the primary picture (5.2.3.3.1).
const PRIMARY: u32 = 0x0003_0000;
/// The tag of the entries.
const ENTRIES: u16 = 0xB002;
/// Entries that are looked at. Writers name two or three.
const ENTRY_LIMIT: usize = 16;
/// Tags of the directory that are looked at.
const TAG_LIMIT: usize = 64;

/// The segment's content for a primary picture of so many bytes and a second
/// one; `None` when a number does not fit. `second` counts from the start of the TIFF structure.
pub(crate) fn write(primary_len: usize, second: Range<usize>) -> Option<Vec<u8>> {
    let number = |value: usize| u32::try_from(value).ok();
    let mut out = [NAME, &HEADER].concat();
    for (attribute, size, offset) in
        [(PRIMARY, number(primary_len)?, 0), (0, number(second.len())?, number(second.start)?)]
    {
        out.extend(attribute.to_be_bytes());
        out.extend(size.to_be_bytes());
        out.extend(offset.to_be_bytes());
        // The pictures that this one depends on: none.
        out.extend([0; 4]);
    }
    Some(out)
}

/// Where an index says that the other pictures start, from the start of the
/// TIFF structure, in the order of the index. What cannot be read says nothing.
pub(crate) fn other_pictures(content: &[u8]) -> Vec<u32> {
    content.strip_prefix(NAME).and_then(offsets).unwrap_or_default()
}

fn offsets(tiff: &[u8]) -> Option<Vec<u32>> {
    let is_little = match tiff.first_chunk()? {
        b"II\x2A\0" => true,
        b"MM\0\x2A" => false,
        _ => return None,
    };
    let two = |at: usize| {
        let raw = *tiff.get(at..)?.first_chunk()?;
        Some(if is_little { u16::from_le_bytes(raw) } else { u16::from_be_bytes(raw) })
    };
    let four = |at: usize| {
        let raw = *tiff.get(at..)?.first_chunk()?;
        Some(if is_little { u32::from_le_bytes(raw) } else { u32::from_be_bytes(raw) })
    };
    let directory = four(4)? as usize;
    let count = usize::from(two(directory)?).min(TAG_LIMIT);
    let entry = (0..count)
        .map_while(|index| directory.checked_add(2 + 12 * index))
        .find(|&at| two(at) == Some(ENTRIES))?;
    let (len, start) = (four(entry + 4)? as usize, four(entry + 8)? as usize);
    let starts =
        (0..(len / ENTRY).min(ENTRY_LIMIT)).map_while(|index| four(start.checked_add(ENTRY * index + 8)?));
    // The first is the primary picture.
    Some(starts.skip(1).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_index_of_two_is_written_to_the_byte() {
        let written = write(0x1234, 0x1200..0x1300).unwrap();
        assert_eq!(written.len() + 2, 88, "the segment's length");
        assert_eq!(written.len(), LEN);
        assert_eq!(written[..4 + 50], [NAME, &HEADER].concat());
        assert_eq!(
            written[54..],
            *b"\0\x03\0\0\0\0\x12\x34\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x12\0\0\0\0\0"
        );
        assert_eq!(other_pictures(&written), [0x1200]);
        assert_eq!(write(u32::MAX as usize + 1, 1..2), None);
    }

    #[test]
    fn little_endian_is_read_too() {
        let mut tiff = b"MPF\0II\x2A\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend(b"\0\xB0\x07\0\x04\0\0\x000100\x02\xB0\x07\0\x30\0\0\0\x26\0\0\0\0\0\0\0");
        for offset in [0_u32, 77, 99] {
            tiff.extend([0; 8]);
            tiff.extend(offset.to_le_bytes());
            tiff.extend([0; 4]);
        }
        assert_eq!(other_pictures(&tiff), [77, 99]);
    }

    #[test]
    fn hostile_indices_end_quickly() {
        let mut index = write(9, 9..10).unwrap();
        // 2^28 entries, in the middle of which the structure ends.
        index[4 + 8 + 2 + 24 + 4..4 + 8 + 2 + 24 + 8].fill(0xFF);
        assert!(other_pictures(&index).len() < ENTRY_LIMIT);
        index[4 + 8 + 2 + 24 + 8..4 + 8 + 2 + 24 + 12].fill(0xFF);
        assert!(other_pictures(&index).is_empty());
        assert!(other_pictures(b"MPF\0MM\0\x2A\xFF\xFF\xFF\xFF").is_empty());
        assert!(other_pictures(b"MPF\0").is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(bytes: Vec<u8>, at in 0..LEN, value: u8) {
            other_pictures(&[b"MPF\0MM\0\x2A", &bytes[..]].concat());
            let mut index = write(100, 200..300).unwrap();
            index[at] = value;
            other_pictures(&index);
        }

        #[test]
        fn what_is_written_is_found(primary: u32, start in 0_u32..1 << 31, len in 0_u32..1 << 31) {
            let written = write(primary as usize, start as usize..start as usize + len as usize).unwrap();
            prop_assert_eq!(other_pictures(&written), [start]);
        }
    }
}
