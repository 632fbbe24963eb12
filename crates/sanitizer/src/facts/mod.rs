//! What metadata tells about a person: position, device, owner, times.
//!
//! Blocks of metadata hold blocks of others. The readers build on each other in one
//! direction: `photoshop` holds EXIF, XMP and IIM, `exif` holds XMP and IIM, and
//! `xmp` and `iim` hold none. `text` and [`carve`] find any of them.

mod app_segment;
mod carve;
mod ciff;
mod device;
mod exif;
mod iim;
mod model;
mod photoshop;
mod properties;
mod provenance;
mod text;
mod xmp;

pub(crate) use app_segment::read_app_segment;
#[cfg(any(test, feature = "facts"))]
pub use carve::carve;
pub(crate) use carve::carve_into;
pub(crate) use exif::{apple_hdr_fields, artist_and_copyright, read_exif};
pub(crate) use model::GAIN_MAP;
pub use model::{Fact, FactKind, Facts, Position};
pub(crate) use photoshop::{PHOTOSHOP, read_photoshop, resource as photoshop_resource};
pub(crate) use provenance::read_provenance;
pub(crate) use text::read_text;
pub(crate) use xmp::read_xmp;
