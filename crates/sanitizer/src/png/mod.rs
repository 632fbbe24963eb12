//! PNG and APNG (W3C PNG, third edition, <https://www.w3.org/TR/png-3/>).
//!
//! The file is read chunk by chunk. What is on the list stays, and neighbours
//! stay together as one slice of the input. Image data is inflated into the
//! void to find where it really ends.
//!
//! What some decoders take and we refuse: no IEND; a wrong checksum of a chunk
//! that the picture needs, unless it is image data that inflates to just the
//! picture with the right checksum of its own (the chunk's is set right then); image data that ends before the last row;
//! animations whose frames break the rules of APNG; critical chunks that the
//! standard does not know. Time goes with the inflated size, which the headers
//! announce: [`crate::Options::max_inflated_bytes`] bounds it for all frames together.
//!
//! What is not looked into: how an encoder chose among equal codings (block
//! boundaries and filters of deflate, the unused bits at the end of rows of
//! less than eight bits a pixel), entries of palettes that pixels could name
//! but none does, numbers such as gamma.

mod ancillary;
mod animation;
mod chunk;
mod clean;
mod frames;
mod header;
mod image_data;
mod memory;
mod profile;
mod rows;
mod survey;
mod text;
mod transparent;
mod turn;
mod walk;
mod zlib;

pub(crate) use clean::sanitize;
pub(crate) use memory::memory_needed;
