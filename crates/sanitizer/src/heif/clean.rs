//! The way from a file to a clean one.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use bytes::Bytes;

use super::budget::Budget;
use super::coded::{self, Coding};
use super::cut::Cut;
use super::model::{Extra, File, Item};
use super::properties::{Payload, Verdict, judge};
use super::removed::Removed;
use super::select::{Selection, select};
use super::write::{Clean, CleanItem, write};
use super::{brand, walk};
use crate::{Category, Error, Format, Options, Report, Sanitized};

/// A property box counts its items' properties in one byte.
const PROPERTIES_OF_ITEM: usize = 255;

/// Cleans a HEIF file.
///
/// EXIF's orientation means nothing here: readers turn the picture by the `irot`
/// and `imir` properties, which stay. So there is never anything to rotate.
pub(crate) fn sanitize(input: Bytes, format: Format, options: &Options) -> Result<Sanitized, Error> {
    let mut file = walk::walk(&input, format)?;
    let claim = brand::claim(&input);
    if let Some(range) = file.movie.take() {
        if claim.is_sequence {
            return Err(Error::Unprovable { format, offset: range.start, what: "an image sequence" });
        }
        file.extras.push(Extra { category: Category::SecondPicture, location: "moov box", range });
    }
    let unprovable = |what| Error::Unprovable { format, offset: file.meta_start, what };
    let selection = select(&file, &input).map_err(unprovable)?;
    let format = coded_format(&file, &selection).unwrap_or(format);
    let data = Data::collect(&file, &selection, &input, format, options)?;
    let mut cleaner =
        Cleaner { input: &input, file: &file, options, fates: HashMap::new(), kept: Vec::new() };
    let mut items = Vec::new();
    for (place, &index) in selection.items.iter().enumerate() {
        let item = &file.items[index];
        let blob = data.blob_of_item[place];
        let was_cut = blob.is_some_and(|blob| !data.blobs[blob].drop.is_empty());
        let properties = cleaner.properties(item, was_cut).map_err(unprovable)?;
        items.push(CleanItem { kind: item.kind, is_hidden: item.is_hidden, properties, blob });
    }
    let (fates, properties) = (cleaner.fates, cleaner.kept);
    let primary = &file.items[file.by_id[&file.primary]];
    let (width, height) = size(&file, primary, &input).ok_or(Error::Malformed {
        format,
        offset: file.meta_start,
        what: "the picture's size is not stated",
    })?;

    let mut report = Report::new(format, width, height);
    let removed = Removed { input: &input, file: &file, selection: &selection, cuts: &data.blobs, options };
    let kept = fates.iter().filter_map(|(&index, fate)| match fate {
        Fate::Kept(number) => Some((index, properties[*number].1.len())),
        Fate::Dropped { .. } => None,
    });
    let kept = kept.collect();
    removed.list(&kept, &mut report);
    if options.facts {
        report.facts = Some(removed.facts());
    }
    let place_of: HashMap<usize, usize> =
        selection.items.iter().enumerate().map(|(place, &index)| (index, place)).collect();
    let references = selection
        .references
        .iter()
        .map(|link| (link.kind, place_of[&link.from], link.to.iter().map(|index| place_of[index]).collect()))
        .collect();
    let clean = Clean {
        brands: claim.brands,
        primary: place_of[&file.by_id[&file.primary]],
        items,
        references,
        properties,
        blobs: data.blobs.into_iter().map(|cut| cut.keep).collect(),
    };
    Ok(Sanitized { format, report, pieces: write(&clean, &input) })
}

/// The format by how the pictures are coded; `None` when that differs.
fn coded_format(file: &File, selection: &Selection) -> Option<Format> {
    let is_coded = |kind| selection.items.iter().any(|&index| &file.items[index].kind == kind);
    match (is_coded(b"hvc1"), is_coded(b"av01")) {
        (true, false) => Some(Format::Heic),
        (false, true) => Some(Format::Avif),
        _ => None,
    }
}

/// Width and height as the item states them.
pub(super) fn size(file: &File, item: &Item, input: &[u8]) -> Option<(u32, u32)> {
    let property = file.properties_of(item, *b"ispe").next()?;
    let payload = input.get(property.payload.clone())?;
    let number = |at: usize| Some(u32::from_be_bytes(payload.get(at..at + 4)?.try_into().ok()?));
    Some((number(4)?, number(8)?))
}

/// The data of the items that stay. Items may share theirs: encoders store
/// equal tiles once.
struct Data {
    /// In the order of the input.
    blobs: Vec<Cut>,
    /// For each item of the selection.
    blob_of_item: Vec<Option<usize>>,
}

