//! Who has which right, as `access` found it, and as plans change it.

mod shift;

pub(crate) use shift::{Shift, everybody, prefix, question, shifts};

use crate::verify::Right;
use engine::access::Decision;
use engine::config::BucketRole;

/// What IAM says beside the policies that `up` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It says the same.
    Agrees,
    /// It says the opposite.
    Disagrees,
    /// It was not asked, or had no answer.
    Silent(&'static str),
}

/// A right, and whether somebody has it.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) bucket: BucketRole,
    pub(crate) right: Right,
    pub(crate) decision: Decision,
    pub(crate) asked: Asked,
}

/// Somebody and all rights.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The name in config.toml, or a word.
    pub(crate) who: String,
    /// What the keys begin with.
    pub(crate) prefix: String,
    pub(crate) cells: Vec<Cell>,
}
