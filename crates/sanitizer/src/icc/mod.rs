//! ICC colour profiles (ICC.1:2001 and ICC.1:2022, that is versions 2 and 4) are
//! read and written anew. Nothing of the old bytes is copied: each tag of an
//! allowlist is read by its type, value by value, and serialised again.
//!
//! - What stays is what colour engines compute with ([`tags`]): colorants, curves,
//!   tables, white and black point, `chad`, `cicp`, `lumi`. The transform is exactly
//!   the same, for all rendering intents and in both directions.
//! - What goes: every field of the header that tells who made the profile, when or
//!   for which device, its id, all texts, measurements, serial numbers, calibration
//!   curves, private tags, gaps. `desc` and `cprt`, which each profile must have, are
//!   always the same ([`text`]).
//! - What readers forgive is forgiven: gaps that are not zero, a wrong length in the
//!   header, bytes behind the end, missing padding, tags in any order or twice.
//! - Version 5 (iccMAX) is not read: no browser and no viewer shows it. Nor are device
//!   links and named colours, which cannot be embedded in a picture.
//!
//! [`rebuild`] is deterministic, and to rebuild what it wrote changes nothing. It
//! neither recurses nor allocates by a number of the profile, and takes time linear
//! in the length of its input and of [`MAX_LEN`].

mod adobe_rgb;
mod curve;
mod decision;
mod exif;
mod facts;
mod header;
mod lut;
mod lut_ab;
mod mpe;
mod numbers;
mod reader;
mod rebuild;
mod srgb;
mod tag_table;
mod tags;
mod text;
mod writer;

pub(crate) use adobe_rgb::adobe_rgb;
pub(crate) use decision::{Decision, decide};
pub(crate) use exif::is_adobe_rgb;
pub(crate) use facts::read_icc;
pub(crate) use rebuild::{MAX_LEN, Rebuilt};
use rebuild::{Unreadable, rebuild};
use srgb::is_plain_srgb;

/// What is left of a profile that can be read.
#[cfg(test)]
pub(crate) fn rebuild_for_tests(profile: &[u8]) -> Vec<u8> {
    rebuild(profile).map_or_else(|error| panic!("{}", error.reason()), |rebuilt| rebuilt.bytes)
}

#[cfg(test)]
pub(crate) mod test_profile;
#[cfg(test)]
mod tests;
