//! Follows arithmetic-coded scans (ITU-T T.81 F.1.4, F.2.4 and G.1.3).
//!
//! Each decision is decoded and at once encoded again, see [`coder`], so the end
//! of the data is where an encoder would have put it: whatever else
//! stands there is either cut off or makes the picture be refused.

mod coder;
mod decoder;
mod states;
#[cfg(test)]
pub(super) mod tests;

pub(super) use decoder::{Arithmetic, Coded, Failure, Unit, Why};
