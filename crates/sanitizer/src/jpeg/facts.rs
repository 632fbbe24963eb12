//! Reads out what removed segments and trailers tell, when that is asked for.

use std::ops::Range;

use memchr::memmem;

use super::app::{Content, EXTENDED_XMP, JFIF_LEN, XMP};
use crate::{
    Category,
    facts::{
        FactKind, Facts, PHOTOSHOP, read_app_segment, read_exif, read_photoshop, read_provenance, read_text,
        read_xmp,
    },
};

/// In a part of an extended XMP packet, behind its name: the packet's
/// fingerprint, its length, and where in it the part belongs.
const EXTENDED_HEADER: usize = 32 + 4 + 4;
/// How many EXIF and XMP blocks of other pictures are read at most.
const MAX_BLOCKS: usize = 16;

/// The longest manifest that is read; thumbnails are most of it.
const MOST_MANIFEST: usize = 8 << 20;

/// What a second picture is called.
pub(super) const ANOTHER_PICTURE: &str = "another JPEG picture";

/// How another picture is named that has so many bytes behind its start.
pub(super) fn another_picture(len: usize) -> String {
    format!("{ANOTHER_PICTURE}, {len} bytes to the end")
}

/// Collects facts along the walk.
pub(super) struct FactReader {
    facts: Facts,
    /// Parts of the extended XMP packet, each with where it belongs.
    extended: Vec<(u32, Range<usize>)>,
    /// Photoshop's image resources, one range for each segment. What is too long for one goes on in the next.
    resources: Vec<Range<usize>>,
    /// The manifest, its parts joined.
    manifest: Option<Vec<u8>>,
    /// Whether JFIF says how many pixels there are to an inch.
    has_density: bool,
}

impl FactReader {
    /// Adds to `facts`.
    pub(super) fn new(facts: Facts) -> Self {
        Self { facts, extended: Vec::new(), resources: Vec::new(), manifest: None, has_density: false }
    }

    /// Reads the APPn or COM segment with `payload`.
    pub(super) fn segment(&mut self, input: &[u8], content: Content, payload: Range<usize>) {
        let bytes = &input[payload.clone()];
        // Its unit is of inches or centimetres then, and it stays (T.871, 10.1).
        self.has_density |= content == Content::Jfif && bytes[7] != 0;
        let facts = &mut self.facts;
        match content {
            Content::Exif => read_exif(&bytes[6..], facts),
            Content::Xmp => read_xmp(&bytes[XMP.len()..], facts),
            Content::ExtendedXmp => {
                let start = EXTENDED_XMP.len() + EXTENDED_HEADER;
                if let Some(offset) = bytes.get(start - 4..start)
                    && let Ok(offset) = offset.try_into()
                {
                    self.extended.push((u32::from_be_bytes(offset), payload.start + start..payload.end));
                }
            }
            Content::Jfif if bytes[JFIF_LEN - 2] > 0 && bytes[JFIF_LEN - 1] > 0 => {
                let size = format!("{}x{} pixels", bytes[JFIF_LEN - 2], bytes[JFIF_LEN - 1]);
                facts.add(FactKind::Thumbnail, &size, "JFIF");
            }
            Content::Other(Category::Thumbnail) => facts.add(FactKind::Thumbnail, "a thumbnail", "JFXX"),
            Content::Other(Category::Iptc) => {
                read_photoshop(bytes, facts);
                if bytes.starts_with(PHOTOSHOP) {
                    self.resources.push(payload.start + PHOTOSHOP.len()..payload.end);
                }
            }
            Content::Other(Category::Comment) => {
                read_text("Comment", &String::from_utf8_lossy(bytes), "JPEG comment", facts);
            }
            Content::Other(Category::Provenance) => self.manifest(bytes),
            Content::Other(Category::Application) => read_app_segment(bytes, facts),
            _ => {}
        }
    }

    /// Takes a part of a manifest (ISO/IEC 19566-5, D.2): the name, the number of the box, the number of the part, and then
    /// the box, whose header each part repeats.
    fn manifest(&mut self, payload: &[u8]) {
        let Some((head, rest)) = payload.split_first_chunk::<8>() else { return };
        let part = if head[4..] == [0, 0, 0, 1] { rest } else { rest.get(8..).unwrap_or_default() };
        if self.manifest.get_or_insert_default().len() + part.len() <= MOST_MANIFEST {
            self.manifest.get_or_insert_default().extend_from_slice(part);
        }
    }

    /// Reads what stands after EOI.
    pub(super) fn trailer(&mut self, trailer: &[u8], picture: Option<usize>, video: Option<usize>) {
        if let Some(at) = picture {
            self.facts.add(
                FactKind::HiddenPicture,
                &another_picture(trailer.len() - at),
                "after the picture",
            );
        }
        if let Some(at) = video {
            let size = format!("a video, {} bytes to the end", trailer.len() - at);
            self.facts.add(FactKind::HiddenPicture, &size, "after the picture");
        }
        for (name, read) in [(&b"Exif\0\0"[..], read_exif as fn(&[u8], &mut Facts)), (XMP, read_xmp)] {
            for at in memmem::find_iter(trailer, name).take(MAX_BLOCKS) {
                let Some(&[high, low]) = at.checked_sub(2).and_then(|length| trailer.get(length..at)) else {
                    continue;
                };
                let end = at - 2 + usize::from(u16::from_be_bytes([high, low]));
                read(trailer.get(at + name.len()..end).unwrap_or_default(), &mut self.facts);
            }
        }
    }

    pub(super) fn finish(mut self, input: &[u8]) -> Facts {
        self.extended.sort_by_key(|&(offset, _)| offset);
        let packet: Vec<&[u8]> = self.extended.into_iter().map(|(_, range)| &input[range]).collect();
        if !packet.is_empty() {
            read_xmp(&packet.concat(), &mut self.facts);
        }
        if self.resources.len() > 1 {
            let resources: Vec<&[u8]> = self.resources.into_iter().map(|range| &input[range]).collect();
            read_photoshop(&resources.concat(), &mut self.facts);
        }
        if let Some(manifest) = &self.manifest {
            read_provenance(manifest, &mut self.facts);
        }
        if self.has_density {
            self.facts.forget_density();
        }
        self.facts
    }
}