impl Data {
    fn collect(
        file: &File,
        selection: &Selection,
        input: &[u8],
        format: Format,
        options: &Options,
    ) -> Result<Self, Error> {
        let unprovable = |what| Error::Unprovable { format, offset: file.meta_start, what };
        let mut sources: Vec<(Vec<Range<usize>>, Coding)> = Vec::new();
        let mut known = HashMap::new();
        let mut source_of_item = Vec::new();
        let derived = selection.references.iter().filter(|link| &link.kind == b"dimg");
        let inputs: HashMap<usize, usize> = derived.map(|link| (link.from, link.to.len())).collect();
        for &index in &selection.items {
            let item = &file.items[index];
            let inputs = inputs.get(&index).copied().unwrap_or(0);
            let coding = coding(file, item, inputs, input).map_err(unprovable)?;
            let Some(coding) = coding else {
                source_of_item.push(None);
                continue;
            };
            let source = (file.extents(item).map_err(unprovable)?, coding);
            source_of_item.push(Some(*known.entry(source.clone()).or_insert_with(|| {
                sources.push(source);
                sources.len() - 1
            })));
        }
        check_overlaps(file, selection, &sources).map_err(unprovable)?;
        let mut budget = Budget::new(options);
        let mut blobs = Vec::new();
        for (place, (extents, coding)) in sources.iter().enumerate() {
            let offset = extents.first().map_or(file.meta_start, |extent| extent.start);
            let cut = coded::cut(input, extents, *coding, &mut budget).map_err(|what| Error::Unprovable {
                format,
                offset,
                what,
            })?;
            blobs.push((place, cut));
        }
        blobs.sort_by_key(|(_, cut)| cut.keep.first().map_or(0, |range| range.start));
        let mut new_place = vec![0; blobs.len()];
        for (new, (old, _)) in blobs.iter().enumerate() {
            new_place[*old] = new;
        }
        Ok(Self {
            blobs: blobs.into_iter().map(|(_, cut)| cut).collect(),
            blob_of_item: source_of_item.into_iter().map(|source| Some(new_place[source?])).collect(),
        })
    }
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
            Coding::Av1 { config_start: start, config_end: end }
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
    sources: &[(Vec<Range<usize>>, Coding)],
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
pub(super) fn is_metadata(item: &Item) -> bool {
    matches!(&item.kind, b"Exif" | b"mime" | b"uri ")
}

/// What became of a property.
#[derive(Clone, Copy)]
enum Fate {
    /// It has this place in the clean file.
    Kept(usize),
    Dropped {
        is_descriptive: bool,
    },
}

/// Cleans properties, each once, however many items have it.
struct Cleaner<'a> {
    input: &'a [u8],
    file: &'a File,
    options: &'a Options,
    /// By a property's place in the file.
    fates: HashMap<usize, Fate>,
    kept: Vec<([u8; 4], Payload)>,
}

impl Cleaner<'_> {
    fn properties(&mut self, item: &Item, was_cut: bool) -> Result<Vec<(usize, bool)>, &'static str> {
        let mut kept = Vec::new();
        let mut kinds = HashSet::new();
        for &(index, is_essential) in &item.properties {
            let property =
                self.file.properties.get(index).ok_or("an item has a property that is not there")?;
            // It states how long the layers of the data were before it was cut.
            if was_cut && &property.kind == b"a1lx" {
                continue;
            }
            let fate = match self.fates.get(&index) {
                Some(fate) => *fate,
                None => match judge(property, self.input, self.options)? {
                    Verdict::Keep(payload) => {
                        self.kept.push((property.kind, payload));
                        Fate::Kept(self.kept.len() - 1)
                    }
                    Verdict::Drop { is_descriptive, .. } => Fate::Dropped { is_descriptive },
                },
            };
            self.fates.insert(index, fate);
            // One of each kind says all there is to say (ISO/IEC 23008-12, 6.5); colours may
            // be a profile and numbers (ISO/IEC 23000-22, 7.3.6.4).
            let payload = self.input.get(property.payload.clone()).unwrap_or_default();
            let is_numbers = &property.kind == b"colr" && payload.starts_with(b"nclx");
            if matches!(fate, Fate::Kept(_)) && !kinds.insert((property.kind, is_numbers)) {
                return Err("more properties of one kind than a picture needs");
            }
            match fate {
                Fate::Kept(number) => kept.push((number, is_essential)),
                Fate::Dropped { is_descriptive } if is_descriptive || !is_essential => {}
                Fate::Dropped { .. } => return Err("a property that readers must understand, and we do not"),
            }
        }
        if kept.len() > PROPERTIES_OF_ITEM {
            return Err("more properties of one item than a picture needs");
        }
        Ok(kept)
    }
}
