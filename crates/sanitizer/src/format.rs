//! Which format a file has, told by its content.

use crate::Error;

/// The formats that can be cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Format {
    /// JPEG: baseline, extended, progressive, lossless, arithmetic (ITU-T T.81).
    Jpeg,
    /// PNG and APNG (W3C PNG, third edition).
    Png,
    /// WebP: lossy, lossless, animated (RFC 9649).
    Webp,
    /// GIF87a and GIF89a.
    Gif,
    /// HEIC/HEIF (ISO/IEC 23008-12), HEVC-coded.
    Heic,
    /// AVIF: HEIF with AV1.
    Avif,
}

/// How files of other picture formats begin, camera raw included. They may tell as much as a JPEG does, so they
/// are refused by name and not passed over.
const OTHERS: [(&[u8], &str); 19] = [
    (b"II\x2A\0", "TIFF"),
    (b"MM\0\x2A", "TIFF"),
    (b"II\x2B\0", "BigTIFF"),
    (b"MM\0\x2B", "BigTIFF"),
    (b"BM", "BMP"),
    (b"\xFF\x0A", "JPEG XL"),
    (b"\0\0\0\x0CJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0CjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xFF\x4F\xFF\x51", "JPEG 2000"),
    (b"II\xBC\x01", "JPEG XR"),
    (b"8BPS", "Photoshop"),
    (b"II\x1A\0\0\0HEAPCCDR", "Canon CRW"),
    (b"FUJIFILMCCD-RAW", "Fujifilm RAF"),
    (b"IIRO", "Olympus ORF"),
    (b"IIRS", "Olympus ORF"),
    (b"MMOR", "Olympus ORF"),
    (b"IIU\0", "Panasonic RW2"),
    (b"FOVb", "Sigma X3F"),
    (b"\0MRM", "Minolta MRW"),
];

impl Format {
    /// Tells the format of `input` by its first bytes.
    ///
    /// # Errors
    /// [`Error::NotAPicture`] when it is none that we know by name, and
    /// [`Error::UnsupportedFormat`] for pictures that we cannot clean (TIFF, JPEG XL, camera raw, ...).
    pub fn detect(input: &[u8]) -> Result<Self, Error> {
        match input {
            [] => Err(Error::NotAPicture),
            [0xFF, 0xD8, 0xFF, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::Webp),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Self::Gif),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => crate::heif::brand(input),
            _ => match OTHERS.iter().find(|(start, _)| input.starts_with(start)) {
                Some((_, name)) => Err(Error::UnsupportedFormat { name }),
                None => Err(Error::NotAPicture),
            },
        }
    }

    /// The media type, for `Content-Type`.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_picture_formats_are_refused_by_name() {
        for (start, name) in OTHERS {
            let file = [start, &[0; 64]].concat();
            assert_eq!(Format::detect(&file), Err(Error::UnsupportedFormat { name }));
        }
        for none in [&b""[..], b"%PDF-1.7", b"PK\x03\x04", b"II", b"\xFF\xD8", b"GIF88a"] {
            assert_eq!(Format::detect(none), Err(Error::NotAPicture), "{none:?}");
        }
    }
}
