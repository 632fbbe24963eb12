//! Reads a file into the model: the boxes of the file, and those of its `meta`
//! box (ISO/IEC 14496-12, 8.11; properties: ISO/IEC 23008-12, 9.3).

use std::collections::HashMap;
use std::ops::Range;

use super::brand::Code;
use super::cursor::{Block, Cursor};
use super::model::{
    Extra, File, Group, ITEM_LIMIT, Item, LINK_LIMIT, Location, PROPERTY_LIMIT, Property, Reference,
};
use crate::{Category, Error, Format};

/// The identifier of a `uuid` box with a C2PA manifest.
const C2PA: [u8; 16] = *b"\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81";

/// Colour profiles are the largest thing in a `meta` box; they have a few megabytes.
const META_LIMIT: usize = 64 << 20;

/// Removals of one file, and its media boxes.
const EXTRA_LIMIT: usize = 100_000;

const MANY: &str = "more boxes than a picture needs";

const SEQUENCE_ALONE: &str = "an image sequence without a still picture, all in a moov box as videos have it, whose \
    pictures are made of each other, which is not followed here; save one of its pictures as a still one";

/// Groups of items of one file, and boxes of them. Phones write one to three.
const GROUP_LIMIT: usize = 1000;

/// The size of a `dinf` box that says no more than "in this very file".
const PLAIN_DINF: usize = 36;

/// Reads the whole file.
pub(super) fn walk(input: &[u8], format: Format) -> Result<File, Error> {
    let mut parser = Parser {
        file: File::default(),
        format,
        input,
        links: LINK_LIMIT,
        locations: HashMap::new(),
        associations: Vec::new(),
    };
    parser.read_file()?;
    Ok(parser.file)
}

struct Parser<'a> {
    file: File,
    format: Format,
    input: &'a [u8],
    /// How many more extents, references and associations may come.
    links: usize,
    locations: HashMap<u32, Location>,
    associations: Vec<(u32, usize, bool)>,
}

impl<'a> Parser<'a> {
    fn read_file(&mut self) -> Result<(), Error> {
        let mut cursor = Cursor::new(self.input, 0..self.input.len(), self.format);
        let mut has_meta = false;
        let mut is_first = true;
        loop {
            let rest = cursor.range();
            let block = match cursor.next_box(true) {
                Ok(None) => break,
                Ok(Some(block)) => block,
                // What follows a complete picture is no picture any more.
                Err(_) if has_meta && !self.file.media.is_empty() && !is_media(self.input, &rest) => {
                    self.extra(Category::Trailer, "after the boxes", rest)?;
                    break;
                }
                Err(error) => return Err(error),
            };
            match &block.kind {
                b"ftyp" if is_first => {}
                b"meta" if !has_meta => {
                    if block.whole.len() > META_LIMIT {
                        return Err(
                            self.unprovable(block.whole.start, "a larger meta box than a picture needs")
                        );
                    }
                    has_meta = true;
                    self.file.meta_start = block.whole.start;
                    self.read_meta(block.payload)?;
                }
                b"ftyp" | b"meta" => {
                    return Err(self.malformed(block.whole.start, "a box stands twice that may stand once"));
                }
                b"mdat" if self.file.media.len() >= EXTRA_LIMIT => {
                    return Err(self.unprovable(block.whole.start, MANY));
                }
                b"mdat" => self.file.media.push(block.payload.range()),
                b"moov" => self.file.movie = Some(block.whole),
                _ => self.note_top_level(&block)?,
            }
            is_first = false;
        }
        if let (false, Some(movie)) = (has_meta, &self.file.movie) {
            return Err(self.unprovable(movie.start, SEQUENCE_ALONE));
        }
        if !has_meta {
            return Err(Error::Truncated {
                format: self.format,
                offset: self.input.len(),
                what: "the meta box",
            });
        }
        Ok(())
    }

    fn note_top_level(&mut self, block: &Block<'_>) -> Result<(), Error> {
        let (category, location) = match &block.kind {
            b"free" | b"skip" | b"wide" => (Category::Hidden, "free box"),
            b"uuid" if block.payload.rest().starts_with(&C2PA) => (Category::Provenance, "uuid box"),
            b"uuid" => (Category::Application, "uuid box"),
            b"mpvd" => (Category::SecondPicture, "mpvd box"),
            b"moof" | b"mfra" | b"sidx" => (Category::SecondPicture, "movie fragment"),
            _ => (Category::Application, "unknown box"),
        };
        self.extra(category, location, block.whole.clone())
    }

