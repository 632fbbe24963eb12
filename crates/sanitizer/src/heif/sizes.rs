//! How many pixels a file has, as its headers say: the primary picture and the tiles that it is made of together, and
//! then what else stays, its transparency and its gain map.
//!
//! Items state a size (`ispe`), and so do the headers of their coded data, by which decoders go. The larger one counts.

use std::collections::{HashMap, HashSet};

use super::clean::size;
use super::coded::joined;
use super::model::{File, Item};
use super::select::Selection;
use super::{av1, derived, hevc};
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
    let mut known = HashMap::new();
    for &index in &selection.items {
        let item = &file.items[index];
        let pixels = if shown.contains(&index) { &mut of_picture } else { &mut of_others };
        let stated = size(file, item, input).unwrap_or_default();
        match &item.kind {
            b"hvc1" | b"av01" => {
                let (width, height) = coded_size(file, item, input, &mut known).unwrap_or_default();
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

/// The size that the headers of coded data tell. Tiles share their configuration, so `known` has those read already.
fn coded_size(
    file: &File,
    item: &Item,
    input: &[u8],
    known: &mut HashMap<usize, Option<(u32, u32)>>,
) -> Option<(u32, u32)> {
    let is_hevc = &item.kind == b"hvc1";
    let kind = if is_hevc { *b"hvcC" } else { *b"av1C" };
    let property = file.properties_of(item, kind).next()?;
    let configured = *known.entry(property.payload.start).or_insert_with(|| {
        let config = input.get(property.payload.clone())?;
        if is_hevc { hevc::size(config) } else { av1::size(config.get(4..)?) }
    });
    if configured.is_some() || is_hevc {
        return configured;
    }
    // An AV1 configuration need not hold the sequence header; then it stands in front of the picture.
    av1::size(&joined(input, &file.extents(item).ok()?))
}

/// The size of what a grid or an overlay puts together, by its own data.
fn canvas(file: &File, item: &Item, input: &[u8]) -> Option<(u32, u32)> {
    let data = |item| Some(joined(input, &file.extents(item).ok()?));
    match &item.kind {
        b"grid" => derived::size_of_grid(&data(item)?),
        b"iovl" => derived::size_of_overlay(&data(item)?),
        _ => None,
    }
}
