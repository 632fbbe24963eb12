//! HEVC pictures: NAL units (ITU-T H.265, 7.3.1 and table 7-1), each after its
//! length, and their configuration (`hvcC`, ISO/IEC 14496-15, 8.3.2.1).
//!
//! Bytes could hide behind the last block of a slice, so slices are parsed down to
//! their coefficients, without making pixels of them. The way through one:
//! [`picture`] takes the unit's [`rbsp`], reads its [`slice_header`] with the
//! [`parameters`] of its [`parameter_sets`], and goes from CTB to CTB in the order of the [`tiles`]. In each,
//! [`sao`], [`coding_tree`] (with what [`intra_mode`] makes of its neighbours),
//! [`transform_tree`], [`residual`] (in the order of a [`scan`]) and [`levels`] say which bins
//! come, and [`cabac`] decodes them with the [`contexts`]. [`Work`](crate::work::Work) bounds the time.
//!
//! What is not followed, and so refused: separate colour planes, extended precision,
//! slices that need other pictures or name some that others need for long, and what
//! the parameter sets must not hold.

mod cabac;
mod coding_tree;
mod config;
mod contexts;
mod cut;
mod intra_mode;
mod levels;
mod nal_unit;
pub(super) mod parameter_sets;
mod parameters;
mod picture;
mod rbsp;
mod residual;
mod sao;
mod scan;
mod slice_header;
mod tiles;
mod transform_tree;

pub(super) use config::clean_config;
pub(super) use cut::cut;
pub(super) use parameters::sizes;
