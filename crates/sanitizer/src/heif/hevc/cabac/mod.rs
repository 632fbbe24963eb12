//! The arithmetic decoding engine (ITU-T H.265, 9.3.4.3).
//!
//! It knows to the bit how far the standard's decoder has read. The code of given
//! bins has one form only: an encoder that ends it has two numbers to choose from, of
//! which one has the bit 1 at the end that must stand there (9.3.2.5). So what is
//! before the end is what the bins say, and nothing else.

mod engine;
mod states;
#[cfg(test)]
mod tests;

pub(super) use engine::{Cabac, Context};
