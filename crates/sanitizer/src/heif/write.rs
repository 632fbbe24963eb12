//! Writes the clean file: `ftyp`, `meta`, `mdat`, in that order, each box in
//! the oldest version that can hold it, and nothing in it that is not needed.

use std::ops::Range;

use bytes::Bytes;

use super::brand::Code;
use super::properties::Payload;
use crate::pieces::Pieces;

/// A clean file before it is written. Items count from 1, in order.
pub(super) struct Clean {
    /// The first is the major one.
    pub(super) brands: Vec<Code>,
    /// Place in `items`.
    pub(super) primary: usize,
    pub(super) items: Vec<CleanItem>,
    /// Kind, from, to: places in `items`.
    pub(super) references: Vec<(Code, usize, Vec<usize>)>,
    /// The box of groups, if there is one.
    pub(super) alternatives: Option<Vec<u8>>,
    pub(super) properties: Vec<(Code, Payload)>,
    /// The data of items.
    pub(super) blobs: Vec<Blob>,
}

/// The data of an item in a clean file.
pub(super) enum Blob {
    /// These ranges of the input.
    Same(Vec<Range<usize>>),
    New(Vec<u8>),
}

impl Blob {
    fn len(&self) -> u64 {
        match self {
            Self::Same(ranges) => ranges.iter().map(|range| range.len() as u64).sum(),
            Self::New(bytes) => bytes.len() as u64,
        }
    }
}

/// An item of a clean file.
pub(super) struct CleanItem {
    pub(super) kind: Code,
    pub(super) is_hidden: bool,
    /// Places in [`Clean::properties`], and whether a reader must understand them.
    pub(super) properties: Vec<(usize, bool)>,
    /// Place in [`Clean::blobs`].
    pub(super) blob: Option<usize>,
}

/// The pieces of the clean file.
pub(super) fn write(clean: &Clean, input: &Bytes) -> Vec<Bytes> {
    // Offsets have 32 bits unless the whole file might not fit.
    write_with(clean, input, input.len() as u64 * 2 > u64::from(u32::MAX))
}

/// As `write`; `wide` makes the offsets and the size of the media box 64 bits.
fn write_with(clean: &Clean, input: &Bytes, wide: bool) -> Vec<Bytes> {
    let lengths: Vec<u64> = clean.blobs.iter().map(Blob::len).collect();
    let media: u64 = lengths.iter().sum();
    let mut out = Pieces::new(input);
    out.write(&file_type(&clean.brands));
    // The size of `meta` does not depend on the offsets in it.
    let media_head = if wide { 16 } else { 8 };
    let start = out.len() as u64 + meta(clean, &lengths, 0, wide, input).len() as u64 + media_head;
    out.append(meta(clean, &lengths, start, wide, input));
    if wide {
        out.write(&[&1_u32.to_be_bytes(), &b"mdat"[..], &(media + 16).to_be_bytes()].concat());
    } else {
        out.write(&[&(media as u32 + 8).to_be_bytes(), &b"mdat"[..]].concat());
    }
    for blob in &clean.blobs {
        match blob {
            Blob::Same(ranges) => ranges.iter().for_each(|range| out.keep(range.clone())),
            Blob::New(bytes) => out.write(bytes),
        }
    }
    out.finish()
}

fn file_type(brands: &[Code]) -> Vec<u8> {
    let major = brands.first().map_or(&[][..], |brand| brand);
    boxed(b"ftyp", &[major, &[0; 4], &brands.concat()].concat())
}

fn meta(clean: &Clean, lengths: &[u64], start: u64, wide: bool, input: &Bytes) -> Pieces {
    let mut handler = vec![0; 25];
    handler[8..12].copy_from_slice(b"pict");
    let mut before = [
        &[0; 4][..],
        &boxed(b"hdlr", &handler),
        &boxed(b"pitm", &[&[0; 4][..], &id(clean.primary)].concat()),
    ]
    .concat();
    before.extend(item_information(&clean.items));
    before.extend(references(clean));
    before.extend(clean.alternatives.iter().flatten());
    let after = locations(clean, lengths, start, wide);
    let associations = associations(clean);
    // Colour profiles may be large, so properties are pieces of the input where they can be.
    let container_len = 8 + clean.properties.iter().map(|(_, payload)| 8 + payload.len()).sum::<usize>();
    let properties_len = 8 + container_len + associations.len();
    let mut out = Pieces::new(input);
    out.write(&head(b"meta", 8 + before.len() + properties_len + after.len()));
    out.write(&before);
    out.write(&head(b"iprp", properties_len));
    out.write(&head(b"ipco", container_len));
    for (kind, payload) in &clean.properties {
        out.write(&head(kind, 8 + payload.len()));
        match payload {
            Payload::Same(range) => out.keep(range.clone()),
            Payload::New(bytes) | Payload::Profile { bytes, .. } => out.write(bytes),
        }
    }
    out.write(&associations);
    out.write(&after);
    out
}

fn item_information(items: &[CleanItem]) -> Vec<u8> {
    let mut payload = vec![0; 4];
    payload.extend((items.len() as u16).to_be_bytes());
    for (index, item) in items.iter().enumerate() {
        // Version 2, the flag for hidden items, no protection, an empty name.
        let mut entry =
            [&[2, 0, 0, u8::from(item.is_hidden)][..], &id(index), &[0, 0], &item.kind, &[0]].concat();
        // Items that are not pictures describe a gain map, or say something about rights.
        if &item.kind == b"mime" {
            entry.extend(b"application/rdf+xml\0");
        }
        payload.extend(boxed(b"infe", &entry));
    }
    boxed(b"iinf", &payload)
}

