//! curveType and parametricCurveType (ICC.1:2022, 10.6 and 10.18).

use super::{numbers, reader::Reader, writer::Writer};

/// curveType, with the signature that one maker's software wrote for it.
const SAMPLED: [[u8; 4]; 2] = [*b"curv", 0x9478_EE00_u32.to_be_bytes()];

/// Entries that a table may have: one for each value of 16 bits.
const MOST_ENTRIES: usize = 1 << 16;

/// Parameters of each function type of a parametric curve.
const PARAMETERS: [usize; 5] = [1, 3, 4, 5, 7];

/// One curve, of either type.
pub(super) fn curve(mut reader: Reader<'_>, out: &mut Writer) -> Option<()> {
    next_curve(&mut reader, out)
}

/// `count` curves one behind the other, each padded to a multiple of four.
pub(super) fn curves(mut reader: Reader<'_>, count: u8, out: &mut Writer) -> Option<()> {
    for _ in 0..count {
        reader.align();
        next_curve(&mut reader, out)?;
        out.align();
    }
    Some(())
}

fn next_curve(reader: &mut Reader<'_>, out: &mut Writer) -> Option<()> {
    let signature = reader.type_signature()?;
    if SAMPLED.contains(&signature) {
        let count = reader.u32()?;
        if count as usize > MOST_ENTRIES {
            return None;
        }
        let entries = reader.take(2 * count as usize)?;
        out.type_signature(b"curv");
        out.u32(count);
        // Each pair of bytes is a value: none is left that is not.
        out.put(entries);
        return Some(());
    }
    if &signature != b"para" {
        return None;
    }
    let function = reader.u16()?;
    let count = *PARAMETERS.get(usize::from(function))?;
    reader.take(2)?;
    out.type_signature(b"para");
    out.u16(function);
    out.u16(0);
    numbers::values(reader, count, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(tag: &[u8]) -> Option<Vec<u8>> {
        let mut out = Writer::default();
        curve(Reader::new(tag, 0, tag.len()), &mut out)?;
        Some(out.into_bytes())
    }

    #[test]
    fn tables_of_any_length_stay() {
        for count in [0_u32, 1, 2, 256, 65536] {
            let entries: Vec<u8> = (0..2 * count).map(|at| at as u8).collect();
            let clean = [b"curv\0\0\0\0", &count.to_be_bytes()[..], &entries].concat();
            let dirty = [b"curvLEAK", &clean[8..], b"LEAK"].concat();
            assert_eq!(rewritten(&dirty).unwrap(), clean);
            assert_eq!(rewritten(&clean[..clean.len() - 1]), None);
        }
        for count in [65537_u32, 0x8000_0000, u32::MAX] {
            assert_eq!(rewritten(&[b"curv\0\0\0\0", &count.to_be_bytes()[..], &[0; 200]].concat()), None);
        }
    }

    #[test]
    fn functions_have_their_parameters() {
        for (function, count) in [(0, 1), (1, 3), (2, 4), (3, 5), (4, 7)] {
            let clean = [&b"para\0\0\0\0\0"[..], &[function, 0, 0], &vec![9; 4 * count]].concat();
            let mut dirty = [&clean[..], b"LEAK"].concat();
            dirty[4..8].copy_from_slice(b"LEAK");
            dirty[10..12].copy_from_slice(b"LE");
            assert_eq!(rewritten(&dirty).unwrap(), clean);
            assert_eq!(rewritten(&clean[..clean.len() - 1]), None);
        }
        assert_eq!(rewritten(&[&b"para\0\0\0\0\0\x05\0\0"[..], &[0; 100]].concat()), None);
        assert_eq!(rewritten(b"text\0\0\0\0\0\0\0\0"), None);
        assert_eq!(rewritten(b""), None);
    }

    #[test]
    fn lists_are_padded_anew() {
        let list = b"curv\0\0\0\0\0\0\0\x01\x12\x34??curv\0\0\0\0\0\0\0\x01\x56\x78??";
        let mut out = Writer::default();
        curves(Reader::new(list, 0, list.len() - 2), 2, &mut out).unwrap();
        assert_eq!(out.bytes(), b"curv\0\0\0\0\0\0\0\x01\x12\x34\0\0curv\0\0\0\0\0\0\0\x01\x56\x78\0\0");
        assert_eq!(curves(Reader::new(list, 0, list.len()), 3, &mut out), None);
    }
}
