//! Finds the gain map of a JPEG: another JPEG behind it, which says of itself
//! that it is one.
//!
//! Where it is, readers learn from the index (MPF), from the container's
//! directory in XMP, or by taking the next JPEG in the file. All of these places are looked at,
//! and what says there that it is a map is one, if it is the only one; then
//! every reader that finds a map finds this. A map that readers would
//! disagree about, or that cannot be read safely, is none.

use bytes::Bytes;
use img_parts::jpeg::markers::{EOI, SOI, SOS};
use memchr::memmem;

use super::{
    app::{self, Content, XMP},
    frame::Process,
    segment,
    walk::{Note, Role, Walked, walk_from},
};
use crate::{
    Error, GainMaps, IccPolicy, Options,
    facts::apple_hdr_fields,
    gain_map::{Metadata, apple, container, hdrgm, iso, mpf, xmp::Packet},
};

/// Segments in front of a map's scan that are looked at. Writers need a dozen.
const SEGMENT_LIMIT: usize = 256;
/// A map may have this many times the pixels of its base: it is no place for another picture.
const MOST_PIXELS: u64 = 4;

/// A gain map that can be kept.
pub(super) struct GainMap {
    pub walked: Walked,
    pub metadata: Metadata,
}

/// What there is.
pub(super) enum Found {
    Nothing,
    Map(Box<GainMap>),
    /// A map that goes, and why.
    Unusable(&'static str),
}

/// Looks for the gain map of `base`.
pub(super) fn find(base: &Walked, options: &Options) -> Found {
    // Reading XMP takes longer than the rest of the walk of a small picture, and most say nothing of maps.
    let packets: Vec<Packet> = notes(base, Content::Xmp)
        .map(|note| &base.input[note.payload.start + XMP.len()..note.payload.end])
        .filter(|packet| hdrgm::may_be_named(packet) || container::may_be_listed(packet))
        .filter_map(Packet::read)
        .collect();
    let mut maps =
        candidates(base, &packets).into_iter().filter_map(|start| Some((start, read_head(base, start)?)));
    let Some((start, metadata)) = maps.next() else {
        let is_named = packets.iter().any(hdrgm::is_named) || notes(base, Content::GainMap).next().is_some();
        return if is_named { Found::Unusable("it is not where the file says") } else { Found::Nothing };
    };
    if options.gain_maps == GainMaps::Drop {
        return Found::Unusable("the options drop it");
    }
    if maps.next().is_some() {
        return Found::Unusable("there are two, and readers would show different ones");
    }
    match metadata
        .and_then(|metadata| Ok(GainMap { walked: walk_map(base, start, &metadata, options)?, metadata }))
    {
        Ok(map) => Found::Map(Box::new(map)),
        Err(why) => Found::Unusable(why),
    }
}

/// Walks through the map at `start`, as strictly as through the base.
fn walk_map(
    base: &Walked,
    start: usize,
    metadata: &Metadata,
    options: &Options,
) -> Result<Walked, &'static str> {
    // A profile means something only when the map is applied in colours of its own.
    let icc = if metadata.uses_base_colours() { IccPolicy::Drop } else { options.icc };
    let options = Options { icc, ..options.clone() }.without_facts();
    let walked = walk_from(&base.input, start, Role::GainMap, &options).map_err(|error| why(&error))?;
    let (header, of_base) = (&walked.header, &base.header.frame);
    let pixels = |width: u16, height: u16| u64::from(width) * u64::from(height);
    if pixels(header.frame.width, header.frame.height) > MOST_PIXELS * pixels(of_base.width, of_base.height) {
        return Err("it is larger than a map of this picture needs to be");
    }
    if header.process == Process::Lossless
        || header.frame.precision != 8
        || !matches!(header.frame.components.len(), 1 | 3)
    {
        return Err("it is coded as no map is");
    }
    Ok(walked)
}

