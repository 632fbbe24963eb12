//! Reads a profile and writes it anew.

use super::{
    header::{self, Header},
    reader::Reader,
    tag_table, tags, text,
    writer::Writer,
};

/// The longest profile, read or written: as long as the 255 segments of a JPEG can
/// carry. The longest that we know of, of printers with seven inks, are shorter.
pub(crate) const MAX_LEN: usize = 255 * 65_519;

/// A profile that holds colours and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rebuilt {
    pub(crate) bytes: Vec<u8>,
    /// How many bytes of the old profile told something else. None when it was
    /// the same already.
    pub(crate) removed: usize,
}

/// Why a profile cannot be written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    NotAProfile,
    Version,
    Kind,
    Tag,
    NoTransform,
    TooLong,
}

impl Unreadable {
    /// In words.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NotAProfile => "the colour profile is none, or is cut off",
            Self::Version => "the colour profile is of version 5 (iccMAX)",
            Self::Kind => "the colour profile is of a kind that pictures do not have",
            Self::Tag => "a table or curve of the colour profile is damaged",
            Self::NoTransform => "the colour profile does not say how colours look",
            Self::TooLong => "the colour profile is longer than 16 MB",
        }
    }
}

/// A tag that was written: its signature, and where its data is.
type Entry = ([u8; 4], std::ops::Range<usize>);

/// Writes a profile anew from what decides how colours look.
pub(crate) fn rebuild(profile: &[u8]) -> Result<Rebuilt, Unreadable> {
    let header = Header::read(profile)?;
    if profile.len() > MAX_LEN {
        return Err(Unreadable::TooLong);
    }
    let (data, entries, ours) = rewrite_tags(profile, &header)?;
    if !says_how_colours_look(&header, &entries) {
        return Err(Unreadable::NoTransform);
    }
    let bytes = assemble(&header, &entries, data.bytes());
    if bytes.len() > MAX_LEN {
        return Err(Unreadable::TooLong);
    }
    let removed = if bytes == profile {
        0
    } else {
        // The length is no news: it follows from the rest.
        let changed = bytes[4..header::LEN].iter().zip(&profile[4..]).filter(|(new, old)| new != old).count();
        (changed + profile.len().saturating_sub(bytes.len() - ours)).max(1)
    };
    Ok(Rebuilt { bytes, removed })
}

/// The data of all tags of the allowlist, where each is in it, and how many
/// bytes of it are texts of ours.
fn rewrite_tags(profile: &[u8], header: &Header) -> Result<(Writer, Vec<Entry>, usize), Unreadable> {
    let table = tag_table::read(profile)?;
    let (mut out, mut parts, mut entries) = (Writer::default(), Vec::new(), Vec::new());
    for (signature, write) in [(*b"desc", text::description as fn(_, &mut _)), (*b"cprt", text::copyright)] {
        let begin = out.len();
        write(header.version[0], &mut out);
        entries.push((signature, out.share(begin, &mut parts)));
        out.align();
    }
    let ours = out.len();
    for allowed in &tags::ALLOWED {
        let Some(tag) = table.iter().find(|tag| tag.signature == allowed.signature) else { continue };
        let begin = out.len();
        // Some writers get a tag's size wrong, and few readers look at it.
        let is_readable = [tag.end, profile.len()].into_iter().any(|end| {
            out.truncate(begin);
            allowed.rewrite(header, Reader::new(profile, tag.start, end), &mut out).is_some()
        });
        if is_readable {
            entries.push((allowed.signature, out.share(begin, &mut parts)));
            out.align();
            out.within_limit().ok_or(Unreadable::TooLong)?;
        } else if allowed.decides_looks() {
            return Err(Unreadable::Tag);
        } else {
            out.truncate(begin);
        }
    }
    Ok((out, entries, ours))
}

/// Whether colour engines can get from the device's colours to the connection
/// space: by a table, by a curve of grey, or by three curves and colorants.
fn says_how_colours_look(header: &Header, entries: &[Entry]) -> bool {
    let has = |wanted: &[u8; 4]| entries.iter().any(|(signature, _)| signature == wanted);
    let has_table = tags::ALLOWED.iter().any(|tag| tag.is_table_to_pcs() && has(&tag.signature));
    has_table
        || match &header.space {
            b"GRAY" => has(b"kTRC"),
            b"RGB " => [b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"].into_iter().all(has),
            _ => false,
        }
}

/// Header, tag table and data as one profile.
fn assemble(header: &Header, entries: &[Entry], data: &[u8]) -> Vec<u8> {
    let start = header::LEN + 4 + 12 * entries.len();
    let mut out = Writer::default();
    header.write(&mut out);
    out.set_u32(0, (start + data.len()) as u32);
    out.u32(entries.len() as u32);
    for (signature, range) in entries {
        out.put(signature);
        out.u32((start + range.start) as u32);
        out.u32(range.len() as u32);
    }
    out.put(data);
    out.into_bytes()
}
