//! Tells what an APPn or COM segment holds, by the name at its start.

use img_parts::jpeg::markers::{APP0, APP1, APP2, APP11, APP13, APP14, APP15, COM};

use crate::{
    Category,
    gain_map::{iso, mpf},
};

/// What a segment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// JFIF (T.871, 10.1). Kept, without its thumbnail.
    Jfif,
    /// Adobe's colour transform (T.872, 6.5.3). Kept.
    Adobe,
    /// A part of the ICC profile (ICC.1, annex B.4). Kept.
    Icc,
    /// EXIF; may hold the orientation.
    Exif,
    /// An XMP packet.
    Xmp,
    /// A part of an extended XMP packet.
    ExtendedXmp,
    /// Metadata of a gain map, or word that there is one (ISO 21496-1, C.4).
    GainMap,
    /// The index of a file of several pictures (MPF).
    Index,
    /// Anything else, of this category.
    Other(Category),
}

/// What stands in front of an XMP packet.
pub(super) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// What stands in front of a part of an extended XMP packet.
pub(super) const EXTENDED_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// What stands in front of a part of an ICC profile.
pub(super) const ICC: &[u8] = b"ICC_PROFILE\0";
/// The length of a JFIF segment's parameters when it has no thumbnail.
pub(super) const JFIF_LEN: usize = 14;
/// The length of an Adobe segment's parameters.
pub(super) const ADOBE_LEN: usize = 12;

/// Tells what the segment of `marker` with `payload` holds.
pub(super) fn content(marker: u8, payload: &[u8]) -> Content {
    let starts = |name: &[u8]| payload.starts_with(name);
    match marker {
        APP0 if starts(b"JFIF\0") && payload.len() >= JFIF_LEN => Content::Jfif,
        APP0 if starts(b"JFXX\0") => Content::Other(Category::Thumbnail),
        // Some write another sixth byte than 0; readers do not mind.
        APP1 if starts(b"Exif\0") && payload.len() > 6 => Content::Exif,
        APP1 if starts(b"Exif") => Content::Other(Category::Exif),
        APP1 if starts(XMP) => Content::Xmp,
        APP1 if starts(EXTENDED_XMP) => Content::ExtendedXmp,
        APP1 if starts(b"http://ns.adobe.com/x") => Content::Other(Category::Xmp),
        APP2 if starts(ICC) => Content::Icc,
        APP2 if starts(iso::NAME) => Content::GainMap,
        APP2 if starts(mpf::NAME) => Content::Index,
        APP2 if starts(b"urn:iso:std:iso:ts:21496") => Content::Other(Category::SecondPicture),
        APP11 if starts(b"JP") => Content::Other(Category::Provenance),
        APP13 if starts(b"Photoshop 3.0") || starts(b"Adobe_Photoshop") || starts(b"Adobe_CM") => {
            Content::Other(Category::Iptc)
        }
        APP14 if starts(b"Adobe") && payload.len() >= ADOBE_LEN => Content::Adobe,
        COM => Content::Other(Category::Comment),
        _ => Content::Other(Category::Application),
    }
}

/// The name of a marker, as it stands in the report.
pub(super) fn name(marker: u8) -> &'static str {
    const APPS: [&str; 16] = [
        "APP0", "APP1", "APP2", "APP3", "APP4", "APP5", "APP6", "APP7", "APP8", "APP9", "APP10", "APP11",
        "APP12", "APP13", "APP14", "APP15",
    ];
    match marker {
        APP0..=APP15 => APPS[usize::from(marker - APP0)],
        0x01 => "TEM",
        0xC4 => "DHT",
        0xC8 => "JPG",
        0xCC => "DAC",
        0xC0..=0xCF => "SOF",
        0xD0..=0xD7 => "RST",
        0xD8 => "SOI",
        0xD9 => "EOI",
        0xDA => "SOS",
        0xDB => "DQT",
        0xDC => "DNL",
        0xDD => "DRI",
        0xDE => "DHP",
        0xDF => "EXP",
        0xF0..=0xFD => "JPGn",
        0xFE => "COM",
        _ => "RES",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allowed_three_need_their_full_length() {
        assert_eq!(content(APP0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), Content::Jfif);
        assert_eq!(content(APP0, b"JFIF\0\x01\x01"), Content::Other(Category::Application));
        assert_eq!(content(APP14, b"Adobe\0\x64\0\0\0\0\x01"), Content::Adobe);
        assert_eq!(content(APP14, b"Adobe\0"), Content::Other(Category::Application));
        assert_eq!(content(APP2, b"ICC_PROFILE\0\x01\x01"), Content::Icc);
        assert_eq!(content(APP1, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), Content::Other(Category::Application));
    }

    #[test]
    fn categories() {
        let of = |marker, payload: &[u8]| content(marker, payload);
        assert_eq!(of(APP1, b"Exif\0\0MM"), Content::Exif);
        assert_eq!(of(APP1, b"http://ns.adobe.com/xap/1.0/\0<x"), Content::Xmp);
        assert_eq!(of(APP1, b"http://ns.adobe.com/xmp/extension/\0abc"), Content::ExtendedXmp);
        assert_eq!(of(APP2, b"MPF\0MM"), Content::Index);
        assert_eq!(of(APP2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"), Content::GainMap);
        assert_eq!(of(APP2, b"FPXR\0"), Content::Other(Category::Application));
        assert_eq!(of(APP11, b"JP\0\x01"), Content::Other(Category::Provenance));
        assert_eq!(of(APP13, b"Photoshop 3.0\08BIM"), Content::Other(Category::Iptc));
        assert_eq!(of(COM, b"hello"), Content::Other(Category::Comment));
        assert_eq!(of(APP15, b""), Content::Other(Category::Application));
    }

    #[test]
    fn every_app_marker_has_its_name() {
        assert_eq!(name(APP0), "APP0");
        assert_eq!(name(APP15), "APP15");
        assert_eq!(name(COM), "COM");
    }
}
