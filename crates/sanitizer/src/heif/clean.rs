//! The way from a file to a clean one.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use bytes::Bytes;

use super::budget::Budget;
use super::coded::{self, Coding};
use super::cut::Cut;
use super::gain_map::{self, Found, GainMap};
use super::model::{Extra, File, Item};
use super::properties::{Payload, Verdict, aux_type, is_gain_map, judge};
use super::removed::Removed;
use super::select::{Selection, select};
use super::sizes;
use super::write::{Blob, Clean, CleanItem, write, write_alternatives};
use super::{brand, rights, walk};
use crate::rights::Collector;
use crate::{Category, Error, Format, GainMapOutcome, Options, ProfileOutcome, Report, Sanitized};

/// A property box counts its items' properties in one byte.
const PROPERTIES_OF_ITEM: usize = 255;

/// The memory that a HEIC file of so many bytes takes: copies of slices, one at a time, and at most all of it is one.
pub(crate) fn memory_needed(length: u64) -> u64 {
    length
}

/// Cleans a HEIF file.
///
/// EXIF's orientation means nothing here: readers turn the picture by the `irot`
/// and `imir` properties, which stay. So there is never anything to rotate.
pub(crate) fn sanitize(input: Bytes, format: Format, options: &Options) -> Result<Sanitized, Error> {
    let needed = memory_needed(input.len() as u64);
    if format == Format::Heic && options.verify_entropy && needed > options.max_memory {
        return Err(Error::Memory { needed, limit: options.max_memory });
    }
    let mut file = walk::walk(&input, format)?;
    let claim = brand::claim(&input);
    if let Some(range) = file.movie.take() {
        if claim.is_sequence {
            return Err(Error::Unprovable { format, offset: range.start, what: SEQUENCE });
        }
        file.extras.push(Extra { category: Category::SecondPicture, location: "moov box", range });
    }
    let cleaning = Cleaning { input: &input, file: &file, brands: &claim.brands, format, options };
    let dropped = match gain_map::find(&file, &input, &claim, format, options) {
        Found::Nothing => return cleaning.clean(None),
        Found::Unusable(why) => why,
        Found::Map(gain_map) => match cleaning.clean(Some(&gain_map)) {
            // Whatever is wrong with the map, the picture comes out as without one.
            Err(Error::Unprovable { .. } | Error::Malformed { .. } | Error::Truncated { .. }) => {
                "it is damaged, or cannot be proven clean"
            }
            Err(Error::Memory { .. }) => "it takes more memory than the options allow",
            Err(Error::TooManyPixels { .. }) => "it has more pixels than the options allow",
            result => return result,
        },
    };
    let mut clean = cleaning.clean(None)?;
    clean.report.gain_map = GainMapOutcome::Dropped { why: dropped };
    Ok(clean)
}

/// What an animation is refused for.
const SEQUENCE: &str = "an image sequence, an animation in a moov box as videos have it; \
    save it as an animated WebP or GIF, or one of its pictures as a still one";

/// A file on its way to a clean one.
struct Cleaning<'a> {
    input: &'a Bytes,
    file: &'a File,
    brands: &'a [[u8; 4]],
    format: Format,
    options: &'a Options,
}

