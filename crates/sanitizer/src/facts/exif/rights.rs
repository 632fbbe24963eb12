//! The fields of EXIF about rights, as they stand there.

use super::tiff::{Entry, Tiff};

const ARTIST: u16 = 0x013B;
const COPYRIGHT: u16 = 0x8298;

/// Artist and Copyright in the first directory of an EXIF block (a TIFF structure); empty where they are not there.
pub(crate) fn artist_and_copyright(exif: &[u8]) -> (&[u8], &[u8]) {
    let Some((tiff, first)) = Tiff::open(exif) else { return (&[], &[]) };
    let entries = tiff.directory(first).0;
    let field = |tag| {
        let entry = entries.iter().find(|entry| entry.tag == tag && entry.is_text());
        entry.map(Entry::bytes).unwrap_or_default()
    };
    (field(ARTIST), field(COPYRIGHT))
}
