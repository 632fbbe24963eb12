//! What is read from a file: items, what describes them, and where their data is.

use std::collections::HashMap;
use std::ops::Range;

use super::brand::Code;
use crate::Category;

/// Limits on what a file may declare. Phones stay far below: a picture of 100
/// megapixels has some 450 items.
pub(super) const ITEM_LIMIT: usize = 1 << 14;
/// Properties of a file.
pub(super) const PROPERTY_LIMIT: usize = 1 << 14;
/// Extents, references and associations of a file, each.
pub(super) const LINK_LIMIT: usize = 1 << 17;

#[derive(Default)]
pub(super) struct File {
    /// Where the `meta` box starts.
    pub(super) meta_start: usize,
    pub(super) primary: u32,
    /// In the order in which the file declares them.
    pub(super) items: Vec<Item>,
    /// From an item's id to its place in `items`.
    pub(super) by_id: HashMap<u32, usize>,
    pub(super) properties: Vec<Property>,
    pub(super) references: Vec<Reference>,
    /// Groups of items (ISO/IEC 14496-12, 8.18), as far as they can be read.
    pub(super) groups: Vec<Group>,
    /// The boxes that hold them.
    pub(super) group_boxes: Vec<Range<usize>>,
    /// The payloads of the `mdat` boxes, in order.
    pub(super) media: Vec<Range<usize>>,
    /// The payload of the `idat` box.
    pub(super) inner_data: Option<Range<usize>>,
    /// Boxes and texts that will not be in the clean file.
    pub(super) extras: Vec<Extra>,
    /// A `moov` box: an animation, or a video beside the picture.
    pub(super) movie: Option<Range<usize>>,
}

/// Something that goes, other than an item.
pub(super) struct Extra {
    pub(super) category: Category,
    pub(super) location: &'static str,
    pub(super) range: Range<usize>,
}

/// An item: a coded picture, a picture derived from others, or metadata.
pub(super) struct Item {
    pub(super) id: u32,
    pub(super) kind: Code,
    /// Not meant to be shown by itself.
    pub(super) is_hidden: bool,
    pub(super) is_protected: bool,
    /// The media type of a `mime` item.
    pub(super) content_type: Range<usize>,
    pub(super) is_encoded: bool,
    pub(super) location: Location,
    /// Places in [`File::properties`], counted from 0, in order; with whether a
    /// reader must understand them.
    pub(super) properties: Vec<(usize, bool)>,
}

/// Where an item's data is.
#[derive(Default, Clone)]
pub(super) struct Location {
    /// 0: in the file, 1: in `idat`, 2: in another item.
    pub(super) method: u16,
    /// 0: in this very file.
    pub(super) data_reference: u16,
    /// Offsets (with the base already added) and lengths.
    pub(super) extents: Vec<(u64, u64)>,
}

/// A box that describes items.
pub(super) struct Property {
    pub(super) kind: Code,
    pub(super) whole: Range<usize>,
    pub(super) payload: Range<usize>,
}

/// A group of items.
pub(super) struct Group {
    pub(super) kind: Code,
    pub(super) items: Vec<u32>,
}

/// A reference from one item to others.
pub(super) struct Reference {
    pub(super) kind: Code,
    pub(super) from: u32,
    pub(super) to: Vec<u32>,
}

impl File {
    /// The properties of an item that are of this kind.
    pub(super) fn properties_of<'a>(
        &'a self,
        item: &'a Item,
        kind: Code,
    ) -> impl Iterator<Item = &'a Property> {
        let all = item.properties.iter().filter_map(|&(index, _)| self.properties.get(index));
        all.filter(move |property| property.kind == kind)
    }

    /// The ranges of the input that hold an item's data, neighbours joined, or
    /// why there are none.
    pub(super) fn extents(&self, item: &Item) -> Result<Vec<Range<usize>>, &'static str> {
        let Location { method, data_reference, ref extents } = item.location;
        if extents.is_empty() {
            return Ok(Vec::new());
        }
        if data_reference != 0 {
            return Err("an item's data is in another file");
        }
        let mut ranges: Vec<Range<usize>> = Vec::with_capacity(extents.len());
        for &(offset, len) in extents {
            if len == 0 {
                return Err("an item's data has no stated length");
            }
            let start = usize::try_from(offset).ok();
            let range = start
                .zip(usize::try_from(len).ok())
                .and_then(|(start, len)| Some(start..start.checked_add(len)?));
            let range = range.ok_or("an item's data is outside the file")?;
            let range = match method {
                0 => self.in_media(range).ok_or("an item's data is outside the media boxes")?,
                1 => self.in_inner_data(&range).ok_or("an item's data is outside the inner data box")?,
                _ => return Err("an item's data is made of other items' data"),
            };
            match ranges.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => ranges.push(range),
            }
        }
        Ok(ranges)
    }

    fn in_media(&self, range: Range<usize>) -> Option<Range<usize>> {
        let after = self.media.partition_point(|media| media.start <= range.start);
        let media = self.media.get(after.checked_sub(1)?)?;
        (range.end <= media.end).then_some(range)
    }

    fn in_inner_data(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let data = self.inner_data.as_ref()?;
        let moved = range.start.checked_add(data.start)?..range.end.checked_add(data.start)?;
        (moved.end <= data.end).then_some(moved)
    }
}
