//! How many pixels a file has, as its headers say: the primary picture and the tiles that it is made of together, and
//! then what else stays, its transparency and its gain map.
//!
//! Items state a size (`ispe`), and so do the headers of their coded data, by which decoders go. The larger one counts.

use std::collections::{HashMap, HashSet};

use super::clean::size;
use super::coded::joined;
use super::derived::{Grid, Overlay};
use super::model::{File, Item};
use super::select::Selection;
use super::{av1, hevc};
use crate::{Error, Options, pixels::Pixels};

/// Checks that there are not more pixels than the options allow.
///
/// # Errors
/// When there are.
pub(super) fn check(
    file: &File,
    selection: &Selection,
    input: &[u8],
    options: &Options,
) -> Result<(), Error> {
    let shown = shown(file, selection);
    let (mut of_picture, mut of_others) = (Pixels::new(options), Pixels::new(options));
    let mut sizes = CodedSizes::new(file, input);
    for &index in &selection.items {
        let item = &file.items[index];
        let pixels = if shown.contains(&index) { &mut of_picture } else { &mut of_others };
        let stated = size(file, item, input).unwrap_or_default();
        match &item.kind {
            b"hvc1" | b"av01" => {
                let [(width, height), _] = sizes.of(item).unwrap_or_default();
                pixels.add(stated.0.max(width), stated.1.max(height))?;
            }
            _ => {
                let (width, height) = canvas(file, item, input).unwrap_or_default();
                pixels.check_whole(stated.0.max(width), stated.1.max(height))?;
            }
        }
    }
    Ok(())
}

/// The primary item and those that it is derived from, by their places.
fn shown(file: &File, selection: &Selection) -> HashSet<usize> {
    let mut derived: HashMap<usize, &[usize]> = HashMap::new();
    for link in selection.references.iter().filter(|link| &link.kind == b"dimg") {
        derived.insert(link.from, &link.to);
    }
    let mut shown = HashSet::new();
    let mut waiting: Vec<usize> = file.by_id.get(&file.primary).copied().into_iter().collect();
    while let Some(index) = waiting.pop() {
        if shown.insert(index) {
            waiting.extend(derived.get(&index).copied().unwrap_or_default());
        }
    }
    shown
}

/// Width and height as coded, and as decoders give them.
type Sizes = [(u32, u32); 2];

/// The sizes that the headers of coded data tell.
pub(super) struct CodedSizes<'a> {
    file: &'a File,
    input: &'a [u8],
    /// Those read already, by configuration, which tiles share, and by data where the configuration does not tell them.
    known: HashMap<(usize, Option<usize>), Option<Sizes>>,
}

impl<'a> CodedSizes<'a> {
    pub(super) fn new(file: &'a File, input: &'a [u8]) -> Self {
        Self { file, input, known: HashMap::new() }
    }

    /// Width and height of an item's picture, as it is coded and as decoders give it; `None` when that cannot be read.
    pub(super) fn of(&mut self, item: &Item) -> Option<Sizes> {
        let is_hevc = &item.kind == b"hvc1";
        let property = self.file.properties_of(item, if is_hevc { *b"hvcC" } else { *b"av1C" }).next()?;
        let config = self.input.get(property.payload.clone())?;
        let key = (property.payload.start, None);
        let configured = *self.known.entry(key).or_insert_with(|| {
            if is_hevc { hevc::sizes(config) } else { Some([av1::size(config.get(4..)?)?; 2]) }
        });
        if configured.is_some() || is_hevc {
            return configured;
        }
        // An AV1 configuration need not hold the sequence header; then it stands in front of the picture.
        let extents = self.file.extents(item).ok()?;
        let key = (property.payload.start, extents.first().map(|extent| extent.start));
        *self.known.entry(key).or_insert_with(|| Some([av1::size(&joined(self.input, &extents))?; 2]))
    }
}

/// The size of what a grid or an overlay puts together, by its own data.
fn canvas(file: &File, item: &Item, input: &[u8]) -> Option<(u32, u32)> {
    let data = |item| Some(joined(input, &file.extents(item).ok()?));
    match &item.kind {
        b"grid" => Some(Grid::read(&data(item)?)?.size),
        b"iovl" => Some(Overlay::read(&data(item)?, 0)?.size),
        _ => None,
    }
}