impl Cleaning<'_> {
    /// Makes the clean file, with the gain map if one is given.
    fn clean(&self, gain_map: Option<&GainMap>) -> Result<Sanitized, Error> {
        let Self { input, file, format, options, .. } = *self;
        let unprovable = |what| Error::Unprovable { format, offset: file.meta_start, what };
        let selection = select(file, input, gain_map).map_err(unprovable)?;
        sizes::check(file, &selection, input, options)?;
        let format = coded_format(file, &selection).unwrap_or(format);
        let data = Data::collect(file, &selection, gain_map, input, format, options)?;
        let mut cleaner = Cleaner {
            input,
            file,
            options,
            gain_map,
            fates: HashMap::new(),
            replaced: Vec::new(),
            kept: Vec::new(),
            profile: ProfileOutcome::None,
        };
        let mut items = Vec::new();
        for (place, &index) in selection.items.iter().enumerate() {
            let item = &file.items[index];
            let blob = data.blob_of_item[place];
            let was_cut = blob.is_some_and(|blob| !data.cuts[blob].drop.is_empty());
            let properties = cleaner.properties(index, was_cut).map_err(unprovable)?;
            items.push(CleanItem { kind: item.kind, is_hidden: item.is_hidden, properties, blob });
        }
        let rights = rights::read(
            file,
            input,
            gain_map.and_then(|gain_map| gain_map.description),
            Collector::new(options.keep),
        );
        let (fates, properties, replaced) = (cleaner.fates, cleaner.kept, cleaner.replaced);
        let profile = cleaner.profile;
        let primary = &file.items[file.by_id[&file.primary]];
        let (width, height) = size(file, primary, input).ok_or(Error::Malformed {
            format,
            offset: file.meta_start,
            what: "the picture's size is not stated",
        })?;

        let mut report = Report::new(format, width, height);
        report.color_profile = profile;
        let place_of: HashMap<usize, usize> =
            selection.items.iter().enumerate().map(|(place, &index)| (index, place)).collect();
        let primary = place_of[&file.by_id[&file.primary]];
        let tone_map = gain_map.and_then(|gain_map| gain_map.tone_map).map(|index| place_of[&index]);
        // The item about rights comes last.
        let item_count = items.len() + usize::from(rights.packet.is_some());
        let alternatives = tone_map.map(|tone_map| write_alternatives(tone_map, primary, item_count));
        let removed = Removed {
            input,
            file,
            selection: &selection,
            cuts: &data.cuts,
            replaced: &replaced,
            alternatives: alternatives.as_deref(),
            packet: rights.same.as_ref().map(|(index, _)| *index),
            options,
        };
        let kept = fates.iter().filter_map(|(&index, fate)| match fate {
            Fate::Kept(number) => Some((index, &properties[*number].1)),
            Fate::Dropped { .. } => None,
        });
        let kept = kept.collect();
        removed.list(&kept, &mut report);
        if options.facts {
            report.facts = Some(removed.facts());
        }
        if let Some(gain_map) = gain_map {
            report.gain_map = GainMapOutcome::Kept;
            if let Some(facts) = &mut report.facts {
                let size = size(file, &file.items[gain_map.picture], input).unwrap_or_default();
                facts.add_gain_map(size, gain_map.metadata.most_headroom().to_f64(), "", "HEIF");
            }
        }
        report.keep_rights(&rights.statement, rights.outcome);
        let mut references: Vec<_> = selection
            .references
            .iter()
            .map(|link| {
                (link.kind, place_of[&link.from], link.to.iter().map(|index| place_of[index]).collect())
            })
            .collect();
        let mut blobs = data.blobs();
        if let Some(packet) = rights.packet {
            references.push((*b"cdsc", items.len(), vec![primary]));
            items.push(CleanItem {
                kind: *b"mime",
                is_hidden: false,
                properties: Vec::new(),
                blob: Some(blobs.len()),
            });
            blobs.push(match rights.same {
                Some((_, extents)) => Blob::Same(extents),
                None => Blob::New(packet.into_bytes()),
            });
        }
        let clean = Clean {
            brands: brands(self.brands, tone_map.is_some()),
            primary,
            items,
            references,
            alternatives,
            properties,
            blobs,
        };
        Ok(Sanitized { format, report, pieces: write(&clean, input) })
    }
}

