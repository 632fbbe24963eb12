//! What EXIF tells (CIPA DC-008, EXIF 3.0): the directories IFD0, IFD1, Exif,
//! GPS and Interoperability of its TIFF container, and the maker's note.

mod apple;
mod directories;
mod maker_note;
mod rights;
#[cfg(test)]
mod tests;
mod tiff;

pub(crate) use apple::apple_hdr_fields;
pub(crate) use directories::read_exif;
pub(crate) use rights::artist_and_copyright;
