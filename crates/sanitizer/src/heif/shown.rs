//! Which pixels of the items that stay nobody sees; [`crate::hidden_pixels`] has the rule.

use std::borrow::Cow;
use std::collections::HashMap;

use super::clean::size;
use super::coded::joined;
use super::derived::{Grid, Overlay};
use super::model::{File, Item};
use super::select::Selection;
use super::sizes::CodedSizes;
use crate::Unseen;
use crate::hidden_pixels::BLOCK;

/// No more than this many pixels fill up the last tiles of a grid, which must all have one size. Phones
/// have tiles of 512.
const TILE_LIMIT: u32 = 1024;

/// An overlay of more pictures is not looked at in detail.
const OVERLAY_LIMIT: usize = 64;

type Size = (u32, u32);

/// Pixels that nobody sees.
pub(super) struct Hidden {
    pub(super) what: Unseen,
    /// The property, or the kind of item, that hides them.
    pub(super) source: &'static str,
}

/// Looks for pixels that nobody sees in the items of `selection`.
pub(super) fn hidden(file: &File, selection: &Selection, input: &[u8]) -> Result<Vec<Hidden>, &'static str> {
    let mut finder = Finder { file, input, sizes: CodedSizes::new(file, input), found: Vec::new() };
    let inputs: HashMap<usize, &[usize]> = selection
        .references
        .iter()
        .filter(|link| &link.kind == b"dimg")
        .map(|link| (link.from, &link.to[..]))
        .collect();
    for &index in &selection.items {
        finder.item(&file.items[index], inputs.get(&index).copied().unwrap_or_default())?;
    }
    Ok(finder.found)
}

struct Finder<'a> {
    file: &'a File,
    input: &'a [u8],
    sizes: CodedSizes<'a>,
    found: Vec<Hidden>,
}

impl<'a> Finder<'a> {
    fn item(&mut self, item: &Item, inputs: &[usize]) -> Result<(), &'static str> {
        let stated = size(self.file, item, self.input);
        match &item.kind {
            b"hvc1" | b"av01" => {
                let sizes = self.sizes.of(item);
                let [coded, output] = sizes.ok_or("a coded picture whose size cannot be read")?;
                self.note(Unseen::outside(coded, output), "conformance window");
                self.note(stated.and_then(|stated| Unseen::outside(output, stated)), "ispe");
            }
            b"grid" => {
                let grid = Grid::read(&self.data(item)?).ok_or("a grid of unknown form")?;
                let hidden = self.outside_of_grid(&grid, inputs);
                self.note(hidden, "grid");
                self.note(stated.and_then(|stated| Unseen::outside(grid.size, stated)), "ispe");
            }
            b"iovl" => {
                let overlay =
                    Overlay::read(&self.data(item)?, inputs.len()).ok_or("an overlay of unknown form")?;
                self.overlay(&overlay, inputs);
                self.note(stated.and_then(|stated| Unseen::outside(overlay.size, stated)), "ispe");
            }
            _ => {}
        }
        if let Some(stated) = stated {
            let mut before = stated;
            for (kind, after) in self.transformed(item, stated) {
                if kind == *b"clap" {
                    self.note(Unseen::outside(before, after), "clap");
                }
                before = after;
            }
        }
        Ok(())
    }

    fn note(&mut self, what: Option<Unseen>, source: &'static str) {
        self.found.extend(what.map(|what| Hidden { what, source }));
    }

    fn data(&self, item: &Item) -> Result<Cow<'a, [u8]>, &'static str> {
        Ok(joined(self.input, &self.file.extents(item)?))
    }

    /// Width and height after each property that crops or turns (ISO/IEC 23008-12, 6.5.9 to 6.5.12).
    fn transformed(&self, item: &Item, mut size: Size) -> Vec<([u8; 4], Size)> {
        let properties = item.properties.iter().filter_map(|&(index, _)| self.file.properties.get(index));
        let mut sizes = Vec::new();
        for property in properties {
            let payload = self.input.get(property.payload.clone()).unwrap_or_default();
            size = match &property.kind {
                b"clap" => clean_aperture(payload, size),
                b"irot" if payload.first().is_some_and(|angle| angle & 1 == 1) => (size.1, size.0),
                _ => continue,
            };
            sizes.push((property.kind, size));
        }
        sizes
    }

    /// Width and height of an item as others that are made of it see it.
    fn output(&self, index: usize) -> Option<Size> {
        let item = self.file.items.get(index)?;
        let stated = size(self.file, item, self.input)?;
        Some(self.transformed(item, stated).last().map_or(stated, |&(_, size)| size))
    }

    fn outside_of_grid(&self, grid: &Grid, inputs: &[usize]) -> Option<Unseen> {
        let tile = self.output(*inputs.first()?)?;
        // All have one size (ISO/IEC 23008-12, 6.6.2.3.1).
        let larger = inputs.iter().filter_map(|&index| self.output(index)).find(|&other| other != tile);
        if let Some(what) = larger.and_then(|other| Unseen::outside(other, tile)) {
            return Some(what);
        }
        let stored = (tile.0.saturating_mul(grid.columns), tile.1.saturating_mul(grid.rows));
        let is_padding = |stored: u32, shown: u32, tile: u32, count: u32| {
            let padding = if count == 1 { tile / 2 } else { tile };
            stored.saturating_sub(shown) < padding.clamp(BLOCK, TILE_LIMIT)
        };
        let is_fine = is_padding(stored.0, grid.size.0, tile.0, grid.columns)
            && is_padding(stored.1, grid.size.1, tile.1, grid.rows);
        (!is_fine).then_some(Unseen::Outside { stored, shown: grid.size })
    }

    fn overlay(&mut self, overlay: &Overlay, inputs: &[usize]) {
        let sizes = inputs.iter().map(|&index| self.output(index).unwrap_or_default());
        let placed: Vec<_> =
            overlay.places.iter().zip(sizes).map(|(&place, size)| (Area::of(place, size), size)).collect();
        let canvas = Area::of((0, 0), overlay.size);
        let seen: Vec<Area> = placed.iter().map(|(area, _)| area.and(canvas)).collect();
        for (area, (_, size)) in seen.iter().zip(&placed) {
            self.note(Unseen::outside(*size, area.size()), "iovl");
        }
        let covers = |under: &Area, over: &Area| {
            let (width, height) = under.and(*over).size();
            width >= BLOCK && height >= BLOCK
        };
        // The later ones lie upon the earlier ones.
        let is_covered = seen.len() > OVERLAY_LIMIT
            || seen
                .iter()
                .enumerate()
                .any(|(at, under)| seen[at + 1..].iter().any(|over| covers(under, over)));
        self.note(is_covered.then_some(Unseen::Covered), "iovl");
    }
}

