//! What files need of the operating system: folders by their handles, whether a file is still the same, who may read it.
//!
//! The two modules have the same names in them, and promise the same:
//!
//! - No link in a folder that was opened is followed, neither to read nor to write.
//! - A folder that is exchanged meanwhile is not written into in place of the one that was opened.
//! - [`Handle::rename_new`] replaces nothing; [`Handle::rename`] replaces at once, so that there is the old file or the new one.
//!
//! What Windows cannot promise stands at the head of its module.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as this;
#[cfg(windows)]
use windows as this;

pub(super) use this::{Handle, keep_access, kind_at};
pub(crate) use this::{State, create_private_folder, read_exact_at};
