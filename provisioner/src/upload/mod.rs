//! Uploading pictures, and what becomes of them: which files under which keys,
//! in whose name, how they are sent, and how their clean copies are found.

mod clean_copy;
mod function_log;
mod journey;
mod prediction;
mod selection;
mod send;

pub(crate) use clean_copy::{Awaited, Found};
pub(crate) use journey::{Arrival, Journey, MOST_LOOKED_AT, News, Outcome};
pub(crate) use prediction::{Prediction, what_was_removed};
pub(crate) use selection::{Picture, Rules, Selection, Skipped, key_of, select};
pub(crate) use send::{CONCURRENT_PARTS, Sender};