/// Why a map goes that cannot be walked through.
pub(super) fn why(error: &Error) -> &'static str {
    match error {
        Error::Truncated { .. } => "it is cut off",
        Error::Memory { .. } => "it takes more memory than the options allow",
        Error::TooManyPixels { .. } => "it has more pixels than the options allow",
        _ => "it is damaged, or cannot be proven clean",
    }
}

/// Where a map may start: places behind the base picture at which a JPEG does,
/// each once, in order.
fn candidates(base: &Walked, packets: &[Packet]) -> Vec<usize> {
    let behind = &base.input[base.range.end..];
    let indexed = notes(base, Content::Index).flat_map(|note| {
        let tiff = note.payload.start + mpf::NAME.len();
        let offsets = mpf::other_pictures(&base.input[note.payload.clone()]);
        offsets.into_iter().filter_map(move |offset| tiff.checked_add(offset as usize))
    });
    let listed = packets
        .iter()
        .filter_map(container::gain_map_offset)
        .filter_map(|offset| base.range.end.checked_add(offset));
    let next = memmem::find(behind, START).map(|at| base.range.end + at);
    let mut starts: Vec<usize> = indexed.chain(listed).chain(next).collect();
    starts.retain(|&start| {
        start >= base.range.end && base.input.get(start..).is_some_and(|rest| rest.starts_with(START))
    });
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The beginning of a JPEG: SOI, and then a marker.
const START: &[u8] = b"\xFF\xD8\xFF";

/// Reads what the JPEG at `start` says of itself in front of its scan; `None`
/// when that is not that it is a gain map.
fn read_head(base: &Walked, start: usize) -> Option<Result<Metadata, &'static str>> {
    let input: &Bytes = &base.input;
    let (mut fields, mut packets) = (Vec::new(), Vec::new());
    let mut at = start + 2;
    for _ in 0..SEGMENT_LIMIT {
        let segment = segment::read(input, at).ok()?;
        let payload = &input[segment.payload.clone()];
        match app::content(segment.marker, payload) {
            _ if matches!(segment.marker, SOI | EOI) => return None,
            _ if segment.marker == SOS => break,
            Content::GainMap => fields.push(&payload[iso::NAME.len()..]),
            Content::Xmp => packets.extend(Packet::read(&payload[XMP.len()..])),
            _ => {}
        }
        at = segment.payload.end;
    }
    fields.retain(|fields| iso::has_fields(fields));
    packets.retain(|packet| hdrgm::is_named(packet) || apple::is_named(packet));
    // In the order of the readers' preference.
    let named: Vec<&Packet> = packets.iter().filter(|packet| hdrgm::is_named(packet)).collect();
    if !fields.is_empty() {
        return Some(only(fields.into_iter().map(iso::read)));
    }
    if !named.is_empty() {
        return Some(only(named.into_iter().map(hdrgm::read)));
    }
    if packets.is_empty() {
        return None;
    }
    Some(only(packets.iter().map(|packet| {
        match apple::headroom_of_packet(packet)? {
            Some(headroom) => headroom.to_metadata(),
            // Before iOS 17 it was told by the maker note alone.
            None => {
                let exif = base.exif.clone().and_then(|range| input.get(range)).unwrap_or_default();
                let (field_33, field_48) = apple_hdr_fields(exif).ok_or("its headroom is not told")?;
                apple::headroom_of_maker_note(field_33, field_48)?.to_metadata()
            }
        }
    })))
}

/// What all say alike.
fn only(
    mut readings: impl Iterator<Item = Result<Metadata, &'static str>>,
) -> Result<Metadata, &'static str> {
    let first = readings.next().unwrap_or(Err("its metadata is not complete"))?;
    for reading in readings {
        if reading? != first {
            return Err("its metadata contradicts itself");
        }
    }
    Ok(first)
}

/// The notes of one kind.
fn notes(walked: &Walked, content: Content) -> impl Iterator<Item = &Note> {
    walked.notes.iter().filter(move |note| note.content == content)
}
