//! The data of the items that stay: where they come from, what decoders need of them, and
//! that no two items share some.

use std::collections::HashMap;
use std::ops::Range;

use super::budget::Budget;
use super::coded::{self, Coding};
use super::cut::Cut;
use super::gain_map::GainMap;
use super::model::{File, Item};
use super::select::Selection;
use super::write::Blob;
use crate::{Category, Error, Format, Options};

/// The data of the items that stay. Items may share theirs: encoders store
/// equal tiles once.
pub(super) struct Data {
    /// In the order of the input.
    pub(super) cuts: Vec<Cut>,
    /// What stands in place of some of them.
    written: HashMap<usize, Vec<u8>>,
    /// For each item of the selection.
    pub(super) blob_of_item: Vec<Option<usize>>,
}

/// Where an item's data come from.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    /// From the input, cut down to what decoders need.
    Coded(Coding),
    /// They are written anew for this item.
    Written(usize),
}

impl Data {
    pub(super) fn collect(
        file: &File,
        selection: &Selection,
        gain_map: Option<&GainMap>,
        input: &[u8],
        format: Format,
        options: &Options,
    ) -> Result<Self, Error> {
        let unprovable = |what| Error::Unprovable { format, offset: file.meta_start, what };
        let written = |index: usize| gain_map.and_then(|gain_map| gain_map.written(index));
        let mut sources: Vec<(Vec<Range<usize>>, Source)> = Vec::new();
        let mut known = HashMap::new();
        let mut source_of_item = Vec::new();
        let derived = selection.references.iter().filter(|link| &link.kind == b"dimg");
        let inputs: HashMap<usize, usize> = derived.map(|link| (link.from, link.to.len())).collect();
        for &index in &selection.items {
            let item = &file.items[index];
            let inputs = inputs.get(&index).copied().unwrap_or(0);
            let source = if written(index).is_some() {
                Some(Source::Written(index))
            } else {
                coding(file, item, inputs, input).map_err(unprovable)?.map(Source::Coded)
            };
            let Some(source) = source else {
                source_of_item.push(None);
                continue;
            };
            let source = (file.extents(item).map_err(unprovable)?, source);
            source_of_item.push(Some(*known.entry(source.clone()).or_insert_with(|| {
                sources.push(source);
                sources.len() - 1
            })));
        }
        check_overlaps(file, selection, &sources).map_err(unprovable)?;
        let mut budget = Budget::new(options);
        let mut cuts = Vec::new();
        for (place, (extents, source)) in sources.iter().enumerate() {
            let offset = extents.first().map_or(file.meta_start, |extent| extent.start);
            let (cut, new) = match *source {
                Source::Coded(coding) => {
                    let cut = coded::cut(input, extents, coding, &mut budget);
                    (cut.map_err(|what| Error::Unprovable { format, offset, what })?, None)
                }
                Source::Written(index) => {
                    let is_packet = &file.items[index].kind == b"mime";
                    let category = if is_packet { Category::Xmp } else { Category::Application };
                    replace(input, extents, written(index).unwrap_or_default(), category)
                }
            };
            let start = cut.keep.first().map_or(0, |range| range.start);
            cuts.push((place, if new.is_some() { offset } else { start }, cut, new));
        }
        cuts.sort_by_key(|&(_, start, ..)| start);
        let mut new_place = vec![0; cuts.len()];
        let mut written = HashMap::new();
        for (new, (old, _, _, bytes)) in cuts.iter_mut().enumerate() {
            new_place[*old] = new;
            written.extend(bytes.take().map(|bytes| (new, bytes)));
        }
        Ok(Self {
            cuts: cuts.into_iter().map(|(_, _, cut, _)| cut).collect(),
            written,
            blob_of_item: source_of_item.into_iter().map(|source| Some(new_place[source?])).collect(),
        })
    }

    pub(super) fn blobs(mut self) -> Vec<Blob> {
        let cuts = self.cuts.into_iter().enumerate();
        cuts.map(|(place, cut)| self.written.remove(&place).map_or(Blob::Same(cut.keep), Blob::New)).collect()
    }
}

/// Replaces what `extents` hold, but for the case that it is the very same.
fn replace(input: &[u8], extents: &[Range<usize>], new: &[u8], category: Category) -> (Cut, Option<Vec<u8>>) {
    let mut cut = Cut::default();
    let old = extents.iter().filter_map(|range| input.get(range.clone())).flatten();
    if old.eq(new) {
        extents.iter().for_each(|range| cut.keep(range.clone()));
        return (cut, None);
    }
    for range in extents {
        cut.drop(category, "gain map item", range.clone());
    }
    (cut, Some(new.to_vec()))
}

/// How to read an item's data; `None` for an item that has none.
fn coding(file: &File, item: &Item, inputs: usize, input: &[u8]) -> Result<Option<Coding>, &'static str> {
    let config = |kind| {
        let property = file.properties_of(item, kind).next();
        property
            .map(|property| property.payload.clone())
            .filter(|payload| input.get(payload.clone()).is_some())
            .ok_or("a coded picture without its configuration")
    };
    Ok(Some(match &item.kind {
        b"hvc1" => {
            let Range { start, end } = config(*b"hvcC")?;
            Coding::Hevc { config_start: start, config_end: end }
        }
        b"av01" => {
            let Range { start, end } = config(*b"av1C")?;
            // A layer, or an operating point, by which others are not shown.
            let selects = |kind, all: &[u8]| {
                let mut found = file.properties_of(item, kind);
                found.any(|property| input.get(property.payload.clone()) != Some(all))
            };
            let shows_layers = !selects(*b"lsel", &[0xFF, 0xFF]) && !selects(*b"a1op", &[0]);
            Coding::Av1 { config_start: start, config_end: end, shows_layers }
        }
        b"grid" => Coding::Grid { inputs },
        b"iovl" => Coding::Overlay { inputs },
        _ if inputs == 1 => return Ok(None),
        _ => return Err("a derived picture of more than one"),
    }))
}

/// Refuses data that belongs to two items: what is kept for one must not hold
/// what goes with another.
fn check_overlaps(
    file: &File,
    selection: &Selection,
    sources: &[(Vec<Range<usize>>, Source)],
) -> Result<(), &'static str> {
    let mut ranges: Vec<(Range<usize>, bool)> =
        sources.iter().flat_map(|(extents, _)| extents.iter().cloned().map(|range| (range, true))).collect();
    for (index, item) in file.items.iter().enumerate() {
        // Pictures that go may share data with those that stay; metadata has no reason to.
        if selection.items.binary_search(&index).is_err() && is_metadata(item) {
            let extents = file.extents(item).unwrap_or_default();
            ranges.extend(extents.into_iter().map(|range| (range, false)));
        }
    }
    ranges.sort_by_key(|(range, _)| range.start);
    let (mut kept_end, mut other_end) = (0, 0);
    for (range, is_kept) in ranges {
        let overlaps = range.start < kept_end || is_kept && range.start < other_end;
        if overlaps {
            return Err("items that share some of their bytes");
        }
        let end = if is_kept { &mut kept_end } else { &mut other_end };
        *end = range.end.max(*end);
    }
    Ok(())
}

/// Items that are no pictures.
fn is_metadata(item: &Item) -> bool {
    matches!(&item.kind, b"Exif" | b"mime" | b"uri ")
}
