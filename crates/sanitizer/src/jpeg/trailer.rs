//! Tells what stands after EOI: second pictures (MPF, gain maps), videos of
//! motion photos, vendors' data.

use memchr::memmem;

use crate::Category;

/// What a trailer holds.
#[derive(Debug, PartialEq)]
pub(super) struct Trailer {
    pub category: Category,
    /// Where in it the first JPEG starts.
    pub picture: Option<usize>,
    /// Where in it the first video starts.
    pub video: Option<usize>,
}

/// Looks into a trailer.
pub(super) fn look(trailer: &[u8]) -> Trailer {
    // An ISO base media file starts with the length of its `ftyp` box.
    let video = memmem::find_iter(trailer, b"ftyp")
        .find(|&at| at >= 4 && matches!(trailer[at - 4..at], [0, 0, 0, 8..=128]))
        .map(|at| at - 4);
    // The three bytes of a JPEG's start also occur in a video by chance.
    let picture = memmem::find(&trailer[..video.unwrap_or(trailer.len())], b"\xFF\xD8\xFF");
    let category = if picture.is_some() { Category::SecondPicture } else { Category::Trailer };
    Trailer { category, picture, video }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_videos_and_the_rest() {
        let is = |bytes: &[u8], category, picture, video| {
            assert_eq!(look(bytes), Trailer { category, picture, video });
        };
        is(b"\0\0\xFF\xD8\xFF\xE1", Category::SecondPicture, Some(2), None);
        is(b"\0\0\0\x18ftypmp42..\xFF\xD8\xFF", Category::Trailer, None, Some(0));
        is(b"\xFF\xD8\xFF..\0\0\0\x18ftypmp42", Category::SecondPicture, Some(0), Some(5));
        is(b"SEFH ftyp", Category::Trailer, None, None);
        is(b"ftyp", Category::Trailer, None, None);
    }
}
