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
mod facts;
mod header;
mod layout;
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
pub(crate) use facts::read_icc;
pub(crate) use layout::{Layout, PLAIN_SRGB_MAX_LEN, declared_len};
pub(crate) use rebuild::{MAX_LEN, Rebuilt, Unreadable, rebuild};
pub(crate) use srgb::is_plain_srgb;

#[cfg(test)]
mod test_profile;
#[cfg(test)]
pub(crate) use layout::tests as old;
#[cfg(test)]
mod tests;
