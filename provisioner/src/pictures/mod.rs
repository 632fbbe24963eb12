//! Pictures on this machine: finding them, cleaning many at a time, telling
//! what they reveal. No AWS in here, and no printing.

mod find;
mod inspected;
mod place;
mod read;
mod runner;
mod sanitized;
mod text;

pub(crate) use find::{Found, Input, find};
pub(crate) use inspected::Unreadable;
pub(crate) use inspected::{Inspection, inspect, inspect_bytes};
pub(crate) use place::{Place, PlaceError, places};
pub(crate) use read::{ReadError, read};
pub(crate) use runner::{Buffer, each};
pub(crate) use sanitized::{Cleaned, Ending, Summary, clean};
pub(crate) use text::{
    HEADINGS, category_name, cleaned_text, gain_map_note, hidden_pixels_note, inspection_text, notes,
    removed_of, summary_text,
};
