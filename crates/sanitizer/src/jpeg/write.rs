//! Writes the clean file: a picture, and behind it its gain map, if that stays.
//!
//! The layout is one, whatever the input's was: the map starts where the base
//! ends, and the file ends where the map does. Both tell the numbers twice, as ISO 21496-1
//! and as XMP, since readers know one or the other; that they are the same
//! numbers leaves no reader anything to disagree about.

use std::ops::Range;

use bytes::Bytes;
use img_parts::jpeg::markers::{APP1, APP2};

use super::{
    app::{self, Content, XMP},
    layout::Additions,
    segment, trailer,
    walk::{Note, Walked},
};
use crate::{
    Category, Report,
    gain_map::{Metadata, container, hdrgm, iso, mpf},
};

/// Writes a picture that stays alone.
pub(super) fn write_alone(base: &Walked, tag: Option<u8>) -> (Vec<Bytes>, Report) {
    let packet = base.statement.packet();
    let additions = Additions { xmp: packet.map(|packet| xmp_segment(base, &packet)), iso: None };
    let ([mut pieces, rest], mut report) = base.assemble(tag, &additions);
    pieces.append(rest);
    remove_notes(base, &additions.segments(), Category::SecondPicture, &mut report);
    remove_rest(base, base.range.end..base.input.len(), &mut report);
    report.removed.sort_by_key(|removal| removal.offset);
    (pieces.finish(), report)
}

/// Writes a picture and its gain map. `None` when a number does not fit: MPF
/// has 32 bits for each.
pub(super) fn write_pair(
    base: &Walked,
    tag: Option<u8>,
    map: &Walked,
    metadata: &Metadata,
) -> Option<(Vec<Bytes>, Report)> {
    let has_xmp = hdrgm::can_tell(metadata);
    let of_map = additions(map, has_xmp.then(|| hdrgm::write(metadata)), &iso::write(metadata));
    let ([mut map_pieces, rest], map_report) = map.assemble(None, &of_map);
    map_pieces.append(rest);

    // A picture has one packet, for all that is to say.
    let packet = match has_xmp {
        true => Some(container::write(map_pieces.len(), &base.statement.description().unwrap_or_default())),
        false => base.statement.packet(),
    };
    let of_base = additions(base, packet, &iso::VERSIONS);
    let ([mut pieces, rest], mut report) = base.assemble(tag, &of_base);
    // Marker, length and name stand in front of the structure from whose start offsets count.
    let structure = pieces.len() + 4 + mpf::NAME.len();
    let len = pieces.len() + 4 + mpf::LEN + rest.len();
    let index = mpf::write(len, len - structure..len - structure + map_pieces.len())?;
    let index = segment::write(APP2, index);
    pieces.replace(same(base, &index), &index);
    pieces.append(rest);

    remove_notes(base, &[of_base.segments(), vec![index]].concat(), Category::Application, &mut report);
    let is_one_file = pieces.is_of(&map.input);
    if is_one_file {
        remove_rest(base, base.range.end..map.range.start, &mut report);
    }
    for removal in map_report.removed {
        report.remove(removal.category, removal.location, removal.offset, removal.bytes);
    }
    remove_notes(map, &of_map.segments(), Category::Application, &mut report);
    if is_one_file {
        remove_rest(base, map.range.end..map.input.len(), &mut report);
    }
    report.removed.sort_by_key(|removal| removal.offset);
    let pieces = if is_one_file {
        pieces.append(map_pieces);
        pieces.finish()
    } else {
        [pieces.finish(), map_pieces.finish()].concat()
    };
    Some((pieces, report))
}

fn additions(picture: &Walked, packet: Option<String>, fields: &[u8]) -> Additions {
    let iso = segment::write(APP2, [iso::NAME, fields].concat());
    Additions {
        xmp: packet.map(|packet| xmp_segment(picture, &packet)),
        iso: Some((same(picture, &iso), iso)),
    }
}

/// The segment of a packet, and where the input may hold just that.
fn xmp_segment(picture: &Walked, packet: &str) -> (Range<usize>, Bytes) {
    let segment = segment::write(APP1, [XMP, packet.as_bytes()].concat());
    (same(picture, &segment), segment)
}

impl Additions {
    fn segments(&self) -> Vec<Bytes> {
        self.xmp.iter().chain(&self.iso).map(|(_, bytes)| bytes.clone()).collect()
    }
}

/// Where the input holds a segment of just these bytes; an empty range when it does not.
fn same(picture: &Walked, bytes: &Bytes) -> Range<usize> {
    let mut segments = picture.notes.iter().map(|note| note.segment.clone());
    segments.find(|segment| picture.input[segment.clone()] == bytes[..]).unwrap_or(0..0)
}

/// Notes as removed what may tell about a gain map, but for one copy of each
/// segment that was written just so.
fn remove_notes(picture: &Walked, written: &[Bytes], category: Category, report: &mut Report) {
    let mut written: Vec<&Bytes> = written.iter().collect();
    for Note { content, segment, .. } in &picture.notes {
        let bytes = &picture.input[segment.clone()];
        if let Some(place) = written.iter().position(|written| written[..] == *bytes) {
            written.swap_remove(place);
            continue;
        }
        let category = if *content == Content::Xmp { Category::Xmp } else { category };
        let name = app::name(bytes[1]);
        report.remove(category, name, segment.start, segment.len());
    }
}

/// Notes as removed what stands behind a picture.
fn remove_rest(picture: &Walked, range: Range<usize>, report: &mut Report) {
    if !range.is_empty() {
        let category = trailer::look(&picture.input[range.clone()]).category;
        report.remove(category, "after EOI", range.start, range.len());
    }
}
