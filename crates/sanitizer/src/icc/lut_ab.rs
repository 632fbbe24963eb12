//! lutAToBType and lutBToAType (ICC.1:2022, 10.12 and 10.13): up to five elements,
//! each at an offset of its own.

use super::{curve, lut::colour_table, numbers, reader::Reader, tags::Channels, writer::Writer};

/// Elements by the order of their offsets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    BCurves,
    Matrix,
    MCurves,
    ColourTable,
    ACurves,
}

const ELEMENTS: [Element; 5] =
    [Element::BCurves, Element::Matrix, Element::MCurves, Element::ColourTable, Element::ACurves];

/// Bytes before the elements.
const HEAD: usize = 32;

pub(super) fn lut_ab(mut reader: Reader<'_>, channels: Channels, out: &mut Writer) -> Option<()> {
    let (source, start) = (reader.position(), out.len());
    let signature = reader.type_signature()?;
    let is_to_pcs = match &signature {
        b"mAB " => true,
        b"mBA " => false,
        _ => return None,
    };
    let [inputs, outputs] = reader.array()?;
    if (Channels { inputs, outputs }) != channels {
        return None;
    }
    reader.take(2)?;
    out.type_signature(&signature);
    out.put(&[inputs, outputs, 0, 0]);
    out.zeros(HEAD - 12);
    // Channels on the side of the connection space, and of the device.
    let (pcs, device) = if is_to_pcs { (outputs, inputs) } else { (inputs, outputs) };
    let mut has_table = false;
    let mut parts = Vec::new();
    for (index, element) in ELEMENTS.into_iter().enumerate() {
        let offset = reader.u32()?;
        if offset == 0 {
            continue;
        }
        let mut at = reader.seek(source, offset)?;
        let begin = out.len();
        match element {
            Element::BCurves | Element::MCurves => curve::curves(at, pcs, out)?,
            Element::ACurves => curve::curves(at, device, out)?,
            Element::Matrix => {
                if pcs != 3 {
                    return None;
                }
                numbers::values(&mut at, 12, out)?;
            }
            Element::ColourTable => {
                has_table = true;
                table(at, channels, out)?;
            }
        }
        let part = out.share(begin, &mut parts);
        out.set_u32(start + 12 + 4 * index, (part.start - start) as u32);
    }
    (has_table || inputs == outputs).then_some(())
}

/// The colour table: grid points of up to 16 channels, width of a value, values.
fn table(mut reader: Reader<'_>, channels: Channels, out: &mut Writer) -> Option<()> {
    let mut grid: [u8; 16] = reader.array()?;
    let [width, _, _, _] = reader.array()?;
    let used = grid.get_mut(..usize::from(channels.inputs))?;
    if used.iter().any(|&points| points < 2) || !matches!(width, 1 | 2) {
        return None;
    }
    let values = colour_table(used, channels.outputs)?.checked_mul(usize::from(width))?;
    grid[usize::from(channels.inputs)..].fill(0);
    out.put(&grid);
    out.put(&[width, 0, 0, 0]);
    out.put(reader.take(values)?);
    out.align();
    Some(())
}