/// The area of an overlay that a picture takes: from its upper left to beyond its lower right pixel.
#[derive(Clone, Copy)]
struct Area {
    from: (i64, i64),
    to: (i64, i64),
}

impl Area {
    fn of((x, y): (i32, i32), (width, height): Size) -> Self {
        let from = (i64::from(x), i64::from(y));
        Self { from, to: (from.0 + i64::from(width), from.1 + i64::from(height)) }
    }

    fn and(self, other: Self) -> Self {
        Self {
            from: (self.from.0.max(other.from.0), self.from.1.max(other.from.1)),
            to: (self.to.0.min(other.to.0), self.to.1.min(other.to.1)),
        }
    }

    fn size(&self) -> Size {
        let side = |from: i64, to: i64| u32::try_from(to - from).unwrap_or(0);
        match (side(self.from.0, self.to.0), side(self.from.1, self.to.1)) {
            (0, _) | (_, 0) => (0, 0),
            size => size,
        }
    }
}

/// Width and height that a `clap` property leaves, rounded down (ISO/IEC 14496-12, 12.1.4.3); none
/// when it cannot be read.
fn clean_aperture(payload: &[u8], size: Size) -> Size {
    let field = |at: usize| {
        payload
            .get(4 * at..4 * at + 4)
            .map_or(0, |bytes| bytes.iter().fold(0_u32, |value, &byte| value << 8 | u32::from(byte)))
    };
    let side = |at: usize, side: u32| field(at).checked_div(field(at + 1)).map_or(0, |len| len.min(side));
    (side(0, size.0), side(2, size.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_aperture_is_a_fraction_of_the_picture() {
        let clap = |fields: [u32; 4]| [&fields.map(u32::to_be_bytes).concat()[..], &[0; 16]].concat();
        assert_eq!(clean_aperture(&clap([8, 1, 17, 2]), (256, 192)), (8, 8));
        assert_eq!(clean_aperture(&clap([999, 1, 100, 1]), (256, 192)), (256, 100), "no more than there is");
        assert_eq!(clean_aperture(&clap([8, 0, 8, 1]), (256, 192)), (0, 8));
        assert_eq!(clean_aperture(b"short", (256, 192)), (0, 0));
    }

    #[test]
    fn areas_that_do_not_meet_share_nothing() {
        let (left, right) = (Area::of((-10, 0), (20, 20)), Area::of((15, 5), (9, 9)));
        assert_eq!(left.and(right).size(), (0, 0));
        assert_eq!(left.and(Area::of((0, 0), (100, 5))).size(), (10, 5));
        assert_eq!(Area::of((i32::MAX, i32::MIN), (u32::MAX, u32::MAX)).size(), (u32::MAX, u32::MAX));
    }
}
