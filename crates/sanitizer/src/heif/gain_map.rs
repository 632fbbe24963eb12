//! Finds the gain map of a HEIF file, and says what stays of it.
//!
//! There are two ways to have one, and newer phones use both at once for the
//! same map: an item of type `tmap`, derived from the primary picture and the
//! map (ISO/IEC 23008-12:2024 amendment 1, 6.6.2.4), which is an alternative to the
//! primary one; and Apple's auxiliary picture, which an XMP item describes.
//! The map is a picture like any other. The data of the other items is written anew.

use std::collections::HashMap;

use super::brand::{Claim, TONE_MAP};
use super::clean::size;
use super::model::{File, Item};
use super::properties::{aux_type, is_gain_map};
use super::select::Link;
use crate::facts::apple_hdr_fields;
use crate::gain_map::apple::{Headroom, headroom_of_maker_note, headroom_of_packet};
use crate::gain_map::{Metadata, iso, xmp::Packet};
use crate::{Format, GainMaps, Options};

/// A map may have this many times the pixels of its base: it is no place for another picture.
const MOST_PIXELS: u64 = 4;
/// An XMP item of a map has some 450 bytes.
const PACKET_LIMIT: usize = 1 << 16;
/// EXIF with a maker note; it is read only where no other place tells the headroom. In JPEG it could not be larger.
const EXIF_LIMIT: usize = 1 << 16;

const TWO: &str = "there are two, and readers would show different ones";

/// What stays of a gain map. Items are places in [`File::items`].
pub(super) struct GainMap {
    /// The map itself.
    pub(super) picture: usize,
    /// The picture that is derived with it.
    pub(super) tone_map: Option<usize>,
    /// The item that describes it, when it stays as Apple's auxiliary picture.
    pub(super) description: Option<usize>,
    /// The data of these two.
    data: HashMap<usize, Vec<u8>>,
    pub(super) metadata: Metadata,
}

impl GainMap {
    /// The new data of an item; `None` when it is not one that is written anew.
    pub(super) fn written(&self, index: usize) -> Option<&[u8]> {
        self.data.get(&index).map(Vec::as_slice)
    }

    /// The reference from an item that a gain map needs.
    pub(super) fn link_from(&self, file: &File, from: usize) -> Option<Link> {
        let primary = file.by_id.get(&file.primary).copied()?;
        let link = |kind: &[u8; 4], to| Link { kind: *kind, from, to };
        if self.tone_map == Some(from) {
            return Some(link(b"dimg", vec![primary, self.picture]));
        }
        if self.description == Some(from) {
            return Some(link(b"cdsc", vec![self.picture]));
        }
        (self.description.is_some() && from == self.picture).then(|| link(b"auxl", vec![primary]))
    }
}

/// What there is.
pub(super) enum Found {
    Nothing,
    Map(GainMap),
    /// A map that goes, and why.
    Unusable(&'static str),
}

/// Looks for the gain map of the primary picture.
pub(super) fn find(file: &File, input: &[u8], claim: &Claim, format: Format, options: &Options) -> Found {
    // That there is none is for others to say.
    let Some(&primary) = file.by_id.get(&file.primary) else { return Found::Nothing };
    let finder = Finder { file, input, primary: &file.items[primary] };
    let all = |is: &dyn Fn(&Item) -> bool| -> Vec<usize> {
        (0..file.items.len()).filter(|&index| is(&file.items[index])).collect()
    };
    let tone_maps = all(&|item| &item.kind == b"tmap");
    let auxiliaries = all(&|item| finder.is_auxiliary(item));
    if tone_maps.is_empty() && auxiliaries.is_empty() {
        return Found::Nothing;
    }
    if options.gain_maps == GainMaps::Drop {
        return Found::Unusable("the options drop it");
    }
    if tone_maps.len() > 1 || auxiliaries.len() > 1 {
        return Found::Unusable(TWO);
    }
    let tone_map = tone_maps.first().map(|&index| finder.tone_map(index, claim, format));
    let auxiliary = auxiliaries.first().map(|&index| finder.auxiliary(index));
    let found = match (tone_map, auxiliary) {
        (Some(Ok(tone_map)), Some(Ok(auxiliary))) if tone_map.picture == auxiliary.picture => {
            let data = tone_map.data.into_iter().chain(auxiliary.data).collect();
            Ok(GainMap { data, description: auxiliary.description, ..tone_map })
        }
        (Some(Ok(_)), Some(Ok(_))) => Err(TWO),
        (Some(Ok(one)), _) | (_, Some(Ok(one))) => Ok(one),
        (Some(Err(why)), _) | (_, Some(Err(why))) => Err(why),
        (None, None) => return Found::Nothing,
    };
    match found.and_then(|gain_map| finder.check_picture(gain_map.picture).map(|()| gain_map)) {
        Ok(gain_map) => Found::Map(gain_map),
        Err(why) => Found::Unusable(why),
    }
}

struct Finder<'a> {
    file: &'a File,
    input: &'a [u8],
    primary: &'a Item,
}

