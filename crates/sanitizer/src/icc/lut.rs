//! lut8Type and lut16Type (ICC.1:2022, 10.11 and 10.10): a matrix, a table for
//! each input channel, a table of colours, and a table for each output channel.

use super::{numbers, reader::Reader, tags::Channels, writer::Writer};

/// The most entries that a table of a channel may have; the standard says 4096, Little CMS
/// reads this many.
const MOST_ENTRIES: u16 = 0x7FFF;

const IDENTITY: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x1_0000];

pub(super) fn lut(mut reader: Reader<'_>, channels: Channels, out: &mut Writer) -> Option<()> {
    let signature = reader.type_signature()?;
    let width = match &signature {
        b"mft1" => 1,
        b"mft2" => 2,
        _ => return None,
    };
    let [inputs, outputs, grid, _padding] = reader.array()?;
    if (Channels { inputs, outputs }) != channels || grid == 1 {
        return None;
    }
    out.type_signature(&signature);
    out.put(&[inputs, outputs, grid, 0]);
    if inputs == 3 {
        numbers::values(&mut reader, 9, out)?;
    } else {
        // It only has a meaning for three channels.
        reader.take(36)?;
        IDENTITY.iter().for_each(|&value| out.u32(value));
    }
    let mut entries = [256; 2];
    if width == 2 {
        for entries in &mut entries {
            *entries = reader.u16()?;
            // None at all means that the channels stay as they are.
            if *entries == 1 || *entries > MOST_ENTRIES {
                return None;
            }
            out.u16(*entries);
        }
    }
    let table = colour_table(&vec![grid; usize::from(inputs)], outputs)?;
    if table == 0 && inputs != outputs {
        return None;
    }
    for count in
        [usize::from(inputs) * usize::from(entries[0]), table, usize::from(outputs) * usize::from(entries[1])]
    {
        // Each byte, or pair of them, is a value: none is left that is not.
        out.put(reader.take(count.checked_mul(width)?)?);
    }
    Some(())
}

/// How many values a table of colours has; 0 when it is not there.
pub(super) fn colour_table(grid: &[u8], outputs: u8) -> Option<usize> {
    grid.iter().try_fold(usize::from(outputs), |values, &points| values.checked_mul(usize::from(points)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RGB: Channels = Channels { inputs: 3, outputs: 3 };

    fn rewritten(tag: &[u8], channels: Channels) -> Option<Vec<u8>> {
        let mut out = Writer::default();
        lut(Reader::new(tag, 0, tag.len()), channels, &mut out)?;
        Some(out.into_bytes())
    }

    fn lut8(inputs: u8, outputs: u8, grid: u8) -> Vec<u8> {
        let identity: Vec<u8> = IDENTITY.iter().flat_map(|value| value.to_be_bytes()).collect();
        let values = 256 * (usize::from(inputs) + usize::from(outputs))
            + usize::from(outputs) * usize::from(grid).pow(u32::from(inputs));
        let values: Vec<u8> = (0..values).map(|at| at as u8).collect();
        [b"mft1\0\0\0\0", &[inputs, outputs, grid, 0][..], &identity, &values].concat()
    }

    fn lut16(entries: [u16; 2], grid: u8) -> Vec<u8> {
        let mut tag = lut8(3, 3, 0)[..48].to_vec();
        tag[3] = b'2';
        tag[10] = grid;
        entries.iter().for_each(|count| tag.extend(count.to_be_bytes()));
        let values = 3 * (usize::from(entries[0]) + usize::from(entries[1]) + usize::from(grid).pow(3));
        tag.extend((0..2 * values).map(|at| at as u8));
        tag
    }

    #[test]
    fn tables_stay_and_what_is_beside_them_goes() {
        for clean in [lut8(3, 3, 2), lut8(3, 3, 0), lut16([2, 2], 2), lut16([4096, 256], 5), lut16([0, 0], 3)]
        {
            let mut dirty = [&clean[..], b"LEAK"].concat();
            dirty[4..8].copy_from_slice(b"LEAK");
            dirty[11] = b'L';
            assert_eq!(rewritten(&dirty, RGB).unwrap(), clean);
            assert_eq!(rewritten(&clean[..clean.len() - 1], RGB), None);
        }
    }

    #[test]
    fn a_matrix_of_other_than_three_channels_means_nothing() {
        let clean = lut8(4, 3, 2);
        let mut dirty = clean.clone();
        dirty[12..48].fill(b'L');
        let channels = Channels { inputs: 4, outputs: 3 };
        assert_eq!(rewritten(&dirty, channels).unwrap(), clean);
        let mut matrix = lut8(3, 3, 2);
        matrix[12..48].fill(b'L');
        assert_eq!(rewritten(&matrix, RGB).unwrap(), matrix);
    }

    #[test]
    fn hostile_counts_are_refused() {
        assert_eq!(rewritten(&lut8(3, 3, 1), RGB), None);
        assert_eq!(rewritten(&lut8(4, 3, 2), RGB), None);
        assert_eq!(rewritten(&lut16([1, 2], 2), RGB), None);
        assert_eq!(rewritten(&lut16([2, 0x8000], 2), RGB), None);
        let mut huge = lut8(15, 15, 0);
        huge[10] = 255;
        assert_eq!(rewritten(&huge, Channels { inputs: 15, outputs: 15 }), None);
        assert_eq!(rewritten(b"mft1", RGB), None);
        assert_eq!(rewritten(b"", RGB), None);
    }
}
