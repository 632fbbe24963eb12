//! The tag table (ICC.1:2022, 7.3): where the data of each tag is.

use super::{header, reader::Reader, rebuild::Unreadable};

/// As many tags as Little CMS reads; real profiles have up to forty.
const MOST_TAGS: usize = 100;

/// An entry of the table, whose data is inside the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) signature: [u8; 4],
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads the table. Tags that are empty or cut off are left out, as Little CMS does.
pub(super) fn read(profile: &[u8]) -> Result<Vec<Tag>, Unreadable> {
    let mut reader = Reader::new(profile, header::LEN, profile.len());
    let count = reader.u32().ok_or(Unreadable::NotAProfile)? as usize;
    if count > MOST_TAGS {
        return Err(Unreadable::NotAProfile);
    }
    let mut tags: Vec<Tag> = Vec::new();
    for _ in 0..count {
        let mut entry = || Some((reader.array()?, reader.u32()? as usize, reader.u32()? as usize));
        let (signature, start, len) = entry().ok_or(Unreadable::NotAProfile)?;
        let end = start.checked_add(len).filter(|&end| end <= profile.len());
        // Of tags that are there twice, readers take the first one.
        let is_known = tags.iter().any(|tag| tag.signature == signature);
        if let Some(end) = end.filter(|_| len > 0 && start >= header::LEN && !is_known) {
            tags.push(Tag { signature, start, end });
        }
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(entries: &[(&[u8; 4], u32, u32)]) -> Vec<u8> {
        let mut profile = vec![0; header::LEN];
        profile.extend((entries.len() as u32).to_be_bytes());
        for (signature, offset, len) in entries {
            profile.extend(*signature);
            profile.extend(offset.to_be_bytes());
            profile.extend(len.to_be_bytes());
        }
        profile.resize(400, 0);
        profile
    }

    #[test]
    fn tags_that_are_not_there_are_left_out() {
        let entries: [(&[u8; 4], u32, u32); 7] = [
            (b"aaaa", 200, 200),
            (b"bbbb", 200, 201),
            (b"cccc", u32::MAX, u32::MAX),
            (b"dddd", 200, 0),
            (b"eeee", 0, 8),
            (b"aaaa", 300, 8),
            (b"ffff", 200, 200),
        ];
        let tags = read(&profile(&entries)).unwrap();
        assert_eq!(tags.len(), 2);
        assert_eq!(tags[0], Tag { signature: *b"aaaa", start: 200, end: 400 });
        assert_eq!(&tags[1].signature, b"ffff");
    }

    #[test]
    fn a_table_that_is_cut_off_or_too_long_is_none() {
        assert_eq!(read(&[0; 131]), Err(Unreadable::NotAProfile));
        let mut long = profile(&[]);
        long[131] = 101;
        long.resize(10_000, 0);
        assert_eq!(read(&long), Err(Unreadable::NotAProfile));
        long[131] = 100;
        assert_eq!(read(&long), Ok(vec![]));
        assert_eq!(read(&long[..500]), Err(Unreadable::NotAProfile));
    }
}
