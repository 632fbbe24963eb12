//! The JSON schema of `config.toml`, for editors: made of the same keys, defaults, words and limits that the parser has.
//!
//! # Guarantees
//! What the parser accepts, the schema accepts; each `parse` in a test is checked for it. A key that the parser does
//! not know, the schema refuses.
//!
//! # Caveats
//! It is more lenient than the parser where a rule needs more than one value, or the account: those are told by
//! `config check`.

mod keyword;
mod tables;
#[cfg(test)]
pub(super) mod tests;

use serde_json::Value;

/// The schema, as editors take it: draft 7, which those for TOML (Taplo, tombi, RustRover) read.
#[must_use]
pub fn schema() -> Value {
    tables::file()
}
