//! Uploading pictures, and what becomes of them: which files under which keys,
//! in whose name, how they are sent, and how their clean copies are found.

mod access_key;
mod clean_copy;
mod function_log;
mod journey;
mod leftover;
mod prediction;
mod selection;
mod send;
mod this_run;

pub(crate) use access_key::AccessKey;
pub(crate) use clean_copy::{Awaited, Found};
pub(crate) use journey::{Arrival, Journey, MOST_LOOKED_AT, News, Outcome};
pub(crate) use prediction::{Prediction, what_was_removed};
pub(crate) use selection::{Picture, Rules, Selection, Skipped, key_of, select};
pub(crate) use send::{CONCURRENT_PARTS, Sender};
