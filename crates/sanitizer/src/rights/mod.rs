//! Words about rights that stay when the options ask for it ([`crate::Options::keep`]): who made a picture, who
//! holds the rights, whom to credit, and under which license it is.
//!
//! They are read from XMP, then from IPTC (IIM), then from EXIF, then from the texts of PNG. The first that has
//! a thing to say decides about that thing, and of several blocks of one kind the first in the file does. XMP
//! comes first since it is what editors change, and has all of Unicode; what a camera puts into EXIF is the name
//! that was once set in its menu.
//!
//! | word | XMP | IPTC | EXIF | PNG |
//! |---|---|---|---|---|
//! | copyright | `dc:rights` | 2:116 | Copyright: photographer's, then editor's | Copyright |
//! | creator | `dc:creator` | 2:80, each | Artist, parted by `;` | Author |
//! | credit | `photoshop:Credit` | 2:110 | | |
//! | license | `xmpRights:UsageTerms`, `xmpRights:WebStatement`, the first `plus:LicensorURL`, `cc:license` | | | |
//!
//! No byte is copied: what they say becomes text of bounded length on one line, without control characters and
//! characters that nobody sees or that turn the direction of writing ([`text`]), and is written as one small
//! packet of XMP ([`Statement::packet`]). What the words say is the author's: if they hold an address or a place, so does the
//! clean picture.

mod choice;
mod collector;
mod exif;
mod iim;
mod statement;
mod text;
mod text_coding;
mod xmp;

pub use choice::{Right, Rights};
pub(crate) use collector::{Collector, MOST_PACKET};
pub(crate) use statement::Statement;
