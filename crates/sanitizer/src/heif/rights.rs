//! What items say about rights, and the item that is written of it.

use std::collections::HashMap;
use std::ops::Range;

use super::model::{File, Item};
use crate::RightsOutcome;
use crate::rights::{Collector, MOST_PACKET, Statement};

/// What stays of it.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) statement: Statement,
    pub(super) outcome: RightsOutcome,
    /// The packet that is written, if there is something to say.
    pub(super) packet: Option<String>,
    /// The item that holds just that, and where.
    pub(super) same: Option<(usize, Vec<Range<usize>>)>,
}

/// Reads what the items say that describe the primary picture. `other` is one that describes another picture.
pub(super) fn read(file: &File, input: &[u8], other: Option<usize>, mut collector: Collector) -> Kept {
    if !collector.is_on() {
        return Kept::default();
    }
    let described = described(file);
    let mut read = 0;
    let mut packets = Vec::new();
    for (index, item) in file.items.iter().enumerate() {
        let is_packet = &item.kind == b"mime" && is_xmp(item, input) && !item.is_encoded;
        if Some(index) == other
            || !(is_packet || &item.kind == b"Exif")
            || described.get(&item.id) == Some(&false)
        {
            continue;
        }
        let Ok(extents) = file.extents(item) else { continue };
        if extents.iter().map(Range::len).sum::<usize>() > MOST_PACKET {
            if is_packet {
                collector.skip_xmp();
            }
            continue;
        }
        // Items could claim the same bytes again and again.
        read += 1;
        if read > MOST_ITEMS {
            break;
        }
        let data: Vec<u8> =
            extents.iter().filter_map(|range| input.get(range.clone())).flatten().copied().collect();
        if is_packet {
            collector.xmp(&data);
            packets.push((index, extents, data));
        } else if let Some((offset, rest)) = data.split_first_chunk::<4>() {
            // The offset of the TIFF header comes first (ISO/IEC 23008-12, A.2.1).
            let start = u32::from_be_bytes(*offset) as usize;
            collector.exif(rest.get(start..).unwrap_or(rest));
        }
    }
    let (statement, outcome) = collector.finish();
    let packet = statement.packet();
    let same =
        packet.as_ref().and_then(|packet| packets.into_iter().find(|(.., data)| data == packet.as_bytes()));
    Kept { statement, outcome, packet, same: same.map(|(index, extents, _)| (index, extents)) }
}

/// Items that are looked at.
const MOST_ITEMS: usize = 16;

fn is_xmp(item: &Item, input: &[u8]) -> bool {
    input.get(item.content_type.clone()) == Some(b"application/rdf+xml")
}

/// Items that say which pictures they describe, by id, and whether the primary one is among them.
fn described(file: &File) -> HashMap<u32, bool> {
    let mut described = HashMap::new();
    for reference in file.references.iter().filter(|reference| &reference.kind == b"cdsc") {
        *described.entry(reference.from).or_default() |= reference.to.contains(&file.primary);
    }
    described
}
