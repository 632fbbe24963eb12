//! Proves where the entropy-coded data of a JPEG ends, without making pixels of it.
//!
//! A decoder stops reading a scan after its last block and looks for the next
//! marker. Whatever stands between is shown by no viewer and survives
//! every tool that copies "from SOS to the next marker". To know where that is,
//! the data must be decoded (ITU-T T.81 F.2, G.2, H.2), but only as far as the
//! lengths of the codes: a [`Verifier`] counts blocks and bits.
//!
//! It is stricter than decoders, which tolerate damage: a scan must hold each
//! block, runs must end where their block, scan or restart interval ends, and each bit
//! of a coefficient must be coded exactly once. Refused for want of a proof:
//! hierarchical pictures, lossless ones with arithmetic coding, and a height that only
//! a DNL segment tells. libjpeg shows none of these either.

mod arithmetic;
mod band;
mod bits;
mod coding;
mod coefficient_sink;
mod explain;
mod huffman;
mod interleaved;
mod intervals;
mod multi_symbol;
mod packed_sink;
mod progressive;
#[cfg(test)]
pub(super) mod samples;
mod scan_header;
mod self_synchronisation;
mod sequential;
pub(super) mod standard;
#[cfg(test)]
pub(super) mod tests;
mod values;
mod verifier;

pub(super) use verifier::{MAX_BLOCKS_IN_MCU, Verifier};