    fn read_meta(&mut self, mut meta: Cursor<'a>) -> Result<(), Error> {
        if meta.version_and_flags()?.0 != 0 {
            return Err(meta.malformed("a meta box of unknown version"));
        }
        let mut seen: Vec<Code> = Vec::new();
        let mut has_pictures = false;
        while let Some(block) = meta.next_box(false)? {
            let (kind, start) = (block.kind, block.whole.start);
            match &kind {
                b"hdlr" => has_pictures = self.read_handler(block.payload)?,
                b"pitm" => self.read_primary(block.payload)?,
                b"iinf" => self.read_items(block.payload)?,
                b"iref" => self.read_references(block.payload)?,
                b"iprp" => self.read_properties(block.payload)?,
                b"iloc" => self.read_locations(block.payload)?,
                b"idat" => self.file.inner_data = Some(block.payload.range()),
                b"grpl" if self.file.group_boxes.len() < GROUP_LIMIT => {
                    self.file.group_boxes.push(block.whole);
                    // They go but for one kind, so those that cannot be read say nothing.
                    if self.read_groups(block.payload).is_err() {
                        self.file.groups.clear();
                    }
                    continue;
                }
                b"dinf" if block.whole.len() <= PLAIN_DINF => continue,
                b"free" | b"skip" => {
                    self.extra(Category::Hidden, "free box", block.whole)?;
                    continue;
                }
                _ => {
                    self.extra(Category::Application, "meta box", block.whole)?;
                    continue;
                }
            }
            if seen.contains(&kind) {
                return Err(self.malformed(start, "a box stands twice that may stand once"));
            }
            seen.push(kind);
        }
        if !has_pictures {
            return Err(meta.malformed("the meta box is not about pictures"));
        }
        if !seen.contains(b"pitm") {
            return Err(meta.malformed("no primary item is named"));
        }
        self.join(&meta)
    }

    /// Puts what is said of an item in several boxes together.
    fn join(&mut self, at: &Cursor<'_>) -> Result<(), Error> {
        for (index, item) in self.file.items.iter_mut().enumerate() {
            if self.file.by_id.insert(item.id, index).is_some() {
                return Err(at.malformed("two items have one id"));
            }
            if let Some(location) = self.locations.remove(&item.id) {
                item.location = location;
            }
        }
        for (id, index, is_essential) in std::mem::take(&mut self.associations) {
            if let Some(&item) = self.file.by_id.get(&id) {
                self.file.items[item].properties.push((index, is_essential));
            }
        }
        Ok(())
    }

    fn read_handler(&mut self, mut cursor: Cursor<'_>) -> Result<bool, Error> {
        cursor.take(8)?;
        let kind = cursor.code()?;
        cursor.take(12)?;
        let rest = cursor.range();
        if !cursor.text().is_empty() {
            self.extra(Category::Comment, "handler name", rest)?;
        }
        Ok(&kind == b"pict")
    }

    fn read_primary(&mut self, mut cursor: Cursor<'_>) -> Result<(), Error> {
        let (version, _) = cursor.version_and_flags()?;
        self.file.primary = cursor.id(version > 0)?;
        Ok(())
    }

    fn read_items(&mut self, mut cursor: Cursor<'_>) -> Result<(), Error> {
        let (version, _) = cursor.version_and_flags()?;
        let _count = cursor.id(version > 0)?;
        while let Some(block) = cursor.next_box(false)? {
            if &block.kind != b"infe" {
                self.extra(Category::Application, "item box", block.whole)?;
                continue;
            }
            if self.file.items.len() >= ITEM_LIMIT {
                return Err(self.unprovable(block.whole.start, "more items than a picture needs"));
            }
            let item = self.read_item(block.payload)?;
            self.file.items.push(item);
        }
        Ok(())
    }