fn references(clean: &Clean) -> Vec<u8> {
    if clean.references.is_empty() {
        return Vec::new();
    }
    let mut payload = vec![0; 4];
    for (kind, from, to) in &clean.references {
        let mut entry = id(*from).to_vec();
        entry.extend((to.len() as u16).to_be_bytes());
        entry.extend(to.iter().flat_map(|&to| id(to)));
        payload.extend(boxed(kind, &entry));
    }
    boxed(b"iref", &payload)
}

/// The box of groups that says that the item at `tone_map` may be shown in place
/// of the one at `primary`, and rather so (ISO/IEC 14496-12, 8.18.3). The group's id is the
/// next after those of the items.
pub(super) fn write_alternatives(tone_map: usize, primary: usize, items: usize) -> Vec<u8> {
    let number = |value: usize| (value as u32).to_be_bytes();
    let group = [[0; 4], number(items + 1), number(2), number(tone_map + 1), number(primary + 1)].concat();
    boxed(b"grpl", &boxed(b"altr", &group))
}

fn associations(clean: &Clean) -> Vec<u8> {
    // One byte holds indices up to 127.
    let wide = clean.properties.len() > 127;
    let described: Vec<_> =
        clean.items.iter().enumerate().filter(|(_, item)| !item.properties.is_empty()).collect();
    let mut payload = vec![0, 0, 0, u8::from(wide)];
    payload.extend((described.len() as u32).to_be_bytes());
    for (index, item) in described {
        payload.extend(id(index));
        payload.push(item.properties.len() as u8);
        for &(property, is_essential) in &item.properties {
            let number = property as u16 + 1;
            if wide {
                payload.extend((number | u16::from(is_essential) << 15).to_be_bytes());
            } else {
                payload.push(number as u8 | u8::from(is_essential) << 7);
            }
        }
    }
    boxed(b"ipma", &payload)
}

fn locations(clean: &Clean, lengths: &[u64], start: u64, wide: bool) -> Vec<u8> {
    let number = |value: u64| value.to_be_bytes()[if wide { 0 } else { 4 }..].to_vec();
    let mut offsets = vec![start];
    for length in lengths {
        offsets.push(offsets[offsets.len() - 1] + length);
    }
    let located: Vec<_> =
        clean.items.iter().enumerate().filter_map(|(index, item)| Some((index, item.blob?))).collect();
    // Version 0; sizes of offset and length, and of the base, which is not used.
    let mut payload = vec![0, 0, 0, 0, if wide { 0x88 } else { 0x44 }, 0];
    payload.extend((located.len() as u16).to_be_bytes());
    for (index, blob) in located {
        payload.extend(id(index));
        // In this file, in one extent.
        payload.extend([0, 0, 0, 1]);
        payload.extend(number(offsets[blob]));
        payload.extend(number(lengths[blob]));
    }
    boxed(b"iloc", &payload)
}

/// The id of the item at `index`; the model's limits keep it below 2^16.
fn id(index: usize) -> [u8; 2] {
    (index as u16 + 1).to_be_bytes()
}

fn head(kind: &Code, len: usize) -> Vec<u8> {
    [&(len as u32).to_be_bytes()[..], kind].concat()
}

fn boxed(kind: &Code, payload: &[u8]) -> Vec<u8> {
    [&head(kind, 8 + payload.len())[..], payload].concat()
}

#[cfg(test)]
mod tests {
    use super::super::hevc::parameter_sets::samples as sets;
    use super::*;
    use crate::{Format, Options};

    #[test]
    fn a_file_with_64_bit_offsets_is_read_as_the_same() {
        let picture = b"\0\0\0\x06\x28\x01\x80ata";
        let mut config = vec![1; 22];
        config.push(2);
        for (kind, set) in [(33, sets::SPS), (34, sets::PPS)] {
            config.extend([kind, 0, 1, 0, set.len() as u8 + 2, kind << 1, 1]);
            config.extend(set);
        }
        let mut input = picture.to_vec();
        input.extend([0; 4].iter().chain(&[0, 0, 0, 8]).chain(&[0, 0, 0, 9]));
        let input = Bytes::from(input);
        config[21] = 3;
        let item = || CleanItem {
            kind: *b"hvc1",
            is_hidden: false,
            properties: vec![(0, true), (1, false)],
            blob: Some(0),
        };
        let clean = Clean {
            brands: vec![*b"heic"],
            primary: 0,
            items: vec![item()],
            references: Vec::new(),
            properties: vec![(*b"hvcC", Payload::New(config)), (*b"ispe", Payload::Same(10..22))],
            alternatives: None,
            blobs: vec![Blob::Same(Vec::from([0..6, 6..10]))],
        };
        let wide = write_with(&clean, &input, true).concat();
        let narrow = write_with(&clean, &input, false).concat();
        assert_eq!(wide.len(), narrow.len() + 8 + 8);
        let options = Options { verify_entropy: false, ..Options::default() };
        let cleaned = super::super::sanitize(wide.into(), Format::Heic, &options).unwrap();
        assert_eq!((cleaned.report.width, cleaned.report.height), (8, 9));
        let again = super::super::sanitize(narrow.into(), Format::Heic, &options).unwrap();
        assert_eq!(cleaned.into_bytes(), again.into_bytes());
    }
}
