//! `audit`: whether what is published is clean, by looking at it.

mod look;
mod sample;

pub(crate) use look::{Finding, Looked, look};
pub(crate) use sample::Sample;
