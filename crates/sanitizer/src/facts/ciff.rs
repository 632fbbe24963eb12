//! What Canon's CIFF tells, which its first cameras put into APP0 in place of EXIF
//! (CIFF Specification 1.0 rev. 4): a heap of data whose directory stands at its end.

use super::{FactKind, Facts};

const SOURCE: &str = "CIFF";

/// Entries that are looked at in all.
const ENTRY_LIMIT: usize = 500;
/// Heaps nested deeper than this are not looked at.
const DEPTH_LIMIT: usize = 8;
/// In a tag: where the data are, and their type, and the rest that tells what they are.
const IN_ENTRY: u16 = 0x4000;
const KIND: u16 = 0x3800;
const HEAPS: [u16; 2] = [0x2800, 0x3000];
/// Of the tag, what is left without its place.
const TAG: u16 = 0x3FFF;

/// Adds what a CIFF structure tells.
pub(super) fn read_ciff(bytes: &[u8], facts: &mut Facts) {
    let Some(start) = bytes.get(2..6).and_then(|start| start.try_into().ok()).map(u32::from_le_bytes) else {
        return;
    };
    let mut left = ENTRY_LIMIT;
    // A work list takes the place of recursion.
    let mut waiting = vec![(bytes.get(start as usize..).unwrap_or_default(), 0)];
    while let Some((heap, depth)) = waiting.pop() {
        for (tag, data) in entries(heap) {
            let Some(fewer) = left.checked_sub(1) else { return };
            left = fewer;
            if HEAPS.contains(&(tag & KIND)) && depth < DEPTH_LIMIT {
                waiting.push((data, depth + 1));
                continue;
            }
            let text = || String::from_utf8_lossy(&data[..data.len().min(200)]).into_owned();
            match tag & TAG {
                // Make and model, each with a NUL behind it.
                0x080A => {
                    let text = text();
                    let mut parts = text.split('\0');
                    let (make, model) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                    facts.add(FactKind::Device, &super::device::device(make, model), SOURCE);
                }
                0x0810 => facts.add(FactKind::Person, text().split('\0').next().unwrap_or_default(), SOURCE),
                0x0805 => facts.add(FactKind::Text, text().split('\0').next().unwrap_or_default(), SOURCE),
                0x180B => {
                    let number = data.first_chunk().map_or(0, |number| u32::from_le_bytes(*number));
                    if number != 0 {
                        facts.add(FactKind::Serial, &format!("{number:010}"), SOURCE);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The entries of a heap, as far as they can be read.
fn entries(heap: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let directory = heap.len().checked_sub(4).and_then(|at| {
        let start = u32::from_le_bytes(heap[at..].try_into().ok()?) as usize;
        let (count, rest) = heap.get(start..at)?.split_first_chunk::<2>()?;
        Some(rest.chunks_exact(10).take(usize::from(u16::from_le_bytes(*count))))
    });
    directory.into_iter().flatten().filter_map(|entry| {
        let tag = u16::from_le_bytes([entry[0], entry[1]]);
        if tag & IN_ENTRY != 0 {
            return Some((tag & !IN_ENTRY, &entry[2..]));
        }
        let number =
            |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
        let start = number(6);
        Some((tag, heap.get(start..start.checked_add(number(2))?)?))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn heap(entries: &[(u16, &[u8])]) -> Vec<u8> {
        let (mut data, mut directory) = (Vec::new(), (entries.len() as u16).to_le_bytes().to_vec());
        for (tag, value) in entries {
            directory.extend(tag.to_le_bytes());
            directory.extend((value.len() as u32).to_le_bytes());
            directory.extend((data.len() as u32).to_le_bytes());
            data.extend(*value);
        }
        let start = (data.len() as u32).to_le_bytes();
        [data, directory, start.to_vec()].concat()
    }

    fn told(heap: &[u8]) -> Vec<(FactKind, String)> {
        let mut facts = Facts::default();
        read_ciff(&[b"II\x1A\0\0\0HEAPJPGM\0\0\x01\0\0\0\0\0\0\0\0\0", heap].concat(), &mut facts);
        facts.items.into_iter().map(|fact| (fact.kind, fact.value)).collect()
    }

    #[test]
    fn owner_camera_and_number_are_told() {
        let camera =
            heap(&[(0x080A, b"Canon\0Canon PowerShot A5\0"), (0x0810, b"Ada\0"), (0x180B, &[1, 2, 0, 0])]);
        let whole = heap(&[(0x2807, &camera), (0x0805, b"a comment\0")]);
        assert_eq!(
            told(&whole),
            [
                (FactKind::Text, "a comment".to_owned()),
                (FactKind::Device, "Canon PowerShot A5".to_owned()),
                (FactKind::Person, "Ada".to_owned()),
                (FactKind::Serial, "0000000513".to_owned()),
            ]
        );
        for len in 0..whole.len() {
            told(&whole[..len]);
        }
    }

    proptest! {
        #[test]
        fn random_heaps_are_read_without_harm(bytes: Vec<u8>) {
            told(&bytes);
            told(&heap(&[(0x2807, &bytes), (0x300A, &bytes), (0x080A, &bytes)]));
        }
    }
}
