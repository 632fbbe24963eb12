//! HDR gain maps: a second, smaller picture that says how much brighter each
//! part of the first one is on a screen that can show it.
//!
//! What a map is made of, without its pixels, is 7 numbers, or 17 when the
//! colour channels differ ([`metadata`]). Files write them in three ways: as
//! binary fields of ISO 21496-1 ([`iso`]), as Adobe's XMP properties
//! ([`hdrgm`]), and as Apple's headroom ([`apple`]). Each is a place to hide
//! something in: fractions of many forms, free text, slack. So the numbers are
//! parsed, bounded, rounded to millionths ([`grid`]) and written anew from a
//! template; no byte of what was read is copied.
//!
//! In a JPEG the map is another JPEG behind the first. [`mpf`] and
//! [`container`] say where, in what the files tell and in what is written.
//!
//! Sources: ISO 21496-1:2025, clause C.2; Adobe's "Gain Map 1.0"; CIPA
//! DC-007:2021 for MPF; Android's "Ultra HDR Image Format" for the container.

pub(crate) mod apple;
pub(crate) mod container;
pub(crate) mod grid;
pub(crate) mod hdrgm;
pub(crate) mod iso;
pub(crate) mod metadata;
pub(crate) mod mpf;
pub(crate) mod xmp;

pub(crate) use metadata::Metadata;
