//! What a stack costs, about: for each thousand pictures, for keeping them, and with none at all.
//!
//! # Guarantees
//! Reckoned offline from the configuration and a dated table of prices; the same file gives the same numbers.
//!
//! # Assumptions
//! Pictures of [`PICTURE_MB`] MB, uploaded in one piece, each cleaned once, in [`SECONDS`] s of the function. Prices of
//! us-east-1, before the free tier, discounts and taxes.
//!
//! # Caveats
//! What readers download is not in it: that depends on them, and is most often the largest part.

mod estimate;
mod prices;

pub use estimate::{Cost, Item, PICTURE_MB, PICTURES, Per, SECONDS, estimate};
pub use prices::{DATE, PRICES, Price, REGION};
