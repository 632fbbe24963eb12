//! Follows a big scan, or restart interval, from several places at once: Huffman codes
//! synchronise themselves.
//!
//! To know where a code begins the ones before it must be known, so a reader that begins somewhere
//! in the data begins with a guess. But Huffman codes are such that one that began wrong falls into
//! step with the right ones after some dozens or hundreds of blocks.
//!
//! That is never taken for granted. The data is divided into parts, a reader for each, which notes at
//! some checkpoints of its part where it finds the first MCU behind them. The reader of the part before goes on
//! to these checkpoints, too. Only when it finds the first MCU behind one of them at
//! the very same bit, what the other has read since is what it would have read itself.

mod skip;
#[cfg(test)]
mod tests;

pub(super) use skip::skip;
