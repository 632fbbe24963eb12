//! Files on this machine, for all commands: one walk through folders, one way to write a file whole or not at all.
//! Both work relative to handles of folders, so that nobody who changes a folder meanwhile makes us read or write
//! outside of it.

mod atomic;
mod folder;
mod location;
mod name;
mod output;
mod system;
mod walk;

pub(crate) use atomic::{
    Access, Existing, replace, replace_private, write, write_all, write_new, write_private,
};
pub(crate) use folder::{Folder, Kind};
pub(crate) use location::{Location, Opened};
pub(crate) use name::{as_one_name, without_prefix};
pub(crate) use output::OutputFolder;
pub(crate) use system::{State, create_private_folder, read_exact_at};
pub(crate) use walk::{Entry, Seen, walk};
