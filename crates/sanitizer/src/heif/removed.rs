//! What is not in the clean file, and what it would have told.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::clean::size;
use super::cut::Cut;
use super::model::{File, Item, Property};
use super::names;
use super::properties::{Payload, Verdict, aux_type, is_gain_map, judge, profile};
use super::select::Selection;
use crate::facts::{FactKind, Facts, GAIN_MAP, carve_into, read_exif, read_provenance, read_xmp};
use crate::{Category, Options, Removal, Report, icc::read_icc};

const SOURCE: &str = "HEIF";

/// What was found, and what stays of it.
pub(super) struct Removed<'a> {
    pub(super) input: &'a [u8],
    pub(super) file: &'a File,
    pub(super) selection: &'a Selection,
    pub(super) cuts: &'a [Cut],
    /// Properties in whose place others were written.
    pub(super) replaced: &'a [usize],
    /// The box of groups that was written.
    pub(super) alternatives: Option<&'a [u8]>,
    /// The item that says what is written about rights, and nothing else.
    pub(super) packet: Option<usize>,
    pub(super) options: &'a Options,
}

/// What an item that goes was for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Exif,
    Xmp,
    Metadata,
    Thumbnail,
    Auxiliary,
    Picture,
}

impl Removed<'_> {
    /// Lists all removals in the order of the input. `kept` has the places of
    /// the properties that stay, and what is in each now.
    pub(super) fn list(&self, kept: &HashMap<usize, &Payload>, report: &mut Report) {
        let mut list = Vec::new();
        let mut add = |category, location, range: &Range<usize>| {
            list.push(Removal { category, location, offset: range.start, bytes: range.len() });
        };
        for extra in &self.file.extras {
            add(extra.category, extra.location, &extra.range);
        }
        for range in &self.file.group_boxes {
            if self.alternatives.is_none() || self.input.get(range.clone()) != self.alternatives {
                add(Category::Application, "meta box", range);
            }
        }
        for (index, property) in self.file.properties.iter().enumerate() {
            let end = property.payload.end;
            match kept.get(&index) {
                Some(Payload::Profile { removed: 0, .. }) => {}
                Some(Payload::Profile { removed, .. }) => {
                    let start = property.payload.start;
                    add(Category::ProfileDetails, "property", &(start..start + removed));
                }
                Some(payload) if payload.len() < property.payload.len() => {
                    add(Category::Hidden, "property", &(end - (property.payload.len() - payload.len())..end));
                }
                Some(_) => {}
                // The plain properties of pictures that go are no removal of their own.
                None if self.replaced.contains(&index) => {
                    add(Category::ColorProfile, "property", &property.whole);
                }
                // It stays with a map that stays.
                None if &property.kind == b"auxC" && is_gain_map(self.aux_type(property)) => {
                    add(Category::Application, "property", &property.whole);
                }
                None => match judge(property, self.input, self.options) {
                    Ok(Verdict::Drop { category, .. }) => add(category, "property", &property.whole),
                    Ok(Verdict::DropProfile(_)) => add(Category::ColorProfile, "property", &property.whole),
                    Ok(Verdict::Keep(_)) | Err(_) => {}
                },
            }
        }
        for (category, location, range) in self.cuts.iter().flat_map(|cut| &cut.drop) {
            add(*category, location, range);
        }
        let roles = self.roles();
        for (index, item) in self.file.items.iter().enumerate() {
            if self.stays(index) || self.packet == Some(index) {
                continue;
            }
            let (category, location) = match roles.get(&item.id) {
                Some(Role::Exif) => (Category::Exif, "Exif item"),
                Some(Role::Xmp) => (Category::Xmp, "XMP item"),
                Some(Role::Thumbnail) => (Category::Thumbnail, "thumbnail item"),
                Some(Role::Auxiliary) => (Category::SecondPicture, "auxiliary item"),
                Some(Role::Picture) => (Category::SecondPicture, "picture item"),
                Some(Role::Metadata) | None => (Category::Application, "metadata item"),
            };
            for range in self.file.extents(item).unwrap_or_default() {
                add(category, location, &range);
            }
        }
        for gap in self.gaps() {
            add(Category::Hidden, "between items", &gap);
        }
        list.sort_by_key(|removal| removal.offset);
        for Removal { category, location, offset, bytes } in list {
            report.remove(category, location, offset, bytes);
        }
    }

    fn stays(&self, index: usize) -> bool {
        self.selection.items.binary_search(&index).is_ok()
    }

    /// The role of each item that goes, by id.
    fn roles(&self) -> HashMap<u32, Role> {
        let from = |kind: &[u8; 4]| -> HashSet<u32> {
            let all = self.file.references.iter().filter(|reference| &reference.kind == kind);
            all.map(|reference| reference.from).collect()
        };
        let (thumbnails, auxiliaries) = (from(b"thmb"), from(b"auxl"));
        let going = self.file.items.iter().enumerate().filter(|(index, _)| !self.stays(*index));
        let mut roles: HashMap<u32, Role> = going
            .map(|(_, item)| {
                let role = match &item.kind {
                    b"Exif" => Role::Exif,
                    b"mime" if self.content_type(item) == b"application/rdf+xml" => Role::Xmp,
                    b"mime" | b"uri " => Role::Metadata,
                    _ if thumbnails.contains(&item.id) => Role::Thumbnail,
                    _ if auxiliaries.contains(&item.id) => Role::Auxiliary,
                    b"hvc1" | b"av01" | b"grid" | b"iovl" | b"iden" | b"tmap" | b"jpeg" => Role::Picture,
                    _ => Role::Metadata,
                };
                (item.id, role)
            })
            .collect();
        // Tiles are what the picture is that they make up.
        for reference in self.file.references.iter().filter(|reference| &reference.kind == b"dimg") {
            let whole = roles.get(&reference.from).copied();
            if let Some(whole @ (Role::Thumbnail | Role::Auxiliary)) = whole {
                for part in &reference.to {
                    roles.entry(*part).and_modify(|role| *role = whole);
                }
            }
        }
        roles
    }

    fn aux_type(&self, property: &Property) -> &[u8] {
        self.input.get(property.payload.clone()).map_or(&[], aux_type)
    }

    fn content_type(&self, item: &Item) -> &[u8] {
        self.input.get(item.content_type.clone()).unwrap_or_default()
    }

    /// The parts of the data boxes that belong to no item.
    fn gaps(&self) -> Vec<Range<usize>> {
        let mut used: Vec<Range<usize>> =
            self.file.items.iter().flat_map(|item| self.file.extents(item).unwrap_or_default()).collect();
        used.sort_by_key(|range| range.start);
        let mut boxes: Vec<Range<usize>> =
            self.file.media.iter().chain(&self.file.inner_data).cloned().collect();
        boxes.sort_by_key(|range| range.start);
        let mut used = used.into_iter().peekable();
        let mut gaps = Vec::new();
        for data in boxes {
            let mut at = data.start;
            while let Some(range) = used.next_if(|range| range.start < data.end) {
                if range.start > at {
                    gaps.push(at..range.start);
                }
                at = at.max(range.end);
            }
            if at < data.end {
                gaps.push(at..data.end);
            }
        }
        gaps
    }

    /// Adds to `facts` what all this would have told.
    pub(super) fn facts(&self, mut facts: Facts) -> Facts {
        // Items could claim the same bytes again and again; read no more than the file has.
        let mut budget = self.input.len();
        let roles = self.roles();
        let parts: HashSet<u32> = self
            .file
            .references
            .iter()
            .filter(|reference| &reference.kind == b"dimg" && roles.contains_key(&reference.from))
            .flat_map(|reference| reference.to.iter().copied())
            .collect();
        for item in &self.file.items {
            let Some(role) = roles.get(&item.id) else { continue };
            let size = size(self.file, item, self.input);
            let size = size.map_or(String::new(), |(width, height)| format!(" of {width}x{height}"));
            match role {
                Role::Exif => {
                    let data = self.data(item, &mut budget);
                    // The offset of the TIFF header comes first (ISO/IEC 23008-12, A.2.1).
                    if let Some((offset, rest)) = data.split_first_chunk::<4>() {
                        let start = u32::from_be_bytes(*offset) as usize;
                        read_exif(rest.get(start..).unwrap_or(rest), &mut facts);
                    }
                }
                Role::Xmp if !item.is_encoded => read_xmp(&self.data(item, &mut budget), &mut facts),
                // Tiles are told of with the picture that they make up.
                Role::Thumbnail | Role::Auxiliary | Role::Picture if parts.contains(&item.id) => {}
                Role::Thumbnail => facts.add(FactKind::Thumbnail, &format!("a thumbnail{size}"), SOURCE),
                Role::Auxiliary => {
                    let what = self.auxiliary_name(item);
                    facts.add(FactKind::HiddenPicture, &format!("{what}{size}"), SOURCE);
                }
                Role::Picture if &item.kind == b"tmap" => {
                    facts.add(FactKind::HiddenPicture, GAIN_MAP, SOURCE);
                }
                Role::Picture => {
                    facts.add(FactKind::HiddenPicture, &format!("another picture{size}"), SOURCE);
                }
                Role::Xmp | Role::Metadata => {}
            }
        }
        for extra in &self.file.extras {
            let text = || String::from_utf8_lossy(self.input.get(extra.range.clone()).unwrap_or_default());
            match (extra.category, extra.location) {
                (Category::Comment, _) if names::says_nothing(&text()) => {}
                (Category::Comment, _) => facts.add(FactKind::Text, &text(), SOURCE),
                (Category::SecondPicture, _) => {
                    facts.add(FactKind::HiddenPicture, "a video in the same file", SOURCE);
                    carve_into(self.input.get(extra.range.clone()).unwrap_or_default(), &mut facts);
                }
                (Category::Provenance, _) => {
                    read_provenance(self.input.get(extra.range.clone()).unwrap_or_default(), &mut facts);
                }
                _ => {}
            }
        }
        for profile in self.file.properties.iter().filter_map(|property| profile(property, self.input)) {
            read_icc(profile, &mut facts);
        }
        for property in self.file.properties.iter().filter(|property| &property.kind == b"udes") {
            // Version and flags, then language, name, description, tags, each with a NUL.
            let texts = self
                .input
                .get(property.payload.clone())
                .and_then(|payload| payload.get(4..))
                .unwrap_or_default();
            for text in texts.split(|&byte| byte == 0).skip(1).take(3) {
                facts.add(FactKind::Text, &String::from_utf8_lossy(text), SOURCE);
            }
        }
        facts
    }

    fn auxiliary_name(&self, item: &Item) -> String {
        let property = self.file.properties_of(item, *b"auxC").next();
        let payload =
            property.and_then(|property| self.input.get(property.payload.clone())).unwrap_or_default();
        let name = String::from_utf8_lossy(aux_type(payload)).to_lowercase();
        match name.as_str() {
            name if name.contains("gainmap") => GAIN_MAP.into(),
            name if name.contains("depth") || name.contains("disparity") || name.ends_with("auxid:2") => {
                "a depth map".into()
            }
            name if name.contains("matte") => "a map of where the person is".into(),
            "" => "an auxiliary picture".into(),
            name => format!("an auxiliary picture ({name})"),
        }
    }

    fn data(&self, item: &Item, budget: &mut usize) -> Vec<u8> {
        let extents = self.file.extents(item).unwrap_or_default();
        let len: usize = extents.iter().map(Range::len).sum();
        if len > *budget {
            return Vec::new();
        }
        *budget -= len;
        extents.into_iter().filter_map(|range| self.input.get(range)).flatten().copied().collect()
    }
}
