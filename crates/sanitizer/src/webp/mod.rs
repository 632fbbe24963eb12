//! WebP (RFC 9649): lossy, lossless, with alpha, animated.
//!
//! The chunks on the list stay, and image data stay up to the last bit that a
//! decoder reads: both kinds are followed code by code, without making pixels.
//! Lossy data may keep up to three bytes more a partition, which is what
//! encoders write to flush their last bits.
//!
//! What some decoders take and we refuse: files shorter than their header
//! says; image data that end too early; images that are not of the size that
//! VP8X or ANMF announce; entropy images of more than 2^20 pixels.
//!
//! EXIF may say that the picture is not upright. Lossy WebP cannot be turned
//! without loss, so a minimal EXIF with nothing but that takes its place.

mod assemble;
mod bitstream;
mod chunk;
mod clean;
mod frame;
mod prefix_code;
mod transparent;
mod vp8;
mod vp8l;
mod walk;

pub(crate) use clean::{MEMORY, sanitize};
