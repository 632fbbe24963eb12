//! Names of items and handlers that programs give to all of their files, and which tell nothing of this one.

/// Words that such names are made of, in lower case.
const WORDS: &str = "alpha alternate apple audio aux auxiliary av avc avif base channel coded color colour core \
    cover data depth derived exif gain gainmap gmap grid handler hdr heic heif hevc icc image iso \
    item jpeg layer libavif libheif main map mapped mask master matte media meta metadata mime \
    overlay pict picture picturehandler pixi preview primary profile raw sdr thumb thumbnail tile \
    tmap tone video videohandler xmp";

/// Whether a name is made of such words and numbers alone.
pub(super) fn says_nothing(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    name.len() <= 64
        && name.is_ascii()
        && words.into_iter().all(|word| WORDS.split(' ').any(|known| known.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_programs_say_nothing() {
        for name in [
            "Color",
            "Alpha",
            "Exif",
            "XMP",
            "HEVC Image",
            "Tile_12",
            "GMap",
            "libavif",
            "pict",
            "PictureHandler",
            "",
            "Gain Map Image",
            "tile 3/48",
        ] {
            assert!(says_nothing(name), "{name}");
        }
        for name in ["Ada's picture", "balcony.jpg", "Main Street", "Bild", &"x".repeat(100), "Farbe é"] {
            assert!(!says_nothing(name), "{name}");
        }
    }
}
