//! The properties of the items that stay, each cleaned once.

use std::collections::{HashMap, HashSet};

use super::gain_map::{self, GainMap};
use super::model::{File, Item};
use super::properties::{Payload, Verdict, aux_type, is_gain_map, judge};
use crate::{Options, ProfileOutcome};

/// A property box counts its items' properties in one byte.
const PROPERTIES_OF_ITEM: usize = 255;

/// What became of a property.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    /// It has this place in the clean file.
    Kept(usize),
    Dropped {
        is_descriptive: bool,
    },
}

/// Cleans properties, each once, however many items have it.
pub(super) struct Cleaner<'a> {
    input: &'a [u8],
    file: &'a File,
    options: &'a Options,
    gain_map: Option<&'a GainMap>,
    /// By a property's place in the file.
    pub(super) fates: HashMap<usize, Fate>,
    /// Profiles in whose place numbers stand.
    pub(super) replaced: Vec<usize>,
    pub(super) kept: Vec<([u8; 4], Payload)>,
    /// What became of colour profiles; the worst is told.
    pub(super) profile: ProfileOutcome,
}

impl<'a> Cleaner<'a> {
    pub(super) fn new(
        input: &'a [u8],
        file: &'a File,
        options: &'a Options,
        gain_map: Option<&'a GainMap>,
    ) -> Self {
        Self {
            input,
            file,
            options,
            gain_map,
            fates: HashMap::new(),
            replaced: Vec::new(),
            kept: Vec::new(),
            profile: ProfileOutcome::None,
        }
    }

    /// The properties of the item at `index`: places in `kept`, and whether readers must understand them.
    pub(super) fn properties(
        &mut self,
        index: usize,
        was_cut: bool,
    ) -> Result<Vec<(usize, bool)>, &'static str> {
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
