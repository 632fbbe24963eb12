//! HEIC and AVIF (ISO/IEC 23008-12 on top of ISO/IEC 14496-12; MIAF ISO/IEC
//! 23000-22; the AV1 Image File Format).
//!
//! The file is read into a model, and a new one is written from what the model
//! keeps: the primary item, the items it is derived from, and their alpha. So
//! nothing can stay behind in a box or between items. The way through it:
//! [`walk`] makes the [`model`], [`select`] picks the items, [`item_data`] collects
//! their data and lets [`coded`] cut what decoders do not need, [`item_properties`] and
//! [`properties`] clean what describes them, [`write`] puts the new file together, and
//! [`removed`] tells what is not in it.
//!
//! [`shown`] looks for pixels that nobody sees, which cannot be taken out without coding the
//! picture anew.
//!
//! Where there is an HDR gain map, [`gain_map`] says what stays of that: a second
//! picture, and the numbers that say how to apply it, written anew.
//!
//! Parameter sets and sequence headers are read to their last field. Slices of
//! HEVC are followed to their last bit ([`hevc`]), and make up the picture, each
//! part of it once, unless the options say that no coded data shall be followed.
//!
//! What cannot be proven here: frames and tiles of AV1 are not decoded, so bytes
//! behind the header or the last block of one stay.

mod av1;
mod bits;
mod brand;
mod budget;
mod clean;
mod coded;
mod cursor;
mod cut;
mod derived;
mod gain_map;
mod hevc;
mod item_data;
mod item_properties;
mod model;
mod names;
mod properties;
mod removed;
mod rights;
mod select;
mod seq;
mod shown;
mod sizes;
mod walk;
mod write;

pub(crate) use brand::brand;
pub(crate) use clean::{memory_needed, sanitize};
