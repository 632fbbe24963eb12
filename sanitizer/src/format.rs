//! Which format a file has, told by its content.

use crate::Error;

/// The formats that can be cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
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

impl Format {
    /// Tells the format of `input` by its first bytes.
    ///
    /// # Errors
    /// [`Error::NotAPicture`] when it is none that we know by name, and
    /// [`Error::UnsupportedFormat`] for pictures that we cannot clean (TIFF, BMP, ...).
    pub fn detect(input: &[u8]) -> Result<Self, Error> {
        match input {
            [] => Err(Error::NotAPicture),
            [0xFF, 0xD8, 0xFF, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::Webp),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Self::Gif),
            [b'I', b'I', 0x2A, 0x00, ..] | [b'M', b'M', 0x00, 0x2A, ..] => {
                Err(Error::UnsupportedFormat { name: "TIFF" })
            }
            [b'I', b'I', 0x2B, 0x00, ..] | [b'M', b'M', 0x00, 0x2B, ..] => {
                Err(Error::UnsupportedFormat { name: "BigTIFF" })
            }
            [b'B', b'M', ..] => Err(Error::UnsupportedFormat { name: "BMP" }),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => crate::heif::brand(input),
            _ => Err(Error::NotAPicture),
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
