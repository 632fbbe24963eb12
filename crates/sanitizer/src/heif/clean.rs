//! The way from a file to a clean one.

use std::collections::HashMap;

use bytes::Bytes;

use super::gain_map::{self, Found, GainMap};
use super::item_data::Data;
use super::item_properties::{Cleaner, Fate};
use super::model::{Extra, File, Item};
use super::removed::Removed;
use super::select::{Selection, select};
use super::shown::{Hidden, hidden};
use super::sizes;
use super::write::{Blob, Clean, CleanItem, write, write_alternatives};
use super::{brand, rights, walk};
use crate::facts::Facts;
use crate::hidden_pixels::{Place, decide};
use crate::rights::Collector;
use crate::{Category, Error, Format, GainMapOutcome, Options, Report, Sanitized};

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
            Err(
                Error::Unprovable { .. }
                | Error::Malformed { .. }
                | Error::Truncated { .. }
                | Error::HiddenPixels { .. },
            ) => "it is damaged, or cannot be proven clean",
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
const SEQUENCE: &str = "an image sequence, an animation in a moov box as videos have it, whose pictures are made of \
    each other, which is not followed here; save it as an animated WebP or GIF, or one of its pictures as a still one";

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
        let mut cleaner = Cleaner::new(input, file, options, gain_map);
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
        report.facts = Facts::wanted(options).map(|facts| removed.facts(facts));
        for Hidden { what, source } in hidden(file, &selection, input).map_err(unprovable)? {
            let place = Place { format, offset: file.meta_start, source };
            decide(what, false, place, options, &mut report)?;
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
