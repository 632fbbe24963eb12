//! multiProcessElementsType (ICC.1:2022, 10.16): a chain of curve sets, matrices
//! and colour tables in floating point.

use super::{lut::colour_table, reader::Reader, tags::Channels, writer::Writer};

/// Elements of a chain; real ones have up to five.
const MOST_ELEMENTS: u32 = 32;

/// Parameters of each function type of a formula segment.
const PARAMETERS: [usize; 3] = [4, 5, 5];

pub(super) fn elements(mut reader: Reader<'_>, channels: Channels, out: &mut Writer) -> Option<()> {
    let (source, start) = (reader.position(), out.len());
    if &reader.type_signature()? != b"mpet" {
        return None;
    }
    let (inputs, outputs, count) = (reader.u16()?, reader.u16()?, reader.u32()?);
    if inputs != u16::from(channels.inputs) || outputs != u16::from(channels.outputs) || count > MOST_ELEMENTS
    {
        return None;
    }
    let mut chain = Vec::new();
    for _ in 0..count {
        let (offset, _size) = (reader.u32()?, reader.u32()?);
        let element = reader.seek(source, offset)?;
        // Placeholders for alternatives that no standard defines: readers pass them over.
        if !matches!(&element.clone().type_signature()?, b"bACS" | b"eACS") {
            chain.push(element);
        }
    }
    out.type_signature(b"mpet");
    out.u16(inputs);
    out.u16(outputs);
    out.u32(chain.len() as u32);
    let table = out.len();
    out.zeros(8 * chain.len());
    let mut width = channels.inputs;
    for (index, element) in chain.into_iter().enumerate() {
        let begin = out.len();
        width = write_element(element, width, out)?;
        out.within_limit()?;
        set_position(out, table, index, begin - start, out.len() - begin);
    }
    (width == channels.outputs).then_some(())
}

/// Writes an element that takes `inputs` channels; gives how many it makes of them.
fn write_element(mut reader: Reader<'_>, inputs: u8, out: &mut Writer) -> Option<u8> {
    let source = reader.position();
    let signature = reader.type_signature()?;
    let (from, to) = (reader.u16()?, reader.u16()?);
    let outputs = u8::try_from(to).ok().filter(|outputs| (1..=15).contains(outputs))?;
    if from != u16::from(inputs) {
        return None;
    }
    let start = out.len();
    out.type_signature(&signature);
    out.u16(from);
    out.u16(to);
    match &signature {
        b"cvst" if from == to => curve_set(reader, source, inputs, start, out)?,
        b"matf" => {
            floats(&mut reader, usize::from(inputs) * usize::from(outputs) + usize::from(outputs), out)?;
        }
        b"clut" => {
            let mut grid: [u8; 16] = reader.array()?;
            let (used, unused) = grid.split_at_mut_checked(usize::from(inputs))?;
            if used.iter().any(|&points| points < 2) {
                return None;
            }
            let values = colour_table(used, outputs)?;
            unused.fill(0);
            out.put(&grid);
            floats(&mut reader, values, out)?;
        }
        _ => return None,
    }
    Some(outputs)
}

/// One curve for each channel; `source` and `start` are where the element starts.
fn curve_set(mut reader: Reader<'_>, source: usize, count: u8, start: usize, out: &mut Writer) -> Option<()> {
    let table = out.len();
    out.zeros(8 * usize::from(count));
    let mut parts = Vec::new();
    for index in 0..usize::from(count) {
        let (offset, _size) = (reader.u32()?, reader.u32()?);
        let curve = reader.seek(source, offset)?;
        let begin = out.len();
        segmented_curve(curve, out)?;
        let part = out.share(begin, &mut parts);
        out.within_limit()?;
        set_position(out, table, index, part.start - start, part.len());
    }
    Some(())
}

fn segmented_curve(mut reader: Reader<'_>, out: &mut Writer) -> Option<()> {
    if &reader.type_signature()? != b"curf" {
        return None;
    }
    let segments = reader.u16().filter(|&segments| segments > 0)?;
    reader.take(2)?;
    out.type_signature(b"curf");
    out.u16(segments);
    out.u16(0);
    floats(&mut reader, usize::from(segments) - 1, out)?;
    for _ in 0..segments {
        let signature = reader.type_signature()?;
        out.type_signature(&signature);
        match &signature {
            b"parf" => {
                let function = reader.u16()?;
                reader.take(2)?;
                out.u16(function);
                out.u16(0);
                floats(&mut reader, *PARAMETERS.get(usize::from(function))?, out)?;
            }
            b"samf" => {
                let count = reader.u32()?;
                out.u32(count);
                floats(&mut reader, count as usize, out)?;
            }
            _ => return None,
        }
    }
    Some(())
}

fn floats(reader: &mut Reader<'_>, count: usize, out: &mut Writer) -> Option<()> {
    for _ in 0..count {
        out.f32(reader.f32()?);
    }
    Some(())
}

/// Writes an entry of a position table: offset and size.
fn set_position(out: &mut Writer, table: usize, index: usize, offset: usize, size: usize) {
    out.set_u32(table + 8 * index, offset as u32);
    out.set_u32(table + 8 * index + 4, size as u32);
}