/// What the clean file claims to be. Without a tone map it does not claim to have one.
fn brands(claimed: &[[u8; 4]], has_tone_map: bool) -> Vec<[u8; 4]> {
    let mut brands = claimed.to_vec();
    brands.retain(|brand| has_tone_map || *brand != brand::TONE_MAP);
    if brands.is_empty() {
        brands.push(*b"mif1");
    }
    brands
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
    cuts: Vec<Cut>,
    /// What stands in place of some of them.
    written: HashMap<usize, Vec<u8>>,
    /// For each item of the selection.
    blob_of_item: Vec<Option<usize>>,
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
    fn collect(
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
}

impl Data {
    fn blobs(mut self) -> Vec<Blob> {
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
    gain_map: Option<&'a GainMap>,
    /// By a property's place in the file.
    fates: HashMap<usize, Fate>,
    /// Profiles in whose place numbers stand.
    replaced: Vec<usize>,
    kept: Vec<([u8; 4], Payload)>,
    /// What became of colour profiles; the worst is told.
    profile: ProfileOutcome,
}

impl Cleaner<'_> {
    fn properties(&mut self, index: usize, was_cut: bool) -> Result<Vec<(usize, bool)>, &'static str> {
        let item = &self.file.items[index];
        let is_map = self.gain_map.is_some_and(|map| map.description.is_some() && map.picture == index);
        let is_tone_map = self.gain_map.is_some_and(|map| map.tone_map == Some(index));
        if self.gain_map.is_some_and(|map| map.description == Some(index)) {
            return Ok(Vec::new());
        }
        let mut kept = Vec::new();
        let mut kinds = HashSet::new();
        for &(index, is_essential) in &item.properties {
            let property =
                self.file.properties.get(index).ok_or("an item has a property that is not there")?;
            // It states how long the layers of the data were before it was cut.
            if was_cut && &property.kind == b"a1lx" {
                continue;
            }
            let payload = self.input.get(property.payload.clone()).unwrap_or_default();
            if &property.kind == b"auxC" && is_gain_map(aux_type(payload)) && !is_map {
                continue;
            }
            if is_tone_map && &property.kind == b"colr" && !payload.starts_with(b"nclx") {
                kept.extend(self.colours_of_tone_map(item, index).map(|number| (number, is_essential)));
                continue;
            }
            let fate = match self.fates.get(&index) {
                Some(fate) => *fate,
                None => match judge(property, self.input, self.options)? {
                    Verdict::Keep(payload) => {
                        if matches!(payload, Payload::Profile { .. }) {
                            self.profile = self.profile.max(ProfileOutcome::Rebuilt);
                        }
                        self.kept.push((property.kind, payload));
                        Fate::Kept(self.kept.len() - 1)
                    }
                    Verdict::Drop { is_descriptive, .. } => Fate::Dropped { is_descriptive },
                    Verdict::DropProfile(outcome) => {
                        self.profile = self.profile.max(outcome);
                        Fate::Dropped { is_descriptive: true }
                    }
                },
            };
            self.fates.insert(index, fate);
            // One of each kind says all there is to say (ISO/IEC 23008-12, 6.5); colours may
            // be a profile and numbers (ISO/IEC 23000-22, 7.3.6.4).
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

    /// Replaces a tone map's profile by numbers, if there are none yet.
    fn colours_of_tone_map(&mut self, item: &Item, index: usize) -> Option<usize> {
        self.replaced.push(index);
        let file = self.file;
        let numbers = |item| {
            let mut payloads = file
                .properties_of(item, *b"colr")
                .filter_map(|property| self.input.get(property.payload.clone()));
            payloads.find(|payload| payload.starts_with(b"nclx"))
        };
        if numbers(item).is_some() || self.replaced.len() > 1 {
            return None;
        }
        let profile = self.input.get(file.properties[index].payload.clone())?.get(4..)?;
        let base = numbers(&file.items[file.by_id[&file.primary]]);
        let numbers = gain_map::numbers_of_colours(profile, base)?;
        self.kept.push((*b"colr", Payload::New(numbers)));
        Some(self.kept.len() - 1)
    }
}
