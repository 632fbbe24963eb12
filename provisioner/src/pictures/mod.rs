//! Pictures on this machine: finding them, cleaning many at a time, telling
//! what they reveal. No AWS in here, and no printing.

mod find;
mod inspected;
mod json;
mod name;
mod place;
mod read;
mod runner;
mod sanitized;
mod text;
mod write;

pub use find::{Found, Input, find};
pub use inspected::{Inspection, Unreadable, inspect};
pub use json::{cleaned_json, inspection_json};
pub use name::shown;
pub use place::{Place, PlaceError, places};
pub use read::{ReadError, read};
pub use runner::{Buffer, each};
pub use sanitized::{Cleaned, Ending, Summary, clean};
pub use text::{cleaned_text, inspection_text, summary_text};
pub use write::{Existing, write};
