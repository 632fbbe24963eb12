//! The two texts that every profile must have (ICC.1:2022, 8.2): always the same.

use super::writer::Writer;

/// What programs show as the profile's name.
pub(super) const DESCRIPTION: &str = "Colours of this picture";

/// The notice of the old profile went with its other texts.
pub(super) const COPYRIGHT: &str = "Not stated";

/// Bytes of a textDescriptionType behind its ASCII text: languages and scripts, none.
const NO_TRANSLATIONS: usize = 4 + 4 + 2 + 1 + 67;

/// `desc`: textDescriptionType in version 2 (ICC.1:2001, 6.5.17), else multiLocalizedUnicodeType.
pub(super) fn description(version: u8, out: &mut Writer) {
    if version >= 4 {
        return localized(DESCRIPTION, out);
    }
    out.type_signature(b"desc");
    out.u32(DESCRIPTION.len() as u32 + 1);
    out.put(DESCRIPTION.as_bytes());
    out.zeros(1 + NO_TRANSLATIONS);
}

/// `cprt`: textType in version 2, else multiLocalizedUnicodeType.
pub(super) fn copyright(version: u8, out: &mut Writer) {
    if version >= 4 {
        return localized(COPYRIGHT, out);
    }
    out.type_signature(b"text");
    out.put(COPYRIGHT.as_bytes());
    out.u8(0);
}

/// A text in one language (10.15).
fn localized(text: &str, out: &mut Writer) {
    out.type_signature(b"mluc");
    out.u32(1);
    out.u32(12);
    out.put(b"enUS");
    out.u32(2 * text.len() as u32);
    out.u32(28);
    text.encode_utf16().for_each(|unit| out.u16(unit));
}
