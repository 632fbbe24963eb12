//! Pictures within a picture: thumbnails that show what was cropped away, second pictures behind the end.
//!
//! They are looked for in what cleaning removes, and shown as they come out of the sanitizer themselves: the page gets no
//! bytes of a stranger's that were not understood.

use bytes::Bytes;
use sanitizer::{Format, Options, Removal};

use crate::json::page::Hidden;
use crate::pictures::category_name;

/// More than a person looks at.
const MOST: usize = 6;
/// Bytes that are kept of one picture's. Previews of cameras have some megabytes.
const MOST_BYTES: usize = 16 << 20;
/// Places that look like the beginning of a picture; a crafted file has many.
const MOST_TRIES: usize = 24;
/// How a JPEG begins.
const START: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// A picture within a picture, clean.
pub(super) struct HiddenPicture {
    pub(super) bytes: Bytes,
    pub(super) shown: Hidden,
}

/// All that are in `removed` of `picture`.
pub(super) fn find(picture: &Bytes, removed: &[Removal]) -> Vec<HiddenPicture> {
    let mut found: Vec<HiddenPicture> = Vec::new();
    let (mut tries, mut kept) = (0, 0);
    for Removal { category, offset, bytes, .. } in removed {
        let end = offset.saturating_add(*bytes).min(picture.len());
        let mut at = *offset;
        while let Some(start) = next(picture, at, end) {
            if tries == MOST_TRIES || found.len() == MOST {
                return found;
            }
            tries += 1;
            at = start + START.len();
            let Some((clean, length)) = cleaned(picture.slice(start..end)) else { continue };
            at = start + length.max(START.len());
            let is_known = found.iter().any(|known| known.bytes == clean.bytes);
            if !is_known && kept + clean.bytes.len() <= MOST_BYTES {
                kept += clean.bytes.len();
                found.push(HiddenPicture {
                    shown: Hidden { place: category_name(*category), ..clean.shown },
                    ..clean
                });
            }
        }
    }
    found
}

fn next(picture: &[u8], from: usize, to: usize) -> Option<usize> {
    let part = picture.get(from..to)?;
    part.windows(START.len()).position(|three| three == START).map(|at| from + at)
}

/// The picture, and how many bytes of the input it takes at least.
fn cleaned(bytes: Bytes) -> Option<(HiddenPicture, usize)> {
    let clean = sanitizer::sanitize(bytes, &Options::default()).ok()?;
    let (width, height) = (clean.report.width, clean.report.height);
    let is_picture = clean.format == Format::Jpeg && width > 1 && height > 1;
    let bytes = clean.into_bytes();
    let length = bytes.len();
    let shown = Hidden { place: "", width, height, bytes: length };
    is_picture.then_some((HiddenPicture { bytes, shown }, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::jpeg::{Kind, picture, segment};

    fn found(file: Vec<u8>) -> Vec<(u32, u32, &'static str)> {
        let file = Bytes::from(file);
        let report = sanitizer::sanitize(file.clone(), &Options::default()).unwrap().report;
        find(&file, &report.removed)
            .iter()
            .map(|one| (one.shown.width, one.shown.height, one.shown.place))
            .collect()
    }

    #[test]
    fn thumbnails_and_what_is_behind_the_end_are_found() {
        let (whole, small, second) =
            (picture(Kind::Ycc420, 64, 48), picture(Kind::Grey, 16, 12), picture(Kind::Ycc444, 32, 24));
        let exif = segment(0xE1, &[&b"Exif\0\0MM\0\x2A\0\0\0\x08\0\0\0\0\0\0"[..], &small].concat());
        let file = [&whole[..2], &exif, &whole[2..], &second].concat();
        let found = found(file);
        assert_eq!(found.iter().map(|one| (one.0, one.1)).collect::<Vec<_>>(), [(16, 12), (32, 24)]);
        assert_eq!((found[0].2, found[1].2), ("EXIF", "other pictures"));
    }

    #[test]
    fn what_only_begins_like_a_picture_is_none() {
        let whole = picture(Kind::Grey, 16, 16);
        assert!(found(whole.clone()).is_empty());
        let crafted = [&whole[..], &START.repeat(100_000)].concat();
        assert!(found(crafted).is_empty());
    }
}
