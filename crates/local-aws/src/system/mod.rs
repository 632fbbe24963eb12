//! What the local AWS needs of the operating system, and whether this one has it.
//!
//! The server runs the function's program, which is one for Linux, as a process; and it is stopped by signals. Windows has
//! neither. There all that begins something asks [`supported`] first, so what `windows` has in place of `unix` is never
//! reached: it is there so that the same code compiles.

use super::Error;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as this;
#[cfg(windows)]
use windows as this;

pub(super) use this::{
    create_private_folder, end, is_executable, kill_group, protect_folder, set_mode, signal_of,
};

/// Whether the local AWS can run on this system.
///
/// # Errors
/// [`Error::Unsupported`] when it cannot.
pub fn supported() -> Result<(), Error> {
    if this::CAN_RUN { Ok(()) } else { Err(Error::Unsupported { system: std::env::consts::OS }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_without_it_is_told_what_to_do_instead() {
        supported().unwrap();
        let error = Error::Unsupported { system: "windows" };
        assert!(error.to_string().starts_with("the local AWS does not run on Windows: "), "{error}");
        assert!(error.hint().contains("WSL") && error.hint().contains("leave --local out"));
    }
}
