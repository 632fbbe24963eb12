//! The terminal that stderr is.

use terminal_size::{Height, Width, terminal_size_of};

/// Its columns and rows; the usual ones when it does not say.
pub(super) fn size() -> (usize, usize) {
    match terminal_size_of(std::io::stderr()) {
        Some((Width(columns), Height(rows))) => (columns.into(), rows.into()),
        None => (80, 24),
    }
}

/// Whether it takes the escape sequences that move the cursor.
#[cfg(not(windows))]
pub(super) fn moves_cursor() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term != "dumb")
}

/// Whether it takes the escape sequences that move the cursor: consoles of Windows do from version 10 on, once they are
/// told to. Nothing sets `TERM` there.
#[cfg(windows)]
pub(super) fn moves_cursor() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        && anstyle_query::windows::enable_ansi_colors() == Some(true)
}
