//! Parameter sets of HEVC, read to their last field so that nothing can follow
//! it (ITU-T H.265, 7.3.2, 7.3.4, 7.3.7 and annex E.2).

mod common;
mod emulation_prevention;
mod model;
mod pps;
mod read;
#[cfg(test)]
pub(in super::super) mod samples;
mod sps;
mod vps;
mod vui;

#[cfg(test)]
pub(super) use model::Tiles;
pub(super) use model::{Pps, Sps};
pub(super) use read::{clean_set, read_pps, read_sps};
pub(super) use sps::reference_set;