    fn read_item(&mut self, mut cursor: Cursor<'_>) -> Result<Item, Error> {
        let (version, flags) = cursor.version_and_flags()?;
        let id = cursor.id(version > 2)?;
        let is_protected = cursor.u16()? != 0;
        // Before version 2 items had no type: they can only be metadata.
        let kind = if version >= 2 { cursor.code()? } else { *b"mime" };
        let text = |cursor: &mut Cursor<'_>| {
            let start = cursor.range().start;
            start..start + cursor.text().len()
        };
        let name = text(&mut cursor);
        let mut content_type = 0..0;
        let mut is_encoded = false;
        if &kind == b"mime" {
            content_type = text(&mut cursor);
            is_encoded = !cursor.text().is_empty();
        }
        if !name.is_empty() {
            self.extra(Category::Comment, "item name", name)?;
        }
        if !matches!(&kind, b"mime" | b"uri ") && !cursor.is_empty() {
            self.extra(Category::Hidden, "item entry", cursor.range())?;
        }
        Ok(Item {
            id,
            kind,
            is_hidden: flags & 1 == 1,
            is_protected,
            content_type,
            is_encoded,
            location: Location::default(),
            properties: Vec::new(),
        })
    }

    fn read_references(&mut self, mut cursor: Cursor<'_>) -> Result<(), Error> {
        let (version, _) = cursor.version_and_flags()?;
        while let Some(mut block) = cursor.next_box(false)? {
            let from = block.payload.id(version > 0)?;
            let count = usize::from(block.payload.u16()?);
            self.take_links(count + 1, block.whole.start)?;
            let to = (0..count).map(|_| block.payload.id(version > 0)).collect::<Result<_, _>>()?;
            self.file.references.push(Reference { kind: block.kind, from, to });
        }
        Ok(())
    }

    fn read_groups(&mut self, mut cursor: Cursor<'_>) -> Result<(), Error> {
        while let Some(mut block) = cursor.next_box(false)? {
            let group = &mut block.payload;
            group.version_and_flags()?;
            let _id = group.u32()?;
            let count = group.u32()? as usize;
            if self.file.groups.len() >= GROUP_LIMIT || count > ITEM_LIMIT {
                return Err(self.unprovable(block.whole.start, MANY));
            }
            let items = (0..count).map(|_| group.u32()).collect::<Result<_, _>>()?;
            self.file.groups.push(Group { kind: block.kind, items });
        }
        Ok(())
    }

    fn read_properties(&mut self, mut cursor: Cursor<'_>) -> Result<(), Error> {
        while let Some(mut block) = cursor.next_box(false)? {
            match &block.kind {
                b"ipco" => {
                    while let Some(property) = block.payload.next_box(false)? {
                        if self.file.properties.len() >= PROPERTY_LIMIT {
                            return Err(
                                self.unprovable(property.whole.start, "more properties than a picture needs")
                            );
                        }
                        let (kind, whole, payload) =
                            (property.kind, property.whole, property.payload.range());
                        self.file.properties.push(Property { kind, whole, payload });
                    }
                }
                b"ipma" => self.read_associations(block.payload)?,
                _ => self.extra(Category::Application, "property box", block.whole)?,
            }
        }
        Ok(())
    }

    fn read_associations(&mut self, mut cursor: Cursor<'_>) -> Result<(), Error> {
        let (version, flags) = cursor.version_and_flags()?;
        let (size, index_bits) = if flags & 1 == 1 { (2, 15) } else { (1, 7) };
        for _ in 0..cursor.u32()? {
            let id = cursor.id(version > 0)?;
            let count = usize::from(cursor.u8()?);
            self.take_links(count + 1, cursor.range().start)?;
            for _ in 0..count {
                let word = cursor.number(size)? as usize;
                // Index 0 means no property.
                if let Some(index) = (word & ((1 << index_bits) - 1)).checked_sub(1) {
                    self.associations.push((id, index, word >> index_bits == 1));
                }
            }
        }
        Ok(())
    }

    fn read_locations(&mut self, mut cursor: Cursor<'_>) -> Result<(), Error> {
        let (version, _) = cursor.version_and_flags()?;
        if version > 2 {
            return Err(cursor.malformed("an item location box of unknown version"));
        }
        let sizes = cursor.u16()?;
        let size = |shift: u16| usize::from(sizes >> shift & 15);
        let (offset_size, length_size, base_size) = (size(12), size(8), size(4));
        let index_size = if version > 0 { size(0) } else { 0 };
        if [offset_size, length_size, base_size, index_size].iter().any(|size| ![0, 4, 8].contains(size)) {
            return Err(cursor.malformed("a field size other than 0, 4 and 8"));
        }
        for _ in 0..cursor.id(version == 2)? {
            let id = cursor.id(version == 2)?;
            let method = if version > 0 { cursor.u16()? & 15 } else { 0 };
            let data_reference = cursor.u16()?;
            let base = cursor.number(base_size)?;
            let count = usize::from(cursor.u16()?);
            self.take_links(count + 1, cursor.range().start)?;
            let mut extents = Vec::new();
            for _ in 0..count {
                cursor.take(index_size)?;
                let offset = cursor.number(offset_size)?.checked_add(base);
                let offset = offset.ok_or_else(|| cursor.malformed("an offset of more than 64 bits"))?;
                extents.push((offset, cursor.number(length_size)?));
            }
            let location = Location { method, data_reference, extents };
            if self.locations.insert(id, location).is_some() {
                return Err(cursor.malformed("an item has two locations"));
            }
        }
        Ok(())
    }

    fn take_links(&mut self, count: usize, offset: usize) -> Result<(), Error> {
        let left = self.links.checked_sub(count);
        self.links =
            left.ok_or_else(|| self.unprovable(offset, "more references and extents than a picture needs"))?;
        Ok(())
    }

    /// Notes what will be removed. Neighbours of one kind are one removal, and there
    /// is an end to the others: empty boxes take more memory here than in the file.
    fn extra(
        &mut self,
        category: Category,
        location: &'static str,
        range: Range<usize>,
    ) -> Result<(), Error> {
        let extras = &mut self.file.extras;
        let is_full = extras.len() >= EXTRA_LIMIT;
        match extras.last_mut() {
            Some(last)
                if last.range.end == range.start
                    && last.category == category
                    && last.location == location =>
            {
                last.range.end = range.end;
            }
            _ if is_full => return Err(self.unprovable(range.start, MANY)),
            _ => extras.push(Extra { category, location, range }),
        }
        Ok(())
    }

    fn malformed(&self, offset: usize, what: &'static str) -> Error {
        Error::Malformed { format: self.format, offset, what }
    }

    fn unprovable(&self, offset: usize, what: &'static str) -> Error {
        Error::Unprovable { format: self.format, offset, what }
    }
}

/// Whether the box at the start of `rest` says that it is media data.
fn is_media(input: &[u8], rest: &Range<usize>) -> bool {
    input.get(rest.clone()).and_then(|rest| rest.get(4..8)) == Some(b"mdat")
}
