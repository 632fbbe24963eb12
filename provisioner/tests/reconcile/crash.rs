//! Crash anywhere.