impl Finder<'_> {
    /// A picture derived from the primary one and a map.
    fn tone_map(&self, index: usize, claim: &Claim, format: Format) -> Result<GainMap, &'static str> {
        let (file, item) = (self.file, &self.file.items[index]);
        let mut inputs = file.references.iter().filter(|one| &one.kind == b"dimg" && one.from == item.id);
        let picture = match (inputs.next().map(|one| &one.to[..]), inputs.next()) {
            (Some(&[base, map]), None) if base == file.primary && map != base => {
                file.by_id.get(&map).copied()
            }
            _ => None,
        };
        let picture = picture.ok_or("it is not of the picture that is shown")?;
        let is_offered = file.groups.iter().filter(|group| &group.kind == b"altr").any(|group| {
            let place = |id| group.items.iter().position(|&item| item == id);
            place(item.id).zip(place(file.primary)).is_some_and(|(tone_map, base)| tone_map < base)
        });
        if !claim.brands.contains(&TONE_MAP) || !is_offered {
            return Err("its file does not offer it to readers");
        }
        if size(file, item, self.input) != size(file, self.primary, self.input) {
            return Err("it is not of the picture's size");
        }
        let transforms = self.transforms(item);
        // Apple's writer turns all three. Readers of AVIF refuse a picture that has any here.
        let are_same = transforms == self.transforms(self.primary);
        if !transforms.is_empty() && (format == Format::Avif || !are_same) {
            return Err("it is turned otherwise than the picture");
        }
        let data = self.data(item, PACKET_LIMIT)?;
        let Some((0, fields)) = data.split_first() else { return Err("its metadata is of a later version") };
        let metadata = iso::read(fields)?;
        let written = [&[0][..], &iso::write(&metadata)].concat();
        Ok(GainMap {
            picture,
            tone_map: Some(index),
            description: None,
            data: HashMap::from([(index, written)]),
            metadata,
        })
    }

    /// Whether an item says that it is Apple's gain map of the primary picture.
    fn is_auxiliary(&self, item: &Item) -> bool {
        let mut types = self.file.properties_of(item, *b"auxC");
        let is_map = types.any(|property| {
            self.input.get(property.payload.clone()).is_some_and(|payload| is_gain_map(aux_type(payload)))
        });
        let of_primary = |one: &&super::model::Reference| {
            &one.kind == b"auxl" && one.from == item.id && one.to.contains(&self.file.primary)
        };
        is_map && item.id != self.file.primary && self.file.references.iter().any(|one| of_primary(&one))
    }

    fn auxiliary(&self, picture: usize) -> Result<GainMap, &'static str> {
        let (file, id) = (self.file, self.file.items[picture].id);
        let mut descriptions = file.references.iter().filter(|one| {
            let is_packet = |item: &Item| {
                &item.kind == b"mime"
                    && !item.is_encoded
                    && self.input.get(item.content_type.clone()) == Some(b"application/rdf+xml")
            };
            let from = file.by_id.get(&one.from).map(|&index| &file.items[index]);
            &one.kind == b"cdsc" && one.to == [id] && from.is_some_and(is_packet)
        });
        let description = match (descriptions.next(), descriptions.next()) {
            (Some(one), None) => file.by_id[&one.from],
            (None, _) => return Err("its headroom is not told"),
            (Some(_), Some(_)) => return Err("its metadata says a thing twice"),
        };
        let packet = self.data(&file.items[description], PACKET_LIMIT)?;
        let packet = Packet::read(&packet).ok_or("its metadata cannot be read")?;
        let headroom = match headroom_of_packet(&packet)? {
            Some(headroom) => headroom,
            None => self.headroom_of_exif()?,
        };
        let metadata = headroom.to_metadata()?;
        let data = HashMap::from([(description, headroom.write().into_bytes())]);
        Ok(GainMap { picture, tone_map: None, description: Some(description), data, metadata })
    }

    /// Before iOS 17 it was told by the maker note of the primary picture alone.
    fn headroom_of_exif(&self) -> Result<Headroom, &'static str> {
        const NONE: &str = "its headroom is not told";
        let file = self.file;
        let exif = file.references.iter().find_map(|one| {
            let item = &file.items[*file.by_id.get(&one.from)?];
            let is_of_primary = &one.kind == b"cdsc" && one.to.contains(&file.primary);
            (is_of_primary && &item.kind == b"Exif").then_some(item)
        });
        let data = self.data(exif.ok_or(NONE)?, EXIF_LIMIT)?;
        // The offset of the TIFF header comes first (ISO/IEC 23008-12, A.2.1).
        let (offset, rest) = data.split_first_chunk::<4>().ok_or(NONE)?;
        let tiff = rest.get(u32::from_be_bytes(*offset) as usize..).ok_or(NONE)?;
        let (field_33, field_48) = apple_hdr_fields(tiff).ok_or(NONE)?;
        headroom_of_maker_note(field_33, field_48)
    }

    /// Whether the map may stay: no larger than maps are, and lying over the
    /// picture as it does.
    fn check_picture(&self, picture: usize) -> Result<(), &'static str> {
        let (map, base) = (&self.file.items[picture], self.primary);
        let pixels = |item| {
            size(self.file, item, self.input).map(|(width, height)| u64::from(width) * u64::from(height))
        };
        match (pixels(map), pixels(base)) {
            (Some(map), Some(base)) if map <= base.saturating_mul(MOST_PIXELS) => {}
            _ => return Err("it is larger than a map of this picture needs to be"),
        }
        if !matches!(&map.kind, b"hvc1" | b"av01" | b"grid") {
            return Err("it is coded as no map is");
        }
        if self.transforms(map) != self.transforms(base) {
            return Err("it is turned otherwise than the picture");
        }
        Ok(())
    }

    /// How an item is cropped, turned and mirrored.
    fn transforms(&self, item: &Item) -> Vec<([u8; 4], &[u8])> {
        let all = item.properties.iter().filter_map(|&(index, _)| self.file.properties.get(index));
        all.filter(|property| matches!(&property.kind, b"clap" | b"irot" | b"imir"))
            .map(|property| {
                let payload = self.input.get(property.payload.clone()).unwrap_or_default();
                (
                    property.kind,
                    if &property.kind == b"clap" { payload } else { &payload[..payload.len().min(1)] },
                )
            })
            .collect()
    }

    fn data(&self, item: &Item, limit: usize) -> Result<Vec<u8>, &'static str> {
        let extents = self.file.extents(item)?;
        if extents.iter().map(ExactSizeIterator::len).sum::<usize>() > limit {
            return Err("its metadata is larger than that of a map");
        }
        Ok(extents.into_iter().filter_map(|range| self.input.get(range)).flatten().copied().collect())
    }
}

