//! Opens the user's browser.

use std::process::Stdio;

use tokio::process::Command;

/// Whether there is a screen to open a browser on: without one, some systems start a browser in the terminal.
#[must_use]
pub(crate) fn can_open() -> bool {
    cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|it| !it.is_empty()))
}

/// Asks the system to open an address. It is left alone then; a browser may outlive this program.
///
/// # Errors
/// When the system has no program for that.
pub(crate) fn open(address: &str) -> std::io::Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C here is not for the browser. On Windows there is no page to open: it is one of the local AWS.
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    tokio::spawn(async move { child.wait().await });
    Ok(())
}
