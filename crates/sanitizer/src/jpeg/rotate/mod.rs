//! Exact rotation of a JPEG's coefficients, as jpegtran does it.
//!
//! Mirroring a block of DCT coefficients is changing the sign of the odd
//! ones, and transposing it is transposing the matrix, so a picture can be
//! turned by rearranging what it already holds: nothing is decoded to pixels
//! and nothing is lost. Blocks at the right and lower edge that are only partly
//! filled cannot move to the left or the upper edge; whether there are any is
//! what [`is_exact`] tells.
//!
//! [`turn`](mod@turn) decides and bounds. [`read`] reads the coefficients to where
//! they belong, [`write`] writes them: [`scan_writer`] goes through blocks of a [`source`] as [`symbols`], which
//! [`bit_writer`] makes bytes of.

mod bit_writer;
mod codes;
mod exact;
#[cfg(test)]
pub(super) mod libjpeg;
mod read;
mod scan_writer;
mod source;
mod symbols;
#[cfg(test)]
pub(super) mod tests;
mod turn;
mod write;

pub(super) use exact::{is_exact, trimmed, trimmed_pair};
pub(super) use turn::{check_supported, memory, turn};
