//! Types of a fixed number of values: XYZType, s15Fixed16ArrayType of a matrix,
//! cicpType (ICC.1:2022, 10.31, 10.22, 10.3).

use super::{reader::Reader, writer::Writer};

/// XYZType, with the signature that scanners of one maker wrote for it.
const XYZ: [[u8; 4]; 2] = [*b"XYZ ", 0x17A5_05B8_u32.to_be_bytes()];

/// One XYZ number; the type allows more, which no tag of ours has.
pub(super) fn xyz(mut reader: Reader<'_>, out: &mut Writer) -> Option<()> {
    if !XYZ.contains(&reader.type_signature()?) {
        return None;
    }
    out.type_signature(b"XYZ ");
    values(&mut reader, 3, out)
}

/// A matrix of 3 x 3.
pub(super) fn matrix(mut reader: Reader<'_>, out: &mut Writer) -> Option<()> {
    if &reader.type_signature()? != b"sf32" {
        return None;
    }
    out.type_signature(b"sf32");
    values(&mut reader, 9, out)
}

/// Primaries, transfer, matrix and range of ITU-T H.273.
pub(super) fn cicp(mut reader: Reader<'_>, out: &mut Writer) -> Option<()> {
    if &reader.type_signature()? != b"cicp" {
        return None;
    }
    let [primaries, transfer, matrix, range] = reader.array()?;
    out.type_signature(b"cicp");
    out.put(&[primaries, transfer, matrix, range & 1]);
    Some(())
}

/// `count` numbers of 32 bits.
pub(super) fn values(reader: &mut Reader<'_>, count: usize, out: &mut Writer) -> Option<()> {
    for _ in 0..count {
        out.u32(reader.u32()?);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(read: fn(Reader<'_>, &mut Writer) -> Option<()>, tag: &[u8]) -> Option<Vec<u8>> {
        let mut out = Writer::default();
        read(Reader::new(tag, 0, tag.len()), &mut out)?;
        Some(out.into_bytes())
    }

    #[test]
    fn values_stay_and_what_is_behind_them_goes() {
        let tag = b"XYZ LEAK123412341234LEAK";
        assert_eq!(rewritten(xyz, tag).unwrap(), b"XYZ \0\0\0\x00123412341234");
        assert_eq!(rewritten(xyz, b"\x17\xA5\x05\xB8\0\0\0\x00123412341234").unwrap()[..4], *b"XYZ ");
        let tag = [b"sf32LEAK", &[7; 36][..], b"LEAK"].concat();
        assert_eq!(rewritten(matrix, &tag).unwrap(), [b"sf32\0\0\0\0", &[7; 36][..]].concat());
        assert_eq!(rewritten(cicp, b"cicpLEAK\x09\x10\0\xFFLEAK").unwrap(), b"cicp\0\0\0\0\x09\x10\0\x01");
    }

    #[test]
    fn what_is_cut_off_or_of_another_type_is_unreadable() {
        assert_eq!(rewritten(xyz, b"XYZ \0\0\0\x0012341234123"), None);
        assert_eq!(rewritten(xyz, b"text\0\0\0\x00123412341234"), None);
        assert_eq!(rewritten(matrix, &[b"sf32\0\0\0\0", &[7; 35][..]].concat()), None);
        assert_eq!(rewritten(matrix, &[0; 44]), None);
        assert_eq!(rewritten(cicp, b"cicp\0\0\0\0\x09\x10\0"), None);
        assert_eq!(rewritten(cicp, b""), None);
    }
}