/// The colours of a tone map in numbers (`nclx`), in place of a profile: those
/// of its `cicp` tag, else the base's primaries with the transfer function of
/// HDR screens. `None` when neither is known.
///
/// Phones make such a profile for each picture, with the time to the second
/// and a curve of its own.
pub(super) fn numbers_of_colours(profile: &[u8], base: Option<&[u8]>) -> Option<Vec<u8>> {
    let (primaries, transfer, matrix, is_full) = cicp(profile).or_else(|| {
        // The transfer function of BT.2100 PQ (ISO/IEC 23091-2, table 3).
        base.and_then(|nclx| Some((*nclx.get(5)?, 16, 0, true)))
    })?;
    Some([&b"nclx"[..], &[0, primaries, 0, transfer, 0, matrix, u8::from(is_full) << 7]].concat())
}

/// The `cicp` tag of a profile (ICC.1:2022, 9.2.17 and 10.3).
fn cicp(profile: &[u8]) -> Option<(u8, u8, u8, bool)> {
    let number = |at: usize| Some(u32::from_be_bytes(*profile.get(at..)?.first_chunk()?) as usize);
    let count = number(128)?.min(100);
    let entry =
        (0..count).map(|index| 132 + 12 * index).find(|&at| profile.get(at..at + 4) == Some(b"cicp"))?;
    let tag = profile.get(number(entry + 4)?..)?.first_chunk::<12>()?;
    match *tag {
        // Values that ISO/IEC 23091-2 gives a meaning.
        [
            b'c',
            b'i',
            b'c',
            b'p',
            0,
            0,
            0,
            0,
            primaries @ (1..=12 | 22),
            transfer @ 1..=18,
            matrix @ 0..=14,
            range @ (0 | 1),
        ] => Some((primaries, transfer, matrix, range == 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A profile with one tag.
    fn profile(tag: &[u8]) -> Vec<u8> {
        let mut profile = vec![0; 144];
        profile[128..144].copy_from_slice(b"\0\0\0\x01cicp\0\0\0\x90\0\0\0\x0C");
        profile.extend(tag);
        profile
    }

    #[test]
    fn colours_are_those_of_the_profile_else_of_the_base() {
        let p3 = profile(b"cicp\0\0\0\0\x0C\x10\0\x01");
        assert_eq!(numbers_of_colours(&p3, None).unwrap(), b"nclx\0\x0C\0\x10\0\0\x80");
        let base = b"nclx\0\x09\0\x0D\0\x06\0";
        for unknown in [&profile(b"cicp\0\0\0\0\xFF\x10\0\x01")[..], &profile(b"cicp"), &p3[..155], b""] {
            assert_eq!(numbers_of_colours(unknown, Some(base)).unwrap(), b"nclx\0\x09\0\x10\0\0\x80");
            assert_eq!(numbers_of_colours(unknown, None), None);
        }
    }
}
